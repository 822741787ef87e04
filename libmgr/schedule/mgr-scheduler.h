/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-executor.h"
#include "schedule/mgr-scheduler-statistics.h"

G_BEGIN_DECLS

#define MGR_TYPE_SCHEDULER (mgr_scheduler_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrScheduler, mgr_scheduler, MGR, SCHEDULER, GObject)

MGR_AVAILABLE_IN_1_0
gboolean                mgr_scheduler_submit          (MgrScheduler      *self,
                                                       MgrTask           *task,
                                                       GError           **error);
MGR_AVAILABLE_IN_1_0
gboolean                mgr_scheduler_cancel          (MgrScheduler      *self,
                                                       MgrTask           *task,
                                                       GError           **error);
MGR_AVAILABLE_IN_1_0
void                    mgr_scheduler_pause           (MgrScheduler      *self);
MGR_AVAILABLE_IN_1_0
void                    mgr_scheduler_resume          (MgrScheduler      *self);
MGR_AVAILABLE_IN_1_0
gboolean                mgr_scheduler_get_paused      (MgrScheduler      *self);

MGR_AVAILABLE_IN_1_0
GListModel             *mgr_scheduler_get_tasks       (MgrScheduler      *self);
MGR_AVAILABLE_IN_1_0
MgrTask                *mgr_scheduler_lookup          (MgrScheduler      *self,
                                                       guint64            id);
MGR_AVAILABLE_IN_1_0
char                   *mgr_scheduler_explain         (MgrScheduler      *self,
                                                       MgrTask           *task);

MGR_AVAILABLE_IN_1_0
gboolean                mgr_scheduler_add_executor    (MgrScheduler      *self,
                                                       MgrExecutor       *executor,
                                                       GError           **error);
MGR_AVAILABLE_IN_1_0
MgrExecutor            *mgr_scheduler_lookup_executor (MgrScheduler      *self,
                                                       const char        *name);

MGR_AVAILABLE_IN_1_0
MgrSchedulerStatistics *mgr_scheduler_get_statistics  (MgrScheduler      *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
