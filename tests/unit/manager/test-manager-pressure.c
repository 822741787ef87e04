/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* A manager on a clock that stands still, with one component to press it by, and
 * resources of each class that hold that component's memory. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrComponent *component; /* (unowned) */
  GPtrArray *held;         /* (owned) (element-type MgrAllocation) */
  GString *log;            /* (owned) */
} Fixture;

static void
changed_cb (MgrManager        *manager,
            MgrPressureLevel   level,
            MgrPressureSample *sample,
            gpointer           user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  g_string_append_printf (fixture->log, "%s ", g_enum_get_value (klass, (int) level)->value_nick);
}

static void
finished_cb (MgrManager       *manager,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);
  int strategy = (int) mgr_cleanup_report_get_strategy (report);

  g_string_append_printf (fixture->log, "[%s %u] ", g_enum_get_value (klass, strategy)->value_nick,
                          g_strv_length ((char **) mgr_cleanup_report_get_cleaned (report)));
}

static void
emergency_cb (MgrManager        *manager,
              MgrPressureSample *sample,
              gpointer           user_data)
{
  Fixture *fixture = user_data;

  g_string_append (fixture->log, "emergency! ");
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 100 * MIB,
                                   "clock", fixture->clock,
                                   "proc-path", "/nonexistent",
                                   NULL);
  fixture->component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  fixture->held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  fixture->log = g_string_new (NULL);
  g_signal_connect (fixture->manager, "pressure-changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect (fixture->manager, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (fixture->manager, "emergency", G_CALLBACK (emergency_cb), fixture);

  /* Samples are taken by the test alone. */
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_ptr_array_unref (fixture->held);
  g_clear_object (&fixture->manager);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
}

static void
fixture_hold (Fixture *fixture,
              guint64  size)
{
  MgrAllocation *allocation = mgr_component_allocate (fixture->component, size, NULL, 5, NULL, NULL);

  g_assert_nonnull (allocation);
  g_ptr_array_add (fixture->held, allocation);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* Two samples in a row make a level. */
static void
fixture_sense (Fixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, 1);
    }
  settle ();
}

static guint64
release_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  g_autoptr (MgrAllocation) allocation = g_object_steal_data (G_OBJECT (resource), "held");

  if (allocation == NULL)
    return 0;

  g_assert_true (mgr_allocation_release (allocation, NULL));
  return mgr_allocation_get_size (allocation);
}

static void
fixture_add_resource (Fixture    *fixture,
                      const char *name,
                      guint64     size,
                      MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);
  MgrAllocation *allocation =
    mgr_component_allocate (fixture->component, size, name, 5, NULL, NULL);

  mgr_resource_set_safety (resource, safety);
  g_object_set_data_full (G_OBJECT (resource), "held", allocation,
                          (GDestroyNotify) mgr_allocation_unref);
  g_signal_connect (resource, "reclaim", G_CALLBACK (release_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
}

static void
test_levels_of_the_budget (Fixture       *fixture,
                           gconstpointer  data)
{
  fixture_hold (fixture, 69 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "");

  fixture_hold (fixture, MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "low ");
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_LOW);
}

static void
test_rising_pressure_cleans (Fixture       *fixture,
                             gconstpointer  data)
{
  fixture_add_resource (fixture, "results", 10 * MIB, MGR_SAFETY_PROTECTED);
  fixture_add_resource (fixture, "features", 10 * MIB, MGR_SAFETY_CAUTIOUS);
  fixture_add_resource (fixture, "temp_a", 5 * MIB, MGR_SAFETY_SAFE);
  fixture_add_resource (fixture, "temp_b", 5 * MIB, MGR_SAFETY_SAFE);

  g_test_message ("82 %%: light, so one of the two is enough");
  fixture_hold (fixture, 52 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "medium [light 1] ");
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 77 * MIB);

  g_test_message ("92 %%: aggressive, but nothing CAUTIOUS");
  g_string_truncate (fixture->log, 0);
  fixture_hold (fixture, 15 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "critical [aggressive 1] ");

  g_test_message ("97 %%: forced, but nothing PROTECTED");
  g_string_truncate (fixture->log, 0);
  fixture_hold (fixture, 10 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "emergency emergency! [emergency 1] ");
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 87 * MIB);
}

static void
test_cleans_again_while_pressed (Fixture       *fixture,
                                 gconstpointer  data)
{
  g_test_summary ("A level that is held gives no signal; usage that rises again is cleaned all the same");

  fixture_hold (fixture, 92 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "critical [aggressive 0] ");
  g_string_truncate (fixture->log, 0);

  fixture_add_resource (fixture, "temp_late", MIB, MGR_SAFETY_SAFE);
  mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC / 2 - 1);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "");
  mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "[aggressive 1] ");
}

