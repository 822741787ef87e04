/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "cache/mgr-cache-record.h"
#include "cache/mgr-cache-statistics.h"
#include "cache/mgr-cache-store.h"
#include "cache/mgr-cache-terms.h"
#include "ledger/mgr-component.h"

G_BEGIN_DECLS

#define MGR_TYPE_CACHE (mgr_cache_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrCache, mgr_cache, MGR, CACHE, GObject)

/**
 * MgrCacheLoader:
 * @self: the cache
 * @key: what is wanted
 * @terms: for the value, with mgr_cache_terms_set_value(), and for the terms it is kept on
 * @cancellable: is cancelled once nobody wants it any more
 * @user_data: data of whoever asked
 * @error: return location for a #GError
 *
 * Makes what a cache does not have. It is called in the thread of whoever asked first,
 * with no lock held.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
typedef gboolean (*MgrCacheLoader) (MgrCache       *self,
                                    const GValue   *key,
                                    MgrCacheTerms  *terms,
                                    GCancellable   *cancellable,
                                    gpointer        user_data,
                                    GError        **error);

MGR_AVAILABLE_IN_1_0
MgrCache           *mgr_cache_new            (const char       *name,
                                              MgrCacheKeyType   key_type,
                                              guint64           max_bytes,
                                              guint64           max_entries);

MGR_AVAILABLE_IN_1_0
MgrCache           *mgr_cache_new_classic    (const char       *name);

/* What it is */

MGR_AVAILABLE_IN_1_0
const char         *mgr_cache_get_name       (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
MgrCacheKeyType     mgr_cache_get_key_type   (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_cache_get_component  (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cache_get_max_bytes  (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cache_get_max_entries (MgrCache        *self);

MGR_AVAILABLE_IN_1_0
void                mgr_cache_set_bounds     (MgrCache         *self,
                                              guint64           max_bytes,
                                              guint64           max_entries);

/* With keys of any type */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get            (MgrCache         *self,
                                              const GValue     *key,
                                              GValue           *value,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_peek           (MgrCache         *self,
                                              const GValue     *key,
                                              GValue           *value,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_contains       (MgrCache         *self,
                                              const GValue     *key,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_put            (MgrCache         *self,
                                              const GValue     *key,
                                              const GValue     *value,
                                              MgrCacheTerms    *terms,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_remove         (MgrCache         *self,
                                              const GValue     *key,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_set_pinned     (MgrCache         *self,
                                              const GValue     *key,
                                              gboolean          pinned,
                                              GError          **error);

/* With keys of one type, for C */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get_string     (MgrCache         *self,
                                              const char       *key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get_int64      (MgrCache         *self,
                                              gint64            key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get_bytes      (MgrCache         *self,
                                              GBytes           *key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_find_string    (MgrCache         *self,
                                              const char       *key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_find_int64     (MgrCache         *self,
                                              gint64            key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_find_bytes     (MgrCache         *self,
                                              GBytes           *key,
                                              GValue           *value);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_put_string     (MgrCache         *self,
                                              const char       *key,
                                              const GValue     *value,
                                              MgrCacheTerms    *terms,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_put_int64      (MgrCache         *self,
                                              gint64            key,
                                              const GValue     *value,
                                              MgrCacheTerms    *terms,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_put_bytes      (MgrCache         *self,
                                              GBytes           *key,
                                              const GValue     *value,
                                              MgrCacheTerms    *terms,
                                              GError          **error);

/* Loading */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get_or_load    (MgrCache         *self,
                                              const GValue     *key,
                                              MgrCacheLoader    loader,
                                              gpointer          user_data,
                                              GCancellable     *cancellable,
                                              GValue           *value,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
void                mgr_cache_get_or_load_async (MgrCache      *self,
                                              const GValue     *key,
                                              MgrCacheLoader    loader,
                                              gpointer          loader_data,
                                              GDestroyNotify    loader_destroy,
                                              GCancellable     *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer          user_data);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_get_or_load_finish (MgrCache     *self,
                                              GAsyncResult     *result,
                                              GValue           *value,
                                              GError          **error);

/* The second tier */

MGR_AVAILABLE_IN_1_0
void                mgr_cache_recall_async   (MgrCache         *self,
                                              const GValue     *key,
                                              GCancellable     *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer          user_data);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_recall_finish  (MgrCache         *self,
                                              GAsyncResult     *result,
                                              GValue           *value,
                                              GError          **error);

MGR_AVAILABLE_IN_1_0
MgrCacheStore      *mgr_cache_get_store      (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_flush          (MgrCache         *self,
                                              gint64            timeout);

/* All of it */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_invalidate     (MgrCache         *self,
                                              const char       *tag);

MGR_AVAILABLE_IN_1_0
void                mgr_cache_clear          (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cache_trim           (MgrCache         *self,
                                              guint64           bytes);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_cache_list           (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cache_get_n_entries  (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cache_get_n_bytes    (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
MgrCacheStatistics *mgr_cache_get_statistics (MgrCache         *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cache_predict        (MgrCache         *self,
                                              double            fraction,
                                              double           *hit_ratio);

G_END_DECLS
