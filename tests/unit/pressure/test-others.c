/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "mgr-test-cgroup.h"
#include "pressure/mgr-psi-trigger-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_TIME_SPAN_SECOND

/* What other programs and libraries get wrong, and how much memory there really is:
 * one test a fault, one a rule. */
typedef struct
{
  MgrFakeTree *tree;           /* (owned) */
  MgrManualClock *clock;       /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
  GString *levels;             /* (owned): those that were signalled */
  guint64 stalled;             /* µs, in all */
} Fixture;

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  g_string_append_printf (user_data, "%s ", g_enum_get_value (klass, (int) level)->value_nick);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->tree = mgr_fake_tree_new ("");
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->monitor = mgr_pressure_monitor_new (MGR_CLOCK (fixture->clock));
  fixture->limits = mgr_memory_limits_new (mgr_fake_tree_get_proc (fixture->tree),
                                           mgr_fake_tree_get_root (fixture->tree));
  fixture->levels = g_string_new (NULL);
  mgr_pressure_monitor_add_system_sources (fixture->monitor,
                                           mgr_fake_tree_get_proc (fixture->tree),
                                           mgr_fake_tree_get_root (fixture->tree));
  mgr_pressure_monitor_set_limits (fixture->monitor, fixture->limits);
  g_signal_connect (fixture->monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb),
                    fixture->levels);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_string_free (fixture->levels, TRUE);
  g_object_unref (fixture->monitor);
  g_object_unref (fixture->limits);
  g_object_unref (fixture->clock);
  mgr_fake_tree_free (fixture->tree);
}

/* Two samples, a second apart, of the same: a level is taken. */
static MgrPressureSample *
sense (Fixture    *fixture,
       const char *description)
{
  MgrPressureSample *sample;

  mgr_fake_tree_describe (fixture->tree, description);
  for (guint i = 0; i < 2; i++)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND);
      sample = mgr_pressure_monitor_sample (fixture->monitor);
      if (i == 0)
        mgr_pressure_sample_unref (sample);
    }

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return sample;
}

static void
assert_usage (Fixture    *fixture,
              const char *description,
              const char *source,
              double      usage)
{
  g_autoptr (MgrPressureSample) sample = sense (fixture, description);

  g_assert_cmpstr (mgr_pressure_sample_get_source (sample), ==, source);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_sample_get_usage (sample), usage, 0.000001);
}

static void
assert_level (Fixture          *fixture,
              const char       *description,
              MgrPressureLevel  level)
{
  g_autoptr (MgrPressureSample) sample = sense (fixture, description);

  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, level);
}

/* The level once tasks of @place have waited for half of the time for a while. */
static void
assert_level_in_stall (Fixture          *fixture,
                       const char       *place,
                       MgrPressureLevel  level)
{
  g_autoptr (MgrPressureSample) last = NULL;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *description = NULL;

      fixture->stalled += SECOND / 2;
      description = g_strdup_printf ("stall %s total=%" G_GUINT64_FORMAT "\n",
                                     place, fixture->stalled);
      mgr_fake_tree_describe (fixture->tree, description);
      mgr_manual_clock_advance (fixture->clock, SECOND);
      g_clear_pointer (&last, mgr_pressure_sample_unref);
      last = mgr_pressure_monitor_sample (fixture->monitor);
    }

  g_assert_cmpint (mgr_pressure_sample_get_level (last), ==, level);
}

