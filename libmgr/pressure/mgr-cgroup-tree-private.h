/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Where this process stands in the cgroup hierarchies, chosen per controller:
 * memory may be on v1 while the pressure files are on v2. */
typedef struct _MgrCgroupTree MgrCgroupTree;

/* @proc_path stands for /proc. @cgroup_path, where not NULL, is a directory under
 * which the mount points named in mountinfo are looked for. */
MgrCgroupTree      *mgr_cgroup_tree_new             (const char     *proc_path,
                                                     const char     *cgroup_path);
void                mgr_cgroup_tree_free            (MgrCgroupTree  *self);

/* Reads the membership again; cheap while it is the same as before. */
gboolean            mgr_cgroup_tree_update          (MgrCgroupTree  *self,
                                                     gboolean       *out_changed,
                                                     GError        **error);

/* A number that is another after each change. */
guint               mgr_cgroup_tree_get_generation  (MgrCgroupTree  *self);

/* Version of the hierarchy with the memory controller: 1, 2, or 0 for none. */
guint               mgr_cgroup_tree_get_version     (MgrCgroupTree  *self);

/* The visible directories of that hierarchy: the own group first, then its
 * ancestors up to the mount point. */
const char * const *mgr_cgroup_tree_get_memory_dirs (MgrCgroupTree  *self);

/* Whether the mount shows the hierarchy from its root, or the namespace's, and
 * whether this process is in that very group. */
gboolean            mgr_cgroup_tree_has_root        (MgrCgroupTree  *self);
gboolean            mgr_cgroup_tree_is_in_root      (MgrCgroupTree  *self);

/* The own group on v2, or NULL. */
const char         *mgr_cgroup_tree_get_unified_dir (MgrCgroupTree  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCgroupTree, mgr_cgroup_tree_free)

G_END_DECLS
