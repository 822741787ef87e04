/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "cleaner-fixture.h"
#include "reclaim/mgr-reclaim-private.h"
#include "reclaim/mgr-resource-private.h"

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("By class, then the lowest priority, then the largest, then the oldest");

  fixture_add (fixture, "table", 900, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_small", 10, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_large", 30, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_same", 10, G_CALLBACK (free_all_cb));
  mgr_resource_set_priority (fixture_add (fixture, "temp_dear", 99, G_CALLBACK (free_all_cb)), 6);
  mgr_resource_set_priority (fixture_add (fixture, "temp_cheap", 1, G_CALLBACK (free_all_cb)), 1);
  mgr_resource_set_priority (fixture_add (fixture, "index", 5, G_CALLBACK (free_all_cb)), 1);

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, TRUE);
  assert_names (mgr_cleanup_report_get_cleaned (report),
                "temp_cheap temp_large temp_small temp_same temp_dear index table");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1055);
}

static void
test_protected (Fixture       *fixture,
                gconstpointer  data)
{
  const MgrCleanupStrategy last = MGR_CLEANUP_STRATEGY_EMERGENCY;

  g_test_summary ("No classic cleanup asks what is PROTECTED by hand");

  mgr_resource_set_safety (fixture_add (fixture, "temp_result", 100, G_CALLBACK (free_all_cb)),
                           MGR_SAFETY_PROTECTED);

  for (guint strategy = 0; strategy <= last; strategy++)
    {
      for (guint flags = 0; flags < 4; flags++)
        {
          g_autoptr (MgrCleanupReport) report = NULL;

          if (flags == 1)
            g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Safe mode is off*");
          report = mgr_cleaner_cleanup (fixture->cleaner, strategy,
                                        (flags & 1) != 0, (flags & 2) != 0, NULL);
          g_test_assert_expected_messages ();
          assert_names (mgr_cleanup_report_get_protected (report), "temp_result");
          assert_names (mgr_cleanup_report_get_cleaned (report), "");
          assert_names (mgr_cleanup_report_get_kept (report), "");
          g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 0);
        }
    }

  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
test_cautious (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCleanupReport) forced = NULL;

  fixture_add (fixture, "table", 100, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_a", 10, G_CALLBACK (free_all_cb));

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
  assert_names (mgr_cleanup_report_get_kept (report), "table");

  forced = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE);
  assert_names (mgr_cleanup_report_get_cleaned (forced), "table");
  assert_names (mgr_cleanup_report_get_kept (forced), "temp_a");
}

static void
test_targets (Fixture       *fixture,
              gconstpointer  data)
{
  static const struct
  {
    MgrCleanupStrategy strategy;
    const char *asked;
  } cases[] = {
    { MGR_CLEANUP_STRATEGY_LIGHT, "temp_a:25 " },
    { MGR_CLEANUP_STRATEGY_MODERATE, "temp_a:40 temp_b:10 " },
    { MGR_CLEANUP_STRATEGY_AGGRESSIVE, "temp_a:40 temp_b:35 temp_c:25 " },
    { MGR_CLEANUP_STRATEGY_EMERGENCY, "temp_a:40 temp_b:35 temp_c:25 " },
  };

  g_test_summary ("Each strategy stops at its share of what may be cleaned");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MgrResource *a = fixture_add (fixture, "temp_a", 40, G_CALLBACK (free_all_cb));
      MgrResource *b = fixture_add (fixture, "temp_b", 35, G_CALLBACK (free_all_cb));
      MgrResource *c = fixture_add (fixture, "temp_c", 25, G_CALLBACK (free_all_cb));
      g_autoptr (MgrCleanupReport) report = NULL;

      g_string_truncate (fixture->asked, 0);
      report = fixture_cleanup (fixture, cases[i].strategy, FALSE);
      g_assert_cmpstr (fixture->asked->str, ==, cases[i].asked);
      g_assert_cmpint (mgr_cleanup_report_get_strategy (report), ==, cases[i].strategy);

      g_assert_true (mgr_cleaner_unregister (fixture->cleaner, a));
      g_assert_true (mgr_cleaner_unregister (fixture->cleaner, b));
      g_assert_true (mgr_cleaner_unregister (fixture->cleaner, c));
    }
}

static void
test_target_of_little (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A quarter of one byte is not nothing");

  fixture_add (fixture, "temp_a", 1, G_CALLBACK (free_all_cb));
  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1);
}

