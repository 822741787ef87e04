/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "mgr-test-cgroup.h"
#include "pressure/mgr-memory-limits-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_TIME_SPAN_SECOND

typedef struct
{
  MgrFakeTree *tree;           /* (owned) */
  MgrManualClock *clock;       /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  description)
{
  fixture->tree = mgr_fake_tree_new (description);
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->monitor = mgr_pressure_monitor_new (MGR_CLOCK (fixture->clock));
  mgr_pressure_monitor_add_system_sources (fixture->monitor,
                                           mgr_fake_tree_get_proc (fixture->tree),
                                           mgr_fake_tree_get_root (fixture->tree));
  fixture->limits = mgr_memory_limits_new (mgr_fake_tree_get_proc (fixture->tree),
                                           mgr_fake_tree_get_root (fixture->tree));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  description)
{
  g_object_unref (fixture->monitor);
  g_object_unref (fixture->limits);
  g_object_unref (fixture->clock);
  mgr_fake_tree_free (fixture->tree);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
assert_missing (Fixture    *fixture,
                const char *expected)
{
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (fixture->monitor);
  g_autofree char *missing =
    g_strjoinv (" ", (char **) mgr_pressure_sample_get_missing (sample));

  g_assert_cmpstr (missing, ==, expected);
}

static void
test_nothing_there (Fixture       *fixture,
                    gconstpointer  unused)
{
  assert_missing (fixture, "meminfo cgroup swap psi-group psi");
}

static void
test_host_alone (Fixture       *fixture,
                 gconstpointer  unused)
{
  assert_missing (fixture, "cgroup psi-group psi");
}

static void
test_all_there (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("The machine, the group, swap, and the stall of both by the monitor's clock");

  assert_missing (fixture, "");
  mgr_manual_clock_advance (fixture->clock, SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall - total=100000\nstall /a total=300000\n");
  sample = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpstr (mgr_pressure_sample_get_source (sample), ==, "cgroup");
  g_assert_cmpuint (mgr_pressure_sample_get_swap (sample), ==, 512 * MIB);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_sample_get_stall (sample), 0.3, 0.000001);
}

static void
test_moved (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (MgrPressureSample) before = NULL;
  g_autoptr (MgrPressureSample) after = NULL;

  g_test_summary ("In another group, the old one removed: the next sample and limits are of it");

  mgr_pressure_monitor_set_limits (fixture->monitor, fixture->limits);
  before = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpuint (mgr_memory_limits_get_limit (fixture->limits), ==, 1024 * MIB);

  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "0::/b\n");
  mgr_fake_tree_remove (fixture->tree, "sys/fs/cgroup/a");
  mgr_manual_clock_advance (fixture->clock, SECOND);
  after = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpuint (mgr_pressure_sample_get_limit (after), ==, 200 * MIB);
  g_assert_cmpuint (g_strv_length ((char **) mgr_pressure_sample_get_missing (after)), ==, 0);
  g_assert_cmpuint (mgr_memory_limits_get_limit (fixture->limits), ==, 200 * MIB);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  g_string_append_printf (user_data, "%s ", pspec->name);
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (MgrMemoryLimits) found = mgr_pressure_monitor_dup_limits (fixture->monitor);
  g_autoptr (GString) log = g_string_new (NULL);
  gboolean trigger = FALSE;

  g_assert_null (found);
  g_object_get (fixture->monitor, "trigger", &trigger, NULL);
  g_assert_true (trigger);

  g_signal_connect (fixture->monitor, "notify", G_CALLBACK (notify_cb), log);
  g_object_set (fixture->monitor, "limits", fixture->limits, "trigger", FALSE, NULL);
  g_object_set (fixture->monitor, "limits", fixture->limits, "trigger", FALSE, NULL);
  g_assert_cmpstr (log->str, ==, "");
  settle ();
  g_assert_cmpstr (log->str, ==, "limits trigger ");

  g_object_get (fixture->monitor, "limits", &found, "trigger", &trigger, NULL);
  g_assert_true (found == fixture->limits);
  g_assert_false (trigger);
  mgr_pressure_monitor_set_limits (fixture->monitor, NULL);
  g_clear_object (&found);
  found = mgr_pressure_monitor_dup_limits (fixture->monitor);
  g_assert_null (found);
}

