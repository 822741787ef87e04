/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrCleaner *cleaner;   /* (owned) */
  GString *log;          /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (1000);
  fixture->cleaner = mgr_cleaner_new (MGR_CLOCK (fixture->clock), "/nonexistent");
  fixture->log = g_string_new (NULL);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&fixture->cleaner);
  g_clear_object (&fixture->clock);
  g_string_free (fixture->log, TRUE);
}

static void
note (Fixture     *fixture,
      const char  *what,
      MgrResource *resource)
{
  g_string_append_printf (fixture->log, "%s%s %s", fixture->log->len > 0 ? ", " : "",
                          what, mgr_resource_get_name (resource));
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  note (user_data, "reclaim", resource);
  return mgr_resource_get_size (resource);
}

static MgrResource *
add (Fixture    *fixture,
     const char *name,
     guint64     size)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), fixture);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  return resource; /* the cleaner keeps it */
}

static MgrCleanupReport *
cleanup (Fixture  *fixture,
         gboolean  force)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, force, TRUE, &error);

  g_assert_no_error (error);
  return report;
}

static void
clean (Fixture  *fixture,
       gboolean  force)
{
  mgr_cleanup_report_unref (cleanup (fixture, force));
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  note (user_data, "veto", resource);
  return TRUE;
}

static void
test_veto (Fixture       *fixture,
           gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  g_test_summary ("What its owner objects to is kept, forced or not");

  g_signal_connect (resource, "query-veto", G_CALLBACK (veto_cb), fixture);
  report = cleanup (fixture, TRUE);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");
  g_assert_cmpstr (fixture->log->str, ==, "veto temp_a");

  plan = mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY,
                           MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE, NULL);
  kept = mgr_cleanup_plan_get_kept (plan);
  g_assert_cmpstr (mgr_cleanup_step_get_name (kept->pdata[0]), ==, "temp_a");
  g_assert_cmpstr (mgr_cleanup_step_get_reason (kept->pdata[0]), ==, "vetoed by its owner");
}

static gboolean
second_thought_cb (MgrResource      *resource,
                   MgrPressureLevel  level,
                   gpointer          user_data)
{
  guint *asked = user_data;

  return ++*asked > 1;
}

static void
test_veto_at_last (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);
  g_autoptr (MgrCleanupReport) report = NULL;
  guint asked = 0;

  g_test_summary ("An owner that objects only when it comes to it is heard");

  g_signal_connect (resource, "query-veto", G_CALLBACK (second_thought_cb), &asked);
  report = cleanup (fixture, FALSE);
  g_assert_cmpuint (asked, ==, 2);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");
  g_assert_cmpstr (fixture->log->str, ==, "");
}

static gboolean
level_cb (MgrResource      *resource,
          MgrPressureLevel  level,
          gpointer          user_data)
{
  *(MgrPressureLevel *) user_data = level;
  return level < MGR_PRESSURE_LEVEL_EMERGENCY;
}

static void
test_veto_by_level (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  MgrReclaimRequest request = { .flags = MGR_CLEANUP_FLAGS_FORCE };
  MgrPressureLevel seen = MGR_PRESSURE_LEVEL_NORMAL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), fixture);
  g_signal_connect (resource, "query-veto", G_CALLBACK (level_cb), &seen);
  g_assert_true (mgr_resource_query_veto (resource, MGR_PRESSURE_LEVEL_HIGH, 0));
  g_assert_cmpint (seen, ==, MGR_PRESSURE_LEVEL_HIGH);

  request.level = MGR_PRESSURE_LEVEL_CRITICAL;
  g_assert_cmpuint (mgr_resource_reclaim (resource, &request, NULL, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);

  request.level = MGR_PRESSURE_LEVEL_EMERGENCY;
  g_assert_cmpuint (mgr_resource_reclaim (resource, &request, NULL, NULL), ==, 100);
}

typedef struct
{
  MgrResource *resource; /* (unowned) */
  gboolean veto;         /* read after join */
  gint64 deadline;
  gint done;             /* atomic */
} VetoAsk;

static gpointer
veto_thread (gpointer user_data)
{
  VetoAsk *ask = user_data;

  ask->veto = mgr_resource_query_veto (ask->resource, MGR_PRESSURE_LEVEL_HIGH, ask->deadline);
  g_atomic_int_set (&ask->done, TRUE);
  return NULL;
}

static void
test_veto_in_owner (Fixture       *fixture,
                    gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);
  VetoAsk blocked = { .resource = resource };
  VetoAsk served = { .resource = resource, .deadline = G_MAXINT64 };
  GThread *thread;

  g_test_summary ("An owner in another thread is asked there; one that is silent has not objected");

  g_signal_connect (resource, "query-veto", G_CALLBACK (veto_cb), fixture);
  g_thread_join (g_thread_new ("veto", veto_thread, &blocked));
  g_assert_false (blocked.veto);

  thread = g_thread_new ("veto", veto_thread, &served);
  while (!g_atomic_int_get (&served.done))
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  g_thread_join (thread);
  g_assert_true (served.veto);
  g_assert_cmpstr (fixture->log->str, ==, "veto temp_a");
}

