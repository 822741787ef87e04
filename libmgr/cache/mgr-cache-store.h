/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "cache/mgr-cache-store-statistics.h"

G_BEGIN_DECLS

#define MGR_TYPE_CACHE_STORE (mgr_cache_store_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (MgrCacheStore, mgr_cache_store, MGR, CACHE_STORE, GObject)

struct _MgrCacheStoreInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  GBytes *                  (*load)           (MgrCacheStore  *self,
                                               GBytes         *key,
                                               gint64         *ttl,
                                               GCancellable   *cancellable,
                                               GError        **error);
  gboolean                  (*store)          (MgrCacheStore  *self,
                                               GBytes         *key,
                                               GBytes         *value,
                                               gint64          ttl,
                                               GCancellable   *cancellable,
                                               GError        **error);
  gboolean                  (*remove)         (MgrCacheStore  *self,
                                               GBytes         *key,
                                               GCancellable   *cancellable,
                                               GError        **error);
  gboolean                  (*clear)          (MgrCacheStore  *self,
                                               GCancellable   *cancellable,
                                               GError        **error);
  MgrCacheStoreStatistics * (*get_statistics) (MgrCacheStore  *self);
  char *                    (*dup_problem)    (MgrCacheStore  *self);
};

/* In a thread that may wait */

MGR_AVAILABLE_IN_1_0
GBytes                  *mgr_cache_store_load           (MgrCacheStore        *self,
                                                         GBytes               *key,
                                                         gint64               *ttl,
                                                         GCancellable         *cancellable,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean                 mgr_cache_store_store          (MgrCacheStore        *self,
                                                         GBytes               *key,
                                                         GBytes               *value,
                                                         gint64                ttl,
                                                         GCancellable         *cancellable,
                                                         GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean                 mgr_cache_store_remove         (MgrCacheStore        *self,
                                                         GBytes               *key,
                                                         GCancellable         *cancellable,
                                                         GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean                 mgr_cache_store_clear          (MgrCacheStore        *self,
                                                         GCancellable         *cancellable,
                                                         GError              **error);

/* In one that may not */

MGR_AVAILABLE_IN_1_0
void                     mgr_cache_store_load_async     (MgrCacheStore        *self,
                                                         GBytes               *key,
                                                         GCancellable         *cancellable,
                                                         GAsyncReadyCallback   callback,
                                                         gpointer              user_data);

MGR_AVAILABLE_IN_1_0
GBytes                  *mgr_cache_store_load_finish    (MgrCacheStore        *self,
                                                         GAsyncResult         *result,
                                                         gint64               *ttl,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void                     mgr_cache_store_store_async    (MgrCacheStore        *self,
                                                         GBytes               *key,
                                                         GBytes               *value,
                                                         gint64                ttl,
                                                         GCancellable         *cancellable,
                                                         GAsyncReadyCallback   callback,
                                                         gpointer              user_data);

MGR_AVAILABLE_IN_1_0
gboolean                 mgr_cache_store_store_finish   (MgrCacheStore        *self,
                                                         GAsyncResult         *result,
                                                         GError              **error);

/* How it goes */

MGR_AVAILABLE_IN_1_0
MgrCacheStoreStatistics *mgr_cache_store_get_statistics (MgrCacheStore        *self);

MGR_AVAILABLE_IN_1_0
char                    *mgr_cache_store_dup_problem    (MgrCacheStore        *self);

G_END_DECLS
