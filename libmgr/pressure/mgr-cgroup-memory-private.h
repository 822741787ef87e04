/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-cgroup-tree-private.h"
#include "pressure/mgr-meminfo-private.h"

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

/* Swap space that this process may use, in bytes: the bound that leaves least. */
typedef struct
{
  guint64 limit;
  guint64 used;
  guint64 available;
  const char *directory; /* of the group that bounds it; NULL: the machine does */
  guint64 least_limit;   /* of all bounds */
} MgrSwapSummary;

/* @tree has to outlive it, and to be up to date when it is read. */
MgrCgroupMemory *mgr_cgroup_memory_new       (MgrCgroupTree     *tree);
void             mgr_cgroup_memory_free      (MgrCgroupMemory   *self);
gboolean         mgr_cgroup_memory_read      (MgrCgroupMemory   *self,
                                              MgrCgroupSummary  *summary,
                                              GError           **error);

/* Without a memory cgroup the machine's swap space is all there is to know. */
gboolean         mgr_cgroup_memory_read_swap (MgrCgroupMemory   *self,
                                              const MgrMeminfo  *host,
                                              MgrSwapSummary    *summary,
                                              GError           **error);

G_END_DECLS
