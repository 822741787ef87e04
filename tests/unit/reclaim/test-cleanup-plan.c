/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"

#define FORCE MGR_CLEANUP_FLAGS_FORCE
#define UNSAFE MGR_CLEANUP_FLAGS_UNSAFE
#define ALLOW MGR_CLEANUP_FLAGS_ALLOW_PROTECTED

static void
add_one_of_each (Fixture *fixture)
{
  MgrProtectionRules *rules = mgr_cleaner_get_rules (fixture->cleaner);

  g_assert_true (mgr_protection_rules_add (rules, "result_*", MGR_SAFETY_PROTECTED, NULL));
  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "table", 400, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "result_a", 70, G_CALLBACK (free_all_cb));
  mgr_resource_set_safety (fixture_add (fixture, "dear", 80, G_CALLBACK (free_all_cb)),
                           MGR_SAFETY_PROTECTED);
}

static void
test_says_what_and_why (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupStep) step = NULL;

  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_mute", 40, NULL);
  fixture_add (fixture, "temp_empty", 0, G_CALLBACK (free_all_cb));
  add_one_of_each (fixture);

  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_MODERATE, MGR_CLEANUP_FLAGS_NONE);
  g_assert_cmpint (mgr_cleanup_plan_get_strategy (plan), ==, MGR_CLEANUP_STRATEGY_MODERATE);
  g_assert_cmpint (mgr_cleanup_plan_get_flags (plan), ==, MGR_CLEANUP_FLAGS_NONE);
  g_assert_cmpuint (mgr_cleanup_plan_get_target (plan), ==, 50);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (plan), ==, 60);
  g_assert_cmpint (mgr_cleanup_plan_get_time (plan), ==, 1000);

  assert_steps (mgr_cleanup_plan_get_steps (plan), "temp_a");
  assert_steps (mgr_cleanup_plan_get_kept (plan), "temp_mute temp_empty table temp_b");
  assert_steps (mgr_cleanup_plan_get_protected (plan), "result_a dear");

  assert_reason (mgr_cleanup_plan_get_steps (plan), "temp_a", "SAFE");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "temp_b", "target met");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "table",
                 "CAUTIOUS, and the cleanup is not forced");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "temp_mute",
                 "gives nothing back: nothing answers its “reclaim”");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "temp_empty",
                 "gives nothing back: it holds nothing");
  assert_reason (mgr_cleanup_plan_get_protected (plan), "dear", "PROTECTED by hand");

  step = find_step (mgr_cleanup_plan_get_steps (plan), "temp_a");
  g_assert_cmpint (mgr_cleanup_step_get_safety (step), ==, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_cleanup_step_get_priority (step), ==, MGR_PRIORITY_DEFAULT);
  g_assert_cmpuint (mgr_cleanup_step_get_expected (step), ==, 60);
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (step), ==, 0);
  g_assert_cmpint (mgr_cleanup_step_get_duration (step), ==, 0);
  g_assert_null (mgr_cleanup_step_get_error (step));

  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
test_flags (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct
  {
    MgrCleanupFlags flags;
    const char *steps;
    const char *protected;
  } cases[] = {
    { 0, "temp_a", "result_a dear" },
    { UNSAFE, "temp_a", "result_a dear" },
    { ALLOW, "temp_a", "result_a dear" },
    { UNSAFE | ALLOW, "temp_a", "result_a dear" },
    { FORCE, "temp_a table", "result_a dear" },
    { FORCE | ALLOW, "temp_a table", "result_a dear" },
    { FORCE | UNSAFE, "temp_a table result_a", "dear" },
    { FORCE | UNSAFE | ALLOW, "temp_a table dear result_a", "" },
  };

  g_test_summary ("Each flag counts only together with those that it builds on");

  add_one_of_each (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrCleanupPlan) plan =
        fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, cases[i].flags);

      assert_steps (mgr_cleanup_plan_get_steps (plan), cases[i].steps);
      assert_steps (mgr_cleanup_plan_get_protected (plan), cases[i].protected);
    }
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  return TRUE;
}

