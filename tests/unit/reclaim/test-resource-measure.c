/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

#define SECOND G_USEC_PER_SEC

typedef struct
{
  guint64 size;
  guint asked;
  MgrCleaner *cleaner; /* (unowned) (nullable) */
} Holder;

static guint64
measure (MgrResource *resource,
         gint64       now,
         gint64       deadline)
{
  mgr_resource_measure (resource, now, deadline);
  return mgr_resource_get_size (resource);
}

static guint64
measure_cb (MgrResource *resource,
            gpointer     user_data)
{
  Holder *holder = user_data;

  holder->asked++;
  return holder->size;
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Holder *holder = user_data;
  guint64 freed = holder->size;

  holder->size = 0;
  return freed;
}

static gint64
soon (void)
{
  return g_get_monotonic_time () + 2 * G_TIME_SPAN_MILLISECOND;
}

static gint64
late (void)
{
  return g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
}

static void
test_given (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);

  g_test_summary ("Without a handler what the program said counts");

  g_assert_cmpuint (measure (resource, 0, soon ()), ==, 100);
  mgr_resource_set_size (resource, 50);
  g_assert_cmpuint (measure (resource, 0, soon ()), ==, 50);
}

static void
test_interval (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  Holder holder = { .size = 200 };

  g_test_summary ("An answer is good for a second by the clock of the cleaner");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  g_assert_cmpuint (measure (resource, 5 * SECOND, soon ()), ==, 200);
  holder.size = 300;
  g_assert_cmpuint (measure (resource, 6 * SECOND - 1, soon ()), ==, 200);
  g_assert_cmpuint (holder.asked, ==, 1);
  g_assert_cmpuint (measure (resource, 6 * SECOND, soon ()), ==, 300);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 300);

  /* A clock that was set back makes nothing young again. */
  holder.size = 400;
  g_assert_cmpuint (measure (resource, SECOND, soon ()), ==, 400);
  g_assert_cmpuint (holder.asked, ==, 3);
}

static void
test_said_in_between (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  Holder holder = { .size = 200 };

  g_test_summary ("What the program says between two measures counts until the next");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  g_assert_cmpuint (measure (resource, 0, soon ()), ==, 200);
  mgr_resource_set_size (resource, 250);
  g_assert_cmpuint (measure (resource, 1, soon ()), ==, 250);
  g_assert_cmpuint (measure (resource, SECOND, soon ()), ==, 200);
}

static void
test_after_reclaim (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };
  Holder holder = { .size = 200 };

  g_test_summary ("Once something was taken, the next plan asks anew");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), &holder);
  measure (resource, 0, soon ());
  g_assert_cmpuint (mgr_resource_reclaim (resource, &request, NULL, NULL), ==, 200);
  holder.size = 30;
  g_assert_cmpuint (measure (resource, 0, soon ()), ==, 30);
}

static void
test_summed (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  Holder first = { .size = G_MAXUINT64 };
  Holder second = { .size = 2 };

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &first);
  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &second);
  g_assert_cmpuint (measure (resource, 0, soon ()), ==, G_MAXUINT64);
}

static MgrCleaner *
make_cleaner (MgrClock    *clock,
              MgrResource *resource,
              Holder      *holder)
{
  MgrCleaner *cleaner = mgr_cleaner_new (clock, "/nonexistent");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), holder);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), holder);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  return cleaner;
}

static void
test_plan_measures (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  Holder holder = { .size = 700 };
  g_autoptr (MgrCleaner) cleaner = make_cleaner (MGR_CLOCK (clock), resource, &holder);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A plan goes by what there is, not by what was once said");

  g_assert_cmpuint (holder.asked, ==, 0);
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (plan), ==, 700);
  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, NULL);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 700);
  g_assert_cmpuint (holder.asked, ==, 1);
}

static guint64
measure_again_cb (MgrResource *resource,
                  gpointer     user_data)
{
  Holder *holder = user_data;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  holder->asked++;
  plan = mgr_cleaner_plan (holder->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_assert_nonnull (plan);
  g_assert_null (mgr_cleaner_cleanup (holder->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                      FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  return 10;
}

static void
test_reenters (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  Holder holder = { .cleaner = cleaner };

  g_test_summary ("A measure that asks for a plan is not asked again by it");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_again_cb), &holder);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_assert_nonnull (plan);
  g_assert_cmpuint (holder.asked, ==, 1);
}

static guint64
drop_cb (MgrResource *resource,
         gpointer     user_data)
{
  MgrResource **own = user_data;

  g_assert_true (mgr_resource_unregister (resource));
  g_clear_object (own);
  return 10;
}

static void
test_drops_itself (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  MgrResource *resource = mgr_resource_new ("temp_a", 0);
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_test_summary ("A measure that unregisters its resource and drops it");

  g_signal_connect (resource, "measure", G_CALLBACK (drop_cb), &resource);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_assert_null (resource);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==, 0);
}

typedef struct
{
  MgrResource *resource; /* (unowned) */
  gint64 deadline;
  guint64 size;          /* read after join */
  gint done;             /* atomic */
} Ask;

static gpointer
ask_thread (gpointer user_data)
{
  Ask *ask = user_data;

  ask->size = measure (ask->resource, 0, ask->deadline);
  g_atomic_int_set (&ask->done, TRUE);
  return NULL;
}

