/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-stall.h"
#include "mgrctl-file.h"
#include "mgrctl-groups.h"
#include "mgrctl-print.h"
#include "mgrctl-witness.h"

#include <mgr.h>

#include <stdio.h>

/* From here on a stall lifts the level by a step. */
#define STALL_TO_SEE 0.1

/* Well above what is to be seen, and far from all that the disk can do. */
#define DUTY 0.5

#define GOAL (500 * G_TIME_SPAN_MILLISECOND)

/* Before a run: two answers without a stall, in so much time. */
#define QUIET_ANSWERS 2
#define QUIET_TIMEOUT (5 * G_TIME_SPAN_SECOND)

#define MINIMUM_DURATION 1.0
#define MAXIMUM_DURATION 60.0
#define MAXIMUM_RUNS 100

static double duration = 2.0;
static int runs = 1;
static char *directory;
static char *proc_path;
static char *cgroup_path;

const GOptionEntry mgrctl_selftest_entries[] = {
  { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &duration,
    "How long each run makes stalls, from 1 to 60; 2 is the default", "SECONDS" },
  { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "Do it so often, up to 100 times", "N" },
  { "directory", 0, 0, G_OPTION_ARG_FILENAME, &directory,
    "Where its file of 32 MiB is put, on a disk", "DIRECTORY" },
  { "proc-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &proc_path, NULL, NULL },
  { "cgroup-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &cgroup_path, NULL, NULL },
  { NULL, }
};

const char * const mgrctl_selftest_choices[] = { "pressure", NULL };

typedef struct
{
  double stall;            /* share of the time, by the kernel's counter */
  gint64 seen_after;       /* µs, or -1: not at all */
  MgrPressureLevel level;  /* the highest one */
} Run;

typedef struct
{
  MgrctlFile *file;            /* (owned): the pressure file that the monitor reads too */
  MgrPressureScope scope;      /* of file */
  MgrStall *stall;             /* (owned) */
  MgrctlWitness *witness;      /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrPressureLevel highest;    /* since the run began */
} Selftest;

static void
selftest_clear (Selftest *self)
{
  g_clear_object (&self->monitor);
  g_clear_object (&self->witness);
  g_clear_pointer (&self->stall, mgr_stall_free);
  g_clear_pointer (&self->file, mgrctl_file_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selftest, selftest_clear)

static gboolean
read_total (MgrctlFile  *file,
            guint64     *out_total,
            GError     **error)
{
  const char *text = mgrctl_file_read (file, error);
  const char *value;
  gsize length;

  if (text == NULL)
    return FALSE;

  value = mgrctl_text_find_in (text, "some", "total=", &length);
  if (value == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The file “%s” has no line “some … total=”", mgrctl_file_get_path (file));
      return FALSE;
    }

  *out_total = g_ascii_strtoull (value, NULL, 10);
  return TRUE;
}

/* The own group's file, or the machine's where the kernel keeps none for groups. */
static gboolean
selftest_open_file (Selftest  *self,
                    GError   **error)
{
  g_autoptr (MgrctlGroups) groups = mgrctl_groups_find (proc_path, cgroup_path, "self");
  guint64 total;

  if (groups->unified != NULL)
    {
      self->file = mgrctl_file_new (groups->unified, "memory.pressure");
      self->scope = MGR_PRESSURE_SCOPE_GROUP;
      if (read_total (self->file, &total, NULL))
        return TRUE;
      g_clear_pointer (&self->file, mgrctl_file_free);
    }

  self->file = mgrctl_file_new (proc_path, "pressure/memory");
  self->scope = MGR_PRESSURE_SCOPE_MACHINE;
  return read_total (self->file, &total, error);
}

/* Where temporary files are is often no disk. */
static gboolean
selftest_open_stall (Selftest  *self,
                     GError   **error)
{
  const char *const places[] = { g_get_tmp_dir (), "/var/tmp", "." };

  if (directory != NULL)
    {
      self->stall = mgr_stall_new (directory, DUTY, error);
      return self->stall != NULL;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (places) && self->stall == NULL; i++)
    {
      g_clear_error (error);
      self->stall = mgr_stall_new (places[i], DUTY, error);
    }

  return self->stall != NULL;
}

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  Selftest *self = user_data;

  self->highest = MAX (self->highest, level);
}

static void
selftest_open_monitor (Selftest *self)
{
  g_autoptr (MgrPressureSource) psi =
    mgr_psi_source_new_for_scope (self->scope, NULL, proc_path, cgroup_path);
  g_autoptr (MgrPressureSource) meminfo = mgr_meminfo_source_new (proc_path);
  g_autoptr (MgrPressureSource) cgroup = mgr_cgroup_source_new (proc_path, cgroup_path);

  self->witness = mgrctl_witness_new (psi, STALL_TO_SEE);
  self->monitor = mgr_pressure_monitor_new (NULL);
  mgr_pressure_monitor_add_source (self->monitor, MGR_PRESSURE_SOURCE (self->witness));
  mgr_pressure_monitor_add_source (self->monitor, meminfo);
  mgr_pressure_monitor_add_source (self->monitor, cgroup);
  g_signal_connect (self->monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), self);
  mgr_pressure_monitor_start (self->monitor);
}

static gboolean
selftest_wait_quiet (Selftest  *self,
                     GError   **error)
{
  mgrctl_witness_reset (self->witness);
  if (mgrctl_witness_wait_quiet (self->witness, QUIET_ANSWERS,
                                 g_get_monotonic_time () + QUIET_TIMEOUT))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               "Tasks wait for memory already, or nobody can tell: "
               "try again when this machine is at rest");
  return FALSE;
}

