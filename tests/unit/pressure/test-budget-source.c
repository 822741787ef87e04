/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "ledger/mgr-component-private.h"
#include "ledger/mgr-ledger-private.h"
#include "mgr-fake-tree.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

typedef struct
{
  MgrFakeTree *tree;       /* (owned) */
  MgrLedger *ledger;       /* (owned) */
  MgrComponent *component; /* (unowned): the ledger's */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->tree = mgr_fake_tree_new ("");
  fixture->ledger = mgr_ledger_new (mgr_clock_get_default (), 1000 * MIB);
  fixture->component = mgr_ledger_add (fixture->ledger, "component", 100 * MIB, NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  mgr_ledger_close (fixture->ledger);
  mgr_ledger_unref (fixture->ledger);
  mgr_fake_tree_free (fixture->tree);
}

static MgrPressureSource *
source_of (Fixture  *fixture,
           gboolean  track_process)
{
  return mgr_budget_source_new (fixture->component, track_process,
                                mgr_fake_tree_get_proc (fixture->tree));
}

static void
assert_reading (MgrPressureSource *source,
                guint64            used,
                guint64            available)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, used * MIB);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), ==, available * MIB);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, 100 * MIB);
}

static void
test_charged (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = source_of (fixture, FALSE);
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "budget");
  assert_reading (source, 0, 100);

  allocation = mgr_component_allocate (fixture->component, 60 * MIB, "test",
                                       MGR_PRIORITY_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  assert_reading (source, 60, 40);

  g_assert_true (mgr_allocation_release (allocation, &error));
  assert_reading (source, 0, 100);
}

static void
test_process (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = source_of (fixture, TRUE);
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The larger of charge and anonymous memory counts; files do not");

  mgr_fake_tree_describe (fixture->tree, "status RssAnon=20M RssFile=70M VmSwap=10M\n");
  assert_reading (source, 30, 70);

  allocation = mgr_component_allocate (fixture->component, 60 * MIB, "test",
                                       MGR_PRIORITY_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  assert_reading (source, 60, 40);

  mgr_fake_tree_describe (fixture->tree, "status RssAnon=150M\n");
  assert_reading (source, 150, 0);

  mgr_budget_source_set_track_process (MGR_BUDGET_SOURCE (source), FALSE);
  assert_reading (source, 60, 40);
}

static void
test_promised (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = source_of (fixture, TRUE);
  guint64 task = mgr_component_reserve (fixture->component, 80 * MIB, NULL);
  guint64 other = mgr_component_reserve (fixture->component, 15 * MIB, NULL);

  g_test_summary ("What tasks were granted does not count, but what the process really takes");

  mgr_fake_tree_describe (fixture->tree, "status RssAnon=10M\n");
  assert_reading (source, 95, 5);
  mgr_component_set_promised (fixture->component, 80 * MIB);
  assert_reading (source, 15, 85);
  mgr_fake_tree_describe (fixture->tree, "status RssAnon=98M\n");
  assert_reading (source, 98, 2);

  g_test_message ("What they take beyond it is not charged, and counts");
  mgr_fake_tree_describe (fixture->tree, "status RssAnon=10M\n");
  mgr_component_set_promised (fixture->component, -20 * (gint64) MIB);
  assert_reading (source, 115, 0);

  g_test_message ("It may be given back a moment before that is known");
  mgr_component_set_promised (fixture->component, 80 * MIB);
  g_assert_true (mgr_component_release (fixture->component, task, NULL));
  assert_reading (source, 10, 90);
  mgr_component_set_promised (fixture->component, 0);
  assert_reading (source, 15, 85);
  g_assert_true (mgr_component_release (fixture->component, other, NULL));
}

static void
test_process_unknown (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = source_of (fixture, TRUE);

  g_test_summary ("Without /proc the charge counts alone, and one message says so");

  g_test_expect_message ("libmgr", G_LOG_LEVEL_MESSAGE, "*Only what is charged*self/status*");
  assert_reading (source, 0, 100);
  assert_reading (source, 0, 100);
  g_test_assert_expected_messages ();

  mgr_fake_tree_describe (fixture->tree, "status RssAnon=20M\n");
  assert_reading (source, 20, 80);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = source_of (fixture, FALSE);
  g_autoptr (MgrComponent) component = NULL;
  gboolean track_process = TRUE;
  guint count = 0;

  g_object_get (source, "component", &component, "track-process", &track_process, NULL);
  g_assert_true (component == fixture->component);
  g_assert_false (track_process);

  g_signal_connect (source, "notify::track-process", G_CALLBACK (count_cb), &count);
  g_object_set (source, "track-process", TRUE, NULL);
  g_object_set (source, "track-process", TRUE, NULL);
  g_assert_true (mgr_budget_source_get_track_process (MGR_BUDGET_SOURCE (source)));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (count, ==, 1);
}

static void
test_this_process (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = mgr_budget_source_new (fixture->component, TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), >=, 4096);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/budget/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

  ADD ("charged", test_charged);
  ADD ("process", test_process);
  ADD ("process-unknown", test_process_unknown);
  ADD ("promised", test_promised);
  ADD ("properties", test_properties);
  ADD ("this-process", test_this_process);

#undef ADD

  return g_test_run ();
}
