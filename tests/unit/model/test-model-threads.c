/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model-fixture.h"

#include "mgr-canceller.h"

#define N_THREADS 8
#define N_ROUNDS 300
#define N_CANCELS 5000

static int n_loads; /* atomic */

/* Waits until all threads have had the time to come, as far as one can see from here. */
static GObject *
load_slowly_cb (MgrModel *model,
                gpointer  user_data)
{
  MgrModelPrivate *priv = mgr_model_get_private (model);
  gboolean all = FALSE;

  g_atomic_int_inc (&n_loads);
  while (!all)
    {
      g_mutex_lock (&priv->lock);
      all = priv->flight->n_waiters == N_THREADS;
      g_mutex_unlock (&priv->lock);
      g_thread_yield ();
    }

  return g_object_new (TYPE_THING, NULL);
}

static gpointer
use_once (gpointer data)
{
  end (use (data));
  return NULL;
}

static void
test_one_load_for_many (void)
{
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL, "name", "shared",
                                             "thread-safe", TRUE, NULL);
  g_autoptr (MgrModelStatistics) statistics = NULL;
  GThread *threads[N_THREADS];

  g_signal_connect (model, "load", G_CALLBACK (load_slowly_cb), NULL);
  g_atomic_int_set (&n_loads, 0);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("test", use_once, model);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (g_atomic_int_get (&n_loads), ==, 1);
  statistics = mgr_model_get_statistics (model);
  g_assert_cmpuint (mgr_model_statistics_get_n_uses (statistics), ==, N_THREADS);
  g_assert_cmpuint (mgr_model_statistics_get_n_joins (statistics), ==, N_THREADS - 1);
  g_assert_cmpuint (mgr_model_statistics_get_n_active (statistics), ==, 0);
  mgr_test_wait_threads ("mgr-model");
  mgr_test_settle ();
}

static GThread *owner;

static GObject *
load_in_owner_cb (MgrModel *model,
                  gpointer  user_data)
{
  g_assert_true (g_thread_self () == owner);
  g_atomic_int_inc (&n_loads);
  return g_object_new (TYPE_THING, NULL);
}

static void
in_owner_cb (MgrModel *model,
             int      *n)
{
  g_assert_true (g_thread_self () == owner);
  g_atomic_int_inc (n);
}

typedef struct
{
  MgrModel *model; /* (unowned) */
  gboolean done;   /* set in the owner's context */
} Elsewhere;

static gboolean
set_done_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gpointer
use_and_unload (gpointer data)
{
  Elsewhere *elsewhere = data;
  g_autoptr (GError) error = NULL;

  end (use (elsewhere->model));
  g_assert_true (mgr_model_unload (elsewhere->model, &error));
  g_assert_no_error (error);
  g_idle_add (set_done_cb, &elsewhere->done);
  return NULL;
}

static void
test_owner_loads_for_others (void)
{
  g_autoptr (MgrModel) model = mgr_model_new ("homely", NULL, 0);
  Elsewhere elsewhere = { model, FALSE };
  int n_told = 0;
  GThread *thread;

  g_test_summary ("Loaders, unloading and signals stay in the owner's thread");

  owner = g_thread_self ();
  g_atomic_int_set (&n_loads, 0);
  g_signal_connect (model, "load", G_CALLBACK (load_in_owner_cb), NULL);
  g_signal_connect (model, "loaded", G_CALLBACK (in_owner_cb), &n_told);
  g_signal_connect (model, "unloaded", G_CALLBACK (in_owner_cb), &n_told);
  thread = g_thread_new ("test", use_and_unload, &elsewhere);
  mgr_test_iterate_until (&elsewhere.done);
  g_thread_join (thread);
  mgr_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&n_loads), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&n_told), ==, 2);
  g_assert_false (mgr_model_is_loaded (model));
}

static GObject *
load_quickly_cb (MgrModel *model,
                 gpointer  user_data)
{
  return g_object_new (TYPE_THING, NULL);
}

typedef struct
{
  MgrModelRegistry *registry; /* (unowned) */
  guint seed;
} Crowd;

static const char *const names[] = { "a", "b", "c" };

static gpointer
use_at_random (gpointer data)
{
  const Crowd *crowd = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (crowd->seed);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      const char *name = names[g_rand_int_range (rand, 0, G_N_ELEMENTS (names))];
      g_autoptr (GError) error = NULL;
      g_autoptr (MgrModelUse) used = mgr_model_registry_use (crowd->registry, name, &error);

      /* Both others may be in use. */
      if (used == NULL)
        g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
      else if (g_rand_boolean (rand))
        g_assert_true (mgr_model_use_end (used, NULL));
      if (g_rand_int_range (rand, 0, 10) == 0)
        mgr_model_registry_unload_unused (crowd->registry, 0);
    }

  return NULL;
}