static gboolean
plan_in_veto_cb (MgrResource      *resource,
                 MgrPressureLevel  level,
                 gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY,
                      MGR_CLEANUP_FLAGS_FORCE, NULL);

  note (fixture, "veto", resource);
  g_assert_nonnull (plan);
  return TRUE;
}

static void
test_veto_reenters (Fixture       *fixture,
                    gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);

  g_test_summary ("A veto that asks for a plan is not asked by it");

  g_signal_connect (resource, "query-veto", G_CALLBACK (plan_in_veto_cb), fixture);
  mgr_cleanup_plan_unref (mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY,
                                            MGR_CLEANUP_FLAGS_FORCE, NULL));
  g_assert_cmpstr (fixture->log->str, ==, "veto temp_a");
}

static void
test_limit_first (Fixture       *fixture,
                  gconstpointer  data)
{
  MgrResource *cautious = add (fixture, "table", 100);
  MgrResource *dear = add (fixture, "temp_c", 10);

  g_test_summary ("Over its limit a resource comes first within its class, and the record says so");

  add (fixture, "temp_a", 300);
  add (fixture, "temp_b", 200);
  mgr_resource_set_priority (dear, 10);
  mgr_resource_set_limit (dear, 5);
  mgr_resource_set_limit (cautious, 1);

  clean (fixture, TRUE);
  g_assert_cmpstr (fixture->log->str, ==,
                   "reclaim temp_c, reclaim temp_a, reclaim temp_b, reclaim table");
}

static MgrReclaimRecord *
last_record (Fixture *fixture)
{
  g_autoptr (GPtrArray) records = mgr_cleaner_list_records (fixture->cleaner);

  g_assert_cmpuint (records->len, >, 0);
  return mgr_reclaim_record_ref (g_ptr_array_index (records, 0));
}

static void
assert_reason (Fixture    *fixture,
               const char *reason)
{
  g_autoptr (MgrReclaimRecord) record = last_record (fixture);

  g_assert_cmpstr (mgr_reclaim_record_get_reason (record), ==, reason);
}

static void
test_record (Fixture       *fixture,
             gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);
  g_autoptr (MgrReclaimRecord) record = NULL;
  g_autoptr (GPtrArray) none = mgr_cleaner_list_records (fixture->cleaner);

  g_assert_cmpuint (none->len, ==, 0);
  mgr_resource_set_lossy (resource, FALSE);
  mgr_manual_clock_advance (fixture->clock, 234);
  clean (fixture, FALSE);

  record = last_record (fixture);
  g_assert_cmpstr (mgr_reclaim_record_get_name (record), ==, "temp_a");
  g_assert_cmpint (mgr_reclaim_record_get_safety (record), ==, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_reclaim_record_get_size (record), ==, 100);
  g_assert_cmpint (mgr_reclaim_record_get_time (record), ==, 1234);
  g_assert_cmpstr (mgr_reclaim_record_get_reason (record), ==,
                   "emergency cleanup at level normal");
  g_assert_false (mgr_reclaim_record_get_lossy (record));
  g_assert_false (mgr_reclaim_record_get_can_restore (record));
}

static void
test_record_reasons (Fixture       *fixture,
                     gconstpointer  data)
{
  MgrResource *resource = add (fixture, "table", 4096);

  clean (fixture, TRUE);
  assert_reason (fixture, "forced emergency cleanup at level normal");

  mgr_resource_set_size (resource, 4096);
  mgr_resource_set_limit (resource, 1024);
  clean (fixture, TRUE);
  assert_reason (fixture, "forced emergency cleanup at level normal, over its limit of 1.0 KiB");
}

static void
test_records_bounded (Fixture       *fixture,
                      gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 0);
  g_autoptr (GPtrArray) records = NULL;

  for (guint64 i = 1; i <= 1001; i++)
    {
      g_autoptr (MgrCleanupReport) report = NULL;

      mgr_resource_set_size (resource, i);
      /* Light: no heap is trimmed a thousand times. */
      report = mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                    FALSE, TRUE, NULL);
    }

  records = mgr_cleaner_list_records (fixture->cleaner);
  g_assert_cmpuint (records->len, ==, 1000);
  g_assert_cmpuint (mgr_reclaim_record_get_size (g_ptr_array_index (records, 0)), ==, 1001);
  g_assert_cmpuint (mgr_reclaim_record_get_size (g_ptr_array_index (records, 999)), ==, 2);
}

static guint64
claim_all_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  return G_MAXUINT64;
}