static void
test_pins_vetoes_limits (Fixture       *fixture,
                         gconstpointer  data)
{
  MgrResource *pinned = fixture_add (fixture, "temp_pinned", 10, G_CALLBACK (free_all_cb));
  MgrResource *vetoed = fixture_add (fixture, "temp_vetoed", 20, G_CALLBACK (free_all_cb));
  MgrResource *over = fixture_add (fixture, "temp_over", 2048, G_CALLBACK (free_all_cb));
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_test_summary ("Whatever is forced: no pinned and no vetoed one; those over their limit first");

  fixture_add (fixture, "temp_large", 4096, G_CALLBACK (free_all_cb));
  mgr_resource_set_priority (over, MGR_PRIORITY_MAX);
  mgr_resource_set_limit (over, 1024);
  g_signal_connect (vetoed, "query-veto", G_CALLBACK (veto_cb), NULL);
  g_assert_true (mgr_resource_begin_access (pinned, NULL));

  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FORCE | UNSAFE | ALLOW);
  assert_steps (mgr_cleanup_plan_get_steps (plan), "temp_over temp_large");
  assert_reason (mgr_cleanup_plan_get_steps (plan), "temp_over", "over its limit of 1.0 KiB");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "temp_pinned", "pinned");
  assert_reason (mgr_cleanup_plan_get_kept (plan), "temp_vetoed", "vetoed by its owner");
  g_assert_true (mgr_resource_end_access (pinned, NULL));
}

static guint64
free_a_little_cb (MgrResource *resource,
                  guint64      target,
                  gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->asked, "%s ", mgr_resource_get_name (resource));
  return 1;
}

static void
test_force_and_veto (Fixture       *fixture,
                     gconstpointer  data)
{
  MgrResource *vetoed = fixture_add (fixture, "table_kept", 10, G_CALLBACK (free_all_cb));
  g_autoptr (MgrCleanupReport) unforced = NULL;
  g_autoptr (MgrCleanupReport) forced = NULL;

  g_test_summary ("CAUTIOUS needs force, and an owner's veto is kept");

  fixture_add (fixture, "table", 10, G_CALLBACK (free_all_cb));
  g_signal_connect (vetoed, "query-veto", G_CALLBACK (veto_cb), NULL);
  unforced = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpstr (fixture->asked->str, ==, "");
  forced = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE);
  g_assert_cmpstr (fixture->asked->str, ==, "table:10 ");
  assert_reason (mgr_cleanup_report_get_steps (forced), "table_kept", "vetoed by its owner");
}

static void
test_avoided (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) enough = NULL;
  g_autoptr (MgrCleanupReport) little = NULL;

  g_test_summary ("What is to be avoided is chosen only when nothing else is left");

  fixture_add (fixture, "result_a", 1000, G_CALLBACK (free_a_little_cb));
  fixture_add (fixture, "table", 1000, G_CALLBACK (free_a_little_cb));
  mgr_resource_set_priority (fixture_add (fixture, "temp_dear", 2000, G_CALLBACK (free_all_cb)),
                             MGR_PRIORITY_MAX);
  g_assert_true (mgr_protection_rules_add (mgr_cleaner_get_rules (fixture->cleaner), "result_*",
                                           MGR_SAFETY_PROTECTED, NULL));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Safe mode is off*");
  enough = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_MODERATE, TRUE, FALSE,
                                NULL);
  g_assert_cmpstr (fixture->asked->str, ==, "temp_dear:2000 ");

  /* Now the SAFE one has nothing left, and the next ones give next to nothing. */
  g_string_truncate (fixture->asked, 0);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Safe mode is off*");
  little = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, TRUE, FALSE, NULL);
  g_assert_cmpstr (fixture->asked->str, ==, "table result_a ");
  g_test_assert_expected_messages ();
}

