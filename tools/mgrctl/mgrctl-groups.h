/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a process stands in the cgroup hierarchies: memory may be on v1 while the
 * pressure files are on v2. */
typedef struct
{
  guint version;    /* of the hierarchy with the memory controller: 1, 2, or 0: none */
  char *memory;     /* (owned) (nullable): the nearest visible group there */
  char *unified;    /* (owned) (nullable): the nearest visible group on v2 */
  gboolean exact;   /* memory is the process's very group */
} MgrctlGroups;

/* @process is `self` or a process id; @cgroup_path is a directory under which the
 * mount points are looked for.
 *
 * Returns: (transfer full): what was found, which may be nothing */
MgrctlGroups *mgrctl_groups_find (const char *proc_path,
                                  const char *cgroup_path,
                                  const char *process);

/* Returns: (transfer full): the group, or the groups, that somebody named */
MgrctlGroups *mgrctl_groups_name (const char * const  *directories,
                                  GError             **error);

void          mgrctl_groups_free (MgrctlGroups *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlGroups, mgrctl_groups_free)

G_END_DECLS
