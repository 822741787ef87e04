/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-process-executor-private.h"
#include "schedule/mgr-process-record-private.h"

G_BEGIN_DECLS

/* A process of an attempt, from its start until nothing of it is left. */
typedef struct _MgrProcessRun MgrProcessRun;

/* Starts the command of @attempt; any thread. */
gboolean mgr_process_run_start (MgrProcessExecutor  *executor,
                                MgrTaskAttempt      *attempt,
                                GError             **error);

/* Goes on with what @record says, as @attempt: what runs is watched again, what has ended
 * is told, and what nobody knows of any more is lost. Any thread; takes @record. */
void     mgr_process_run_adopt (MgrProcessExecutor  *executor,
                                MgrTaskAttempt      *attempt,
                                MgrProcessRecord    *record);

/* Any thread: asks it to end, and sees to it after a while, or at once. */
void     mgr_process_run_stop  (MgrTaskAttempt      *attempt);
void     mgr_process_run_kill  (MgrTaskAttempt      *attempt);

/* In the thread of the executor. @table is read when it is first needed. */
void     mgr_process_run_look  (MgrProcessRun       *self,
                                MgrProcessTable    **table);
void     mgr_process_run_unref (MgrProcessRun       *self);

G_END_DECLS
