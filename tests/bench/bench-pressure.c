/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <time.h>
#include <unistd.h>

/* How long a monitor is left to itself, in seconds. */
#define IDLE_TIME 6
#define QUICK_IDLE_TIME 2

/* Parts of a core in a million. */
#define PPM 1e6
#define UNIT_PPM "ppm of a core"

/* 0.1 % of a core; where its group is gone, 1 %. */
#define GOAL_IDLE 1000.0
#define GOAL_REMOVED 10000.0

/* Wake-ups a second: half of one more may fall into the time that is measured. */
#define GOAL_WAKEUPS 2.5

/* A monitor of this machine, on a clock that each sample moves on, so that no file is
 * left out for having been read just before. */
typedef struct
{
  MgrManualClock *clock;       /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
} Sampler;

static Sampler *
sampler_new (MgrMemoryLimits *limits)
{
  Sampler *self = g_new0 (Sampler, 1);

  self->clock = mgr_manual_clock_new (0);
  self->monitor = mgr_pressure_monitor_new (MGR_CLOCK (self->clock));
  mgr_pressure_monitor_add_system_sources (self->monitor, NULL, NULL);
  mgr_pressure_monitor_set_limits (self->monitor, limits);
  return self;
}

static void
sampler_free (Sampler *self)
{
  g_object_unref (self->monitor);
  g_object_unref (self->clock);
  g_free (self);
}

static void
sample_cb (gpointer user_data,
           guint64  n)
{
  Sampler *self = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      mgr_manual_clock_advance (self->clock, G_TIME_SPAN_SECOND / 2);
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (self->monitor));
    }
}

/* The files of the kernel's that this process has open, but for the mounts, which are
 * read only after a move to another group. */
static GStrv
list_open_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *link = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *path = g_file_read_link (link, NULL);

      if (path != NULL &&
          (g_str_has_prefix (path, "/proc/") || g_str_has_prefix (path, "/sys/")) &&
          g_file_test (path, G_FILE_TEST_IS_REGULAR) && !g_str_has_suffix (path, "/mountinfo"))
        g_strv_builder_add (files, path);
    }

  return g_strv_builder_end (files);
}

/* What a program would do by itself, before it has understood a word. */
static void
peer_cb (gpointer user_data,
         guint64  n)
{
  const char *const *files = user_data;
  char buffer[16384];

  for (guint64 i = 0; i < n; i++)
    {
      for (guint j = 0; files[j] != NULL; j++)
        {
          int fd = open (files[j], O_RDONLY | O_CLOEXEC);

          if (fd < 0 || read (fd, buffer, sizeof buffer) < 0)
            g_printerr ("%s cannot be read\n", files[j]);
          close (fd);
        }
    }
}

static void
bench_samples (Bench *bench)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  Sampler *plain = sampler_new (NULL);
  Sampler *full = sampler_new (limits);
  g_auto (GStrv) files = NULL;

  sample_cb (full, 1);
  files = list_open_files ();

  bench_compare (bench, &(BenchCase) {
    .name = "a sample of all system sources, and the limits",
    .peer = "open, read and close the same files",
    .ours = sample_cb, .ours_data = full,
    .theirs = peer_cb, .theirs_data = files,
    .n = 20000, .goal = 1.0,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "a sample, and the limits",
    .peer = "a sample alone",
    .ours = sample_cb, .ours_data = full,
    .theirs = sample_cb, .theirs_data = plain,
    .n = 20000, .goal = 1.5,
  });

  sampler_free (plain);
  sampler_free (full);
}

static double
process_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* How often the threads of monitors have gone to sleep. */
static guint64
count_sleeps (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint64 count = 0;

  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "status", NULL);
      g_autofree char *status = NULL;
      const char *line;

      if (!g_file_get_contents (path, &status, NULL, NULL) ||
          !g_str_has_prefix (status, "Name:\tmgr-pressure\n"))
        continue;

      line = strstr (status, "\nvoluntary_ctxt_switches:\t");
      if (line != NULL)
        count += g_ascii_strtoull (strchr (line, '\t') + 1, NULL, 10);
    }

  return count;
}

typedef struct
{
  double share;   /* of a core, in a million */
  double wakeups; /* a second */
} Idle;

