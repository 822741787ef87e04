/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-object-core-private.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_OBJECT_POOL_PROP_MIN = 1,
  MGR_OBJECT_POOL_PROP_MAX,
  MGR_OBJECT_POOL_PROP_OBJECT_SIZE,
  MGR_OBJECT_POOL_PROP_IDLE_TIMEOUT,
  MGR_OBJECT_POOL_PROP_THREAD_SAFE,
  MGR_OBJECT_POOL_PROP_RESETS,
  MGR_OBJECT_POOL_PROP_N_OBJECTS,
  MGR_OBJECT_POOL_PROP_N_FREE,
  MGR_OBJECT_POOL_PROP_N_WAITING,
  MGR_OBJECT_POOL_PROP_N_CREATED,
  MGR_OBJECT_POOL_PROP_N_LEAKED,
  MGR_OBJECT_POOL_PROP_CREATE_TIME,
} MgrObjectPoolProperty;

MgrObjectCore *mgr_object_pool_get_core      (MgrObjectPool     *self);

/* The maximum that it was made with; 0 if it had a capacity instead. */
guint          mgr_object_pool_get_first_max (MgrObjectPool     *self);

gboolean       mgr_object_pool_check_limits  (MgrObjectPool     *self,
                                              guint              min,
                                              guint64            max,
                                              GError           **error);

/* In the owner's context, at once if this is it. */
void           mgr_object_pool_notify        (MgrObjectPool         *self,
                                              MgrObjectPoolProperty  property);

/* No lock is held in any of these: they run code of the program's. */

/* Makes an object in the calling thread, which may call. */
GObject       *mgr_object_pool_create_object (MgrObjectPool     *self,
                                              GError           **error);

/* Makes the object for @request, which has a place, unless it has ended otherwise. */
void           mgr_object_pool_create_for    (MgrObjectPool     *self,
                                              MgrObjectRequest  *request);

/* An object has come back: has it reset where that may be done, and gives it to the pool,
 * or drops it. Takes @object. */
void           mgr_object_core_return        (MgrObjectCore     *core,
                                              GObject           *object);

/* Whether the calling thread is inside of a create or reset of this pool: who waits there
 * may wait for itself. */
gboolean       mgr_object_core_is_inside     (MgrObjectCore     *core);

/* In the owner's context, as MgrOwnerFunc: what others asked for; and the next tick. */
void           mgr_object_pool_do_chores_cb  (gpointer           object,
                                              gpointer           user_data);
void           mgr_object_pool_set_timer_cb  (gpointer           object,
                                              gpointer           user_data);

/* Among the files of this class. */
void           mgr_object_pool_install_vfuncs (MgrPoolClass          *klass);
gboolean       mgr_object_pool_has_handler   (MgrObjectPool     *self,
                                              gboolean           of_reset);
GObject       *mgr_object_pool_emit_create   (MgrObjectPool     *self);
gboolean       mgr_object_pool_emit_reset    (MgrObjectPool     *self,
                                              GObject           *object);

G_END_DECLS
