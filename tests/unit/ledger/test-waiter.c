/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

#include "ledger/mgr-waiter-private.h"

typedef struct
{
  MgrLedger *ledger;      /* (owned) */
  MgrManualClock *clock;  /* (owned) */
  GString *log;           /* (owned) names in the order in which they were served */
  GPtrArray *held;        /* (owned) (element-type MgrAllocation) */
} Fixture;

typedef struct
{
  Fixture *fixture;
  const char *name;
} Waiting;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->ledger = mgr_ledger_new (MGR_CLOCK (fixture->clock), 100);
  fixture->log = g_string_new (NULL);
  fixture->held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_ptr_array_unref (fixture->held);
  scoped_ledger_free (fixture->ledger);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Waiting *waiting = user_data;
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation = g_task_propagate_pointer (G_TASK (result), &error);

  if (allocation != NULL)
    {
      g_ptr_array_add (waiting->fixture->held, allocation);
      g_string_append_printf (waiting->fixture->log, "%s ", waiting->name);
    }
  else
    {
      g_string_append_printf (waiting->fixture->log, "%s:%s ", waiting->name,
                              error->domain == G_IO_ERROR ? "cancelled"
                              : error->code == MGR_ERROR_TIMED_OUT ? "timeout"
                              : error->code == MGR_ERROR_INFEASIBLE ? "infeasible"
                              : error->code == MGR_ERROR_NOT_FOUND ? "removed"
                              : error->code == MGR_ERROR_CLOSED ? "closed" : "?");
    }
}

static void
wait_for (Fixture      *fixture,
          MgrComponent *component,
          guint64       size,
          guint         priority,
          gint64        timeout,
          GCancellable *cancellable,
          const char   *name)
{
  Waiting *waiting = g_new0 (Waiting, 1);
  g_autoptr (GTask) task = NULL;
  MgrRequest request;

  waiting->fixture = fixture;
  waiting->name = name;
  task = g_task_new (NULL, cancellable, waited_cb, waiting);
  mgr_request_init (&request, size, name, priority, NULL);
  mgr_waiter_start (component, &request, timeout, task, NULL);
  mgr_request_clear (&request);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_served_at_once (Fixture       *fixture,
                     gconstpointer  data)
{
  wait_for (fixture, fixture->ledger->root, 100, 5, 0, NULL, "a");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a ");
  g_assert_cmpint (fixture->ledger->n_waiters, ==, 0);
}

static void
test_priority_then_arrival (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrAllocation *all = take (fixture->ledger->root, 100);

  wait_for (fixture, fixture->ledger->root, 30, 5, 0, NULL, "first");
  wait_for (fixture, fixture->ledger->root, 30, 5, 0, NULL, "second");
  wait_for (fixture, fixture->ledger->root, 30, 9, 0, NULL, "urgent");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "");

  g_assert_true (mgr_allocation_resize (all, 40, NULL));
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "urgent first ");
  mgr_allocation_unref (all);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "urgent first second ");
}

static void
test_nobody_overtakes (Fixture       *fixture,
                       gconstpointer  data)
{
  MgrComponent *narrow = add (fixture->ledger, "narrow", 50, NULL);
  MgrComponent *wide = add (fixture->ledger, "wide", 0, NULL);
  MgrAllocation *held = take (narrow, 40);

  g_test_summary ("A small request waits behind a large one at the same budget, "
                  "not behind one that waits for another budget");

  wait_for (fixture, narrow, 50, 5, 0, NULL, "large");
  wait_for (fixture, narrow, 5, 5, 0, NULL, "small");
  wait_for (fixture, wide, 60, 5, 0, NULL, "elsewhere");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "elsewhere ");

  g_ptr_array_set_size (fixture->held, 0);
  mgr_allocation_unref (held);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "elsewhere large ");
  g_ptr_array_set_size (fixture->held, 0);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "elsewhere large small ");
}

static void
test_timeout (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrAllocation) all = take (fixture->ledger->root, 100);

  wait_for (fixture, fixture->ledger->root, 1, 5, 1000, NULL, "a");
  mgr_manual_clock_advance (fixture->clock, 999);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "");
  mgr_manual_clock_advance (fixture->clock, 1);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:timeout ");
  g_assert_cmpint (fixture->ledger->n_waiters, ==, 0);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrAllocation) all = take (fixture->ledger->root, 100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) early = g_cancellable_new ();

  wait_for (fixture, fixture->ledger->root, 1, 5, 0, cancellable, "a");
  settle ();
  g_cancellable_cancel (cancellable);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:cancelled ");

  g_cancellable_cancel (early);
  wait_for (fixture, fixture->ledger->root, 1, 5, 0, early, "b");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:cancelled b:cancelled ");
  g_assert_cmpint (fixture->ledger->n_waiters, ==, 0);
}