/* Leaves the monitor alone in this process for a while. */
static Idle
measure_idle (Bench              *bench,
              MgrPressureMonitor *monitor)
{
  guint seconds = bench_is_quick (bench) ? QUICK_IDLE_TIME : IDLE_TIME;
  guint64 sleeps;
  double used;
  Idle idle;

  mgr_pressure_monitor_start (monitor);
  g_usleep (G_USEC_PER_SEC / 4);

  sleeps = count_sleeps ();
  used = process_time ();
  g_usleep (seconds * G_USEC_PER_SEC);
  idle.share = (process_time () - used) / seconds * PPM;
  idle.wakeups = (double) (count_sleeps () - sleeps) / seconds;

  mgr_pressure_monitor_stop (monitor);
  return idle;
}

static void
bench_monitor (Bench *bench)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);

  mgr_pressure_monitor_add_system_sources (monitor, NULL, NULL);
  mgr_pressure_monitor_set_limits (monitor, limits);
  bench_limit (bench, "a monitor at its usual interval", UNIT_PPM,
               measure_idle (bench, monitor).share, GOAL_IDLE);
}

static char *
make_directory (const char *parent,
                const char *name)
{
  char *path = g_build_filename (parent, name, NULL);

  if (g_mkdir (path, 0700) != 0)
    g_error ("“%s” cannot be made", path);
  return path;
}

static void
write_file (const char *directory,
            const char *name,
            const char *contents)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  if (!g_file_set_contents (path, contents, -1, NULL))
    g_error ("“%s” cannot be written", path);
}

static void
remove_file (const char *directory,
             const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_remove (path);
}

/* A machine where nothing happens, and in which this process is in the group @group,
 * if there is one. */
static char *
make_machine (const char *group,
              const char *mount_point)
{
  char *root = g_dir_make_tmp ("libmgr-bench-XXXXXX", NULL);
  g_autofree char *self = make_directory (root, "self");
  g_autofree char *pressure = make_directory (root, "pressure");

  write_file (root, "meminfo",
              "MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
  write_file (pressure, "memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000\n");
  if (group != NULL)
    {
      g_autofree char *membership = g_strdup_printf ("0::/%s\n", group);
      g_autofree char *mounts =
        g_strdup_printf ("1 2 0:3 / %s rw - cgroup2 none rw\n", mount_point);

      write_file (self, "cgroup", membership);
      write_file (self, "mountinfo", mounts);
    }

  return root;
}

static void
remove_machine (char *root)
{
  static const char *const names[] = {
    "self/cgroup", "self/mountinfo", "self", "pressure/memory", "pressure", "meminfo", "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    remove_file (root, names[i]);
  g_free (root);
}

static void
bench_wakeups (Bench *bench)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  char *machine = make_machine (NULL, NULL);

  mgr_pressure_monitor_add_system_sources (monitor, machine, NULL);
  bench_limit (bench, "a monitor where nothing happens", "wake-ups/s",
               measure_idle (bench, monitor).wakeups, GOAL_WAKEUPS);
  remove_machine (machine);
}

/* Where the whole v2 hierarchy is mounted, or NULL. */
static char *
find_mount_point (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);

      if (strstr (lines[i], " - cgroup2 ") != NULL && strcmp (fields[3], "/") == 0)
        return g_strdup (fields[4]);
    }

  return NULL;
}

/* A trigger on a group that is removed: its descriptor is ready for ever. */
static void
bench_removed_group (Bench *bench)
{
  g_autofree char *mount_point = find_mount_point ();
  g_autofree char *group = g_strdup_printf ("libmgr-bench-%d", getpid ());
  g_autofree char *directory = g_build_filename (mount_point != NULL ? mount_point : "/nowhere",
                                                 group, NULL);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  char *machine;

  if (g_mkdir (directory, 0700) != 0)
    {
      g_printerr ("No group can be made in a v2 hierarchy here: a removed one is not measured\n");
      return;
    }

  machine = make_machine (group, mount_point);
  mgr_pressure_monitor_add_system_sources (monitor, machine, NULL);
  mgr_pressure_monitor_start (monitor);
  g_usleep (G_USEC_PER_SEC / 4);
  g_rmdir (directory);
  bench_limit (bench, "a monitor whose group was removed", UNIT_PPM,
               measure_idle (bench, monitor).share, GOAL_REMOVED);
  remove_machine (machine);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("pressure", &argc, &argv);

  bench_samples (bench);
  bench_monitor (bench);
  bench_wakeups (bench);
  bench_removed_group (bench);

  return bench_finish (bench);
}
