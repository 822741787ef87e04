/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

typedef struct
{
  MgrFakeTree *tree;         /* (owned) */
  MgrManualClock *clock;     /* (owned) */
  MgrPressureSource *source; /* (owned) */
} Fixture;

static void
fixture_set_up_for (Fixture          *fixture,
                    const char       *description,
                    MgrPressureScope  scope)
{
  fixture->tree = mgr_fake_tree_new (description);
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->source = mgr_psi_source_new_for_scope (scope, MGR_CLOCK (fixture->clock),
                                                  mgr_fake_tree_get_proc (fixture->tree),
                                                  mgr_fake_tree_get_root (fixture->tree));
}

static void
set_up_machine (Fixture       *fixture,
                gconstpointer  description)
{
  fixture_set_up_for (fixture, description, MGR_PRESSURE_SCOPE_MACHINE);
}

static void
set_up_group (Fixture       *fixture,
              gconstpointer  description)
{
  fixture_set_up_for (fixture, description, MGR_PRESSURE_SCOPE_GROUP);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  description)
{
  g_object_unref (fixture->source);
  g_object_unref (fixture->clock);
  mgr_fake_tree_free (fixture->tree);
}

static void
later (Fixture    *fixture,
       gint64      milliseconds,
       const char *description)
{
  mgr_manual_clock_advance (fixture->clock, milliseconds * G_TIME_SPAN_MILLISECOND);
  mgr_fake_tree_describe (fixture->tree, description);
}

static void
assert_stall (Fixture *fixture,
              double   stall)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_reading_get_stall (reading), stall, 0.000001);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, 0);
}

static void
assert_failure (Fixture    *fixture,
                MgrError    code,
                const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, &error);

  g_assert_null (reading);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_system (Fixture       *fixture,
             gconstpointer  unused)
{
  g_test_summary ("The first total counts since the start of the machine and tells nothing");

  g_assert_cmpstr (mgr_pressure_source_get_name (fixture->source), ==, "psi");
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=5300000\n");
  assert_stall (fixture, 0.3);
  later (fixture, 1000, "stall - total=5300000\n");
  assert_stall (fixture, 0.0);
}

static void
assert_scope (Fixture          *fixture,
              MgrPressureScope  scope)
{
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, NULL);

  g_assert_nonnull (reading);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, scope);
}

static void
test_machine (Fixture       *fixture,
              gconstpointer  unused)
{
  g_test_summary ("The machine's stall, even where the own group has a file");

  assert_scope (fixture, MGR_PRESSURE_SCOPE_MACHINE);
  later (fixture, 1000, "stall - total=900000\nstall /a total=100000\n");
  assert_stall (fixture, 0.9);
}

static void
test_group (Fixture       *fixture,
            gconstpointer  unused)
{
  g_assert_cmpstr (mgr_pressure_source_get_name (fixture->source), ==, "psi-group");
  assert_scope (fixture, MGR_PRESSURE_SCOPE_GROUP);
  later (fixture, 1000, "stall - total=900000\nstall /a total=100000\n");
  assert_stall (fixture, 0.1);
}

static void
test_group_never_the_machine (Fixture       *fixture,
                              gconstpointer  unused)
{
  g_test_summary ("A group whose stall cannot be seen is not given the machine's");

  mgr_fake_tree_remove (fixture->tree, "sys/fs/cgroup/a/memory.pressure");
  assert_failure (fixture, MGR_ERROR_NOT_AVAILABLE, "a/memory.pressure");
  mgr_fake_tree_break (fixture->tree, "sys/fs/cgroup/a/memory.pressure");
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  assert_failure (fixture, MGR_ERROR_FAILED, "a/memory.pressure");
}

static void
test_group_without_cgroup2 (Fixture       *fixture,
                            gconstpointer  unused)
{
  assert_failure (fixture, MGR_ERROR_NOT_AVAILABLE, "self/cgroup");
  later (fixture, 1000, "v1 /a\ngroup1 /a limit=1G\n");
  assert_failure (fixture, MGR_ERROR_NOT_AVAILABLE, "mount cgroup2");
}

static void
test_share_of_the_time_passed (Fixture       *fixture,
                               gconstpointer  unused)
{
  g_test_summary ("A late reading spreads the growth over all of the time since the last read");

  assert_stall (fixture, 0.0);
  later (fixture, 4000, "stall - total=6000000\n");
  assert_stall (fixture, 0.25);

  /* Repeats in between do not count as reads. */
  later (fixture, 100, "stall - total=6000000\n");
  assert_stall (fixture, 0.25);
  later (fixture, 400, "stall - total=6050000\n");
  assert_stall (fixture, 0.1);
}

static void
test_full_is_not_needed (Fixture       *fixture,
                         gconstpointer  unused)
{
  assert_stall (fixture, 0.0);
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  mgr_fake_tree_write (fixture->tree, "proc/pressure/memory",
                       "some avg10=0.00 avg60=0.00 avg300=0.00 total=5500000\n");
  assert_stall (fixture, 0.5);
}

