/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-group-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-cgroup-reclaimable-private.h"
#include "pressure/mgr-proc-file-private.h"

struct _MgrCgroupGroup
{
  char *directory;       /* (owned) */
  guint version;
  MgrProcFile *current;  /* (owned) */
  MgrProcFile *stat;     /* (owned) */
  MgrProcFile *max;      /* (owned) */
  MgrProcFile *high;     /* (owned), v2 only */

  /* On v1 swap space alone has no files: these have memory and swap together. */
  MgrProcFile *swap_current; /* (owned) */
  MgrProcFile *swap_max;     /* (owned) */
};

MgrCgroupGroup *
mgr_cgroup_group_new (const char *directory,
                      guint       version)
{
  MgrCgroupGroup *self = g_new0 (MgrCgroupGroup, 1);

  self->directory = g_strdup (directory);
  self->version = version;
  self->stat = mgr_proc_file_new (directory, "memory.stat");
  if (version == 1)
    {
      self->current = mgr_proc_file_new (directory, "memory.usage_in_bytes");
      self->max = mgr_proc_file_new (directory, "memory.limit_in_bytes");
      self->swap_current = mgr_proc_file_new (directory, "memory.memsw.usage_in_bytes");
      self->swap_max = mgr_proc_file_new (directory, "memory.memsw.limit_in_bytes");
    }
  else
    {
      self->current = mgr_proc_file_new (directory, "memory.current");
      self->max = mgr_proc_file_new (directory, "memory.max");
      self->high = mgr_proc_file_new (directory, "memory.high");
      self->swap_current = mgr_proc_file_new (directory, "memory.swap.current");
      self->swap_max = mgr_proc_file_new (directory, "memory.swap.max");
    }

  return self;
}

void
mgr_cgroup_group_free (MgrCgroupGroup *self)
{
  g_clear_pointer (&self->current, mgr_proc_file_free);
  g_clear_pointer (&self->stat, mgr_proc_file_free);
  g_clear_pointer (&self->max, mgr_proc_file_free);
  g_clear_pointer (&self->high, mgr_proc_file_free);
  g_clear_pointer (&self->swap_current, mgr_proc_file_free);
  g_clear_pointer (&self->swap_max, mgr_proc_file_free);
  g_free (self->directory);
  g_free (self);
}

const char *
mgr_cgroup_group_get_directory (MgrCgroupGroup *self)
{
  return self->directory;
}

static gboolean
set_no_number_error (MgrProcFile  *file,
                     GError      **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The file “%s” holds no number of bytes", mgr_proc_file_get_display_path (file));
  return FALSE;
}

static gboolean
read_limit (MgrProcFile  *file,
            guint64      *out_limit,
            GError      **error)
{
  const char *text = mgr_proc_file_read (file, error);

  if (text == NULL)
    return FALSE;

  return mgr_proc_text_limit (text, out_limit) || set_no_number_error (file, error);
}

static gboolean
read_amount (MgrProcFile  *file,
             guint64      *out_amount,
             GError      **error)
{
  const char *text = mgr_proc_file_read (file, error);

  if (text == NULL)
    return FALSE;

  return mgr_proc_text_amount (text, out_amount) || set_no_number_error (file, error);
}

/* A use is no limit: nothing is too large, and there is no `max`. */
static gboolean
read_use (MgrProcFile  *file,
          guint64      *out_use,
          GError      **error)
{
  const char *text = mgr_proc_file_read (file, error);
  const char *end = NULL;

  if (text == NULL)
    return FALSE;

  return (mgr_proc_text_number (text, &end, out_use) && *end == '\n') ||
         set_no_number_error (file, error);
}

/* A group that has some of its files has to have them all: an absent one is a
 * fault and not a group without limits. */
static gboolean
require (gboolean   success,
         GError   **error)
{
  if (!success && error != NULL && *error != NULL)
    (*error)->code = MGR_ERROR_FAILED;

  return success;
}

static gboolean
stat_lookup (MgrCgroupGroup  *self,
             const char      *text,
             const char      *key,
             guint64         *out_value,
             GError         **error)
{
  if (mgr_proc_text_lookup (text, key, out_value))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The file “%s” has no usable %s", mgr_proc_file_get_display_path (self->stat), key);
  return FALSE;
}

/* `cache` is of no use here: shared memory and tmpfs sit in it. */
static gboolean
read_stat (MgrCgroupGroup    *self,
           MgrCgroupFigures  *figures,
           GError           **error)
{
  const char *text = mgr_proc_file_read (self->stat, error);
  gboolean v1 = self->version == 1;
  guint64 inactive_file = 0;
  guint64 active_file = 0;
  guint64 slab = 0;

  if (!require (text != NULL, error) ||
      !stat_lookup (self, text, v1 ? "total_inactive_file" : "inactive_file",
                    &inactive_file, error) ||
      !stat_lookup (self, text, v1 ? "total_active_file" : "active_file", &active_file, error))
    return FALSE;

  /* v1 does not count it. */
  if (!v1 && !mgr_proc_text_lookup (text, "slab_reclaimable", &slab))
    slab = 0;

  if (v1)
    {
      if (!stat_lookup (self, text, "hierarchical_memory_limit", &figures->limit, error))
        return FALSE;
      figures->limit = mgr_limit_normalize (figures->limit);
    }

  figures->reclaimable =
    mgr_cgroup_reclaimable (figures->current, inactive_file, active_file, slab);
  return TRUE;
}

gboolean
mgr_cgroup_group_read (MgrCgroupGroup    *self,
                       MgrCgroupFigures  *figures,
                       GError           **error)
{
  figures->limit = MGR_NO_LIMIT;
  figures->soft_limit = MGR_NO_LIMIT;

  if (!read_use (self->current, &figures->current, error))
    return FALSE;

  if (self->version != 1 &&
      (!require (read_limit (self->max, &figures->limit, error), error) ||
       !require (read_limit (self->high, &figures->soft_limit, error), error)))
    return FALSE;

  /* Where nothing limits the group the costly file has nothing to tell. */
  if (self->version != 1 &&
      figures->limit == MGR_NO_LIMIT && figures->soft_limit == MGR_NO_LIMIT)
    return TRUE;

  return read_stat (self, figures, error);
}

/* What the group may have together, less what it may have in memory, is what may be
 * in swap. */
static gboolean
read_swap_v1 (MgrCgroupGroup  *self,
              MgrCgroupSwap   *swap,
              GError         **error)
{
  guint64 limit = 0;
  guint64 used = 0;

  if (!require (read_amount (self->max, &limit, error), error) ||
      !require (read_use (self->current, &used, error), error))
    return FALSE;

  if (swap->limit != MGR_NO_LIMIT)
    swap->limit -= MIN (limit, swap->limit);
  swap->used -= MIN (used, swap->used);
  return TRUE;
}

gboolean
mgr_cgroup_group_read_swap (MgrCgroupGroup  *self,
                            MgrCgroupSwap   *swap,
                            GError         **error)
{
  if (!read_amount (self->swap_max, &swap->limit, error) ||
      !require (read_use (self->swap_current, &swap->used, error), error))
    return FALSE;

  return self->version != 1 || read_swap_v1 (self, swap, error);
}
