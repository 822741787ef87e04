/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The memory cgroups above this process, read as one. */
typedef struct _MgrCgroupMemory MgrCgroupMemory;

/* Sizes are bytes, or MGR_NO_LIMIT; a directory is NULL where there is no limit,
 * and lasts until the next read. */
typedef struct
{
  guint64 limit;
  const char *limit_directory;
  guint64 soft_limit;
  const char *soft_limit_directory;
  guint64 headroom;               /* until the first group is throttled or killed */
  const char *headroom_directory;
  guint64 fullest_used;           /* in the group that is filled to the largest share */
  guint64 fullest_limit;          /* its hard or soft limit */
  gboolean sees_root;             /* no limit can hide above what is visible */
} MgrCgroupSummary;

MgrCgroupMemory *mgr_cgroup_memory_new         (const char        *proc_path,
                                                const char        *cgroup_path);
void             mgr_cgroup_memory_free        (MgrCgroupMemory   *self);
guint            mgr_cgroup_memory_get_version (MgrCgroupMemory   *self);
gboolean         mgr_cgroup_memory_read        (MgrCgroupMemory   *self,
                                                MgrCgroupSummary  *summary,
                                                GError           **error);

G_END_DECLS