static void
test_passed_pressure_is_not_cleaned (Fixture       *fixture,
                                     gconstpointer  data)
{
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (fixture->manager);

  fixture_add_resource (fixture, "temp_a", MIB, MGR_SAFETY_SAFE);
  fixture_hold (fixture, 92 * MIB);
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
  g_ptr_array_set_size (fixture->held, 0);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "critical ");
}

static void
test_looks_once (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");

  g_test_summary ("Whether the pressure has passed is looked at once for each change");

  mgr_pressure_monitor_add_source (mgr_manager_get_monitor (fixture->manager),
                                   MGR_PRESSURE_SOURCE (source));
  fixture_hold (fixture, 92 * MIB);
  fixture_sense (fixture);
  g_assert_cmpuint (mgr_fake_source_get_reads (source), ==, 3);
}

static void
test_automatic_cleanup_off (Fixture       *fixture,
                            gconstpointer  data)
{
  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  g_assert_false (mgr_manager_get_automatic_cleanup (fixture->manager));
  fixture_add_resource (fixture, "temp_a", MIB, MGR_SAFETY_SAFE);
  fixture_hold (fixture, 92 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "critical ");
}

static guint64
drop_manager_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->manager);
  return 1;
}

static void
test_handler_drops_the_manager (Fixture       *fixture,
                                gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 1);

  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_manager_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture_hold (fixture, 92 * MIB);
  fixture_sense (fixture);
  g_assert_null (fixture->manager);
}

static void
test_handler_drops_the_manager_in_the_background (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 1);

  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_manager_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture_hold (fixture, 82 * MIB);
  fixture_sense (fixture);
  g_assert_null (fixture->manager);
}

static gboolean
note_level_cb (MgrResource      *resource,
               MgrPressureLevel  level,
               gpointer          user_data)
{
  *(MgrPressureLevel *) user_data = level;
  return FALSE;
}

static void
test_resources_hear_the_level (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 1);
  MgrPressureLevel level = MGR_PRESSURE_LEVEL_NORMAL;

  fixture_add_resource (fixture, "temp_a", MIB, MGR_SAFETY_SAFE);
  g_signal_connect (resource, "reclaim", G_CALLBACK (release_cb), NULL);
  g_signal_connect (resource, "query-veto", G_CALLBACK (note_level_cb), &level);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture_hold (fixture, 85 * MIB);
  fixture_sense (fixture);
  g_assert_cmpint (level, ==, MGR_PRESSURE_LEVEL_HIGH);
}

static gboolean
count_turns_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static guint64
release_some_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  return MIN (target, 4096);
}

static void
test_escalates (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 64 * MIB);
  guint turns = 0;
  guint id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, count_turns_cb, &turns, NULL);

  g_test_summary ("What is cleaned in the background gives way to what cannot wait");

  g_signal_connect (resource, "reclaim", G_CALLBACK (release_some_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture_hold (fixture, 82 * MIB);
  for (guint i = 0; i < 2; i++)
    mgr_pressure_sample_unref (
      mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
  while (turns < 20)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->log->str, ==, "medium ");
  g_source_remove (id);

  fixture_hold (fixture, 10 * MIB);
  fixture_sense (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "medium critical [aggressive 1] [light 1] ");
}

static void
test_track_process (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * 1024);
  g_autoptr (MgrPressureSample) before = NULL;
  g_autoptr (MgrPressureSample) after = NULL;

  /* What its own thread is reading is not read here once more. */
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  before = mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager));
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (before), <, 0.95);

  g_test_message ("This process has more than 100 KiB");
  mgr_manager_set_track_process (manager, TRUE);
  after = mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager));
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (after), >=, 1.0);
  g_assert_cmpstr (mgr_pressure_sample_get_source (after), ==, "budget");
}

#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/manager/pressure/levels-of-the-budget", test_levels_of_the_budget);
  ADD ("/manager/pressure/rising-pressure-cleans", test_rising_pressure_cleans);
  ADD ("/manager/pressure/cleans-again-while-pressed", test_cleans_again_while_pressed);
  ADD ("/manager/pressure/passed-pressure-is-not-cleaned", test_passed_pressure_is_not_cleaned);
  ADD ("/manager/pressure/looks-once", test_looks_once);
  ADD ("/manager/pressure/automatic-cleanup-off", test_automatic_cleanup_off);
  ADD ("/manager/pressure/handler-drops-the-manager", test_handler_drops_the_manager);
  ADD ("/manager/pressure/handler-drops-the-manager-in-the-background",
       test_handler_drops_the_manager_in_the_background);
  ADD ("/manager/pressure/resources-hear-the-level", test_resources_hear_the_level);
  ADD ("/manager/pressure/escalates", test_escalates);
  ADD ("/manager/pressure/track-process", test_track_process);

  return g_test_run ();
}
