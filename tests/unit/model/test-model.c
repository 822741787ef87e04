/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model-fixture.h"

static void
count_cb (MgrModel *model,
          guint    *n)
{
  (*n)++;
}

static void
test_loads_once (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrModelUse *first;
  MgrModelUse *second;
  guint n_loaded = 0;

  g_signal_connect (fixture->model, "loaded", G_CALLBACK (count_cb), &n_loaded);
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);

  first = use (fixture->model);
  second = use (fixture->model);
  g_assert_true (mgr_model_use_get_object (first) == mgr_model_use_get_object (second));
  g_assert_cmpuint (fixture->n_asked, ==, 1);
  g_assert_cmpuint (n_loaded, ==, 1);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, THING_SIZE);
  assert_counts (fixture->model, 1, 1, 0);

  end (first);
  g_assert_true (mgr_model_is_pinned (fixture->model));
  end (second);
  g_assert_false (mgr_model_is_pinned (fixture->model));
  g_assert_true (mgr_model_is_loaded (fixture->model));
}

static void
test_unload (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrModelUse *used = use (fixture->model);
  guint n_unloaded = 0;

  g_test_summary ("What is in use stays; what is let go is charged no longer");

  g_signal_connect (fixture->model, "unloaded", G_CALLBACK (count_cb), &n_unloaded);
  g_assert_false (mgr_model_unload (fixture->model, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_true (mgr_model_is_loaded (fixture->model));
  end (used);

  g_clear_error (&error);
  g_assert_true (mgr_model_unload (fixture->model, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_assert_true (mgr_model_unload (fixture->model, &error));
  g_assert_cmpuint (n_unloaded, ==, 1);
  assert_counts (fixture->model, 1, 0, 1);
}

static void
test_found_again (Fixture       *fixture,
                  gconstpointer  data)
{
  MgrModelUse *used = use (fixture->model);
  g_autoptr (GObject) kept = g_object_ref (mgr_model_use_get_object (used));
  g_autoptr (MgrModelStatistics) statistics = NULL;

  g_test_summary ("What somebody else keeps is found again without a load, and charged");

  end (used);
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);

  used = use (fixture->model);
  g_assert_true (mgr_model_use_get_object (used) == kept);
  g_assert_cmpuint (fixture->n_asked, ==, 1);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, THING_SIZE);
  assert_counts (fixture->model, 1, 1, 1);
  statistics = mgr_model_get_statistics (fixture->model);
  g_assert_cmpuint (mgr_model_statistics_get_n_found_again (statistics), ==, 1);
  end (used);

  g_assert_true (mgr_model_unload (fixture->model, NULL));
  g_clear_object (&kept);
  end (use (fixture->model));
  g_assert_cmpuint (fixture->n_asked, ==, 2);
}

static void
unload_cb (MgrModel *model,
           GObject  *object,
           guint    *n)
{
  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (object, TYPE_THING));
  (*n)++;
}

static void
test_unloader (Fixture       *fixture,
               gconstpointer  data)
{
  MgrModelUse *used = use (fixture->model);
  g_autoptr (GObject) kept = g_object_ref (mgr_model_use_get_object (used));
  guint n_unloads = 0;
  gulong handler = g_signal_connect (fixture->model, "discard", G_CALLBACK (unload_cb), &n_unloads);

  g_test_summary ("What an unloader has been at is not used again");

  end (used);
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  g_assert_cmpuint (n_unloads, ==, 1);
  used = use (fixture->model);
  g_assert_true (mgr_model_use_get_object (used) != kept);
  end (used);
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  g_signal_handler_disconnect (fixture->model, handler);
}

static void
test_dropped_use (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (MgrModelStatistics) statistics = NULL;
  MgrModelUse *used = use (fixture->model);

  mgr_model_use_unref (mgr_model_use_ref (used));
  g_assert_true (mgr_model_is_pinned (fixture->model));
  mgr_model_use_unref (used);
  g_assert_false (mgr_model_is_pinned (fixture->model));
  statistics = mgr_model_get_statistics (fixture->model);
  g_assert_cmpuint (mgr_model_statistics_get_n_dropped (statistics), ==, 1);
  g_assert_cmpuint (mgr_model_statistics_get_n_active (statistics), ==, 0);
}

static void
test_figures (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrModelStatistics) statistics = NULL;

  fixture->load_time = 700;
  end (use (fixture->model));
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  fixture->load_time = 500;
  mgr_manual_clock_advance (fixture->clock, 2 * G_TIME_SPAN_HOUR);
  end (use (fixture->model));

  statistics = mgr_model_get_statistics (fixture->model);
  g_assert_cmpint (mgr_model_statistics_get_load_time (statistics), ==, 500);
  g_assert_cmpint (mgr_model_statistics_get_total_load_time (statistics), ==, 1200);
  g_assert_cmpint (mgr_model_statistics_get_last_use (statistics), ==,
                   1200 + 2 * G_TIME_SPAN_HOUR);
  g_assert_cmpuint (mgr_model_statistics_get_n_uses (statistics), ==, 2);
  g_assert_cmpuint (mgr_model_statistics_get_n_recent_uses (statistics), ==, 1);
  g_assert_cmpuint (mgr_model_statistics_get_n_recent_loads (statistics), ==, 1);
  g_assert_cmpuint (mgr_model_statistics_get_declared_size (statistics), ==, THING_SIZE);
  g_assert_cmpuint (mgr_model_statistics_get_size (statistics), ==, THING_SIZE);
  g_assert_cmpuint (mgr_model_statistics_get_charged (statistics), ==, THING_SIZE);
  g_assert_cmpuint (mgr_model_statistics_get_ledger_size (statistics), ==, 0);
}

