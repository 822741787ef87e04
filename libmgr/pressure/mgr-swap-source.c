/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-swap-source.h"

#include "pressure/mgr-system-source-private.h"

/**
 * SECTION:mgr-swap-source
 * @title: MgrSwapSource
 * @short_description: how much swap space this process may still use
 *
 * It reads the swap space of the machine from /proc/meminfo, and what the cgroup of
 * this process and its visible ancestors may use of it: memory.swap.max on v2; on v1
 * memory.memsw.limit_in_bytes less memory.limit_in_bytes. A reading tells of the one
 * that leaves least. Where there is no swap space, or none is allowed, limit and
 * available are 0: a normal state, and no error.
 */

/**
 * MgrSwapSource:
 *
 * A #MgrPressureSource called “swap”, of the scope %MGR_PRESSURE_SCOPE_SWAP.
 *
 * Since: 1.0
 */
struct _MgrSwapSource
{
  MgrSystemSource parent_instance;
};

G_DEFINE_FINAL_TYPE (MgrSwapSource, mgr_swap_source, MGR_TYPE_SYSTEM_SOURCE)

static const char *
mgr_swap_source_source_name (MgrSystemSource *source)
{
  return "swap";
}

static MgrPressureReading *
mgr_swap_source_measure (MgrSystemSource  *source,
                         gint64            now,
                         GError          **error)
{
  MgrSystemFiles *files = mgr_system_source_get_files (source);
  const MgrSwapSummary *summary = mgr_system_files_read_swap (files, error);

  if (summary == NULL)
    return NULL;

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_SWAP,
                                             summary->used, summary->available,
                                             summary->limit, 0.0);
}

static void
mgr_swap_source_class_init (MgrSwapSourceClass *klass)
{
  MgrSystemSourceClass *source_class = MGR_SYSTEM_SOURCE_CLASS (klass);

  source_class->source_name = mgr_swap_source_source_name;
  source_class->measure = mgr_swap_source_measure;
}

static void
mgr_swap_source_init (MgrSwapSource *self)
{
}

/**
 * mgr_swap_source_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for the swap space of this process. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrSwapSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_swap_source_new (const char *proc_path,
                     const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_SWAP_SOURCE,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
