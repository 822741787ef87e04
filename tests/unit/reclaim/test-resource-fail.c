/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"

#include "reclaim/mgr-resource-private.h"

#define EMERGENCY MGR_CLEANUP_STRATEGY_EMERGENCY

static guint64
fail_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  g_assert_true (mgr_resource_fail (resource, "not this"));
  g_assert_true (mgr_resource_fail (resource, "the disk is full"));
  return 0;
}

static guint64
fail_half_way_cb (MgrResource *resource,
                  guint64      target,
                  gpointer     user_data)
{
  g_assert_true (mgr_resource_fail (resource, "the disk is full"));
  return target / 2;
}

/* Takes @report. */
static void
assert_step_failed (MgrCleanupReport *report,
                    const char       *name,
                    guint64           claimed)
{
  g_autoptr (MgrCleanupStep) step = find_step (mgr_cleanup_report_get_steps (report), name);

  g_assert_cmpstr (mgr_cleanup_step_get_reason (step), ==, "failed");
  g_assert_cmpstr (mgr_cleanup_step_get_error (step), ==, "the disk is full");
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (step), ==, claimed);
  mgr_cleanup_report_unref (report);
}

static void
test_reclaim (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A step that fails says why, the others go on, and a message says so in 300 s once");

  fixture_add (fixture, "temp_bad", 20, G_CALLBACK (fail_cb));
  fixture_add (fixture, "temp_good", 10, G_CALLBACK (free_all_cb));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_bad*the disk is full*");
  report = fixture_cleanup (fixture, EMERGENCY, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_good");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_bad");
  assert_step_failed (mgr_cleanup_report_ref (report), "temp_bad", 0);
  g_test_assert_expected_messages ();

  mgr_manual_clock_advance (fixture->clock, 299 * G_TIME_SPAN_SECOND);
  assert_step_failed (fixture_cleanup (fixture, EMERGENCY, FALSE), "temp_bad", 0);
  mgr_manual_clock_advance (fixture->clock, 2 * G_TIME_SPAN_SECOND);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_bad*the disk is full*");
  assert_step_failed (fixture_cleanup (fixture, EMERGENCY, FALSE), "temp_bad", 0);
  g_test_assert_expected_messages ();
}

static void
test_half_way (Fixture       *fixture,
               gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_bad", 20, G_CALLBACK (fail_half_way_cb));

  g_test_summary ("What was freed before it failed counts");

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_bad*the disk is full*");
  assert_step_failed (fixture_cleanup (fixture, EMERGENCY, FALSE), "temp_bad", 10);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 10);
}

static guint64
fail_signal_cb (MgrResource *resource,
                gpointer     user_data)
{
  g_assert_true (mgr_resource_fail (resource, "the disk is full"));
  return *(guint64 *) user_data;
}

static void
test_rebuild (Fixture       *fixture,
              gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 20, G_CALLBACK (free_all_cb));
  g_autoptr (GError) error = NULL;
  guint64 built = 0;

  g_signal_connect (resource, "rebuild", G_CALLBACK (fail_signal_cb), &built);
  mgr_cleanup_report_unref (fixture_cleanup (fixture, EMERGENCY, FALSE));
  g_assert_false (mgr_cleaner_restore (fixture->cleaner, "temp_a", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "“temp_a” could not be brought back: the disk is full");

  g_test_message ("What came back all the same is no failure");
  built = 5;
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_a", NULL));
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 5);
}

static void
test_maintain (Fixture       *fixture,
               gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 20, G_CALLBACK (fail_cb));
  MgrReclaimRequest request = { .time = 1000 };
  g_autoptr (GError) error = NULL;
  guint64 freed = 3;

  g_test_summary ("Nobody asks for a maintenance, so a message says that it failed, in 300 s once");

  mgr_resource_classify (resource, MGR_SAFETY_SAFE);
  g_signal_connect (resource, "maintain", G_CALLBACK (fail_signal_cb), &freed);
  g_assert_cmpuint (mgr_resource_maintain (resource, &request, &error), ==, 3);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "the disk is full");

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE,
                         "The maintenance of “temp_a” failed: the disk is full");
  g_assert_cmpuint (mgr_resource_call_maintain (resource, &request), ==, 3);
  g_test_assert_expected_messages ();
  request.time += 299 * G_TIME_SPAN_SECOND;
  g_assert_cmpuint (mgr_resource_post_maintain (resource, &request), ==, 3);

  g_test_message ("Over its limit it is reclaimed as well, and the first failure is told");
  mgr_resource_set_limit (resource, 1);
  request.time += 2 * G_TIME_SPAN_SECOND;
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_a*the disk is full*");
  g_assert_cmpuint (mgr_resource_post_maintain (resource, &request), ==, 3);
  g_test_assert_expected_messages ();
}

