/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-process-executor-private.h"
#include "schedule/mgr-process-record-private.h"
#include "schedule/mgr-output-tail-private.h"
#include "schedule/mgr-spawn-private.h"
#include "schedule/mgr-task-cgroup-private.h"

G_BEGIN_DECLS

/* What a process is started with, and what stays of that while it runs. */
typedef struct
{
  MgrChild child;
  MgrTaskCgroup *group;     /* (owned) (nullable): none could be made */
  MgrOutputTail *output;    /* (owned) (nullable): it goes elsewhere */
  MgrProcessRecord *record; /* (owned) (nullable): it is not found again */
  char *mark;               /* (owned): a variable in the environment of all its processes */
} MgrProcessLaunch;

/* Makes the group, the files and the record, and starts the command of @task. What was
 * made is undone where that fails. Any thread. */
gboolean mgr_process_launch       (MgrProcessExecutor  *executor,
                                   MgrTask             *task,
                                   guint64              limit,
                                   MgrProcessLaunch    *launch,
                                   GError             **error);
void     mgr_process_launch_clear (MgrProcessLaunch    *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrProcessLaunch, mgr_process_launch_clear)

G_END_DECLS
