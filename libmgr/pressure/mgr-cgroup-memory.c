/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-memory-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-cgroup-group-private.h"

struct _MgrCgroupMemory
{
  MgrCgroupTree *tree; /* (unowned) */
  guint generation;    /* of the tree, when groups was made; 0: never */
  GPtrArray *groups;   /* (owned) (element-type MgrCgroupGroup): the own one first */
};

MgrCgroupMemory *
mgr_cgroup_memory_new (MgrCgroupTree *tree)
{
  MgrCgroupMemory *self = g_new0 (MgrCgroupMemory, 1);

  self->tree = tree;
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cgroup_group_free);
  return self;
}

void
mgr_cgroup_memory_free (MgrCgroupMemory *self)
{
  g_ptr_array_unref (self->groups);
  g_free (self);
}

static void
cgroup_memory_update (MgrCgroupMemory *self)
{
  const char * const *directories = mgr_cgroup_tree_get_memory_dirs (self->tree);
  guint version = mgr_cgroup_tree_get_version (self->tree);

  if (self->generation == mgr_cgroup_tree_get_generation (self->tree))
    return;

  self->generation = mgr_cgroup_tree_get_generation (self->tree);
  g_ptr_array_set_size (self->groups, 0);
  for (gsize i = 0; directories[i] != NULL; i++)
    g_ptr_array_add (self->groups, mgr_cgroup_group_new (directories[i], version));
}

static double
share (guint64 used,
       guint64 limit)
{
  return (double) used / (double) limit;
}

static void
summary_add (MgrCgroupSummary       *summary,
             const char             *directory,
             const MgrCgroupFigures *figures)
{
  guint64 used = figures->current - figures->reclaimable;
  guint64 bound = MIN (figures->limit, figures->soft_limit);
  guint64 headroom = bound > used ? bound - used : 0;

  if (figures->limit < summary->limit)
    {
      summary->limit = figures->limit;
      summary->limit_directory = directory;
    }

  if (figures->soft_limit < summary->soft_limit)
    {
      summary->soft_limit = figures->soft_limit;
      summary->soft_limit_directory = directory;
    }

  if (bound == MGR_NO_LIMIT)
    return;

  if (summary->headroom_directory == NULL || headroom < summary->headroom)
    {
      summary->headroom = headroom;
      summary->headroom_directory = directory;
    }

  if (summary->fullest_limit == MGR_NO_LIMIT ||
      share (used, bound) > share (summary->fullest_used, summary->fullest_limit))
    {
      summary->fullest_used = used;
      summary->fullest_limit = bound;
    }
}

/* v1 answers for all its ancestors, seen or not. On v2 the real root is the one
 * group without memory files; where the topmost visible group has them, more may
 * stand above it. */
static gboolean
cgroup_memory_sees_root (MgrCgroupMemory *self,
                         gboolean         top_has_files)
{
  if (mgr_cgroup_tree_get_version (self->tree) == 1)
    return TRUE;

  return mgr_cgroup_tree_has_root (self->tree) && !top_has_files;
}

/* Reads every group that has memory files and returns their number, or -1. */
static int
cgroup_memory_sum_up (MgrCgroupMemory   *self,
                      MgrCgroupSummary  *summary,
                      GError           **error)
{
  gboolean has_files = FALSE;
  int n_read = 0;

  for (guint i = 0; i < self->groups->len; i++)
    {
      MgrCgroupGroup *group = g_ptr_array_index (self->groups, i);
      g_autoptr (GError) local_error = NULL;
      MgrCgroupFigures figures = { 0 };

      has_files = mgr_cgroup_group_read (group, &figures, &local_error);
      if (has_files)
        {
          summary_add (summary, mgr_cgroup_group_get_directory (group), &figures);
          n_read++;

          /* A v1 group tells of the limits above it: without any they need no look. */
          if (mgr_cgroup_tree_get_version (self->tree) == 1 && figures.limit == MGR_NO_LIMIT)
            break;
        }
      else if (!g_error_matches (local_error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
    }

  summary->sees_root = cgroup_memory_sees_root (self, has_files);
  return n_read;
}

gboolean
mgr_cgroup_memory_read (MgrCgroupMemory   *self,
                        MgrCgroupSummary  *summary,
                        GError           **error)
{
  int n_read;

  *summary = (MgrCgroupSummary) {
    .limit = MGR_NO_LIMIT,
    .soft_limit = MGR_NO_LIMIT,
    .headroom = MGR_NO_LIMIT,
    .fullest_limit = MGR_NO_LIMIT,
  };

  cgroup_memory_update (self);
  if (self->groups->len == 0)
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                           "No mount shows the memory cgroup of this process: "
                           "mount a cgroup hierarchy to have its limits seen");
      return FALSE;
    }

  n_read = cgroup_memory_sum_up (self, summary, error);
  if (n_read < 0)
    return FALSE;

  /* A process in the root group is free of limits; elsewhere files are due. */
  if (n_read == 0 && !mgr_cgroup_tree_is_in_root (self->tree))
    {
      MgrCgroupGroup *top = g_ptr_array_index (self->groups, self->groups->len - 1);
      g_autofree char *shown = g_filename_display_name (mgr_cgroup_group_get_directory (top));

      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "The cgroup “%s” and those below it have no memory files: "
                   "enable the memory controller for them in cgroup.subtree_control", shown);
      return FALSE;
    }

  return TRUE;
}

static void
swap_summary_add (MgrSwapSummary      *summary,
                  const char          *directory,
                  const MgrCgroupSwap *swap)
{
  guint64 available = swap->limit > swap->used ? swap->limit - swap->used : 0;

  if (swap->limit == MGR_NO_LIMIT)
    return;

  summary->least_limit = MIN (summary->least_limit, swap->limit);
  if (available > summary->available ||
      (available == summary->available && swap->limit >= summary->limit))
    return;

  summary->limit = swap->limit;
  summary->used = swap->used;
  summary->available = available;
  summary->directory = directory;
}

gboolean
mgr_cgroup_memory_read_swap (MgrCgroupMemory   *self,
                             const MgrMeminfo  *host,
                             MgrSwapSummary    *summary,
                             GError           **error)
{
  *summary = (MgrSwapSummary) {
    .limit = host->swap_total,
    .used = host->swap_total - host->swap_free,
    .available = host->swap_free,
    .least_limit = host->swap_total,
  };

  /* No group can allow what the machine does not have. */
  if (host->swap_total == 0)
    return TRUE;

  cgroup_memory_update (self);
  for (guint i = 0; i < self->groups->len; i++)
    {
      MgrCgroupGroup *group = g_ptr_array_index (self->groups, i);
      g_autoptr (GError) local_error = NULL;
      MgrCgroupSwap swap = { 0 };

      if (mgr_cgroup_group_read_swap (group, &swap, &local_error))
        {
          swap_summary_add (summary, mgr_cgroup_group_get_directory (group), &swap);
        }
      else if (!g_error_matches (local_error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }

  return TRUE;
}