static void
test_huge (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  fixture_add (fixture, "temp_a", G_MAXUINT64, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_b", G_MAXUINT64, G_CALLBACK (free_all_cb));

  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, MGR_CLEANUP_FLAGS_NONE);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (plan), ==, G_MAXUINT64);
  assert_steps (mgr_cleanup_plan_get_steps (plan), "temp_a");

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, G_MAXUINT64);
}

static guint64
slow_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  Fixture *fixture = user_data;

  mgr_manual_clock_advance (fixture->clock, 4 * G_TIME_SPAN_MILLISECOND);
  return 1;
}

static void
test_time_box (Fixture       *fixture,
               gconstpointer  data)
{
  static const char *const names[] = { "temp_1", "temp_2", "temp_3", "temp_4", "temp_5", "temp_6",
                                       "temp_7" };
  g_autoptr (MgrCleanupReport) light = NULL;
  g_autoptr (MgrCleanupReport) moderate = NULL;
  g_autoptr (MgrCleanupReport) emergency = NULL;

  g_test_summary ("No step begins after the time is up, and none is cut off");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    fixture_add (fixture, names[i], 1000, G_CALLBACK (slow_cb));

  light = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (light), "temp_1 temp_2");
  assert_names (mgr_cleanup_report_get_kept (light), "temp_3 temp_4 temp_5 temp_6 temp_7");
  g_assert_cmpint (mgr_cleanup_report_get_time (light), ==, 1000);
  g_assert_cmpint (mgr_cleanup_report_get_duration (light), ==, 8 * G_TIME_SPAN_MILLISECOND);

  moderate = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_MODERATE, FALSE);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_cleaned (moderate)), ==, 5);

  emergency = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_cleaned (emergency)), ==, 7);
}

static guint64
free_nothing_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  return 0;
}

static void
test_kept (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Those that cannot give are skipped, and the others go on");

  fixture_add (fixture, "temp_refuses", 500, G_CALLBACK (free_nothing_cb));
  fixture_add (fixture, "temp_mute", 400, NULL);
  fixture_add (fixture, "temp_empty", 0, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_gives", 100, G_CALLBACK (free_all_cb));

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_gives");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_mute temp_empty temp_refuses");
  g_assert_cmpstr (fixture->asked->str, ==, "temp_gives:100 ");
}

static void
test_empty (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report =
    fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE);

  assert_names (mgr_cleanup_report_get_cleaned (report), "");
  assert_names (mgr_cleanup_report_get_protected (report), "");
  assert_names (mgr_cleanup_report_get_kept (report), "");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 0);
}

static void
test_gives_more (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("What one gives beyond what it was asked for, others need not give");

  fixture_add (fixture, "temp_a", 1060, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_b");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1060);
}

static MgrResource *
fixture_find (Fixture    *fixture,
              const char *name)
{
  GListModel *resources = mgr_cleaner_get_resources (fixture->cleaner);

  for (guint i = 0; i < g_list_model_get_n_items (resources); i++)
    {
      g_autoptr (MgrResource) resource = g_list_model_get_item (resources, i);

      if (g_str_equal (mgr_resource_get_name (resource), name))
        return g_steal_pointer (&resource);
    }

  return NULL;
}

static guint64
free_more_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  return target + 1000;
}

static void
test_claims_too_much (Fixture       *fixture,
                      gconstpointer  data)
{
  MgrResource *liar = NULL;

  g_test_summary ("Who claims more than it held keeps nobody else from being asked");

  liar = fixture_add (fixture, "temp_liar", 2048, G_CALLBACK (free_more_cb));
  mgr_resource_set_priority (liar, 1);
  fixture_add (fixture, "temp_honest", 400, G_CALLBACK (free_all_cb));

  for (guint i = MGR_CLEANUP_STRATEGY_AGGRESSIVE; i <= MGR_CLEANUP_STRATEGY_EMERGENCY; i++)
    {
      g_autoptr (MgrResource) honest = fixture_find (fixture, "temp_honest");
      g_autoptr (MgrCleanupReport) report = NULL;

      mgr_resource_set_size (liar, 2048);
      mgr_resource_set_size (honest, 400);
      report = fixture_cleanup (fixture, i, FALSE);
      assert_names (mgr_cleanup_report_get_cleaned (report), "temp_liar temp_honest");
      g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 2448);
      assert_reason (mgr_cleanup_report_get_steps (report), "temp_liar",
                     "claimed 3.0 KiB, more than the 2.0 KiB that it held");
      assert_reason (mgr_cleanup_report_get_steps (report), "temp_honest", "SAFE");
    }
}

