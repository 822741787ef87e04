/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-process-table-private.h"
#include "schedule/mgr-task-private.h"

G_BEGIN_DECLS

/* What a program writes down of a process that it started, so that it finds it again after
 * it was started anew itself. */
typedef struct
{
  char *path;       /* (owned): of its file */
  char *name;       /* (owned), of the task */
  char *identity;   /* (owned) (nullable): of all that decides what it does; %NULL in a
                     * record that does not say so */
  char *mark;       /* (owned): a variable in the environment of all its processes */
  char *group;      /* (owned) (nullable): the directory of its cgroup */
  guint version;
  char *exit_path;  /* (owned), where its exit status is written */
} MgrProcessRecord;

MgrProcessRecord *mgr_process_record_new     (const char        *directory,
                                              const char        *id,
                                              MgrTask           *task);
void              mgr_process_record_free    (MgrProcessRecord  *self);
gboolean          mgr_process_record_save    (MgrProcessRecord  *self,
                                              GError           **error);

/* Removes its files. */
void              mgr_process_record_remove  (MgrProcessRecord  *self);

/* (element-type MgrProcessRecord): those of which nobody knows what became */
GPtrArray        *mgr_process_records_load   (const char        *directory) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is of a task that does the same as @task, in the same place. */
gboolean          mgr_process_record_matches (MgrProcessRecord  *self,
                                              MgrTask           *task);

/* Finds the process that leads what was started, by its mark: no number had to be written
 * down after it was started, when there might have been nobody left to do so. */
gboolean          mgr_process_record_find    (MgrProcessRecord  *self,
                                              const char        *proc_path,
                                              pid_t             *pid,
                                              guint64           *start);
gboolean          mgr_process_record_read_exit (MgrProcessRecord *self,
                                              int               *exit_status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrProcessRecord, mgr_process_record_free)

G_END_DECLS