static gboolean
selftest_run (Selftest  *self,
              Run       *run,
              GError   **error)
{
  gint64 interval = mgr_pressure_monitor_get_interval (self->monitor);
  guint64 before = 0;
  guint64 after = 0;
  gint64 start;
  gint64 end;
  gint64 seen;

  if (!selftest_wait_quiet (self, error))
    return FALSE;

  /* The stall may begin at any time between two looks of the monitor. */
  g_usleep ((gulong) g_random_int_range (0, (gint32) interval));

  if (!read_total (self->file, &before, error))
    return FALSE;
  mgrctl_witness_reset (self->witness);
  self->highest = mgr_pressure_monitor_get_level (self->monitor);
  start = g_get_monotonic_time ();
  end = start + (gint64) (duration * G_USEC_PER_SEC);

  mgr_stall_start (self->stall);
  seen = mgrctl_witness_wait (self->witness, end);
  g_usleep ((gulong) MAX (end - g_get_monotonic_time (), 0));
  mgr_stall_stop (self->stall);

  if (!read_total (self->file, &after, error))
    return FALSE;
  while (g_main_context_iteration (NULL, FALSE))
    ;

  run->stall = (double) (after - before) / (double) (g_get_monotonic_time () - start);
  run->seen_after = seen >= 0 ? seen - start : -1;
  run->level = self->highest;
  return TRUE;
}

static const char *
level_to_nick (MgrPressureLevel level)
{
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  return g_enum_get_value (levels, (int) level)->value_nick;
}

static gboolean
run_is_good (const Run *run)
{
  return run->seen_after >= 0 && run->seen_after <= GOAL;
}

static void
print_run (const MgrctlOptions *options,
           int                  number,
           const Run           *run)
{
  const char *level = level_to_nick (run->level);
  g_autofree char *seen = NULL;
  g_autofree char *painted_seen = NULL;
  g_autofree char *painted_level = mgrctl_paint (options, mgrctl_style_of_level (level), level);

  if (run->seen_after < 0)
    seen = g_strdup ("not seen");
  else
    seen = g_strdup_printf ("seen after %.2f s", (double) run->seen_after / G_USEC_PER_SEC);

  painted_seen = mgrctl_paint (options,
                               run_is_good (run) ? MGRCTL_STYLE_GOOD : MGRCTL_STYLE_BAD, seen);
  printf ("run %-3d  %3.0f %% stall  %s  the level was %s\n",
          number, 100 * run->stall, painted_seen, painted_level);
  fflush (stdout);
}