static void
test_reclaimer (Fixture       *fixture,
                gconstpointer  data)
{
  MgrReclaimer *reclaimer = MGR_RECLAIMER (fixture->model);
  g_autoptr (MgrReclaimEstimate) pinned = NULL;
  g_autoptr (MgrReclaimEstimate) idle = NULL;
  g_autoptr (GError) error = NULL;
  MgrModelUse *used;

  fixture->load_time = 900;
  used = use (fixture->model);
  pinned = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (pinned), ==, 0);
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 1, MGR_PRESSURE_LEVEL_HIGH, 0, &error),
                    ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  end (used);

  idle = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (idle), ==, THING_SIZE);
  g_assert_cmpint (mgr_reclaim_estimate_get_rebuild_cost (idle), ==, 900);
  g_assert_true (mgr_reclaim_estimate_get_lossy (idle));
  g_assert_cmpstr (mgr_reclaimer_get_name (reclaimer), ==, "thing");
  g_assert_false (mgr_reclaimer_is_thread_safe (reclaimer));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 0, MGR_PRESSURE_LEVEL_HIGH, 0, NULL), ==, 0);
  g_assert_true (mgr_model_is_loaded (fixture->model));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 1, MGR_PRESSURE_LEVEL_HIGH, 0, NULL),
                    ==, THING_SIZE);
  g_assert_false (mgr_model_is_loaded (fixture->model));
}

typedef struct
{
  MgrModelUse *used; /* (owned) (nullable) */
  GError *error;     /* (owned) (nullable) */
  gboolean done;
} Answer;

static void
used_cb (GObject      *model,
         GAsyncResult *result,
         gpointer      user_data)
{
  Answer *answer = user_data;

  answer->used = mgr_model_acquire_finish (MGR_MODEL (model), result, &answer->error);
  answer->done = TRUE;
}

static void
test_async (Fixture       *fixture,
            gconstpointer  data)
{
  Answer first = { NULL, NULL, FALSE };
  Answer second = { NULL, NULL, FALSE };
  Answer third = { NULL, NULL, FALSE };

  mgr_model_acquire_async (fixture->model, NULL, used_cb, &first);
  mgr_model_acquire_async (fixture->model, NULL, used_cb, &second);
  g_assert_cmpuint (fixture->n_asked, ==, 0);
  mgr_test_iterate_until (&first.done);
  mgr_test_iterate_until (&second.done);
  g_assert_no_error (first.error);
  g_assert_no_error (second.error);
  g_assert_cmpuint (fixture->n_asked, ==, 1);
  mgr_model_acquire_async (fixture->model, NULL, used_cb, &third);
  mgr_test_iterate_until (&third.done);
  assert_counts (fixture->model, 1, 1, 0);
  end (first.used);
  end (second.used);
  end (third.used);
}

static void
test_async_cancelled (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer cancelled = { NULL, NULL, FALSE };

  g_test_summary ("Where nobody waits any more, nothing is loaded");

  mgr_model_acquire_async (fixture->model, cancellable, used_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  mgr_test_iterate_until (&cancelled.done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (cancelled.used);
  g_error_free (cancelled.error);
  mgr_test_settle ();
  end (use (fixture->model));
  g_assert_cmpuint (fixture->n_asked, ==, 1);
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrComponent) component = NULL;
  g_autoptr (MgrClock) clock = NULL;
  g_autofree char *name = NULL;
  guint64 declared_size;
  MgrSafety safety;
  guint priority;
  gint64 load_timeout;
  gboolean thread_safe, loaded;

  g_object_set (fixture->model, "declared-size", (guint64) 7, "safety", MGR_SAFETY_CAUTIOUS,
                "priority", 9, "load-timeout", (gint64) 11, NULL);
  g_object_get (fixture->model, "name", &name, "component", &component, "clock", &clock,
                "declared-size", &declared_size, "safety", &safety, "priority", &priority,
                "load-timeout", &load_timeout, "thread-safe", &thread_safe, "loaded", &loaded,
                NULL);
  g_assert_cmpstr (name, ==, "thing");
  g_assert_true (component == fixture->component);
  g_assert_true (clock == MGR_CLOCK (fixture->clock));
  g_assert_cmpuint (declared_size, ==, 7);
  g_assert_cmpint (safety, ==, MGR_SAFETY_CAUTIOUS);
  g_assert_cmpuint (priority, ==, 9);
  g_assert_cmpint (load_timeout, ==, 11);
  g_assert_false (thread_safe || loaded);
  g_assert_cmpuint (mgr_model_get_size (fixture->model), ==, 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model/loads-once", test_loads_once);
  ADD ("/model/unload", test_unload);
  ADD ("/model/found-again", test_found_again);
  ADD ("/model/unloader", test_unloader);
  ADD ("/model/dropped-use", test_dropped_use);
  ADD ("/model/figures", test_figures);
  ADD ("/model/reclaimer", test_reclaimer);
  ADD ("/model/async", test_async);
  ADD ("/model/async-cancelled", test_async_cancelled);
  ADD ("/model/properties", test_properties);
  return g_test_run ();
}