static void
test_plan_bytes (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) some = NULL;
  g_autoptr (MgrCleanupPlan) none = NULL;
  g_autoptr (MgrCleanupPlan) all = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  none = mgr_cleaner_plan_bytes (fixture->cleaner, 0, MGR_CLEANUP_STRATEGY_LIGHT, 0, NULL);
  assert_steps (mgr_cleanup_plan_get_steps (none), "");
  all = mgr_cleaner_plan_bytes (fixture->cleaner, 500, MGR_CLEANUP_STRATEGY_LIGHT, 0, NULL);
  g_assert_cmpuint (mgr_cleanup_plan_get_target (all), ==, 500);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (all), ==, 100);

  some = mgr_cleaner_plan_bytes (fixture->cleaner, 70, MGR_CLEANUP_STRATEGY_LIGHT, 0, NULL);
  report = mgr_cleaner_execute (fixture->cleaner, some, NULL);
  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:60 temp_b:10 ");

  g_assert_null (mgr_cleaner_plan_bytes (fixture->cleaner, 1, (MgrCleanupStrategy) 7, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_rules_are_named (Fixture       *fixture,
                      gconstpointer  data)
{
  MgrProtectionRules *rules = mgr_cleaner_get_rules (fixture->cleaner);
  MgrResource *resource = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupPlan) unsafe = NULL;

  g_test_summary ("What a rule protects says by which, one added later too");

  fixture_add (fixture, "best_a", 10, G_CALLBACK (free_all_cb));
  g_assert_true (mgr_protection_rules_add (rules, "best_*", MGR_SAFETY_PROTECTED, NULL));
  resource = fixture_add (fixture, "best_b", 10, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FORCE);
  assert_reason (mgr_cleanup_plan_get_protected (plan), "best_a", "PROTECTED by rule “best_*”");
  assert_reason (mgr_cleanup_plan_get_protected (plan), "best_b", "PROTECTED by rule “best_*”");

  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, resource));
  unsafe = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FORCE | UNSAFE);
  assert_reason (mgr_cleanup_plan_get_steps (unsafe), "best_a",
                 "PROTECTED by rule “best_*”, and the cleanup is unsafe");
}

static void
test_invalid_arguments (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (GError) strategy_error = NULL;
  g_autoptr (GError) flags_error = NULL;

  g_assert_null (mgr_cleaner_plan (fixture->cleaner, (MgrCleanupStrategy) 4, 0, &strategy_error));
  g_assert_error (strategy_error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_null (mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                   (MgrCleanupFlags) 8, &flags_error));
  g_assert_error (flags_error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_execute (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What PROTECTED by hand means ends where a call says so, with a message");

  add_one_of_each (fixture);
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FORCE | UNSAFE | ALLOW);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Safe mode is off*by hand or not");
  report = mgr_cleaner_execute (fixture->cleaner, plan, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);

  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:60 table:400 dear:80 result_a:70 ");
  g_assert_cmpint (mgr_cleanup_report_get_flags (report), ==, FORCE | UNSAFE | ALLOW);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 610);
  assert_reason (mgr_cleanup_report_get_steps (report), "dear",
                 "PROTECTED by hand, and the cleanup allows for it");
}

static guint64
free_little_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  return 1;
}

static void
test_execute_asks_no_other (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Where a step gives less than expected, a plan asks nobody else");

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_little_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_MODERATE, MGR_CLEANUP_FLAGS_NONE);
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);

  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_b");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1);
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

/* Holds 60, and says it was more than all together do. */
static guint64
boast_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->asked, "%s:%" G_GUINT64_FORMAT " ",
                          mgr_resource_get_name (resource), target);
  return 1000;
}

static void
test_execute_claims_too_much (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Whatever one claims, a plan asks all its steps");

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (boast_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_c", 20, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE);
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);

  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:60 temp_b:40 temp_c:20 ");
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a temp_b temp_c");
  assert_names (mgr_cleanup_report_get_kept (report), "");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 120);
  assert_reason (mgr_cleanup_report_get_steps (report), "temp_a",
                 "claimed 1000 B, more than the 60 B that it held");
}

/* Has the next one grow, and so give more than the plan expected of it. */
static guint64
feed_next_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  Fixture *fixture = user_data;
  GListModel *resources = mgr_cleaner_get_resources (fixture->cleaner);

  for (guint i = 0; i < g_list_model_get_n_items (resources); i++)
    {
      g_autoptr (MgrResource) next = g_list_model_get_item (resources, i);

      if (g_str_equal (mgr_resource_get_name (next), "temp_b"))
        mgr_resource_set_size (next, 500);
    }

  return free_all_cb (resource, target, fixture);
}

