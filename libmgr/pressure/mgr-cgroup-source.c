/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-source.h"

#include "pressure/mgr-system-source-private.h"

/**
 * SECTION:mgr-cgroup-source
 * @title: MgrCgroupSource
 * @short_description: how short memory is in the cgroup of this process
 *
 * It reads the memory cgroup of this process and all its visible ancestors, on
 * v1, v2 or a mixture of both. In each group, what counts as used is the current
 * use less what the kernel gives back unasked (the inactive files, half of the
 * active ones and half of the slab it can reclaim), and the limit is memory.max
 * or, where it is less, memory.high, from which on the group is throttled;
 * memory.low and memory.min are protections and no limits.
 *
 * A reading tells use and limit of the group that is filled to the largest share,
 * and as available the smallest room that is left in any group and on the
 * machine. A process without limits gets a reading with a limit of 0.
 */

/**
 * MgrCgroupSource:
 *
 * A #MgrPressureSource called “cgroup”, of the scope %MGR_PRESSURE_SCOPE_GROUP.
 *
 * Since: 1.0
 */
struct _MgrCgroupSource
{
  MgrSystemSource parent_instance;
};

G_DEFINE_FINAL_TYPE (MgrCgroupSource, mgr_cgroup_source, MGR_TYPE_SYSTEM_SOURCE)

static const char *
mgr_cgroup_source_source_name (MgrSystemSource *source)
{
  return "cgroup";
}

static MgrPressureReading *
mgr_cgroup_source_measure (MgrSystemSource  *source,
                           gint64            now,
                           GError          **error)
{
  MgrSystemFiles *files = mgr_system_source_get_files (source);
  const MgrCgroupSummary *summary = mgr_system_files_read_cgroup (files, error);
  const MgrMeminfo *host;

  if (summary == NULL)
    return NULL;

  if (summary->fullest_limit == MGR_NO_LIMIT)
    return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, 0, 0, 0, 0.0);

  /* Without meminfo the groups' own room has to do. */
  host = mgr_system_files_read_meminfo (files, NULL);
  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP,
                                             summary->fullest_used,
                                             MIN (summary->headroom,
                                                  host != NULL ? host->available : MGR_NO_LIMIT),
                                             summary->fullest_limit, 0.0);
}

static void
mgr_cgroup_source_class_init (MgrCgroupSourceClass *klass)
{
  MgrSystemSourceClass *source_class = MGR_SYSTEM_SOURCE_CLASS (klass);

  source_class->source_name = mgr_cgroup_source_source_name;
  source_class->measure = mgr_cgroup_source_measure;
}

static void
mgr_cgroup_source_init (MgrCgroupSource *self)
{
}

/**
 * mgr_cgroup_source_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for the cgroup of this process. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrCgroupSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_cgroup_source_new (const char *proc_path,
                       const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_CGROUP_SOURCE,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
