/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model-fixture.h"

#include "reclaim/mgr-reclaim-private.h"

static void
test_loader_that_fails (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrModelStatistics) statistics = NULL;

  fixture->fails = TRUE;
  assert_use_fails (fixture->model, MGR_ERROR_FAILED, "there is no thing today");
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  statistics = mgr_model_get_statistics (fixture->model);
  g_assert_cmpuint (mgr_model_statistics_get_n_failures (statistics), ==, 1);
  g_assert_cmpuint (mgr_model_statistics_get_n_loads (statistics), ==, 0);

  fixture->fails = FALSE;
  end (use (fixture->model));
}

static GObject *
load_nothing_cb (MgrModel *model,
                 gpointer  user_data)
{
  return NULL;
}

static void
test_loader_that_gives_nothing (void)
{
  g_autoptr (MgrModel) model = mgr_model_new ("mute", NULL, 0);

  assert_use_fails (model, MGR_ERROR_FAILED, "nothing loads it");
  g_signal_connect (model, "load", G_CALLBACK (load_nothing_cb), NULL);
  assert_use_fails (model, MGR_ERROR_FAILED, "could not be loaded");
  g_assert_false (mgr_model_fail_load (model, "outside a handler"));
}

static GObject *
load_by_itself_cb (MgrModel *model,
                   gpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_model_use (model, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_clear_error (&error);
  g_assert_false (mgr_model_unload (model, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  return g_object_new (TYPE_THING, NULL);
}

static void
test_loader_that_reenters (void)
{
  g_autoptr (MgrModel) model = mgr_model_new ("snake", NULL, 0);

  g_signal_connect (model, "load", G_CALLBACK (load_by_itself_cb), NULL);
  end (use (model));
}

/* Uses another model, whose loader uses this one. */
static GObject *
load_by_other_cb (MgrModel *model,
                  gpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_model_use (MGR_MODEL (user_data), &error));
  mgr_model_fail_load (model, error->message);
  return NULL;
}

static void
test_loaders_in_a_circle (void)
{
  g_autoptr (MgrModel) one = g_object_new (MGR_TYPE_MODEL, "name", "one", "thread-safe", TRUE,
                                           NULL);
  g_autoptr (MgrModel) two = g_object_new (MGR_TYPE_MODEL, "name", "two", "thread-safe", TRUE,
                                           NULL);

  g_test_summary ("A circle is found though each loader runs in a thread of its own");

  g_signal_connect (one, "load", G_CALLBACK (load_by_other_cb), two);
  g_signal_connect (two, "load", G_CALLBACK (load_by_other_cb), one);
  assert_use_fails (one, MGR_ERROR_FAILED, "would wait for itself");
  mgr_test_wait_threads ("mgr-model");
  mgr_test_settle ();
}

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean may_end; /* guarded by lock */
} Gate;

static GObject *
load_after_gate_cb (MgrModel *model,
                    gpointer  user_data)
{
  Gate *gate = user_data;

  g_mutex_lock (&gate->lock);
  while (!gate->may_end)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);

  return g_object_new (TYPE_THING, NULL);
}

static void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->may_end = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static void
used_late_cb (GObject      *model,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_model_acquire_finish (MGR_MODEL (model), result, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  *(gboolean *) user_data = TRUE;
}

static void
test_loader_that_does_not_end (void)
{
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL, "name", "slow", "thread-safe", TRUE,
                                             "load-timeout", (gint64) 20000, NULL);
  Gate gate = { 0 };
  gboolean answered = FALSE;

  g_test_summary ("Who waits is woken; what comes in the end is kept for the next");

  g_signal_connect (model, "load", G_CALLBACK (load_after_gate_cb), &gate);
  assert_use_fails (model, MGR_ERROR_TIMED_OUT, "20 ms");
  mgr_model_acquire_async (model, NULL, used_late_cb, &answered);
  mgr_test_iterate_until (&answered);

  gate_open (&gate);
  mgr_test_wait_threads ("mgr-model");
  g_assert_true (mgr_model_is_loaded (model));
  g_assert_false (mgr_model_is_pinned (model));
  end (use (model));
  assert_counts (model, 1, 1, 0);
  mgr_test_settle ();
}

static gpointer
use_in_vain (gpointer data)
{
  assert_use_fails (data, MGR_ERROR_TIMED_OUT, "main context");
  return NULL;
}

static void
test_owner_that_does_not_iterate (Fixture       *fixture,
                                  gconstpointer  data)
{
  GThread *thread;

  mgr_model_set_load_timeout (fixture->model, 10000);
  thread = g_thread_new ("test", use_in_vain, fixture->model);
  g_thread_join (thread);
  mgr_test_settle ();
  g_assert_cmpuint (fixture->n_asked, ==, 0);
  end (use (fixture->model));
}