typedef struct
{
  Fixture *fixture;      /* (unowned) */
  MgrAllocation *held;   /* (owned) */
  GMutex lock;
} Holder;

static void
take_lock_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Holder *holder = user_data;
  MgrAllocation *allocation = g_task_propagate_pointer (G_TASK (result), NULL);

  g_assert_nonnull (allocation);
  g_assert_true (g_mutex_trylock (&holder->lock));
  g_mutex_unlock (&holder->lock);
  g_ptr_array_add (holder->fixture->held, allocation);
}

static gboolean
release_with_lock_cb (gpointer user_data)
{
  Holder *holder = user_data;

  g_mutex_lock (&holder->lock);
  g_clear_pointer (&holder->held, mgr_allocation_unref);
  g_assert_cmpuint (holder->fixture->held->len, ==, 0);
  g_mutex_unlock (&holder->lock);

  return G_SOURCE_REMOVE;
}

static void
test_never_told_inside_a_release (Fixture       *fixture,
                                  gconstpointer  data)
{
  Holder holder = { fixture, take (fixture->ledger->root, 100), };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, take_lock_cb, &holder);
  MgrRequest request;

  g_test_summary ("Who releases in the waiter's own context may hold a lock that the waiter takes");

  g_mutex_init (&holder.lock);
  mgr_request_init (&request, 10, "a", 5, NULL);
  mgr_waiter_start (fixture->ledger->root, &request, 0, task, NULL);
  mgr_request_clear (&request);
  settle ();

  g_idle_add (release_with_lock_cb, &holder);
  settle ();
  g_assert_cmpuint (fixture->held->len, ==, 1);
  g_mutex_clear (&holder.lock);
}

static void
test_cancelled_after_served (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_test_summary ("What was served but not yet fetched is given back on cancellation");

  wait_for (fixture, fixture->ledger->root, 60, 5, 0, cancellable, "a");
  g_assert_cmpuint (mgr_component_get_used (fixture->ledger->root), ==, 60);
  g_cancellable_cancel (cancellable);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:cancelled ");
  g_assert_cmpuint (mgr_component_get_used (fixture->ledger->root), ==, 0);
}

static void
test_infeasible (Fixture       *fixture,
                 gconstpointer  data)
{
  wait_for (fixture, fixture->ledger->root, 101, 5, 0, NULL, "a");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:infeasible ");
}

static void
test_raised_budget (Fixture       *fixture,
                    gconstpointer  data)
{
  MgrComponent *component = add (fixture->ledger, "c", 10, NULL);
  g_autoptr (MgrAllocation) held = take (component, 10);

  wait_for (fixture, component, 5, 5, 0, NULL, "a");
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "");
  g_assert_true (mgr_component_set_budget (component, 15, NULL));
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a ");
}

static void
test_removed_while_waiting (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrComponent *component = add (fixture->ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) held = take (fixture->ledger->root, 100);

  wait_for (fixture, component, 5, 5, 0, NULL, "a");
  settle ();
  g_assert_true (mgr_ledger_remove (fixture->ledger, component, NULL));
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:removed ");
}

static void
test_shutdown_while_waiting (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (MgrAllocation) held = take (fixture->ledger->root, 100);

  wait_for (fixture, fixture->ledger->root, 5, 5, 1000, NULL, "a");
  settle ();
  mgr_ledger_close (fixture->ledger);
  settle ();
  g_assert_cmpstr (fixture->log->str, ==, "a:closed ");
}

#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/ledger/waiter/served-at-once", test_served_at_once);
  ADD ("/ledger/waiter/priority-then-arrival", test_priority_then_arrival);
  ADD ("/ledger/waiter/nobody-overtakes", test_nobody_overtakes);
  ADD ("/ledger/waiter/timeout", test_timeout);
  ADD ("/ledger/waiter/cancel", test_cancel);
  ADD ("/ledger/waiter/cancelled-after-served", test_cancelled_after_served);
  ADD ("/ledger/waiter/never-told-inside-a-release", test_never_told_inside_a_release);
  ADD ("/ledger/waiter/infeasible", test_infeasible);
  ADD ("/ledger/waiter/raised-budget", test_raised_budget);
  ADD ("/ledger/waiter/removed-while-waiting", test_removed_while_waiting);
  ADD ("/ledger/waiter/shutdown-while-waiting", test_shutdown_while_waiting);

  return g_test_run ();
}