static void
test_execute_gives_more (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Where a step truly gives more than expected, those after it are asked "
                  "for what was planned");

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (feed_next_cb));
  fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  fixture_add (fixture, "temp_c", 20, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE);
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);

  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:60 temp_b:40 temp_c:20 ");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 580);
}

static void
assert_stale (Fixture        *fixture,
              MgrCleanupPlan *plan,
              const char     *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_cleaner_execute (fixture->cleaner, plan, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
test_stale (Fixture       *fixture,
            gconstpointer  data)
{
  MgrResource *first = fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  MgrResource *resource = fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  g_autoptr (MgrCleanupPlan) plan =
    fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FORCE);
  g_autoptr (MgrCleanupPlan) again = NULL;
  g_autoptr (MgrCleanupPlan) last = NULL;
  g_autoptr (MgrResource) namesake = mgr_resource_new ("temp_b", 40);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A change of the last step is noticed before the first one is asked");

  mgr_resource_set_safety (resource, MGR_SAFETY_CAUTIOUS);
  assert_stale (fixture, plan, "“temp_b” was reclassified");

  again = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FORCE);
  mgr_resource_set_size (resource, 40);
  assert_stale (fixture, again, "“temp_b” was given another size");

  last = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FORCE);
  g_assert_true (mgr_resource_begin_access (resource, NULL));
  assert_stale (fixture, last, "“temp_b” was pinned");
  g_assert_true (mgr_resource_end_access (resource, NULL));
  g_signal_connect (resource, "query-veto", G_CALLBACK (veto_cb), NULL);
  assert_stale (fixture, last, "“temp_b” was vetoed by its owner");
  g_signal_handlers_disconnect_by_func (resource, veto_cb, NULL);
  g_signal_handlers_disconnect_by_func (resource, free_all_cb, fixture);
  assert_stale (fixture, last, "“temp_b” has nothing to give");

  /* A second one of the same name is another one. */
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, resource));
  assert_stale (fixture, last, "“temp_b” went, or was unregistered");
  g_assert_true (mgr_cleaner_register (fixture->cleaner, namesake, NULL));
  assert_stale (fixture, last, "“temp_b” went, or was unregistered");
  g_assert_cmpuint (mgr_resource_get_size (first), ==, 60);

  /* What failed has left the cleaner free to clean. */
  report = fixture_cleanup (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
}

static void
test_changes_beside_the_plan (Fixture       *fixture,
                              gconstpointer  data)
{
  MgrResource *kept = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is no step may come, go and change: the plan holds");

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  kept = fixture_add (fixture, "temp_b", 40, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_MODERATE, MGR_CLEANUP_FLAGS_NONE);
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, kept));
  fixture_add (fixture, "temp_new", 1000, G_CALLBACK (free_all_cb));

  report = mgr_cleaner_execute (fixture->cleaner, plan, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->asked->str, ==, "temp_a:50 ");
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
}

static void
test_executed_twice (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_little_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_MODERATE, MGR_CLEANUP_FLAGS_NONE);
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);
  g_assert_nonnull (report);
  assert_stale (fixture, plan, "executed before");
}

static void
test_cleaner_died (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrCleaner) other = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_plan (other, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);

  g_test_summary ("A plan outlives its cleaner, and is of no use to another one");

  g_clear_object (&other);
  g_assert_cmpuint (mgr_cleanup_plan_get_target (plan), ==, 0);
  assert_stale (fixture, plan, "made by another cleaner");
}

static void
test_keeps_nobody_alive (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), fixture);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE);
  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, resource));
  g_assert_finalize_object (g_steal_pointer (&resource));
  assert_stale (fixture, plan, "“temp_a” went, or was unregistered");
}

static gpointer
execute_thread (gpointer user_data)
{
  gpointer *arguments = user_data;

  return mgr_cleaner_execute (arguments[0], arguments[1], NULL);
}

static void
test_by_another_thread (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  gpointer arguments[2];
  GThread *thread;

  fixture_add (fixture, "temp_a", 60, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, MGR_CLEANUP_FLAGS_NONE);
  arguments[0] = fixture->cleaner;
  arguments[1] = plan;
  thread = g_thread_new ("execute", execute_thread, arguments);
  while (*fixture->asked->str == '\0')
    g_main_context_iteration (NULL, TRUE);

  report = g_thread_join (thread);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
}