typedef struct
{
  guint count;
  MgrMemoryLimits *limits; /* (unowned) */
  GThread *thread;         /* (unowned) */
} Heard;

static void
limits_changed_cb (MgrPressureMonitor *monitor,
                   MgrMemoryLimits    *limits,
                   gpointer            user_data)
{
  Heard *heard = user_data;

  heard->count++;
  g_assert_true (limits == heard->limits);
  g_assert_true (g_thread_self () == heard->thread);
}

static void
hear (Fixture *fixture,
      Heard   *heard)
{
  *heard = (Heard) { 0, fixture->limits, g_thread_self () };
  g_signal_connect (fixture->monitor, "limits-changed", G_CALLBACK (limits_changed_cb), heard);
}

/* Takes a sample and returns how often a change has been heard of in all. */
static guint
sample_and_count (Fixture     *fixture,
                  const Heard *heard,
                  const char  *description)
{
  g_autoptr (MgrPressureSample) sample = NULL;
  guint before = heard->count;

  mgr_fake_tree_describe (fixture->tree, description);
  sample = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpuint (heard->count, ==, before);
  settle ();
  return heard->count;
}

static void
test_limits_changed (Fixture       *fixture,
                     gconstpointer  unused)
{
  Heard heard;

  hear (fixture, &heard);
  g_assert_cmpuint (sample_and_count (fixture, &heard, "group /a max=2G current=1M\n"), ==, 0);
  g_assert_true (mgr_memory_limits_refresh (fixture->limits, NULL));

  mgr_pressure_monitor_set_limits (fixture->monitor, fixture->limits);
  g_assert_cmpuint (sample_and_count (fixture, &heard, ""), ==, 0);
  g_assert_cmpuint (sample_and_count (fixture, &heard, "group /a max=3G current=1M\n"), ==, 1);
  g_assert_cmpuint (sample_and_count (fixture, &heard, "group /a max=3G current=9M\n"), ==, 1);

  g_test_message ("What somebody else has found meanwhile is told as well");
  mgr_fake_tree_describe (fixture->tree, "group /a max=1G current=9M\n");
  g_assert_true (mgr_memory_limits_refresh (fixture->limits, NULL));
  g_assert_cmpuint (sample_and_count (fixture, &heard, ""), ==, 2);

  mgr_pressure_monitor_set_limits (fixture->monitor, NULL);
  g_assert_cmpuint (sample_and_count (fixture, &heard, "group /a max=4G current=9M\n"), ==, 2);
  g_assert_cmpuint (mgr_memory_limits_get_limit (fixture->limits), ==, 1024 * MIB);
}

static void
test_changed_in_worker (Fixture       *fixture,
                        gconstpointer  unused)
{
  Heard heard;

  g_test_summary ("The worker sees the change, and this thread hears of it");

  hear (fixture, &heard);
  mgr_pressure_monitor_set_limits (fixture->monitor, fixture->limits);
  mgr_fake_tree_describe (fixture->tree, "group /a max=2G current=1M\n");
  mgr_pressure_monitor_start (fixture->monitor);
  while (mgr_memory_limits_get_limit (fixture->limits) != 2048 * MIB)
    g_usleep (50);
  mgr_pressure_monitor_stop (fixture->monitor);
  settle ();
  g_assert_cmpuint (heard.count, ==, 1);
}

static void
tick_cb (gpointer follower,
         guint64  limit)
{
  g_atomic_int_inc ((int *) g_object_get_data (follower, "ticks"));
}

/* How many descriptors this process has of the pressure files of groups. */
static guint
count_open (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint count = 0;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target != NULL && g_str_has_suffix (target, "/memory.pressure"))
        count++;
    }

  return count;
}

