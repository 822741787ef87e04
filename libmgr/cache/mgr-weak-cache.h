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
#include "cache/mgr-weak-cache-statistics.h"

G_BEGIN_DECLS

#define MGR_TYPE_WEAK_CACHE (mgr_weak_cache_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrWeakCache, mgr_weak_cache, MGR, WEAK_CACHE, GObject)

/**
 * MgrWeakCacheLoader:
 * @self: the cache
 * @key: what is wanted
 * @cancellable: is cancelled once nobody wants it any more
 * @user_data: data of whoever asked
 * @error: return location for a #GError
 *
 * Makes what a cache does not have. It is called in the thread of whoever asked first,
 * with no lock held.
 *
 * Returns: (transfer full): the object, or %NULL on error
 *
 * Since: 1.0
 */
typedef GObject * (*MgrWeakCacheLoader) (MgrWeakCache  *self,
                                         const GValue  *key,
                                         GCancellable  *cancellable,
                                         gpointer       user_data,
                                         GError       **error);

MGR_AVAILABLE_IN_1_0
MgrWeakCache           *mgr_weak_cache_new            (MgrCacheKeyType key_type);

MGR_AVAILABLE_IN_1_0
MgrCacheKeyType         mgr_weak_cache_get_key_type   (MgrWeakCache *self);

/* With keys of any type */

MGR_AVAILABLE_IN_1_0
GObject                *mgr_weak_cache_get            (MgrWeakCache  *self,
                                                       const GValue  *key,
                                                       GError       **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
GObject                *mgr_weak_cache_get_or_load    (MgrWeakCache        *self,
                                                       const GValue        *key,
                                                       MgrWeakCacheLoader   loader,
                                                       gpointer             user_data,
                                                       GCancellable        *cancellable,
                                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean                mgr_weak_cache_put            (MgrWeakCache  *self,
                                                       const GValue  *key,
                                                       GObject       *value,
                                                       GError       **error);

MGR_AVAILABLE_IN_1_0
gboolean                mgr_weak_cache_contains       (MgrWeakCache  *self,
                                                       const GValue  *key,
                                                       GError       **error);

MGR_AVAILABLE_IN_1_0
gboolean                mgr_weak_cache_remove         (MgrWeakCache  *self,
                                                       const GValue  *key,
                                                       GError       **error);

/* With keys of one type, for C */

MGR_AVAILABLE_IN_1_0
GObject                *mgr_weak_cache_get_string     (MgrWeakCache *self,
                                                       const char   *key) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
GObject                *mgr_weak_cache_get_int64      (MgrWeakCache *self,
                                                       gint64        key) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
GObject                *mgr_weak_cache_get_bytes      (MgrWeakCache *self,
                                                       GBytes       *key) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void                    mgr_weak_cache_put_string     (MgrWeakCache *self,
                                                       const char   *key,
                                                       GObject      *value);

MGR_AVAILABLE_IN_1_0
void                    mgr_weak_cache_put_int64      (MgrWeakCache *self,
                                                       gint64        key,
                                                       GObject      *value);

MGR_AVAILABLE_IN_1_0
void                    mgr_weak_cache_put_bytes      (MgrWeakCache *self,
                                                       GBytes       *key,
                                                       GObject      *value);

/* All of it */

MGR_AVAILABLE_IN_1_0
void                    mgr_weak_cache_clear          (MgrWeakCache *self);

MGR_AVAILABLE_IN_1_0
guint                   mgr_weak_cache_get_n_entries  (MgrWeakCache *self);

MGR_AVAILABLE_IN_1_0
MgrWeakCacheStatistics *mgr_weak_cache_get_statistics (MgrWeakCache *self);

G_END_DECLS