static void
assert_limits (Fixture    *fixture,
               const char *description,
               guint64     limit,
               guint64     headroom)
{
  mgr_fake_tree_describe (fixture->tree, description);
  g_assert_true (mgr_memory_limits_refresh (fixture->limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_limit (fixture->limits), ==, limit * MIB);
  g_assert_cmpuint (mgr_memory_limits_get_headroom (fixture->limits), ==, headroom * MIB);
}

static void
assert_explains (Fixture    *fixture,
                 const char *part)
{
  g_autofree char *text = mgr_memory_limits_explain (fixture->limits);

  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

/* What others get wrong */

static void
test_integer_division (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_test_summary ("That enough is free is a fraction: stall alone makes no level, with shortage it does");

  assert_usage (fixture, "host total=1000M available=501M\nstall - total=0\n", "meminfo", 0.499);
  assert_level_in_stall (fixture, "-", MGR_PRESSURE_LEVEL_NORMAL);
  assert_level (fixture, "host total=1000M available=120M\n", MGR_PRESSURE_LEVEL_HIGH);
  assert_level_in_stall (fixture, "-", MGR_PRESSURE_LEVEL_CRITICAL);
}

static void
test_freeram (Fixture       *fixture,
              gconstpointer  unused)
{
  g_test_summary ("The page cache fills what is free, and is not used: MemFree says nothing");

  assert_usage (fixture, "host total=1000M available=900M\n", "meminfo", 0.1);
  assert_level (fixture, "", MGR_PRESSURE_LEVEL_NORMAL);
}

static void
test_v2_only (Fixture       *fixture,
              gconstpointer  unused)
{
  g_test_summary ("A container under v1 is seen as well");

  assert_level (fixture,
                "host total=64G available=60G\n"
                "v1 /docker/1234\n"
                "group1 /docker/1234 limit=1000M usage=970M\n",
                MGR_PRESSURE_LEVEL_EMERGENCY);
}

static void
test_host_wide (Fixture       *fixture,
                gconstpointer  unused)
{
  g_test_summary ("A full container on an idle host is full; others that stall are not this one");

  assert_level (fixture,
                "host total=64G available=60G\n"
                "v2 /a\n"
                "group /a max=1000M current=880M\n"
                "stall /a total=0\n"
                "stall - total=0\n",
                MGR_PRESSURE_LEVEL_HIGH);
  assert_level_in_stall (fixture, "-", MGR_PRESSURE_LEVEL_HIGH);
  assert_level_in_stall (fixture, "/a", MGR_PRESSURE_LEVEL_CRITICAL);
  assert_level (fixture, "group /a max=1000M current=970M\n", MGR_PRESSURE_LEVEL_EMERGENCY);
}

static void
test_no_recovery_event (Fixture       *fixture,
                        gconstpointer  unused)
{
  assert_level (fixture, "host total=1000M available=90M\n", MGR_PRESSURE_LEVEL_CRITICAL);
  assert_level (fixture, "host total=1000M available=900M\n", MGR_PRESSURE_LEVEL_CRITICAL);
  mgr_manual_clock_advance (fixture->clock, 15 * SECOND);
  assert_level (fixture, "", MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpstr (fixture->levels->str, ==, "critical normal ");
}

static void
woken_cb (gpointer user_data)
{
  guint *woken = user_data;

  (*woken)++;
}

static void
assert_descriptor_is_dropped (MgrTestCgroup *group,
                              MgrPsiTrigger *trigger,
                              const guint   *woken)
{
  guint returns = 0;

  mgr_test_cgroup_remove (group);
  for (guint i = 0; i < 10000; i++)
    returns += g_main_context_iteration (NULL, FALSE) ? 1 : 0;

  g_assert_cmpuint (returns, <=, 2);
  g_assert_cmpuint (*woken, ==, 1);
  g_assert_null (mgr_psi_trigger_get_path (trigger));
}

static void
test_dead_fd (void)
{
  g_autoptr (MgrTestCgroup) group = mgr_test_cgroup_new ();
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPsiTrigger) trigger = NULL;
  guint woken = 0;

  g_test_summary ("The trigger of a group that is removed is ready for ever, and dropped at once");

  if (group == NULL)
    {
      g_test_skip ("No group can be made in a v2 hierarchy here");
      return;
    }

  source = mgr_psi_source_new (NULL, mgr_test_cgroup_get_proc (group), NULL);
  trigger = mgr_psi_trigger_new (MGR_SYSTEM_SOURCE (source), mgr_psi_trigger_arm, woken_cb, &woken);
  mgr_psi_trigger_check (trigger);
  if (mgr_psi_trigger_get_path (trigger) != NULL)
    assert_descriptor_is_dropped (group, trigger, &woken);
  else
    g_test_skip ("The kernel does not let itself be asked here");
}

static void
test_container_at_67_percent (Fixture       *fixture,
                              gconstpointer  unused)
{
  g_test_summary ("The host is used to 16 %, the container to 67 %: that is what counts");

  assert_usage (fixture,
                "host total=1000M available=840M\n"
                "v2 /a\n"
                "group /a max=300M current=201M\n",
                "cgroup", 0.67);
}

static void
test_memory_low_as_limit (Fixture       *fixture,
                          gconstpointer  unused)
{
  g_test_summary ("memory.low and memory.min are protections, and no limits");

  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /a\n"
                 "group /a max=1000M low=100M min=50M current=200M\n",
                 1000, 800);
  assert_usage (fixture, "", "meminfo", 0.5);
}

static void
test_bind_mounted_root (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_test_summary ("The group that is mounted is looked up, whatever its name on the host");

  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /kubepods/pod1/c1/app root=/kubepods/pod1/c1\n"
                 "group / max=2000M current=300M\n"
                 "group /app max=1000M current=100M\n",
                 1000, 900);
  assert_explains (fixture, "sys/fs/cgroup/app\n");
}