static void
test_claims_too_much (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrResource) liar = mgr_resource_new ("temp_a", 100);
  g_autoptr (MgrReclaimRecord) record = NULL;

  g_test_summary ("More than it held is not taken off, nor recorded");

  g_signal_connect (liar, "reclaim", G_CALLBACK (claim_all_cb), NULL);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, liar, NULL));
  clean (fixture, FALSE);
  g_assert_cmpuint (mgr_resource_get_size (liar), ==, 0);
  g_assert_cmpuint (mgr_resource_get_missing (liar), ==, 100);
  record = last_record (fixture);
  g_assert_cmpuint (mgr_reclaim_record_get_size (record), ==, 100);
}

static void
reclaimed_cb (MgrResource      *resource,
              MgrReclaimRecord *record,
              gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  note (fixture, "reclaimed", resource);
  g_assert_cmpuint (mgr_reclaim_record_get_size (record), ==, 100);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
  g_assert_true (mgr_resource_begin_access (resource, NULL));
  g_assert_true (mgr_resource_end_access (resource, NULL));
  g_assert_null (mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                      FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
}

static void
test_reclaimed (Fixture       *fixture,
                gconstpointer  data)
{
  MgrResource *resource = add (fixture, "temp_a", 100);

  g_signal_connect (resource, "reclaimed", G_CALLBACK (reclaimed_cb), fixture);
  clean (fixture, FALSE);
  g_assert_cmpstr (fixture->log->str, ==, "reclaim temp_a, reclaimed temp_a");
}

static guint64
free_nothing_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  return 0;
}

static void
test_nothing_freed (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  g_autoptr (GPtrArray) records = NULL;

  g_test_summary ("Where nothing was taken there is nothing to record");

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_nothing_cb), NULL);
  g_signal_connect (resource, "reclaimed", G_CALLBACK (reclaimed_cb), fixture);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  clean (fixture, FALSE);
  records = mgr_cleaner_list_records (fixture->cleaner);
  g_assert_cmpuint (records->len, ==, 0);
  g_assert_cmpstr (fixture->log->str, ==, "");
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 100);
}

static guint64
free_itself_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  MgrResource **own = user_data;

  g_assert_true (mgr_resource_unregister (resource));
  g_clear_object (own);
  return 100;
}

static void
test_frees_itself (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrResource *resource = mgr_resource_new ("temp_a", 100);
  GWeakRef ref;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrReclaimRecord) record = NULL;

  g_test_summary ("A handler that unregisters its resource and drops it is recorded all the same");

  g_weak_ref_init (&ref, resource);
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_itself_cb), &resource);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  report = cleanup (fixture, FALSE);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_a");
  g_assert_null (resource);
  record = last_record (fixture);
  g_assert_cmpstr (mgr_reclaim_record_get_name (record), ==, "temp_a");
  g_assert_null (g_weak_ref_get (&ref));
  g_weak_ref_clear (&ref);
}

static guint64
reclaim_again_cb (MgrResource *resource,
                  guint64      target,
                  gpointer     user_data)
{
  MgrReclaimRequest request = { .target = 1, .flags = MGR_CLEANUP_FLAGS_FORCE };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (mgr_resource_reclaim (resource, &request, NULL, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  return 100;
}

static void
test_twice_at_once (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);

  g_test_summary ("What is being cleaned is not asked again, by another cleaner say");

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_again_cb), NULL);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  clean (fixture, FALSE);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
}

static guint64
partial_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  return 30;
}

static void
test_missing (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };

  g_test_summary ("What cleanups took is missing until the resource has grown by as much");

  g_signal_connect (resource, "reclaim", G_CALLBACK (partial_cb), NULL);
  g_assert_cmpuint (mgr_resource_get_missing (resource), ==, 0);
  mgr_resource_reclaim (resource, &request, NULL, NULL);
  mgr_resource_reclaim (resource, &request, NULL, NULL);
  g_assert_cmpuint (mgr_resource_get_missing (resource), ==, 60);

  mgr_resource_set_size (resource, 60);
  g_assert_cmpuint (mgr_resource_get_missing (resource), ==, 40);
  mgr_resource_set_size (resource, 10);
  g_assert_cmpuint (mgr_resource_get_missing (resource), ==, 40);
  mgr_resource_set_size (resource, 1000);
  g_assert_cmpuint (mgr_resource_get_missing (resource), ==, 0);
}

#define ADD(name, func) \
  g_test_add ("/reclaim/resource-reclaim/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("veto", test_veto);
  ADD ("veto-at-last", test_veto_at_last);
  ADD ("veto-by-level", test_veto_by_level);
  ADD ("veto-in-owner", test_veto_in_owner);
  ADD ("veto-reenters", test_veto_reenters);
  ADD ("limit-first", test_limit_first);
  ADD ("record", test_record);
  ADD ("record-reasons", test_record_reasons);
  ADD ("records-bounded", test_records_bounded);
  ADD ("claims-too-much", test_claims_too_much);
  ADD ("reclaimed", test_reclaimed);
  ADD ("nothing-freed", test_nothing_freed);
  ADD ("frees-itself", test_frees_itself);
  ADD ("twice-at-once", test_twice_at_once);
  ADD ("missing", test_missing);

  return g_test_run ();
}