static void
test_second_cleanup (Fixture       *fixture,
                     gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  g_autoptr (MgrCleanupReport) first = NULL;
  g_autoptr (MgrCleanupReport) second = NULL;

  first = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (first), ==, 60);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);

  second = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (second), ==, 0);
  assert_names (mgr_cleanup_report_get_kept (second), "temp_a");
}

static guint64
nested_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  MgrCleanupReport *report;

  g_assert_true (mgr_reclaim_in_progress ());
  report = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_assert_null (report);

  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE);
  g_assert_cmpuint (mgr_cleanup_plan_get_target (plan), ==, 15);
  return 1;
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (nested_cb));
  g_assert_false (mgr_reclaim_in_progress ());
  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_MODERATE, FALSE);
  g_assert_false (mgr_reclaim_in_progress ());
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1);
}

static guint64
upheaval_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (MgrResource) other = fixture_find (fixture, "temp_b");
  g_autoptr (MgrResource) dear = fixture_find (fixture, "temp_c");

  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, resource));
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, other));
  mgr_resource_set_safety (dear, MGR_SAFETY_PROTECTED);
  fixture_add (fixture, "temp_new", 5, G_CALLBACK (free_all_cb));
  return 50;
}

static void
test_upheaval (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A handler unregisters itself and another, protects a third, adds a fourth");

  fixture_add (fixture, "temp_a", 50, G_CALLBACK (upheaval_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_c", 30, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_d", 20, G_CALLBACK (free_all_cb));

  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpstr (fixture->asked->str, ==, "temp_d:20 ");
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a temp_d");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_b temp_c");
  g_assert_null (fixture_find (fixture, "temp_b"));
}

static guint64
drop_cleaner_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  g_object_unref (user_data);
  return 10;
}

static void
test_last_reference (void)
{
  MgrCleaner *cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  g_autoptr (MgrCleanupReport) report = NULL;
  gpointer weak = cleaner;

  g_test_summary ("A handler drops the last reference to the cleaner");

  g_object_add_weak_pointer (G_OBJECT (cleaner), &weak);
  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_cleaner_cb), cleaner);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));

  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_MODERATE, FALSE, TRUE, NULL);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 10);
  g_assert_null (weak);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
assert_not_registered (Fixture     *fixture,
                       MgrResource *resource,
                       MgrError     code,
                       const char  *says)
{
  g_autoptr (GError) error = NULL;
  gboolean registered = mgr_cleaner_register (fixture->cleaner, resource, &error);

  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_false (registered);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_register (Fixture       *fixture,
               gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 1, NULL);
  g_autoptr (MgrResource) namesake = mgr_resource_new ("temp_a", 2);
  g_autoptr (MgrResource) nameless = g_object_new (MGR_TYPE_RESOURCE, NULL);
  GListModel *resources = mgr_cleaner_get_resources (fixture->cleaner);

  assert_not_registered (fixture, resource, MGR_ERROR_EXISTS, "temp_a");
  assert_not_registered (fixture, namesake, MGR_ERROR_EXISTS, "temp_a");
  assert_not_registered (fixture, nameless, MGR_ERROR_INVALID_ARGUMENT, "name");
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, 1);

  g_assert_false (mgr_cleaner_unregister (fixture->cleaner, namesake));
  g_assert_false (mgr_cleaner_unregister (fixture->cleaner, nameless));
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, resource));
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, 0);

  g_assert_true (mgr_cleaner_register (fixture->cleaner, namesake, NULL));
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, namesake));
}

static void
test_rules (Fixture       *fixture,
            gconstpointer  data)
{
  MgrProtectionRules *rules = mgr_cleaner_get_rules (fixture->cleaner);
  MgrResource *temporary = fixture_add (fixture, "temp_a", 10, G_CALLBACK (free_all_cb));
  MgrResource *series = fixture_add (fixture, "series_a", 10, G_CALLBACK (free_all_cb));
  MgrResource *by_hand = fixture_add (fixture, "series_b", 10, G_CALLBACK (free_all_cb));
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_test_summary ("A rule added later holds for what is registered, but not against the hand");

  g_assert_cmpint (mgr_resource_get_safety (temporary), ==, MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_resource_get_safety (series), ==, MGR_SAFETY_CAUTIOUS);
  mgr_resource_set_safety (by_hand, MGR_SAFETY_SAFE);

  g_assert_true (mgr_protection_rules_add (rules, "series_*", MGR_SAFETY_PROTECTED, NULL));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, MGR_CLEANUP_FLAGS_FORCE);
  assert_steps (mgr_cleanup_plan_get_steps (plan), "temp_a series_b");
  assert_steps (mgr_cleanup_plan_get_protected (plan), "series_a");
}

