/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "object-pool-fixture.h"
#include "reclaim/mgr-reclaim-private.h"

/* What came of an acquire_async. */
typedef struct
{
  MgrLease *lease; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
  gboolean done;
  guint order;     /* as how manieth it was done */
} Answer;

static guint n_answers;

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;

  answer->lease = mgr_object_pool_acquire_finish (MGR_OBJECT_POOL (source), result, &answer->error);
  answer->order = ++n_answers;
  answer->done = TRUE;
}

static void
ask (MgrObjectPool *pool,
     GCancellable  *cancellable,
     Answer        *answer)
{
  *answer = (Answer) { NULL, };
  mgr_object_pool_acquire_async (pool, cancellable, answer_cb, answer);
}

static MgrLease *
take_answer (Answer *answer)
{
  mgr_test_iterate_until (&answer->done);
  g_assert_no_error (answer->error);
  g_assert_nonnull (answer->lease);
  return g_steal_pointer (&answer->lease);
}

static void
assert_failed (Answer *answer,
               GQuark  domain,
               int     code)
{
  mgr_test_iterate_until (&answer->done);
  g_assert_error (answer->error, domain, code);
  g_assert_null (answer->lease);
  g_clear_error (&answer->error);
}

static void
take_all (MgrObjectPool *pool,
          MgrLease      *leases[4])
{
  for (guint i = 0; i < 4; i++)
    leases[i] = acquire (pool);
}

static void
give_all_back (MgrLease *leases[4])
{
  for (guint i = 0; i < 4; i++)
    give_back (leases[i]);
}

static void
test_async (Fixture       *fixture,
            gconstpointer  data)
{
  Answer answer;

  g_test_summary ("A free object, or a new one, comes in the next turn of the main loop");

  ask (fixture->pool, NULL, &answer);
  g_assert_cmpuint (fixture->n_asked, ==, 0);
  give_back (take_answer (&answer));
  ask (fixture->pool, NULL, &answer);
  g_assert_false (answer.done);
  give_back (take_answer (&answer));
  g_assert_cmpuint (fixture->n_asked, ==, 1);
}

static void
test_first_come (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrLease *leases[4];
  Answer answers[4];

  g_test_summary ("Who came first is served first, and nobody overtakes");

  n_answers = 0;
  take_all (fixture->pool, leases);
  for (guint i = 0; i < 4; i++)
    ask (fixture->pool, NULL, &answers[i]);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (fixture->pool), ==, 4);

  give_back (leases[0]);
  g_assert_null (mgr_object_pool_try_acquire (fixture->pool, NULL));
  for (guint i = 1; i < 4; i++)
    give_back (leases[i]);
  g_assert_null (mgr_object_pool_try_acquire (fixture->pool, NULL));
  for (guint i = 0; i < 4; i++)
    leases[i] = take_answer (&answers[i]);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (answers[i].order, ==, i + 1);
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (fixture->pool), ==, 0);
  g_assert_cmpuint (fixture->n_asked, ==, 4);
  give_all_back (leases);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MgrLease *leases[4];
  Answer first;
  Answer second;

  take_all (fixture->pool, leases);
  ask (fixture->pool, cancellable, &first);
  ask (fixture->pool, NULL, &second);
  g_cancellable_cancel (cancellable);
  assert_failed (&first, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (fixture->pool), ==, 1);

  give_back (leases[0]);
  leases[0] = take_answer (&second);
  ask (fixture->pool, cancellable, &first);
  assert_failed (&first, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  give_all_back (leases);
}

static void
test_cancelled_after_served (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer;

  g_test_summary ("What was handed out but not yet fetched goes back, and has not leaked");

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 1, NULL));
  ask (fixture->pool, cancellable, &answer);
  assert_counts (fixture->pool, 1, 0, 1);
  g_cancellable_cancel (cancellable);
  assert_failed (&answer, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  mgr_test_settle ();
  assert_counts (fixture->pool, 1, 1, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (fixture->pool), ==, 0);
}

static void
test_cancelled_before_made (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer;

  ask (fixture->pool, cancellable, &answer);
  g_cancellable_cancel (cancellable);
  assert_failed (&answer, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  mgr_test_settle ();
  g_assert_cmpuint (fixture->n_asked, ==, 0);
  assert_counts (fixture->pool, 0, 0, 0);
}

static void
ignore_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_result_not_fetched (Fixture       *fixture,
                         gconstpointer  data)
{
  gboolean done = FALSE;

  mgr_object_pool_acquire_async (fixture->pool, NULL, ignore_cb, &done);
  mgr_test_iterate_until (&done);
  mgr_test_settle ();
  assert_counts (fixture->pool, 1, 1, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (fixture->pool), ==, 0);
}

static void
test_stopped_while_waiting (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrLease *leases[4];
  Answer answer;

  take_all (fixture->pool, leases);
  ask (fixture->pool, NULL, &answer);
  g_assert_true (mgr_pool_set_active (MGR_POOL (fixture->pool), FALSE, NULL));
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_CLOSED);
  give_all_back (leases);

  /* One that is about to be made. */
  g_assert_true (mgr_pool_set_active (MGR_POOL (fixture->pool), TRUE, NULL));
  ask (fixture->pool, NULL, &answer);
  g_assert_true (mgr_pool_set_active (MGR_POOL (fixture->pool), FALSE, NULL));
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_CLOSED);
  mgr_test_settle ();
  assert_counts (fixture->pool, 0, 0, 0);
}

