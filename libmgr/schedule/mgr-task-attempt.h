/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-task.h"

G_BEGIN_DECLS

#define MGR_TYPE_TASK_ATTEMPT (mgr_task_attempt_get_type ())

typedef struct _MgrTaskAttempt MgrTaskAttempt;

MGR_AVAILABLE_IN_1_0
GType           mgr_task_attempt_get_type         (void) G_GNUC_CONST;
MGR_AVAILABLE_IN_1_0
MgrTaskAttempt *mgr_task_attempt_ref              (MgrTaskAttempt  *self);
MGR_AVAILABLE_IN_1_0
void            mgr_task_attempt_unref            (MgrTaskAttempt  *self);

MGR_AVAILABLE_IN_1_0
MgrTask        *mgr_task_attempt_get_task         (MgrTaskAttempt  *self);
MGR_AVAILABLE_IN_1_0
guint           mgr_task_attempt_get_number       (MgrTaskAttempt  *self);
MGR_AVAILABLE_IN_1_0
guint64         mgr_task_attempt_get_grant        (MgrTaskAttempt  *self);
MGR_AVAILABLE_IN_1_0
GCancellable   *mgr_task_attempt_get_cancellable  (MgrTaskAttempt  *self);

/* An executor tells, from any thread. What comes after the end is ignored. */
MGR_AVAILABLE_IN_1_0
void            mgr_task_attempt_report_measured  (MgrTaskAttempt  *self,
                                                   guint64          bytes);
MGR_AVAILABLE_IN_1_0
void            mgr_task_attempt_report_finished  (MgrTaskAttempt  *self,
                                                   MgrTaskReason    reason,
                                                   int              exit_status,
                                                   const GError    *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTaskAttempt, mgr_task_attempt_unref)

G_END_DECLS