static void
assert_exact (MgrModelRegistry *registry,
              MgrComponent     *component)
{
  guint64 charged = 0;
  int n_loaded = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MgrModel) model = mgr_model_registry_lookup (registry, names[i]);
      g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (model);

      charged += mgr_model_statistics_get_charged (statistics);
      n_loaded += mgr_model_is_loaded (model) ? 1 : 0;
      g_assert_cmpuint (mgr_model_statistics_get_n_active (statistics), ==, 0);
    }

  g_assert_cmpuint (mgr_component_get_used (component), ==, charged);
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, n_loaded);
}

static void
test_crowd (void)
{
  ScopedLedger *ledger = scoped_ledger_new (10 * THING_SIZE);
  MgrComponent *component = add (ledger, "models", 2 * THING_SIZE + THING_SIZE / 2, NULL);
  MgrModelRegistry *registry = mgr_model_registry_new (component);
  Crowd crowds[4];
  GThread *threads[G_N_ELEMENTS (crowds)];

  g_test_summary ("Three models in a budget for two, four threads: what is charged is exactly "
                  "what is loaded");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL, "name", names[i],
                                                 "thread-safe", TRUE,
                                                 "declared-size", THING_SIZE, NULL);

      g_signal_connect (model, "load", G_CALLBACK (load_quickly_cb), NULL);
      g_assert_true (mgr_model_registry_register (registry, model, NULL));
    }

  for (guint i = 0; i < G_N_ELEMENTS (crowds); i++)
    {
      crowds[i] = (Crowd) { registry, i };
      threads[i] = g_thread_new ("test", use_at_random, &crowds[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (crowds); i++)
    g_thread_join (threads[i]);

  mgr_test_wait_threads ("mgr-model");
  mgr_test_settle ();
  assert_exact (registry, component);
  g_assert_finalize_object (registry);
  mgr_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
  scoped_ledger_free (ledger);
}

static gpointer
use_in_own_context (gpointer data)
{
  MgrModel **model = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  *model = mgr_model_new ("orphan", NULL, 0);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_owner_that_is_gone (void)
{
  g_autoptr (MgrModel) model = NULL;
  GThread *thread = g_thread_new ("test", use_in_own_context, &model);

  g_thread_join (thread);
  mgr_model_set_load_timeout (model, 10000);
  assert_use_fails (model, MGR_ERROR_TIMED_OUT, "main context");
  g_assert_false (mgr_model_is_loaded (model));
  while (g_main_context_iteration (mgr_model_get_private (model)->context, FALSE))
    continue;
}

typedef struct
{
  MgrCanceller canceller;
  gboolean done;
} Cancelled;

/* Lets the request go while the other thread cancels it. */
static void
used_cancelled_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Cancelled *cancelled = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrModelUse) used = mgr_model_acquire_finish (MGR_MODEL (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (used);
  mgr_canceller_cancel (&cancelled->canceller, g_task_get_cancellable (G_TASK (result)));
  cancelled->done = TRUE;
}

static void
test_cancelled_at_the_end (void)
{
  g_autoptr (MgrModel) model = mgr_model_new ("cancelled late", NULL, 0);
  Cancelled cancelled;

  g_signal_connect (model, "load", G_CALLBACK (load_quickly_cb), NULL);
  mgr_canceller_start (&cancelled.canceller);
  for (guint i = 0; i < N_CANCELS; i++)
    {
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&cancelled.canceller);

      cancelled.done = FALSE;
      mgr_model_acquire_async (model, cancellable, used_cancelled_cb, &cancelled);
      mgr_test_iterate_until (&cancelled.done);
      g_assert_true (mgr_model_unload (model, NULL));
    }
  mgr_canceller_stop (&cancelled.canceller, N_CANCELS);
  mgr_test_settle ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-threads/one-load-for-many", test_one_load_for_many);
  g_test_add_func ("/model-threads/owner-loads-for-others", test_owner_loads_for_others);
  g_test_add_func ("/model-threads/crowd", test_crowd);
  g_test_add_func ("/model-threads/owner-that-is-gone", test_owner_that_is_gone);
  g_test_add_func ("/model-threads/cancelled-at-the-end", test_cancelled_at_the_end);
  return g_test_run ();
}