static void
test_safe_mode_off (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) unforced = NULL;
  g_autoptr (MgrCleanupReport) forced = NULL;

  g_test_summary ("Safe mode off means nothing without force, and is logged once with it");

  fixture_add (fixture, "table", 100, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_a", 10, G_CALLBACK (free_all_cb));

  unforced = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE,
                                  FALSE, FALSE, NULL);
  assert_names (mgr_cleanup_report_get_cleaned (unforced), "temp_a");

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Safe mode is off*PROTECTED by hand*");
  forced = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE,
                                TRUE, FALSE, NULL);
  g_test_assert_expected_messages ();
  assert_names (mgr_cleanup_report_get_cleaned (forced), "table");
}

static void
test_invalid_strategy (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_cleaner_cleanup (fixture->cleaner, (MgrCleanupStrategy) 4, FALSE, TRUE, &error);

  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_null (report);
}

static void
started_cb (MgrCleaner         *cleaner,
            MgrCleanupStrategy  strategy,
            gpointer            user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->asked, "started:%d ", strategy);
}

static void
finished_cb (MgrCleaner       *cleaner,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->asked, "finished:%" G_GUINT64_FORMAT " ",
                          mgr_cleanup_report_get_claimed (report));
}

static void
test_signals (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_test_summary ("Signals wait for the owner's loop, in order; a plan sends none");

  g_signal_connect (fixture->cleaner, "cleanup-started", G_CALLBACK (started_cb), fixture);
  g_signal_connect (fixture->cleaner, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  fixture_add (fixture, "temp_a", 10, G_CALLBACK (free_all_cb));

  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE);
  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE);
  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:10 ");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:10 started:2 finished:10 ");
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrClock) clock = NULL;
  g_autofree char *proc_path = NULL;
  g_autoptr (MgrProtectionRules) rules = NULL;
  g_autoptr (GListModel) resources = NULL;

  g_object_get (fixture->cleaner,
                "clock", &clock,
                "proc-path", &proc_path,
                "rules", &rules,
                "resources", &resources,
                NULL);
  g_assert_true (clock == MGR_CLOCK (fixture->clock));
  g_assert_cmpstr (proc_path, ==, "/proc");
  g_assert_true (rules == mgr_cleaner_get_rules (fixture->cleaner));
  g_assert_true (resources == mgr_cleaner_get_resources (fixture->cleaner));
  g_assert_cmpuint (g_list_model_get_item_type (resources), ==, MGR_TYPE_RESOURCE);
}

static void
test_report_boxed (Fixture       *fixture,
                   gconstpointer  data)
{
  g_auto (GValue) value = G_VALUE_INIT;
  MgrCleanupReport *report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);

  g_value_init (&value, MGR_TYPE_CLEANUP_REPORT);
  g_value_set_boxed (&value, report);
  g_assert_true (g_value_get_boxed (&value) == report);
  mgr_cleanup_report_unref (report);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (g_value_get_boxed (&value)), ==, 0);
}

static void
add_test (const char *name,
          void      (*func) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/reclaim/cleaner/", name, NULL);

  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("order", test_order);
  add_test ("protected", test_protected);
  add_test ("cautious", test_cautious);
  add_test ("targets", test_targets);
  add_test ("target-of-little", test_target_of_little);
  add_test ("huge", test_huge);
  add_test ("time-box", test_time_box);
  add_test ("kept", test_kept);
  add_test ("empty", test_empty);
  add_test ("gives-more", test_gives_more);
  add_test ("claims-too-much", test_claims_too_much);
  add_test ("second-cleanup", test_second_cleanup);
  add_test ("nested", test_nested);
  add_test ("upheaval", test_upheaval);
  g_test_add_func ("/reclaim/cleaner/last-reference", test_last_reference);
  add_test ("register", test_register);
  add_test ("rules", test_rules);
  add_test ("safe-mode-off", test_safe_mode_off);
  add_test ("invalid-strategy", test_invalid_strategy);
  add_test ("signals", test_signals);
  add_test ("properties", test_properties);
  add_test ("report-boxed", test_report_boxed);

  return g_test_run ();
}
