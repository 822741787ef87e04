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
fixture_set_up (Fixture       *fixture,
                gconstpointer  description)
{
  fixture->tree = mgr_fake_tree_new (description);
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->source = mgr_psi_source_new (MGR_CLOCK (fixture->clock),
                                        mgr_fake_tree_get_proc (fixture->tree),
                                        mgr_fake_tree_get_root (fixture->tree));
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
test_own_group_first (Fixture       *fixture,
                      gconstpointer  unused)
{
  assert_stall (fixture, 0.0);
  later (fixture, 1000, "stall - total=900000\nstall /a total=100000\n");
  assert_stall (fixture, 0.1);
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
  g_test_summary ("A file that opens and cannot be read, as with EOPNOTSUPP");

  mgr_fake_tree_break (fixture->tree, "sys/fs/cgroup/a/memory.pressure");
  assert_stall (fixture, 0.0);
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall - total=400000\n");
  assert_stall (fixture, 0.4);

  mgr_fake_tree_break (fixture->tree, "proc/pressure/memory");
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  assert_stall (fixture, 0.0);
}

static void
test_both_unreadable (Fixture       *fixture,
                      gconstpointer  unused)
{
  mgr_fake_tree_break (fixture->tree, "sys/fs/cgroup/a/memory.pressure");
  mgr_fake_tree_break (fixture->tree, "proc/pressure/memory");
  assert_failure (fixture, MGR_ERROR_FAILED, "proc/pressure/memory");
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

int
main (int    argc,
      char **argv)
{
  static const char system_only[] = "stall - total=5000000\n";
  static const char with_group[] = "v2 /a\nstall /a total=0\nstall /b total=0\nstall - total=0\n";

  g_test_init (&argc, &argv, NULL);

#define ADD(name, description, func) \
  g_test_add ("/pressure/psi/" name, Fixture, description, fixture_set_up, func, fixture_tear_down)

  ADD ("system", system_only, test_system);
  ADD ("own-group-first", with_group, test_own_group_first);
  ADD ("moved", with_group, test_moved);
  ADD ("rate-floor", system_only, test_rate_floor);
  ADD ("clock-back", system_only, test_clock_back);
  ADD ("total-back", system_only, test_total_back);
  ADD ("spurious", system_only, test_spurious);
  ADD ("absent", "", test_absent);
  ADD ("unreadable", with_group, test_unreadable);
  ADD ("both-unreadable", with_group, test_both_unreadable);
  ADD ("garbage", system_only, test_garbage);

#undef ADD

  return g_test_run ();
}
