/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-process-source.h"

#include "pressure/mgr-proc-file-private.h"
#include "pressure/mgr-system-source-private.h"

#include <unistd.h>

/**
 * SECTION:mgr-process-source
 * @title: MgrProcessSource
 * @short_description: how much this process holds itself
 *
 * It reads the anonymous memory of this process: what it has in RAM from
 * /proc/self/statm, and, where swap space is in use, what is swapped out from
 * /proc/self/status. Pages of files and memory shared with others do not count: they
 * are not the program's to give back. A reading has no limit; the sizes set with
 * mgr_pressure_monitor_set_sizes() are what it is judged by.
 */

/**
 * MgrProcessSource:
 *
 * A #MgrPressureSource called “process”, of the scope %MGR_PRESSURE_SCOPE_PROCESS.
 *
 * Since: 1.0
 */
struct _MgrProcessSource
{
  MgrSystemSource parent_instance;

  MgrProcFile *statm;  /* (owned) */
  MgrProcFile *status; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MgrProcessSource, mgr_process_source, MGR_TYPE_SYSTEM_SOURCE)

static const char *
mgr_process_source_source_name (MgrSystemSource *source)
{
  return "process";
}

/* Reads the second and the third number of the line: pages that are resident, and
 * those of them that are of files or shared. */
static gboolean
parse_statm (const char *text,
             guint64    *out_anonymous)
{
  guint64 numbers[3];

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (!mgr_proc_text_number (text, &text, &numbers[i]) || *text != ' ')
        return FALSE;
      text++;
    }

  return numbers[2] <= numbers[1] &&
         g_uint64_checked_mul (out_anonymous, numbers[1] - numbers[2],
                               (guint64) sysconf (_SC_PAGESIZE));
}

static gboolean
process_source_read_resident (MgrProcessSource  *self,
                              guint64           *out_resident,
                              GError           **error)
{
  const char *text = mgr_proc_file_read (self->statm, error);

  if (text == NULL)
    return FALSE;

  if (!parse_statm (text, out_resident))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable numbers of pages",
                   mgr_proc_file_get_display_path (self->statm));
      return FALSE;
    }

  return TRUE;
}

/* Where nothing on the machine is swapped out, nothing of this process is, and the
 * dearer file need not be read. */
static guint64
process_source_read_swapped (MgrProcessSource *self)
{
  MgrSystemFiles *files = mgr_system_source_get_files (MGR_SYSTEM_SOURCE (self));
  const MgrSwapSummary *swap = mgr_system_files_read_swap (files, NULL);
  guint64 swapped = 0;
  const char *text;

  if (swap != NULL && swap->used == 0)
    return 0;

  text = mgr_proc_file_read (self->status, NULL);
  return text != NULL && mgr_proc_text_lookup (text, "VmSwap", &swapped) ? swapped : 0;
}

static MgrPressureReading *
mgr_process_source_measure (MgrSystemSource  *source,
                            gint64            now,
                            GError          **error)
{
  MgrProcessSource *self = MGR_PROCESS_SOURCE (source);
  guint64 resident = 0;
  guint64 swapped;

  if (!process_source_read_resident (self, &resident, error))
    return NULL;

  swapped = process_source_read_swapped (self);
  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_PROCESS,
                                             resident + MIN (swapped, G_MAXUINT64 - resident),
                                             0, 0, 0.0);
}

static void
mgr_process_source_constructed (GObject *object)
{
  MgrProcessSource *self = MGR_PROCESS_SOURCE (object);
  g_autofree char *proc_path = NULL;
  g_autofree char *own = NULL;

  G_OBJECT_CLASS (mgr_process_source_parent_class)->constructed (object);

  g_object_get (object, "proc-path", &proc_path, NULL);
  own = g_build_filename (proc_path, "self", NULL);
  self->statm = mgr_proc_file_new (own, "statm");
  self->status = mgr_proc_file_new (own, "status");
}

static void
mgr_process_source_finalize (GObject *object)
{
  MgrProcessSource *self = MGR_PROCESS_SOURCE (object);

  g_clear_pointer (&self->statm, mgr_proc_file_free);
  g_clear_pointer (&self->status, mgr_proc_file_free);

  G_OBJECT_CLASS (mgr_process_source_parent_class)->finalize (object);
}

static void
mgr_process_source_class_init (MgrProcessSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrSystemSourceClass *source_class = MGR_SYSTEM_SOURCE_CLASS (klass);

  object_class->constructed = mgr_process_source_constructed;
  object_class->finalize = mgr_process_source_finalize;
  source_class->source_name = mgr_process_source_source_name;
  source_class->measure = mgr_process_source_measure;
}

static void
mgr_process_source_init (MgrProcessSource *self)
{
}

/**
 * mgr_process_source_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for what this process holds. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrProcessSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_process_source_new (const char *proc_path,
                        const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_PROCESS_SOURCE,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