static void
test_moved (Fixture       *fixture,
            gconstpointer  unused)
{
  g_test_summary ("The total of another group is no growth");

  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall /b total=700000\n");
  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "0::/b\n");
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall /b total=900000\n");
  assert_stall (fixture, 0.2);
}

static void
test_rate_floor (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_test_summary ("One file is read at most every 250 ms; sooner, the last value stands");

  assert_stall (fixture, 0.0);
  later (fixture, 500, "stall - total=5250000\n");
  assert_stall (fixture, 0.5);

  for (guint i = 0; i < 24; i++)
    {
      later (fixture, 10, "stall - total=5300000\n");
      assert_stall (fixture, 0.5);
    }

  later (fixture, 10, "stall - total=5300000\n");
  assert_stall (fixture, 0.2);
}

static void
test_clock_back (Fixture       *fixture,
                 gconstpointer  unused)
{
  assert_stall (fixture, 0.0);
  later (fixture, -5000, "stall - total=5400000\n");
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=5500000\n");
  assert_stall (fixture, 0.1);
}

static void
test_total_back (Fixture       *fixture,
                 gconstpointer  unused)
{
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=100\n");
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=100100\n");
  assert_stall (fixture, 0.1);
}

static void
test_spurious (Fixture       *fixture,
               gconstpointer  unused)
{
  g_test_summary ("More stall than time went by is refused, and the next value counts again");

  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=95000000\n");
  assert_failure (fixture, MGR_ERROR_FAILED, "not believed");
  later (fixture, 1000, "stall - total=95100000\n");
  assert_stall (fixture, 0.1);
}

static void
test_absent (Fixture       *fixture,
             gconstpointer  unused)
{
  assert_failure (fixture, MGR_ERROR_NOT_AVAILABLE, "pressure/memory");

  g_test_summary ("A failure too stands for 250 ms, and ends by itself");
  later (fixture, 100, "stall - total=100\n");
  assert_failure (fixture, MGR_ERROR_NOT_AVAILABLE, "pressure/memory");
  later (fixture, 150, "stall - total=100\n");
  assert_stall (fixture, 0.0);
}

static void
test_unreadable (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_test_summary ("A file that opens and cannot be read; what comes later is a new beginning");

  mgr_fake_tree_break (fixture->tree, "proc/pressure/memory");
  assert_failure (fixture, MGR_ERROR_FAILED, "pressure/memory");
  mgr_fake_tree_remove (fixture->tree, "proc/pressure/memory");
  later (fixture, 1000, "stall - total=700000\n");
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=800000\n");
  assert_stall (fixture, 0.1);
}

static void
test_garbage (Fixture       *fixture,
              gconstpointer  unused)
{
  static const char *const texts[] = {
    "", "some avg10=0.00 avg60=0.00 avg300=0.00 total=", "full total=1\n", "\x7f" "ELF",
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=99999999999999999999999\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
      mgr_fake_tree_write (fixture->tree, "proc/pressure/memory", texts[i]);
      assert_failure (fixture, MGR_ERROR_FAILED, "some … total=");
    }
}

static void
test_other_scopes (void)
{
  g_autoptr (MgrPressureSource) source = NULL;

  g_test_expect_message ("libmgr", G_LOG_LEVEL_CRITICAL, "*of the group or of the machine*");
  source = mgr_psi_source_new_for_scope (MGR_PRESSURE_SCOPE_DEVICE, NULL, NULL, NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "psi");
}

int
main (int    argc,
      char **argv)
{
  static const char system_only[] = "stall - total=5000000\n";
  static const char with_group[] = "v2 /a\nstall /a total=0\nstall /b total=0\nstall - total=0\n";

  g_test_init (&argc, &argv, NULL);

#define ADD(name, description, set_up, func) \
  g_test_add ("/pressure/psi/" name, Fixture, description, set_up, func, fixture_tear_down)

  ADD ("system", system_only, set_up_machine, test_system);
  ADD ("machine", with_group, set_up_machine, test_machine);
  ADD ("group", with_group, set_up_group, test_group);
  ADD ("group-never-the-machine", with_group, set_up_group, test_group_never_the_machine);
  ADD ("group-without-cgroup2", system_only, set_up_group, test_group_without_cgroup2);
  ADD ("moved", with_group, set_up_group, test_moved);
  ADD ("rate-floor", system_only, set_up_machine, test_rate_floor);
  ADD ("share-of-the-time-passed", system_only, set_up_machine, test_share_of_the_time_passed);
  ADD ("full-is-not-needed", system_only, set_up_machine, test_full_is_not_needed);
  ADD ("clock-back", system_only, set_up_machine, test_clock_back);
  ADD ("total-back", system_only, set_up_machine, test_total_back);
  ADD ("spurious", system_only, set_up_machine, test_spurious);
  ADD ("absent", "", set_up_machine, test_absent);
  ADD ("unreadable", system_only, set_up_machine, test_unreadable);
  ADD ("garbage", system_only, set_up_machine, test_garbage);

#undef ADD

  g_test_add_func ("/pressure/psi/other-scopes", test_other_scopes);

  return g_test_run ();
}
