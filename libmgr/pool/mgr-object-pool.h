/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "pool/mgr-lease.h"
#include "pool/mgr-pool.h"

G_BEGIN_DECLS

#define MGR_TYPE_OBJECT_POOL (mgr_object_pool_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (MgrObjectPool, mgr_object_pool, MGR, OBJECT_POOL, MgrPool)

struct _MgrObjectPoolClass
{
  /*< private >*/
  MgrPoolClass parent_class;

  /*< public >*/
  GObject  * (*create) (MgrObjectPool  *self,
                        GError        **error);
  gboolean   (*reset)  (MgrObjectPool  *self,
                        GObject        *object);

  /*< private >*/
  gpointer padding[8];
};

MGR_AVAILABLE_IN_1_0
MgrObjectPool *mgr_object_pool_new              (const char           *name,
                                                 MgrComponent         *component,
                                                 guint                 max,
                                                 guint64               object_size,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Taking and giving back */

MGR_AVAILABLE_IN_1_0
MgrLease      *mgr_object_pool_acquire          (MgrObjectPool        *self,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrLease      *mgr_object_pool_try_acquire      (MgrObjectPool        *self,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void           mgr_object_pool_acquire_async    (MgrObjectPool        *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);

MGR_AVAILABLE_IN_1_0
MgrLease      *mgr_object_pool_acquire_finish   (MgrObjectPool        *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_release          (MgrObjectPool        *self,
                                                 MgrLease             *lease,
                                                 GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_prepare          (MgrObjectPool        *self,
                                                 guint                 n_objects,
                                                 GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_fail_create      (MgrObjectPool        *self,
                                                 const char           *message);

/* How many there may be, and for how long */

MGR_AVAILABLE_IN_1_0
guint          mgr_object_pool_get_min          (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
guint          mgr_object_pool_get_max          (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_set_limits       (MgrObjectPool        *self,
                                                 guint                 min,
                                                 guint                 max,
                                                 GError              **error);

MGR_AVAILABLE_IN_1_0
guint64        mgr_object_pool_get_object_size  (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
gint64         mgr_object_pool_get_idle_timeout (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
void           mgr_object_pool_set_idle_timeout (MgrObjectPool        *self,
                                                 gint64                idle_timeout);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_get_thread_safe  (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_object_pool_get_resets       (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
void           mgr_object_pool_set_resets       (MgrObjectPool        *self,
                                                 gboolean              resets);

/* How it is */

MGR_AVAILABLE_IN_1_0
guint          mgr_object_pool_get_n_objects    (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
guint          mgr_object_pool_get_n_free       (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
guint          mgr_object_pool_get_n_waiting    (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_object_pool_get_n_created    (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_object_pool_get_n_leaked     (MgrObjectPool        *self);

MGR_AVAILABLE_IN_1_0
gint64         mgr_object_pool_get_create_time  (MgrObjectPool        *self);

G_END_DECLS
