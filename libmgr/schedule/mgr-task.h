/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "schedule/mgr-schedule-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_TASK (mgr_task_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrTask, mgr_task, MGR, TASK, GObject)

/**
 * MgrTaskFunc:
 * @task: the task
 * @cancellable: cancelled when it is to end early
 * @user_data: what mgr_task_new() was given
 * @error: return location for a #GError
 *
 * What a task does. It runs in a thread of its own, or where #MgrTask:in-owner is set in
 * the context in which the task was made. It should look at @cancellable and
 * mgr_task_should_yield() now and then; what it results in goes to mgr_task_set_result().
 *
 * Returns: %TRUE if it did what it was to do, %FALSE with @error set otherwise
 *
 * Since: 1.0
 */
typedef gboolean (*MgrTaskFunc) (MgrTask       *task,
                                 GCancellable  *cancellable,
                                 gpointer       user_data,
                                 GError       **error);

MGR_AVAILABLE_IN_1_0
MgrTask            *mgr_task_new                  (const char           *name,
                                                   MgrTaskFunc           func,
                                                   gpointer              user_data,
                                                   GDestroyNotify        destroy);
MGR_AVAILABLE_IN_1_0
MgrTask            *mgr_task_new_command          (const char           *name,
                                                   const char * const   *argv);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_task_add_dependency       (MgrTask              *self,
                                                   MgrTask              *before,
                                                   GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_task_should_yield         (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
void                mgr_task_set_progress         (MgrTask              *self,
                                                   double                progress,
                                                   const char           *message);
MGR_AVAILABLE_IN_1_0
void                mgr_task_report_memory        (MgrTask              *self,
                                                   guint64               bytes);

MGR_AVAILABLE_IN_1_0
void                mgr_task_set_result           (MgrTask              *self,
                                                   const GValue         *result);

MGR_AVAILABLE_IN_1_0
const char         *mgr_task_get_name             (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
guint64             mgr_task_get_id               (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
MgrTaskState        mgr_task_get_state            (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
MgrTaskReason       mgr_task_get_reason           (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
guint               mgr_task_get_attempt          (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
guint64             mgr_task_get_grant            (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
guint64             mgr_task_get_peak             (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
int                 mgr_task_get_exit_status      (MgrTask              *self);
MGR_AVAILABLE_IN_1_0
gboolean            mgr_task_get_result           (MgrTask              *self,
                                                   GValue               *result,
                                                   GError              **error);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_task_to_variant           (MgrTask              *self) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void                mgr_task_wait_async           (MgrTask              *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
MGR_AVAILABLE_IN_1_0
gboolean            mgr_task_wait_finish          (MgrTask              *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
MGR_AVAILABLE_IN_1_0
gboolean            mgr_task_wait                 (MgrTask              *self,
                                                   GCancellable         *cancellable,
                                                   GError              **error);

G_END_DECLS
