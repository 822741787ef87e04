/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-trace.h"

#include "pressure/mgr-pressure-trace-private.h"
#include "pressure/mgr-replay-source.h"

/**
 * SECTION:mgr-pressure-trace
 * @title: MgrPressureTrace
 * @short_description: a recorded run, to be played to a monitor
 *
 * A trace holds what the kernel said of a machine's memory, and of one cgroup's, at
 * every moment of a run. Played to a #MgrPressureMonitor it shows what the monitor
 * would have said, and when: with mgr_pressure_trace_add_sources() and a
 * #MgrManualClock a minute takes some milliseconds, and two runs are the same.
 *
 * The file is a table of comma-separated values, in which the first line names the
 * columns. Those that the sources go by have to be there:
 *
 * - `t_ms`: the time since the recording began, in milliseconds; it never goes back
 * - `mem_total_kb`, `mem_avail_kb`, `swap_total_kb` and `swap_free_kb`: as in
 *   /proc/meminfo
 * - `psi_some_us`: the total of the line `some` of /proc/pressure/memory
 * - `cg_current`, `cg_high`, `cg_max`, `cg_file`, `cg_inactive_file`: the memory of
 *   the cgroup in bytes, as in its memory.current, memory.high, memory.max and
 *   memory.stat
 * - `cg_some_us`: the total of the line `some` of its memory.pressure
 *
 * A value of -1 says that there was no such thing, or no limit. Other columns that
 * are known may be there and can be looked up, among them `mem_free_kb`,
 * `psi_full_us`, `cg_full_us`, `cg_swap`, `cg_swap_max`, `oom_kill` and
 * `cg_ev_oom_kill`. Columns of other names are ignored.
 *
 * A trace is immutable and may be shared between threads.
 */

/**
 * MgrPressureTrace:
 *
 * A recorded run.
 *
 * Since: 1.0
 */
struct _MgrPressureTrace
{
  gatomicrefcount ref_count;

  char *name; /* (owned) */
  MgrTraceTable table;
};

G_DEFINE_BOXED_TYPE (MgrPressureTrace, mgr_pressure_trace,
                     mgr_pressure_trace_ref, mgr_pressure_trace_unref)

/* The part of the path that tells one trace from another. */
static char *
name_of_path (const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);

  if (g_str_has_suffix (name, ".csv") && !g_str_equal (name, ".csv"))
    name[strlen (name) - strlen (".csv")] = '\0';

  return g_steal_pointer (&name);
}

static char *
read_text (const char  *path,
           GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      g_set_error (error, MGR_ERROR,
                   g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                     ? MGR_ERROR_NOT_FOUND : MGR_ERROR_FAILED,
                   "The trace cannot be read: %s", local_error->message);
      return NULL;
    }

  if (strlen (text) != length)
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The trace “%s” is no text: give a table of comma-separated values", shown);
      return NULL;
    }

  return g_steal_pointer (&text);
}

/**
 * mgr_pressure_trace_new_from_file:
 * @path: (type filename): the file
 * @error: return location for a #GError
 *
 * Reads a trace. A file that is not as it should be fails with
 * %MGR_ERROR_INVALID_ARGUMENT; the text names file, line and column and says how to
 * mend it. One that is not there fails with %MGR_ERROR_NOT_FOUND, and one that
 * cannot be read with %MGR_ERROR_FAILED. May be called from any thread.
 *
 * Returns: (transfer full): the trace, or %NULL on error
 *
 * Since: 1.0
 */
MgrPressureTrace *
mgr_pressure_trace_new_from_file (const char  *path,
                                  GError     **error)
{
  g_autofree char *text = NULL;
  MgrTraceTable table;
  MgrPressureTrace *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = read_text (path, error);
  if (text == NULL || !mgr_trace_table_parse (&table, path, text, error))
    return NULL;

  self = g_new0 (MgrPressureTrace, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->name = name_of_path (path);
  self->table = table;
  return self;
}

/**
 * mgr_pressure_trace_ref:
 * @self: a trace
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPressureTrace *
mgr_pressure_trace_ref (MgrPressureTrace *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_pressure_trace_unref:
 * @self: (transfer full): a trace
 *
 * Drops a reference; the last one frees the trace. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_trace_unref (MgrPressureTrace *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mgr_trace_table_clear (&self->table);
  g_free (self->name);
  g_free (self);
}

/**
 * mgr_pressure_trace_get_name:
 * @self: a trace
 *
 * Gets the name of the file, without folder and “.csv”. May be called from any
 * thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_pressure_trace_get_name (MgrPressureTrace *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * mgr_pressure_trace_get_duration:
 * @self: a trace
 *
 * Gets the time of the last row. May be called from any thread.
 *
 * Returns: microseconds since the recording began
 *
 * Since: 1.0
 */
gint64
mgr_pressure_trace_get_duration (MgrPressureTrace *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return mgr_pressure_trace_time_at (self, self->table.times->len - 1);
}

/**
 * mgr_pressure_trace_get_n_rows:
 * @self: a trace
 *
 * Gets how many moments were recorded. May be called from any thread.
 *
 * Returns: the number of rows, at least 1
 *
 * Since: 1.0
 */
guint
mgr_pressure_trace_get_n_rows (MgrPressureTrace *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->table.times->len;
}

/**
 * mgr_pressure_trace_time_at:
 * @self: a trace
 * @row: a row, from 0
 *
 * Gets when a row was recorded. May be called from any thread.
 *
 * Returns: microseconds since the recording began
 *
 * Since: 1.0
 */
gint64
mgr_pressure_trace_time_at (MgrPressureTrace *self,
                            guint             row)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (row < self->table.times->len, 0);

  return g_array_index (self->table.times, gint64, row);
}

