/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The memory cgroup of one task, on v2 or v1. */
typedef struct _MgrTaskCgroup MgrTaskCgroup;

/* Finds where this process may make groups with a limit: the directory, and in
 * @version the hierarchy. %MGR_ERROR_NOT_AVAILABLE says why there is none. */
char          *mgr_task_cgroup_find_place   (const char     *proc_path,
                                             const char     *cgroup_path,
                                             guint          *version,
                                             GError        **error);

/* Makes a group @name in @place, or takes the one that is there. */
MgrTaskCgroup *mgr_task_cgroup_new          (const char     *place,
                                             const char     *name,
                                             guint           version,
                                             GError        **error);
MgrTaskCgroup *mgr_task_cgroup_open         (const char     *directory,
                                             guint           version);

/* Leaves the group as it is. */
void           mgr_task_cgroup_free         (MgrTaskCgroup  *self);
const char    *mgr_task_cgroup_get_directory (MgrTaskCgroup *self);
guint          mgr_task_cgroup_get_version  (MgrTaskCgroup  *self);

/* The file that a process writes 0 to in order to enter. */
char          *mgr_task_cgroup_get_entrance (MgrTaskCgroup  *self);

/* Memory and swap together, so that what is over it ends and does not crawl. */
gboolean       mgr_task_cgroup_set_limit    (MgrTaskCgroup  *self,
                                             guint64         bytes,
                                             GError        **error);

/* Bytes without what the kernel gives back unasked; %FALSE where the group is gone. */
gboolean       mgr_task_cgroup_read_used    (MgrTaskCgroup  *self,
                                             guint64        *bytes);

/* The most there was of that: at least what is known for certain. */
guint64        mgr_task_cgroup_read_peak    (MgrTaskCgroup  *self);

/* How many of its processes the kernel ended for want of memory. */
guint64        mgr_task_cgroup_read_ooms    (MgrTaskCgroup  *self);

gboolean       mgr_task_cgroup_is_empty     (MgrTaskCgroup  *self);

/* Kills the processes in it; those that just come to be need another call. */
void           mgr_task_cgroup_kill         (MgrTaskCgroup  *self);

/* Removes it; %FALSE while there is a process in it. */
gboolean       mgr_task_cgroup_remove       (MgrTaskCgroup  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTaskCgroup, mgr_task_cgroup_free)

G_END_DECLS
