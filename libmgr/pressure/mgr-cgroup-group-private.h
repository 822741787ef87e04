/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The memory files of one cgroup, kept open. */
typedef struct _MgrCgroupGroup MgrCgroupGroup;

typedef struct
{
  guint64 limit;       /* bytes, or MGR_NO_LIMIT */
  guint64 soft_limit;  /* bytes, or MGR_NO_LIMIT */
  guint64 current;     /* bytes, with the page cache */
  guint64 reclaimable; /* bytes of current that the kernel gives back unasked */
} MgrCgroupFigures;

typedef struct
{
  guint64 limit; /* bytes of swap space, or MGR_NO_LIMIT; 0 is a limit */
  guint64 used;  /* bytes */
} MgrCgroupSwap;

MgrCgroupGroup *mgr_cgroup_group_new           (const char        *directory,
                                                guint              version);
void            mgr_cgroup_group_free          (MgrCgroupGroup    *self);
const char     *mgr_cgroup_group_get_directory (MgrCgroupGroup    *self);

/* The error is MGR_ERROR_NOT_AVAILABLE where the group has no memory files, as the
 * root has none on v2; any other says which file is not as it should be. */
gboolean        mgr_cgroup_group_read          (MgrCgroupGroup    *self,
                                                MgrCgroupFigures  *figures,
                                                GError           **error);

/* MGR_ERROR_NOT_AVAILABLE where the kernel keeps no account of the group's swap. */
gboolean        mgr_cgroup_group_read_swap     (MgrCgroupGroup    *self,
                                                MgrCgroupSwap     *swap,
                                                GError           **error);

G_END_DECLS