static void
wait_for_ticks (int *ticks,
                int  count)
{
  while (g_atomic_int_get (ticks) < count)
    g_usleep (50);
}

/* A monitor that hardly ever takes a sample by itself, and whose group is removed. */
static void
remove_group_under (MgrPressureMonitor *monitor,
                    MgrTestCgroup      *group,
                    int                *ticks)
{
  mgr_pressure_monitor_start (monitor);
  wait_for_ticks (ticks, 1);

  /* The trigger is armed after the sample, in the worker: one descriptor to read, and
   * one to be told. */
  for (guint i = 0; i < 200 && count_open () < 2; i++)
    g_usleep (1000);
  if (count_open () < 2)
    {
      g_test_skip ("The kernel does not let itself be asked here");
      return;
    }

  /* They are there a moment before the trigger is written. */
  g_usleep (50000);
  mgr_test_cgroup_remove (group);
  wait_for_ticks (ticks, 2);
  g_usleep (50000);
  g_assert_cmpint (g_atomic_int_get (ticks), <=, 3);
}

static void
test_removed_group (void)
{
  g_autoptr (MgrTestCgroup) group = mgr_test_cgroup_new ();
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (GObject) follower = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (MgrMemoryLimits) limits = NULL;
  g_autoptr (MgrPressureSource) source = NULL;
  int ticks = 0;

  g_test_summary ("A real group is removed: the monitor is woken once, and does not spin");

  if (group == NULL)
    {
      g_test_skip ("No group can be made in a v2 hierarchy here");
      return;
    }

  limits = mgr_memory_limits_new (mgr_test_cgroup_get_proc (group), NULL);
  g_object_set_data (follower, "ticks", &ticks);
  mgr_memory_limits_set_follower (limits, follower, tick_cb);
  source = mgr_psi_source_new (NULL, mgr_test_cgroup_get_proc (group), NULL);
  mgr_pressure_monitor_add_source (monitor, source);
  mgr_pressure_monitor_set_limits (monitor, limits);
  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_DAY);
  remove_group_under (monitor, group, &ticks);
  mgr_pressure_monitor_stop (monitor);
}

static void
test_trigger_off (void)
{
  g_autoptr (MgrTestCgroup) group = mgr_test_cgroup_new ();
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (GObject) follower = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (MgrMemoryLimits) limits = NULL;
  g_autoptr (MgrPressureSource) source = NULL;
  int ticks = 0;

  g_test_summary ("Without a trigger, or without a source of stall, no file is watched");

  if (group == NULL)
    {
      g_test_skip ("No group can be made in a v2 hierarchy here");
      return;
    }

  limits = mgr_memory_limits_new (mgr_test_cgroup_get_proc (group), NULL);
  g_object_set_data (follower, "ticks", &ticks);
  mgr_memory_limits_set_follower (limits, follower, tick_cb);
  source = mgr_psi_source_new (NULL, mgr_test_cgroup_get_proc (group), NULL);
  mgr_pressure_monitor_add_source (monitor, source);
  mgr_pressure_monitor_set_limits (monitor, limits);
  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_set_trigger (monitor, FALSE);

  mgr_pressure_monitor_start (monitor);
  wait_for_ticks (&ticks, 3);
  g_assert_cmpuint (count_open (), ==, 0);

  mgr_pressure_monitor_set_trigger (monitor, TRUE);
  g_assert_true (mgr_pressure_monitor_remove_source (monitor, source));
  wait_for_ticks (&ticks, g_atomic_int_get (&ticks) + 3);
  g_assert_cmpuint (count_open (), ==, 0);
  mgr_pressure_monitor_stop (monitor);
}

/* What the threads of test_everything_at_once() share. */
typedef struct
{
  MgrPressureMonitor *monitor;
  MgrMemoryLimits *limits;
} Shared;

static gpointer
start_stop_thread (gpointer user_data)
{
  Shared *shared = user_data;

  for (guint i = 0; i < 30; i++)
    {
      mgr_pressure_monitor_start (shared->monitor);
      mgr_pressure_monitor_set_trigger (shared->monitor, i % 3 != 0);
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (shared->monitor));
      mgr_pressure_monitor_stop (shared->monitor);
    }

  return NULL;
}