static void
test_host_instead_of_container (Fixture       *fixture,
                                gconstpointer  unused)
{
  assert_limits (fixture,
                 "host total=64G available=60G\n"
                 "v2 /a\n"
                 "group /a max=500M current=300M\n",
                 500, 200);
  assert_usage (fixture, "", "cgroup", 0.6);
}

static void
test_cache_counted_as_used (Fixture       *fixture,
                            gconstpointer  unused)
{
  g_test_summary ("What was read of files is given back unasked; shared memory is not");

  assert_usage (fixture,
                "host total=10000M available=9000M\n"
                "v2 /a\n"
                "group /a max=1000M current=990M file=800M inactive_file=800M\n",
                "cgroup", 0.19);
  assert_usage (fixture,
                "group /a max=1000M current=990M file=800M shmem=800M inactive_file=0\n",
                "cgroup", 0.99);
}

/* How much memory there really is */

static void
test_per_controller (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("Memory on v1, pressure on v2: each controller by itself, and every line counts");

  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v1 /mem\n"
                 "v2 /psi\n"
                 "group1 /mem limit=1000M usage=880M\n"
                 "group /psi max=10M current=10M\n"
                 "stall /psi total=0\n"
                 "stall - total=0\n",
                 1000, 120);
  sample = sense (fixture, "");
  g_assert_cmpuint (g_strv_length ((char **) mgr_pressure_sample_get_missing (sample)), ==, 0);
  g_clear_pointer (&sample, mgr_pressure_sample_unref);
  g_assert_cmpint (mgr_pressure_monitor_get_level (fixture->monitor), ==, MGR_PRESSURE_LEVEL_HIGH);
  assert_level_in_stall (fixture, "/psi", MGR_PRESSURE_LEVEL_CRITICAL);
}

static void
test_smallest_of_ancestors (Fixture       *fixture,
                            gconstpointer  unused)
{
  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /a/b/c\n"
                 "group /a max=4G high=2000M current=1900M\n"
                 "group /a/b max=600M current=100M\n"
                 "group /a/b/c max=2G high=700M current=50M\n",
                 600, 100);
  g_assert_cmpuint (mgr_memory_limits_get_soft_limit (fixture->limits), ==, 700 * MIB);
}

static void
test_v1_hierarchical_limit (Fixture       *fixture,
                            gconstpointer  unused)
{
  g_test_summary ("On v1 the group knows what binds it from above; 9223372036854771712 is none");

  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v1 /a\n"
                 "group1 /a limit=9223372036854771712 usage=300M\n",
                 16384, 8192);
  mgr_fake_tree_write (fixture->tree, "sys/fs/cgroup/memory/a/memory.stat",
                       "inactive_file 1048576\nactive_file 2097152\n"
                       "hierarchical_memory_limit 1048576000\n"
                       "total_inactive_file 104857600\ntotal_active_file 41943040\n");
  assert_limits (fixture, "", 1000, 820);
}

static void
test_above_the_namespace (Fixture       *fixture,
                          gconstpointer  unused)
{
  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /\n"
                 "group / max=1000M current=100M\n",
                 1000, 900);
  assert_explains (fixture, "Limits above the topmost visible cgroup cannot be seen");
}

static void
test_root_has_no_files (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autofree char *text = NULL;

  assert_limits (fixture, "host total=16G available=8G\nv2 /\n", 16384, 8192);
  text = mgr_memory_limits_explain (fixture->limits);
  g_assert_null (strstr (text, "cannot be seen"));
}

static void
test_rlimits (Fixture       *fixture,
              gconstpointer  unused)
{
  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /a\n"
                 "group /a max=2000M current=100M\n"
                 "rlimits as=1000M data=900M\n"
                 "status VmSize=500M VmData=300M\n",
                 900, 500);
  assert_explains (fixture, "Limit: 900.0 MiB, RLIMIT_DATA");
  assert_explains (fixture, "Headroom: 500.0 MiB, RLIMIT_AS");
}