static void
print_verdict (int              n_good,
               MgrPressureLevel highest)
{
  printf ("A stall of %.0f %% was seen within %.1f s in %d of %d runs\n",
          100 * STALL_TO_SEE, (double) GOAL / G_USEC_PER_SEC, n_good, runs);

  if (highest < MGR_PRESSURE_LEVEL_CRITICAL)
    printf ("The level stayed below critical, as nothing was short\n");
  else
    printf ("The level was %s: memory is short on this machine\n", level_to_nick (highest));
}

static JsonObject *
run_to_json (const Run *run)
{
  JsonObject *object = json_object_new ();

  json_object_set_double_member (object, "stall", run->stall);
  if (run->seen_after >= 0)
    json_object_set_int_member (object, "seen-after", run->seen_after);
  else
    json_object_set_null_member (object, "seen-after");
  json_object_set_string_member (object, "level", level_to_nick (run->level));
  json_object_set_boolean_member (object, "passed", run_is_good (run));

  return object;
}

static void
print_json (const Run        *done,
            int               n_good,
            MgrPressureLevel  highest)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (int i = 0; i < runs; i++)
    json_array_add_object_element (array, run_to_json (&done[i]));

  json_object_set_array_member (object, "runs", array);
  json_object_set_double_member (object, "stall-to-see", STALL_TO_SEE);
  json_object_set_int_member (object, "goal", GOAL);
  json_object_set_string_member (object, "highest-level", level_to_nick (highest));
  json_object_set_boolean_member (object, "passed", n_good == runs);
  mgrctl_print_json (object);
}

static gboolean
selftest_do_runs (Selftest             *self,
                  const MgrctlOptions  *options,
                  Run                  *done,
                  GError              **error)
{
  for (int i = 0; i < runs; i++)
    {
      if (!selftest_run (self, &done[i], error))
        return FALSE;

      if (done[i].stall < STALL_TO_SEE)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "Only %.0f %% stall could be made, too little to tell whether "
                       "%.0f %% are seen: name another disk with “--directory”",
                       100 * done[i].stall, 100 * STALL_TO_SEE);
          return FALSE;
        }

      if (!options->json)
        print_run (options, i + 1, &done[i]);
    }

  return TRUE;
}

static MgrctlExit
test_pressure (const MgrctlOptions *options)
{
  g_auto (Selftest) self = { NULL, };
  g_autofree Run *done = g_new0 (Run, runs);
  g_autoptr (GError) error = NULL;
  MgrPressureLevel highest = MGR_PRESSURE_LEVEL_NORMAL;
  int n_good = 0;

  if (!selftest_open_file (&self, &error))
    {
      mgrctl_print_error ("%s. “mgrctl doctor” says how to get stall figures", error->message);
      return MGRCTL_EXIT_NOT_AVAILABLE;
    }

  if (selftest_open_stall (&self, &error))
    {
      selftest_open_monitor (&self);
      selftest_do_runs (&self, options, done, &error);
    }
  if (error != NULL)
    {
      mgrctl_print_error ("%s", error->message);
      return MGRCTL_EXIT_NOT_AVAILABLE;
    }

  for (int i = 0; i < runs; i++)
    {
      n_good += run_is_good (&done[i]);
      highest = MAX (highest, done[i].level);
    }

  if (options->json)
    print_json (done, n_good, highest);
  else
    print_verdict (n_good, highest);

  return n_good == runs ? MGRCTL_EXIT_OK : MGRCTL_EXIT_FAILED;
}

MgrctlExit
mgrctl_selftest (const MgrctlOptions *options)
{
  if (!(duration >= MINIMUM_DURATION && duration <= MAXIMUM_DURATION))
    {
      mgrctl_print_error ("“--duration” is from 1 to 60 seconds");
      return MGRCTL_EXIT_USAGE;
    }

  if (runs < 1 || runs > MAXIMUM_RUNS)
    {
      mgrctl_print_error ("“--runs” is from 1 to 100");
      return MGRCTL_EXIT_USAGE;
    }

  if (proc_path == NULL)
    proc_path = g_strdup ("/proc");

  return test_pressure (options);
}
