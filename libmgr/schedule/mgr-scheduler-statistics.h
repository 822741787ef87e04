/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"
#include "schedule/mgr-schedule-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_SCHEDULER_STATISTICS (mgr_scheduler_statistics_get_type ())

typedef struct _MgrSchedulerStatistics MgrSchedulerStatistics;

MGR_AVAILABLE_IN_1_0
GType                   mgr_scheduler_statistics_get_type            (void) G_GNUC_CONST;
MGR_AVAILABLE_IN_1_0
MgrSchedulerStatistics *mgr_scheduler_statistics_ref                 (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
void                    mgr_scheduler_statistics_unref               (MgrSchedulerStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_submitted       (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint                   mgr_scheduler_statistics_get_waiting         (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint                   mgr_scheduler_statistics_get_running         (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_ended           (MgrSchedulerStatistics *self,
                                                                      MgrTaskReason           reason);
MGR_AVAILABLE_IN_1_0
double                  mgr_scheduler_statistics_get_completion_rate (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
double                  mgr_scheduler_statistics_get_mean_wait       (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
gint64                  mgr_scheduler_statistics_get_wait            (MgrSchedulerStatistics *self,
                                                                      double                  share);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_backfilled      (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_preempted       (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_oom             (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_reserved        (MgrSchedulerStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64                 mgr_scheduler_statistics_get_overcommit      (MgrSchedulerStatistics *self);

MGR_AVAILABLE_IN_1_0
GVariant               *mgr_scheduler_statistics_to_variant          (MgrSchedulerStatistics *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSchedulerStatistics, mgr_scheduler_statistics_unref)

G_END_DECLS