static void
test_reclaimable (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_test_summary ("All of the inactive files, half of the active ones and of the slab");

  assert_limits (fixture,
                 "host total=16G available=8G\n"
                 "v2 /a\n"
                 "group /a max=1000M current=800M inactive_file=100M active_file=200M"
                 " slab_reclaimable=60M\n",
                 1000, 430);
}

static void
test_never_more_than_the_host (Fixture       *fixture,
                               gconstpointer  unused)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  assert_limits (fixture,
                 "host total=16G available=70M\n"
                 "v2 /a\n"
                 "group /a max=1000M current=100M\n",
                 1000, 70);
  sample = sense (fixture, "");
  g_assert_cmpuint (mgr_pressure_sample_get_available (sample), ==, 70 * MIB);
}

static void
test_tmpfs_can_fill_a_host (Fixture       *fixture,
                            gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source =
    g_object_new (MGR_TYPE_MEMINFO_SOURCE, "user-memory", TRUE,
                  "proc-path", mgr_fake_tree_get_proc (fixture->tree), NULL);
  g_autoptr (MgrPressureReading) reading = NULL;

  mgr_fake_tree_describe (fixture->tree, "host total=1000M available=0 anon=300M\n");
  reading = mgr_pressure_source_read (source, NULL);
  g_assert_cmpfloat (mgr_pressure_reading_get_usage (reading), ==, 1.0);
}

static void
test_swap (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("Short is who is short of memory and of swap");

  sample = sense (fixture,
                  "host total=1000M available=30M swap=4G swap-free=3G\n"
                  "v2 /a\n"
                  "group /a current=500M swap-max=2000M swap-current=1500M\n");
  g_assert_cmpuint (mgr_pressure_sample_get_swap (sample), ==, 500 * MIB);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), <=, MGR_PRESSURE_LEVEL_MEDIUM);

  assert_level (fixture,
                "group /a current=500M swap-max=2000M swap-current=1990M\n",
                MGR_PRESSURE_LEVEL_EMERGENCY);
}

static void
test_lxcfs (Fixture       *fixture,
            gconstpointer  unused)
{
  g_test_summary ("A meminfo that speaks of the container already agrees with its group");

  assert_limits (fixture,
                 "host total=1000M available=400M\n"
                 "v2 /\n"
                 "group / max=1000M current=700M inactive_file=100M\n",
                 1000, 400);
  assert_usage (fixture, "", "meminfo", 0.6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

  ADD ("/others/low-memory-monitor/integer-division", test_integer_division);
  ADD ("/others/glib-psi/freeram", test_freeram);
  ADD ("/others/glib-psi/v2-only", test_v2_only);
  ADD ("/others/glib-psi/host-wide", test_host_wide);
  ADD ("/others/glib-psi/no-recovery-event", test_no_recovery_event);
  g_test_add_func ("/others/glib-psi/dead-fd", test_dead_fd);
  ADD ("/others/envoy/container-at-67-percent", test_container_at_67_percent);
  ADD ("/others/dask/memory-low-as-limit", test_memory_low_as_limit);
  ADD ("/others/duckdb/bind-mounted-root", test_bind_mounted_root);
  ADD ("/others/wrong-denominator/host-instead-of-container", test_host_instead_of_container);
  ADD ("/others/wrong-denominator/cache-counted-as-used", test_cache_counted_as_used);

  ADD ("/really/per-controller", test_per_controller);
  ADD ("/really/smallest-of-ancestors", test_smallest_of_ancestors);
  ADD ("/really/v1-hierarchical-limit", test_v1_hierarchical_limit);
  ADD ("/really/above-the-namespace", test_above_the_namespace);
  ADD ("/really/root-has-no-files", test_root_has_no_files);
  ADD ("/really/rlimits", test_rlimits);
  ADD ("/really/reclaimable", test_reclaimable);
  ADD ("/really/never-more-than-the-host", test_never_more_than_the_host);
  ADD ("/really/tmpfs-can-fill-a-host", test_tmpfs_can_fill_a_host);
  ADD ("/really/swap", test_swap);
  ADD ("/really/lxcfs", test_lxcfs);

#undef ADD

  return g_test_run ();
}