static void
test_in_owner (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 1);
  Holder holder = { .size = 200 };
  Ask ask = { .resource = resource, .deadline = late () };
  GThread *thread;

  g_test_summary ("Asked from another thread, the handler runs in the owner's context");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  thread = g_thread_new ("ask", ask_thread, &ask);
  while (!g_atomic_int_get (&ask.done))
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  g_thread_join (thread);
  g_assert_cmpuint (ask.size, ==, 200);
}

static void
test_owner_blocks (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 1);
  Holder holder = { .size = 200 };
  Ask first = { .resource = resource, .deadline = soon () };
  Ask second = { .resource = resource, .deadline = late () };

  g_test_summary ("An owner that does not answer is waited for once; its answer comes to count");

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  g_thread_join (g_thread_new ("ask", ask_thread, &first));
  g_assert_cmpuint (first.size, ==, 1);
  g_thread_join (g_thread_new ("ask", ask_thread, &second));
  g_assert_cmpuint (second.size, ==, 1);

  while (holder.asked == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 200);
  g_assert_cmpuint (holder.asked, ==, 1);

  holder.size = 300;
  g_assert_cmpuint (measure (resource, SECOND, soon ()), ==, 300);
}

typedef struct
{
  GMainContext *context; /* (unowned) */
  MgrResource *resource; /* (owned) */
  Holder holder;
} Mortal;

static gpointer
mortal_thread (gpointer user_data)
{
  Mortal *mortal = user_data;

  g_main_context_push_thread_default (mortal->context);
  mortal->resource = mgr_resource_new ("temp_a", 1);
  g_signal_connect (mortal->resource, "measure", G_CALLBACK (measure_cb), &mortal->holder);
  g_main_context_pop_thread_default (mortal->context);
  return NULL;
}

static void
test_context_dies (void)
{
  Mortal mortal = { .context = g_main_context_new (), .holder = { .size = 200 } };

  g_test_summary ("A resource whose thread is gone keeps its last size");

  g_thread_join (g_thread_new ("mortal", mortal_thread, &mortal));
  g_assert_cmpuint (measure (mortal.resource, 0, soon ()), ==, 1);
  g_clear_object (&mortal.resource);
  g_main_context_unref (mortal.context);
  g_assert_cmpuint (mortal.holder.asked, ==, 0);
}

static void
test_as_reclaimer (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 0);
  MgrReclaimer *reclaimer = MGR_RECLAIMER (resource);
  Holder holder = { .size = 200 };
  g_autoptr (MgrReclaimEstimate) idle = NULL;
  g_autoptr (MgrReclaimEstimate) full = NULL;
  g_autoptr (MgrReclaimEstimate) pinned = NULL;

  g_test_summary ("A resource is a reclaimer: named, asked in its owner's context, measured");

  g_assert_cmpstr (mgr_reclaimer_get_name (reclaimer), ==, "temp_a");
  g_assert_false (mgr_reclaimer_is_thread_safe (reclaimer));

  g_signal_connect (resource, "measure", G_CALLBACK (measure_cb), &holder);
  mgr_resource_set_rebuild_cost (resource, 40);
  idle = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (idle), ==, 0);

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), &holder);
  full = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (full), ==, 200);
  g_assert_true (mgr_reclaim_estimate_get_lossy (full));
  g_assert_cmpint (mgr_reclaim_estimate_get_rebuild_cost (full), ==, 40);

  g_assert_true (mgr_resource_begin_access (resource, NULL));
  pinned = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (pinned), ==, 0);
  g_assert_true (mgr_resource_end_access (resource, NULL));
}

static void
test_as_reclaimer_safe_only (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 200);
  MgrReclaimer *reclaimer = MGR_RECLAIMER (resource);
  Holder holder = { .size = 200 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who asks without a cleaner gets what is SAFE, and no more");

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), &holder);
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 100, MGR_PRESSURE_LEVEL_HIGH, late (),
                                           &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);
  g_clear_error (&error);

  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 100, MGR_PRESSURE_LEVEL_HIGH, late (),
                                           &error), ==, 200);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource-measure/given", test_given);
  g_test_add_func ("/reclaim/resource-measure/interval", test_interval);
  g_test_add_func ("/reclaim/resource-measure/said-in-between", test_said_in_between);
  g_test_add_func ("/reclaim/resource-measure/after-reclaim", test_after_reclaim);
  g_test_add_func ("/reclaim/resource-measure/summed", test_summed);
  g_test_add_func ("/reclaim/resource-measure/plan-measures", test_plan_measures);
  g_test_add_func ("/reclaim/resource-measure/reenters", test_reenters);
  g_test_add_func ("/reclaim/resource-measure/drops-itself", test_drops_itself);
  g_test_add_func ("/reclaim/resource-measure/in-owner", test_in_owner);
  g_test_add_func ("/reclaim/resource-measure/owner-blocks", test_owner_blocks);
  g_test_add_func ("/reclaim/resource-measure/context-dies", test_context_dies);
  g_test_add_func ("/reclaim/resource-measure/as-reclaimer", test_as_reclaimer);
  g_test_add_func ("/reclaim/resource-measure/as-reclaimer-safe-only",
                   test_as_reclaimer_safe_only);

  return g_test_run ();
}
