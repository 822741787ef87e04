/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-task-private.h"

G_BEGIN_DECLS

#define MGR_TYPE_TASK_LIST (mgr_task_list_get_type ())

/* The tasks of a scheduler by id, as its owner sees them: all that are not finished and
 * the last that are. Owner's context only. */
G_DECLARE_FINAL_TYPE (MgrTaskList, mgr_task_list, MGR, TASK_LIST, GObject)

MgrTaskList *mgr_task_list_new    (guint         n_finished_kept) G_GNUC_WARN_UNUSED_RESULT;
/* All of @tasks came after those that are in. */
void         mgr_task_list_append (MgrTaskList  *self,
                                   GPtrArray    *tasks);
/* @task stays as one of the last that are finished. */
void         mgr_task_list_finish (MgrTaskList  *self,
                                   MgrTask      *task);
/* Returns: (transfer full) (nullable) */
MgrTask     *mgr_task_list_lookup (MgrTaskList  *self,
                                   guint64       id);

G_END_DECLS