static void
test_inside_a_cleanup (Fixture       *fixture,
                       gconstpointer  data)
{
  mgr_reclaim_enter ();
  assert_use_fails (fixture->model, MGR_ERROR_WOULD_DEADLOCK, "cleanup");
  mgr_reclaim_leave ();
  end (use (fixture->model));
  mgr_reclaim_enter ();
  end (use (fixture->model));
  mgr_reclaim_leave ();
}

static void
test_end_twice (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrModelUse) used = use (fixture->model);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_model_use_end (used, NULL));
  g_assert_true (mgr_model_use_is_ended (used));
  g_assert_false (mgr_model_use_end (used, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_false (mgr_model_is_pinned (fixture->model));
}

static void
use_in_unload_cb (MgrModel *model,
                  GObject  *object,
                  gpointer  user_data)
{
  assert_use_fails (model, MGR_ERROR_WOULD_DEADLOCK, "unloads");
}

static void
test_unloader_that_uses (Fixture       *fixture,
                         gconstpointer  data)
{
  g_signal_connect (fixture->model, "discard", G_CALLBACK (use_in_unload_cb), NULL);
  end (use (fixture->model));
  g_assert_true (mgr_model_unload (fixture->model, NULL));
}

static void
test_charge_released_by_id (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who releases the charge of a model takes only that from it");

  end (use (fixture->model));
  mgr_component_release (fixture->component,
                         mgr_allocation_get_id (mgr_model_get_private (fixture->model)->charge),
                         &error);
  g_assert_no_error (error);
  g_assert_true (mgr_model_unload (fixture->model, &error));
  end (use (fixture->model));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, THING_SIZE);
}

static void
refused_cb (GObject      *model,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_model_acquire_finish (MGR_MODEL (model), result, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  *(gboolean *) user_data = TRUE;
}

static void
test_budget_too_small_for_any (Fixture       *fixture,
                               gconstpointer  data)
{
  MgrModel *other = make_model (fixture, "other");
  gboolean answered = FALSE;

  g_test_summary ("No loader is asked, and each fits once the budget is larger");

  g_assert_true (mgr_component_set_budget (fixture->component, THING_SIZE / 2, NULL));
  assert_use_fails (fixture->model, MGR_ERROR_INFEASIBLE, "models");
  mgr_model_acquire_async (fixture->model, NULL, refused_cb, &answered);
  mgr_test_iterate_until (&answered);
  assert_use_fails (other, MGR_ERROR_INFEASIBLE, "models");
  g_assert_cmpuint (fixture->n_asked, ==, 0);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);

  g_assert_true (mgr_component_set_budget (fixture->component, THING_SIZE + THING_SIZE / 2, NULL));
  end (use (fixture->model));
  end (use (other));
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_object_unref (other);
}

static void
test_budget_lowered_in_use (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrModel *other = make_model (fixture, "other");
  MgrModelUse *used = use (fixture->model);

  g_test_summary ("What is in use stays; another has to wait until that has ended");

  g_assert_false (mgr_component_set_budget (fixture->component, THING_SIZE / 2, NULL));
  g_assert_true (mgr_component_set_budget (fixture->component, THING_SIZE + THING_SIZE / 2, NULL));
  end (use (fixture->model));
  assert_use_fails (other, MGR_ERROR_NO_BUDGET, "models");
  g_assert_true (mgr_model_is_loaded (fixture->model));
  end (used);
  end (use (other));
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_object_unref (other);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model-bad/loader-that-fails", test_loader_that_fails);
  g_test_add_func ("/model-bad/loader-that-gives-nothing", test_loader_that_gives_nothing);
  g_test_add_func ("/model-bad/loader-that-reenters", test_loader_that_reenters);
  g_test_add_func ("/model-bad/loaders-in-a-circle", test_loaders_in_a_circle);
  g_test_add_func ("/model-bad/loader-that-does-not-end", test_loader_that_does_not_end);
  ADD ("/model-bad/owner-that-does-not-iterate", test_owner_that_does_not_iterate);
  ADD ("/model-bad/inside-a-cleanup", test_inside_a_cleanup);
  ADD ("/model-bad/end-twice", test_end_twice);
  ADD ("/model-bad/unloader-that-uses", test_unloader_that_uses);
  ADD ("/model-bad/charge-released-by-id", test_charge_released_by_id);
  ADD ("/model-bad/budget-too-small-for-any", test_budget_too_small_for_any);
  ADD ("/model-bad/budget-lowered-in-use", test_budget_lowered_in_use);
  return g_test_run ();
}