static void
test_flushed_while_waiting (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrLease *leases[4];
  Answer answer;

  take_all (fixture->pool, leases);
  ask (fixture->pool, NULL, &answer);
  mgr_pool_set_flushing (MGR_POOL (fixture->pool), TRUE);
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_CLOSED);
  give_all_back (leases);
  assert_counts (fixture->pool, 4, 4, 0);
}

static void
test_disposed_while_waiting (Fixture       *fixture,
                             gconstpointer  data)
{
  MgrLease *leases[4];
  Answer answer;

  take_all (fixture->pool, leases);
  ask (fixture->pool, NULL, &answer);
  g_object_run_dispose (G_OBJECT (fixture->pool));
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_CLOSED);
  ask (fixture->pool, NULL, &answer);
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_CLOSED);
  give_all_back (leases);
}

static void
test_kept_alive_while_waiting (Fixture       *fixture,
                               gconstpointer  data)
{
  MgrObjectPool *pool = fixture->pool;
  MgrLease *leases[4];
  Answer answer;

  g_test_summary ("A pool that nobody else holds lives until who waits has an answer");

  take_all (pool, leases);
  ask (pool, NULL, &answer);
  g_object_add_weak_pointer (G_OBJECT (pool), (gpointer *) &fixture->pool);
  g_object_unref (pool);
  g_assert_nonnull (fixture->pool);
  give_back (leases[0]);
  leases[0] = take_answer (&answer);
  mgr_test_settle ();
  g_assert_null (fixture->pool);
  give_all_back (leases);
}

static void
test_more_allowed (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrLease *leases[4];
  Answer answer;

  g_test_summary ("Who waits gets what a larger maximum makes room for");

  take_all (fixture->pool, leases);
  ask (fixture->pool, NULL, &answer);
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 0, 5, NULL));
  give_back (take_answer (&answer));
  g_assert_cmpuint (fixture->n_asked, ==, 5);
  give_all_back (leases);
}

static void
test_budget (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrAllocation) others = take (fixture->component, 4900);
  g_autoptr (GError) error = NULL;
  MgrLease *lease = acquire (fixture->pool);
  Answer answer;

  g_test_summary ("A budget that allows no more is waited for, as long as there is an object");

  g_assert_null (mgr_object_pool_try_acquire (fixture->pool, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "pools"));
  g_clear_error (&error);

  ask (fixture->pool, NULL, &answer);
  mgr_test_settle ();
  g_assert_false (answer.done);
  give_back (lease);
  lease = take_answer (&answer);
  g_assert_cmpuint (mgr_object_pool_get_n_objects (fixture->pool), ==, 1);
  give_back (lease);

  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64), ==, THING_SIZE);
  g_assert_true (mgr_allocation_resize (others, 4950, NULL));
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  ask (fixture->pool, NULL, &answer);
  assert_failed (&answer, MGR_ERROR, MGR_ERROR_NO_BUDGET);
}

static void
test_budget_freed (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrAllocation *others = take (fixture->component, 4900);
  MgrLease *lease = acquire (fixture->pool);
  Answer answers[2];

  g_test_summary ("Once others give back what the budget lacked, those who wait are served");

  ask (fixture->pool, NULL, &answers[0]);
  ask (fixture->pool, NULL, &answers[1]);
  g_assert_true (mgr_allocation_resize (others, 4850, NULL));
  mgr_test_settle ();
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (fixture->pool), ==, 2);

  g_assert_true (mgr_allocation_resize (others, 4800, NULL));
  give_back (take_answer (&answers[0]));
  give_back (take_answer (&answers[1]));
  give_back (lease);
  mgr_allocation_unref (others);
}

static void
test_budget_raised (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrAllocation) others = take (fixture->component, 4900);
  MgrLease *lease = acquire (fixture->pool);
  Answer answer;

  ask (fixture->pool, NULL, &answer);
  g_assert_true (mgr_component_set_budget (fixture->component, 5100, NULL));
  give_back (take_answer (&answer));
  give_back (lease);
}

