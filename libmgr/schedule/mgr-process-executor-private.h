/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-notifier.h"
#include "schedule/mgr-process-executor.h"
#include "schedule/mgr-process-table-private.h"

G_BEGIN_DECLS

struct _MgrProcessExecutor
{
  GObject parent_instance;

  char *name;                     /* (owned) */
  MgrPressureMonitor *monitor;    /* (owned) (nullable): children are told of no pressure */
  char *proc_path;                /* (owned) (nullable) */
  char *cgroup_path;              /* (owned) (nullable) */
  char *state_directory;          /* (owned) (nullable): what runs is not found again */
  gint64 grace;                   /* µs */
  guint64 kept_output;            /* bytes */
  gboolean uses_cgroups;
  gboolean foreground;

  GMutex lock;                    /* guards what is made with the first attempt, as follows */
  GMainContext *context;          /* (owned) (nullable), of the thread; never changes then */
  GMainLoop *loop;                /* (owned) (nullable) */
  GThread *thread;                /* (owned) (nullable) */
  MgrPressureNotifier *notifier;  /* (owned) (nullable) */
  char *notifier_directory;       /* (owned) (nullable) */
  char *place;                    /* (owned) (nullable): where groups are made */
  guint version;                  /* of the hierarchy it is in */
  guint n_started;
  GPtrArray *survivors;           /* (owned) (nullable) (element-type MgrProcessRecord) */

  GPtrArray *runs;                /* (owned) (element-type MgrProcessRun): of the thread */
  GSource *look;                  /* (owned) (nullable), of the thread, while there are runs */
};

/* In the thread of the executor: looks after what runs, from now on or no more. */
void mgr_process_executor_add_run    (MgrProcessExecutor *self,
                                      gpointer            run);
void mgr_process_executor_remove_run (MgrProcessExecutor *self,
                                      gpointer            run);

G_END_DECLS