static guint64
fail_other_cb (MgrResource *resource,
               guint64      target,
               gpointer     user_data)
{
  g_assert_false (mgr_resource_fail (user_data, "somebody else"));
  return target;
}

static void
test_outside (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrResource) other = mgr_resource_new ("other", 1);
  MgrResource *resource = fixture_add (fixture, "temp_a", 20, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Whoever is not asked cannot fail");

  g_assert_false (mgr_resource_fail (resource, "nobody asked"));
  g_signal_connect (resource, "reclaim", G_CALLBACK (fail_other_cb), other);
  report = fixture_cleanup (fixture, EMERGENCY, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "temp_a");
  g_assert_false (mgr_resource_fail (resource, "no longer asked"));
}

static guint64
clean_and_fail_cb (MgrResource *resource,
                   gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (MgrCleanupReport) report = fixture_cleanup (fixture, EMERGENCY, FALSE);

  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 0);
  g_assert_true (mgr_resource_fail (resource, "there is no room"));
  return 0;
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 20, G_CALLBACK (free_all_cb));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A rebuild that cleans fails for a reason of its own");

  g_signal_connect (resource, "rebuild", G_CALLBACK (clean_and_fail_cb), fixture);
  mgr_cleanup_report_unref (fixture_cleanup (fixture, EMERGENCY, FALSE));
  fixture_add (fixture, "temp_bad", 10, G_CALLBACK (fail_cb));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_bad*the disk is full*");
  g_assert_false (mgr_cleaner_restore (fixture->cleaner, "temp_a", &error));
  g_assert_cmpstr (error->message, ==, "“temp_a” could not be brought back: there is no room");
}

static guint64
drop_item_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  g_autoptr (MgrResource) resource = mgr_resource_group_lookup (group, item);

  g_assert_true (mgr_resource_fail (resource, "the disk is full"));
  return 0;
}

static void
test_drop_item (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrResourceGroup) group = mgr_resource_group_new ("model", NULL);

  g_signal_connect (group, "drop-item", G_CALLBACK (drop_item_cb), NULL);
  g_assert_true (mgr_resource_group_add (group, "temp_rows", 20, NULL));
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, group, NULL));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*model.temp_rows*the disk is full*");
  assert_step_failed (fixture_cleanup (fixture, EMERGENCY, FALSE), "model.temp_rows", 0);
}

typedef struct
{
  MgrCleaner *cleaner;      /* (unowned) */
  MgrCleanupReport *report; /* (owned) read after join */
  gint done;                /* atomic */
} Ask;

static gpointer
ask_thread (gpointer user_data)
{
  Ask *ask = user_data;

  ask->report = mgr_cleaner_cleanup (ask->cleaner, EMERGENCY, FALSE, TRUE, NULL);
  g_atomic_int_set (&ask->done, TRUE);
  return NULL;
}

static void
test_in_owner (Fixture       *fixture,
               gconstpointer  data)
{
  Ask ask = { .cleaner = fixture->cleaner };
  GThread *thread;

  g_test_summary ("Asked for in another thread, the owner's failure gets there");

  fixture_add (fixture, "temp_bad", 20, G_CALLBACK (fail_cb));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_bad*the disk is full*");
  thread = g_thread_new ("ask", ask_thread, &ask);
  while (!g_atomic_int_get (&ask.done))
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  g_thread_join (thread);
  assert_step_failed (ask.report, "temp_bad", 0);
}

#define ADD(name, func) \
  g_test_add ("/reclaim/resource-fail/" name, Fixture, NULL, fixture_set_up, func, \
              fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("reclaim", test_reclaim);
  ADD ("half-way", test_half_way);
  ADD ("rebuild", test_rebuild);
  ADD ("maintain", test_maintain);
  ADD ("outside", test_outside);
  ADD ("nested", test_nested);
  ADD ("drop-item", test_drop_item);
  ADD ("in-owner", test_in_owner);

  return g_test_run ();
}