static void
test_budget_freed_for_nobody (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MgrAllocation *others = take (fixture->component, 4900);
  MgrLease *lease = acquire (fixture->pool);
  Answer answer;

  g_test_summary ("Who has given up waiting for the budget is not made an object for");

  ask (fixture->pool, cancellable, &answer);
  g_cancellable_cancel (cancellable);
  assert_failed (&answer, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  mgr_allocation_unref (others);
  mgr_test_settle ();
  assert_counts (fixture->pool, 1, 0, 1);
  give_back (lease);
}

/* In a thread that may not make things */

typedef struct
{
  MgrObjectPool *pool;
  GCancellable *cancellable; /* (nullable) */
  Answer answer;
} Blocked;

static gpointer
block_cb (gpointer user_data)
{
  Blocked *blocked = user_data;

  blocked->answer.lease =
    mgr_object_pool_acquire (blocked->pool, blocked->cancellable, &blocked->answer.error);
  g_atomic_int_set (&blocked->answer.done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
iterate_until_waiting (MgrObjectPool *pool,
                       guint          n_waiting)
{
  while (mgr_object_pool_get_n_waiting (pool) != n_waiting)
    g_thread_yield ();
}

static void
test_made_by_the_owner (Fixture       *fixture,
                        gconstpointer  data)
{
  Blocked blocked = { .pool = fixture->pool };
  GThread *thread = g_thread_new ("block", block_cb, &blocked);

  g_test_summary ("Another thread waits until the owner's main context makes the object");

  while (!g_atomic_int_get (&blocked.answer.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_no_error (blocked.answer.error);
  g_assert_cmpuint (fixture->n_asked, ==, 1);
  give_back (blocked.answer.lease);
}

static gpointer
try_cb (gpointer user_data)
{
  Blocked *blocked = user_data;

  blocked->answer.lease = mgr_object_pool_try_acquire (blocked->pool, &blocked->answer.error);
  return NULL;
}

static void
test_not_made_without_waiting (Fixture       *fixture,
                               gconstpointer  data)
{
  Blocked blocked = { .pool = fixture->pool };

  g_thread_join (g_thread_new ("try", try_cb, &blocked));
  g_assert_error (blocked.answer.error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_clear_error (&blocked.answer.error);
  assert_counts (fixture->pool, 0, 0, 0);

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 1, NULL));
  g_thread_join (g_thread_new ("try", try_cb, &blocked));
  g_assert_no_error (blocked.answer.error);
  give_back (blocked.answer.lease);
}

static void
test_blocked_until_released (Fixture       *fixture,
                             gconstpointer  data)
{
  Blocked blocked = { .pool = fixture->pool };
  MgrLease *leases[4];
  GThread *thread;

  take_all (fixture->pool, leases);
  thread = g_thread_new ("block", block_cb, &blocked);
  iterate_until_waiting (fixture->pool, 1);
  give_back (leases[0]);
  g_thread_join (thread);
  g_assert_no_error (blocked.answer.error);
  leases[0] = blocked.answer.lease;
  give_all_back (leases);
}

typedef struct
{
  MgrObjectPool *pool;   /* (unowned) */
  MgrAllocation *others; /* (owned) */
} Freeing;

static gpointer
free_budget_cb (gpointer user_data)
{
  Freeing *freeing = user_data;

  iterate_until_waiting (freeing->pool, 1);
  mgr_allocation_unref (freeing->others);
  return NULL;
}

static void
test_blocked_until_budget_freed (Fixture       *fixture,
                                 gconstpointer  data)
{
  Freeing freeing = { fixture->pool, take (fixture->component, 4900) };
  MgrLease *lease = acquire (fixture->pool);
  GThread *thread;

  g_test_summary ("The owner, whose main context nobody iterates, is woken by what others free");

  thread = g_thread_new ("free", free_budget_cb, &freeing);
  give_back (acquire (fixture->pool));
  g_thread_join (thread);
  assert_counts (fixture->pool, 2, 1, 1);
  give_back (lease);
}

static void
test_blocked_until_cancelled (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Blocked blocked = { .pool = fixture->pool, .cancellable = cancellable };
  MgrLease *leases[4];
  GThread *thread;

  take_all (fixture->pool, leases);
  thread = g_thread_new ("block", block_cb, &blocked);
  iterate_until_waiting (fixture->pool, 1);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_error (blocked.answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&blocked.answer.error);
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (fixture->pool), ==, 0);
  give_all_back (leases);
}

static void
test_blocked_until_flushed (Fixture       *fixture,
                            gconstpointer  data)
{
  Blocked blocked = { .pool = fixture->pool };
  MgrLease *leases[4];
  GThread *thread;

  take_all (fixture->pool, leases);
  thread = g_thread_new ("block", block_cb, &blocked);
  iterate_until_waiting (fixture->pool, 1);
  mgr_pool_set_flushing (MGR_POOL (fixture->pool), TRUE);
  g_thread_join (thread);
  g_assert_error (blocked.answer.error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&blocked.answer.error);
  give_all_back (leases);
}

static gboolean
reset_cb (MgrObjectPool *pool,
          GObject       *object,
          gpointer       user_data)
{
  g_assert_true (g_thread_self () == user_data);
  THING_THING (object)->uses++;
  return TRUE;
}

typedef struct
{
  MgrObjectPool *pool;
  MgrLease *lease;
} Other;

/* Gives back what the owner waits for, then takes something that the owner has to make. */
static gpointer
other_cb (gpointer user_data)
{
  Other *other = user_data;

  iterate_until_waiting (other->pool, 1);
  give_back (other->lease);
  return NULL;
}

static void
test_owner_resets_while_it_waits (Fixture       *fixture,
                                  gconstpointer  data)
{
  MgrLease *leases[4];
  Other other = { .pool = fixture->pool };
  GThread *thread;

  g_test_summary ("The owner waits for what it has to reset itself, and does");

  g_signal_connect (fixture->pool, "reset", G_CALLBACK (reset_cb), g_thread_self ());
  take_all (fixture->pool, leases);
  other.lease = leases[0];
  thread = g_thread_new ("other", other_cb, &other);
  leases[0] = acquire (fixture->pool);
  g_thread_join (thread);
  g_assert_cmpuint (thing_of (leases[0])->uses, ==, 1);
  give_all_back (leases);
}

/* Where a wait might be one for oneself */

static GObject *
greedy_cb (MgrObjectPool *pool,
           gpointer       user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  MgrLease *more;

  if (++fixture->n_asked > 6)
    return NULL;

  more = mgr_object_pool_acquire (pool, NULL, &error);
  if (more != NULL)
    {
      give_back (more);
      return g_object_new (TYPE_THING, NULL);
    }

  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  return g_object_new (TYPE_THING, NULL);
}

static void
test_create_asks_its_own_pool (Fixture       *fixture,
                               gconstpointer  data)
{
  g_test_summary ("A handler of create that wants an object gets one, or is told not to wait");

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (greedy_cb), fixture);
  give_back (acquire (fixture->pool));
  g_assert_cmpuint (fixture->n_asked, ==, 4);
  assert_counts (fixture->pool, 4, 4, 0);
}

static void
test_no_wait_inside_a_cleanup (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrLease *leases[4];

  take_all (fixture->pool, leases);
  mgr_reclaim_enter ();
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  mgr_reclaim_leave ();
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  give_all_back (leases);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/pool/object-wait/async", test_async);
  ADD ("/pool/object-wait/first-come", test_first_come);
  ADD ("/pool/object-wait/cancelled", test_cancelled);
  ADD ("/pool/object-wait/cancelled-after-served", test_cancelled_after_served);
  ADD ("/pool/object-wait/cancelled-before-made", test_cancelled_before_made);
  ADD ("/pool/object-wait/result-not-fetched", test_result_not_fetched);
  ADD ("/pool/object-wait/stopped-while-waiting", test_stopped_while_waiting);
  ADD ("/pool/object-wait/flushed-while-waiting", test_flushed_while_waiting);
  ADD ("/pool/object-wait/disposed-while-waiting", test_disposed_while_waiting);
  ADD ("/pool/object-wait/kept-alive-while-waiting", test_kept_alive_while_waiting);
  ADD ("/pool/object-wait/more-allowed", test_more_allowed);
  ADD ("/pool/object-wait/budget", test_budget);
  ADD ("/pool/object-wait/budget-freed", test_budget_freed);
  ADD ("/pool/object-wait/budget-raised", test_budget_raised);
  ADD ("/pool/object-wait/budget-freed-for-nobody", test_budget_freed_for_nobody);
  ADD ("/pool/object-wait/made-by-the-owner", test_made_by_the_owner);
  ADD ("/pool/object-wait/not-made-without-waiting", test_not_made_without_waiting);
  ADD ("/pool/object-wait/blocked-until-released", test_blocked_until_released);
  ADD ("/pool/object-wait/blocked-until-budget-freed", test_blocked_until_budget_freed);
  ADD ("/pool/object-wait/blocked-until-cancelled", test_blocked_until_cancelled);
  ADD ("/pool/object-wait/blocked-until-flushed", test_blocked_until_flushed);
  ADD ("/pool/object-wait/owner-resets-while-it-waits", test_owner_resets_while_it_waits);
  ADD ("/pool/object-wait/create-asks-its-own-pool", test_create_asks_its_own_pool);
  ADD ("/pool/object-wait/no-wait-inside-a-cleanup", test_no_wait_inside_a_cleanup);

  return g_test_run ();
}