/**
 * mgr_pressure_trace_find_column:
 * @self: a trace
 * @name: the name of a column, such as `psi_full_us`
 *
 * Finds a column, for mgr_pressure_trace_value_at() and
 * mgr_pressure_trace_interpolate_at(). May be called from any thread.
 *
 * Returns: the column, or -1 if the trace has none of that name
 *
 * Since: 1.0
 */
int
mgr_pressure_trace_find_column (MgrPressureTrace *self,
                                const char       *name)
{
  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  for (guint i = 0; i < MGR_N_TRACE_COLUMNS; i++)
    {
      if (self->table.columns[i] != NULL &&
          g_str_equal (mgr_trace_column_get_name ((MgrTraceColumn) i), name))
        return (int) i;
    }

  return -1;
}

/* The last row that is not after @time; the first where all are. */
static guint
trace_find_row (MgrPressureTrace *self,
                gint64            time)
{
  guint low = 0;
  guint high = self->table.times->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->table.times, gint64, middle) <= time)
        low = middle;
      else
        high = middle;
    }

  return low;
}

static gboolean
trace_has_column (MgrPressureTrace *self,
                  guint             column)
{
  return column < MGR_N_TRACE_COLUMNS && self->table.columns[column] != NULL;
}

/**
 * mgr_pressure_trace_value_at:
 * @self: a trace
 * @column: a column that mgr_pressure_trace_find_column() found
 * @time: microseconds since the recording began
 *
 * Gets the last value that was recorded until @time. Before the first row that is
 * the first value. May be called from any thread.
 *
 * Returns: the value
 *
 * Since: 1.0
 */
double
mgr_pressure_trace_value_at (MgrPressureTrace *self,
                             guint             column,
                             gint64            time)
{
  g_return_val_if_fail (self != NULL, 0.0);
  g_return_val_if_fail (trace_has_column (self, column), 0.0);

  return g_array_index (self->table.columns[column], double, trace_find_row (self, time));
}

gboolean
mgr_pressure_trace_knows (MgrPressureTrace *self,
                          MgrTraceColumn    column,
                          gint64            time)
{
  return trace_has_column (self, column) && mgr_pressure_trace_value_at (self, column, time) >= 0;
}

/**
 * mgr_pressure_trace_interpolate_at:
 * @self: a trace
 * @column: a column that mgr_pressure_trace_find_column() found
 * @time: microseconds since the recording began
 *
 * Gets a value on the straight line between the rows before and after @time, as is
 * right for a total that grows all the time. Before the first row that is the first
 * value, and after the last one the last. May be called from any thread.
 *
 * Returns: the value
 *
 * Since: 1.0
 */
double
mgr_pressure_trace_interpolate_at (MgrPressureTrace *self,
                                   guint             column,
                                   gint64            time)
{
  const double *values;
  const gint64 *times;
  guint row;

  g_return_val_if_fail (self != NULL, 0.0);
  g_return_val_if_fail (trace_has_column (self, column), 0.0);

  values = (const double *) (gconstpointer) self->table.columns[column]->data;
  times = (const gint64 *) (gconstpointer) self->table.times->data;
  row = trace_find_row (self, time);
  if (row + 1 >= self->table.times->len || time <= times[row])
    return values[row];

  return values[row] + (values[row + 1] - values[row]) *
                       ((double) (time - times[row]) / (double) (times[row + 1] - times[row]));
}

/**
 * mgr_pressure_trace_add_sources:
 * @self: a trace
 * @monitor: a monitor
 *
 * Adds a #MgrReplaySource for each #MgrReplayPart to @monitor. The recording begins
 * at the present time of the monitor's clock. To play it, take a sample, advance the
 * clock by mgr_pressure_monitor_get_pace(), and so on until
 * mgr_pressure_trace_get_duration(). May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_trace_add_sources (MgrPressureTrace   *self,
                                MgrPressureMonitor *monitor)
{
  g_autoptr (MgrClock) clock = NULL;
  gint64 start;

  g_return_if_fail (self != NULL);
  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (monitor));

  g_object_get (monitor, "clock", &clock, NULL);
  start = MAX (mgr_clock_get_time (clock), -1);

  for (guint part = MGR_REPLAY_PART_MEMINFO; part <= MGR_REPLAY_PART_PSI_GROUP; part++)
    {
      g_autoptr (MgrPressureSource) source = NULL;

      source = mgr_replay_source_new (self, (MgrReplayPart) part, clock, start);
      mgr_pressure_monitor_add_source (monitor, source);
    }
}
