/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

#include "ledger/mgr-waiter-private.h"

#define THREADS 4
#define ROUNDS 20000

typedef struct
{
  MgrComponent *component;
  guint seed;
} Work;

/* Holds at most four allocations at once; some fail, which is right. */
static gpointer
work_cb (gpointer user_data)
{
  Work *work = user_data;
  g_autoptr (GRand) random = g_rand_new_with_seed (work->seed);
  MgrAllocation *held[4] = { NULL, };

  for (guint i = 0; i < ROUNDS; i++)
    {
      MgrAllocation **slot = &held[i % G_N_ELEMENTS (held)];

      g_clear_pointer (slot, mgr_allocation_unref);
      *slot = mgr_component_allocate (work->component, (guint64) g_rand_int_range (random, 1, 50),
                                      "work", 5, NULL, NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (held); i++)
    g_clear_pointer (&held[i], mgr_allocation_unref);

  return NULL;
}

static void
run_threads (MgrComponent *components[THREADS])
{
  GThread *threads[THREADS];
  Work work[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      work[i] = (Work) { components[i], i + 1 };
      threads[i] = g_thread_new ("work", work_cb, &work[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

static void
assert_at_rest (MgrLedger *ledger)
{
  g_autoptr (GPtrArray) all = mgr_ledger_list (ledger);

  for (guint i = 0; i < all->len; i++)
    {
      MgrComponent *component = g_ptr_array_index (all, i);

      g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
      g_assert_cmpuint (mgr_component_get_allocation_count (component), ==, 0);
      if (mgr_component_get_budget (component) > 0)
        g_assert_cmpuint (mgr_component_get_peak (component), <=,
                          mgr_component_get_budget (component));
    }
}

static void
test_one_component (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (500);
  MgrComponent *component = add (ledger, "c", 300, NULL);
  MgrComponent *components[THREADS] = { component, component, component, component };

  run_threads (components);
  assert_at_rest (ledger);
}

static void
test_different_components (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (400);
  MgrComponent *components[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);

      components[i] = add (ledger, name, 150, NULL);
    }

  run_threads (components);
  assert_at_rest (ledger);
}

static void
test_shared_parents (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (400);
  MgrComponent *left = add (ledger, "left", 200, NULL);
  MgrComponent *right = add (ledger, "right", 0, NULL);
  MgrComponent *components[THREADS] = {
    add (ledger, "a", 0, left), add (ledger, "b", 150, left), add (ledger, "c", 0, right), right,
  };

  g_assert_true (mgr_component_set_guaranteed (components[0], 60, NULL));
  run_threads (components);
  assert_at_rest (ledger);
}

/* Readers and those who change budgets run against the workers. */
static gpointer
meddle_cb (gpointer user_data)
{
  MgrLedger *ledger = user_data;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("temporary-%u", i);
      g_autoptr (MgrComponent) component = g_object_ref (mgr_ledger_add (ledger, name, 0, NULL, NULL));
      guint64 used;

      mgr_component_set_budget (ledger->root, 300 + i % 200, NULL);
      used = mgr_component_get_used (ledger->root);
      g_assert_cmpuint (used, <=, 500);
      g_assert_cmpuint (mgr_component_get_available (component), <=, 500);
      g_assert_true (mgr_ledger_remove (ledger, component, NULL));
    }

  return NULL;
}

static void
test_readers_and_budget_changes (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (500);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  MgrComponent *components[THREADS] = { component, component, component, component };
  GThread *thread = g_thread_new ("meddle", meddle_cb, ledger);

  run_threads (components);
  g_thread_join (thread);

  /* What was the peak under the widest budget need not fit the last one. */
  g_assert_true (mgr_component_set_budget (ledger->root, 500, NULL));
  assert_at_rest (ledger);
}

typedef struct
{
  MgrComponent *component;
  guint served;
} Queue;

static void
served_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Queue *queue = user_data;
  MgrAllocation *allocation = g_task_propagate_pointer (G_TASK (result), NULL);

  g_assert_nonnull (allocation);
  mgr_allocation_unref (allocation);
  queue->served++;
}

static gpointer
queue_cb (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Queue *queue = user_data;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, served_cb, queue);
      MgrRequest request;

      mgr_request_init (&request, 40, "waiting", 1 + i % 10, NULL);
      mgr_waiter_start (queue->component, &request, 0, task, NULL);
      mgr_request_clear (&request);
    }
  while (queue->served < 200)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_waiters_are_never_forgotten (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  Queue queues[THREADS];
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      queues[i] = (Queue) { component, 0 };
      threads[i] = g_thread_new ("queue", queue_cb, &queues[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  assert_at_rest (ledger);
}

static gpointer
drop_cb (gpointer user_data)
{
  MgrAllocation **held = user_data;

  for (guint i = 0; i < 1000; i++)
    mgr_allocation_unref (held[i]);

  return NULL;
}

static void
test_manager_goes_while_handles_are_dropped (void)
{
  for (guint round = 0; round < 20; round++)
    {
      MgrLedger *ledger = scoped_ledger_new (100000);
      MgrComponent *component = add (ledger, "c", 0, NULL);
      g_autofree MgrAllocation **held = g_new (MgrAllocation *, 1000);
      GThread *thread;

      for (guint i = 0; i < 1000; i++)
        held[i] = take (component, 1);

      thread = g_thread_new ("drop", drop_cb, held);
      scoped_ledger_free (ledger);
      g_thread_join (thread);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/threads/one-component", test_one_component);
  g_test_add_func ("/ledger/threads/different-components", test_different_components);
  g_test_add_func ("/ledger/threads/shared-parents", test_shared_parents);
  g_test_add_func ("/ledger/threads/readers-and-budget-changes", test_readers_and_budget_changes);
  g_test_add_func ("/ledger/threads/waiters-are-never-forgotten", test_waiters_are_never_forgotten);
  g_test_add_func ("/ledger/threads/manager-goes-while-handles-are-dropped", test_manager_goes_while_handles_are_dropped);

  return g_test_run ();
}
