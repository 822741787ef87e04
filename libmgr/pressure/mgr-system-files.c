/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-system-files-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-cgroup-tree-private.h"

/* No round. */
#define NEVER 0

struct _MgrSystemFiles
{
  char *key;               /* (owned) */
  guint ref_count;         /* guarded by the registry's lock */

  GMutex lock;             /* guards what follows */
  MgrProcFile *meminfo;    /* (owned) */
  MgrCgroupTree *tree;     /* (owned) */
  MgrCgroupMemory *cgroup; /* (owned) */

  /* What was read last, and in which round. */
  MgrMeminfo host;
  guint host_round;
  guint tree_round;
  MgrCgroupSummary groups;
  guint groups_round;
  MgrSwapSummary swap;
  guint swap_round;
};

/* All there are, by key. Guarded by registry_lock. */
static GHashTable *registry = NULL;
static GMutex registry_lock;

static GPrivate current_round;
static guint last_round = NEVER; /* atomic */

static guint
this_round (void)
{
  return GPOINTER_TO_UINT (g_private_get (&current_round));
}

static gboolean
is_of_this_round (guint round)
{
  return round != NEVER && round == this_round ();
}

guint
mgr_system_round_begin (void)
{
  guint outer = this_round ();
  guint round = g_atomic_int_add (&last_round, 1) + 1;

  g_private_set (&current_round, GUINT_TO_POINTER (round));
  return outer;
}

void
mgr_system_round_end (guint outer)
{
  g_private_set (&current_round, GUINT_TO_POINTER (outer));
}

static MgrSystemFiles *
system_files_new (const char *proc_path,
                  const char *cgroup_path)
{
  MgrSystemFiles *self = g_new0 (MgrSystemFiles, 1);

  g_mutex_init (&self->lock);
  self->ref_count = 1;
  self->meminfo = mgr_proc_file_new (proc_path, "meminfo");
  self->tree = mgr_cgroup_tree_new (proc_path, cgroup_path);
  self->cgroup = mgr_cgroup_memory_new (self->tree);
  return self;
}

static void
system_files_free (MgrSystemFiles *self)
{
  mgr_cgroup_memory_free (self->cgroup);
  mgr_cgroup_tree_free (self->tree);
  mgr_proc_file_free (self->meminfo);
  g_mutex_clear (&self->lock);
  g_free (self->key);
  g_free (self);
}

MgrSystemFiles *
mgr_system_files_get (const char *proc_path,
                      const char *cgroup_path)
{
  g_autofree char *key = g_strjoin ("\n", proc_path, cgroup_path, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&registry_lock);
  MgrSystemFiles *self;

  if (registry == NULL)
    registry = g_hash_table_new (g_str_hash, g_str_equal);

  self = g_hash_table_lookup (registry, key);
  if (self != NULL)
    {
      self->ref_count++;
      return self;
    }

  self = system_files_new (proc_path, cgroup_path);
  self->key = g_steal_pointer (&key);
  g_hash_table_insert (registry, self->key, self);
  return self;
}

void
mgr_system_files_unref (MgrSystemFiles *self)
{
  gboolean last;

  g_mutex_lock (&registry_lock);
  last = --self->ref_count == 0;
  if (last)
    g_hash_table_remove (registry, self->key);
  if (last && g_hash_table_size (registry) == 0)
    g_clear_pointer (&registry, g_hash_table_unref);
  g_mutex_unlock (&registry_lock);

  if (last)
    system_files_free (self);
}

void
mgr_system_files_lock (MgrSystemFiles *self)
{
  g_mutex_lock (&self->lock);
}

void
mgr_system_files_unlock (MgrSystemFiles *self)
{
  g_mutex_unlock (&self->lock);
}

const MgrMeminfo *
mgr_system_files_read_meminfo (MgrSystemFiles  *self,
                               GError         **error)
{
  if (is_of_this_round (self->host_round))
    return &self->host;

  self->host_round = NEVER;
  if (!mgr_meminfo_read (self->meminfo, &self->host, error))
    return NULL;

  self->host_round = this_round ();
  return &self->host;
}

static gboolean
system_files_update_tree (MgrSystemFiles  *self,
                          GError         **error)
{
  gboolean changed = FALSE;
  gboolean success;

  if (is_of_this_round (self->tree_round))
    return TRUE;

  success = mgr_cgroup_tree_update (self->tree, &changed, error);
  self->tree_round = success ? this_round () : NEVER;

  /* The summaries name directories of the tree as it was. */
  if (changed)
    self->groups_round = self->swap_round = NEVER;

  return success;
}

const MgrCgroupSummary *
mgr_system_files_read_cgroup (MgrSystemFiles  *self,
                              GError         **error)
{
  if (is_of_this_round (self->groups_round))
    return &self->groups;

  self->groups_round = NEVER;
  if (!system_files_update_tree (self, error) ||
      !mgr_cgroup_memory_read (self->cgroup, &self->groups, error))
    return NULL;

  self->groups_round = this_round ();
  return &self->groups;
}

const MgrSwapSummary *
mgr_system_files_read_swap (MgrSystemFiles  *self,
                            GError         **error)
{
  const MgrMeminfo *host;

  if (is_of_this_round (self->swap_round))
    return &self->swap;

  self->swap_round = NEVER;
  host = mgr_system_files_read_meminfo (self, error);
  if (host == NULL)
    return NULL;

  if (host->swap_total == MGR_NO_LIMIT)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable SwapTotal and SwapFree",
                   mgr_proc_file_get_display_path (self->meminfo));
      return NULL;
    }

  /* Where the groups cannot be found the machine's swap space is what is known. */
  system_files_update_tree (self, NULL);
  if (!mgr_cgroup_memory_read_swap (self->cgroup, host, &self->swap, error))
    return NULL;

  self->swap_round = this_round ();
  return &self->swap;
}

guint
mgr_system_files_get_cgroup_version (MgrSystemFiles *self)
{
  return mgr_cgroup_tree_get_version (self->tree);
}

const char *
mgr_system_files_find_unified_dir (MgrSystemFiles  *self,
                                   GError         **error)
{
  const char *directory;

  if (!system_files_update_tree (self, error))
    return NULL;

  directory = mgr_cgroup_tree_get_unified_dir (self->tree);
  if (directory == NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                         "No mount shows the v2 cgroup of this process: "
                         "mount cgroup2 to have its pressure seen");
  return directory;
}

const char *
mgr_system_files_get_meminfo_path (MgrSystemFiles *self)
{
  return mgr_proc_file_get_display_path (self->meminfo);
}