static gpointer
limits_thread (gpointer user_data)
{
  Shared *shared = user_data;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (MgrMemoryLimits) limits = NULL;
      g_autofree char *text = NULL;

      mgr_pressure_monitor_set_limits (shared->monitor, i % 2 ? NULL : shared->limits);
      limits = mgr_pressure_monitor_dup_limits (shared->monitor);
      g_assert_true (mgr_memory_limits_refresh (shared->limits, NULL));
      text = mgr_memory_limits_explain (shared->limits);
    }

  return NULL;
}

static gpointer
sources_thread (gpointer user_data)
{
  Shared *shared = user_data;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (MgrPressureSource) source = mgr_psi_source_new (NULL, NULL, NULL);

      mgr_pressure_monitor_add_source (shared->monitor, source);
      g_assert_true (mgr_pressure_monitor_remove_source (shared->monitor, source));
    }

  return NULL;
}

static void
test_everything_at_once (void)
{
  static const GThreadFunc funcs[] = {
    start_stop_thread, limits_thread, sources_thread, start_stop_thread,
  };
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  Shared shared = { monitor, limits };
  GThread *threads[G_N_ELEMENTS (funcs)];

  g_test_summary ("On the files and the trigger of this machine, from all sides");

  mgr_pressure_monitor_add_system_sources (monitor, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    threads[i] = g_thread_new ("test", funcs[i], &shared);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    g_thread_join (threads[i]);
  settle ();
}

static void
gone_cb (gpointer  data,
         GObject  *where_the_object_was)
{
  g_atomic_int_set ((int *) data, TRUE);
}

static void
test_freed_while_running (void)
{
  MgrPressureMonitor *monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  g_autoptr (GObject) follower = g_object_new (G_TYPE_OBJECT, NULL);
  int ticks = 0;
  int gone = FALSE;

  g_test_summary ("A running monitor with a trigger is dropped, maybe by its own thread");

  g_object_set_data (follower, "ticks", &ticks);
  mgr_memory_limits_set_follower (limits, follower, tick_cb);
  mgr_pressure_monitor_add_system_sources (monitor, NULL, NULL);
  mgr_pressure_monitor_set_limits (monitor, limits);
  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_start (monitor);
  wait_for_ticks (&ticks, 5);
  g_object_weak_ref (G_OBJECT (monitor), gone_cb, &gone);
  g_object_unref (monitor);
  while (!g_atomic_int_get (&gone))
    g_usleep (50);
}

int
main (int    argc,
      char **argv)
{
  static const char host[] = "host total=16G available=8G\n";
  static const char all[] = "host total=16G available=8G swap=1G swap-free=512M\n"
                            "v2 /a\n"
                            "group /a max=1G current=900M\n"
                            "group /b max=200M current=150M\n"
                            "stall /a total=0\n"
                            "stall /b total=0\n"
                            "stall - total=0\n";

  g_test_init (&argc, &argv, NULL);

#define ADD(name, description, func) \
  g_test_add ("/pressure/monitor-system/" name, Fixture, description, fixture_set_up, func, \
              fixture_tear_down)

  ADD ("nothing-there", "", test_nothing_there);
  ADD ("host-alone", host, test_host_alone);
  ADD ("all-there", all, test_all_there);
  ADD ("moved", all, test_moved);
  ADD ("properties", host, test_properties);
  ADD ("limits-changed", all, test_limits_changed);
  ADD ("changed-in-worker", all, test_changed_in_worker);

#undef ADD

  g_test_add_func ("/pressure/monitor-system/removed-group", test_removed_group);
  g_test_add_func ("/pressure/monitor-system/trigger-off", test_trigger_off);
  g_test_add_func ("/pressure/monitor-system/everything-at-once", test_everything_at_once);
  g_test_add_func ("/pressure/monitor-system/freed-while-running", test_freed_while_running);

  return g_test_run ();
}