static void
assert_keys_are_those_of (GVariant *dict,
                          GVariant *other)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (dict), ==, g_variant_n_children (other));
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) same = g_variant_lookup_value (other, key, g_variant_get_type (value));

      g_assert_nonnull (same);
    }
}

static void
test_one_schema (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GVariant) planned = NULL;
  g_autoptr (GVariant) done = NULL;
  g_autoptr (GVariant) steps = NULL;
  g_autofree const char **cleaned = NULL;
  guint64 expected = 0;

  g_test_summary ("A plan and its report have the same keys of the same types");

  add_one_of_each (fixture);
  fixture_add (fixture, "temp_\xff", 5, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY, FORCE);
  planned = g_variant_ref_sink (mgr_cleanup_plan_to_variant (plan));
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);
  done = g_variant_ref_sink (mgr_cleanup_report_to_variant (report));
  assert_keys_are_those_of (planned, done);
  g_assert_cmpuint (g_variant_n_children (planned), ==, 17);

  g_assert_true (g_variant_lookup (planned, "cleaned", "^a&s", &cleaned));
  g_assert_cmpuint (g_strv_length ((char **) cleaned), ==, 3);
  g_assert_true (g_utf8_validate (cleaned[1], -1, NULL));
  g_assert_true (g_variant_lookup (planned, "expected", "t", &expected));
  g_assert_cmpuint (expected, ==, 465);
  steps = g_variant_lookup_value (done, "steps", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (steps), ==, 5);
}

static void
test_boxed (Fixture       *fixture,
            gconstpointer  data)
{
  g_auto (GValue) plan_value = G_VALUE_INIT;
  g_auto (GValue) step_value = G_VALUE_INIT;
  MgrCleanupPlan *plan;
  MgrCleanupStep *step;

  fixture_add (fixture, "temp_a", 10, G_CALLBACK (free_all_cb));
  plan = fixture_plan (fixture, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE);
  step = find_step (mgr_cleanup_plan_get_steps (plan), "temp_a");

  g_value_init (&plan_value, MGR_TYPE_CLEANUP_PLAN);
  g_value_set_boxed (&plan_value, plan);
  mgr_cleanup_plan_unref (plan);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (g_value_get_boxed (&plan_value)), ==, 10);

  g_value_init (&step_value, MGR_TYPE_CLEANUP_STEP);
  g_value_set_boxed (&step_value, step);
  mgr_cleanup_step_unref (step);
  g_assert_cmpstr (mgr_cleanup_step_get_name (g_value_get_boxed (&step_value)), ==, "temp_a");
}

static void
add_test (const char *name,
          void      (*func) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/reclaim/cleanup-plan/", name, NULL);

  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("says-what-and-why", test_says_what_and_why);
  add_test ("flags", test_flags);
  add_test ("pins-vetoes-limits", test_pins_vetoes_limits);
  add_test ("plan-bytes", test_plan_bytes);
  add_test ("rules-are-named", test_rules_are_named);
  add_test ("invalid-arguments", test_invalid_arguments);
  add_test ("execute", test_execute);
  add_test ("execute-asks-no-other", test_execute_asks_no_other);
  add_test ("execute-claims-too-much", test_execute_claims_too_much);
  add_test ("execute-gives-more", test_execute_gives_more);
  add_test ("stale", test_stale);
  add_test ("changes-beside-the-plan", test_changes_beside_the_plan);
  add_test ("executed-twice", test_executed_twice);
  add_test ("cleaner-died", test_cleaner_died);
  add_test ("keeps-nobody-alive", test_keeps_nobody_alive);
  add_test ("by-another-thread", test_by_another_thread);
  add_test ("one-schema", test_one_schema);
  add_test ("boxed", test_boxed);

#define ADD_CASE(name, func) \
  g_test_add ("/cases/protection/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

  ADD_CASE ("cautious-needs-force-and-a-veto-is-kept", test_force_and_veto);
  ADD_CASE ("avoid-is-chosen-only-when-nothing-else-is-left", test_avoided);

#undef ADD_CASE

  return g_test_run ();
}
