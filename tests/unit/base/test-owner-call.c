/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-owner-call-private.h"

typedef struct
{
  GObject *object;   /* (owned) */
  GThread *ran_in;   /* written by the call, read after a wait that says TRUE */
  guint runs;        /* as ran_in */
  gint freed;        /* atomic */
  gint entered;      /* atomic */
  gint may_return;   /* atomic */
  gint64 deadline;
  gboolean returned; /* read after join */
} Ask;

static void
run_cb (gpointer object,
        gpointer user_data)
{
  Ask *ask = user_data;

  ask->ran_in = g_thread_self ();
  ask->runs++;
}

static void
run_late_cb (gpointer object,
             gpointer user_data)
{
  Ask *ask = user_data;

  g_atomic_int_set (&ask->entered, TRUE);
  while (!g_atomic_int_get (&ask->may_return))
    g_thread_yield ();
  ask->runs++;
}

static void
freed_cb (gpointer user_data)
{
  Ask *ask = user_data;

  g_atomic_int_inc (&ask->freed);
}

static gint64
soon (void)
{
  return g_get_monotonic_time () + 2 * G_TIME_SPAN_MILLISECOND;
}

static gint64
never (void)
{
  return g_get_monotonic_time () + G_TIME_SPAN_HOUR;
}

static gpointer
ask_thread (gpointer user_data)
{
  Ask *ask = user_data;
  g_autoptr (MgrOwnerCall) call =
    mgr_owner_call_post (NULL, ask->object, run_cb, ask, freed_cb);

  ask->returned = mgr_owner_call_wait (call, ask->deadline);
  return NULL;
}

static void
test_waits_for_the_end (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  Ask ask = { .object = object, .deadline = never () };
  GThread *thread = g_thread_new ("ask", ask_thread, &ask);

  while (g_atomic_int_get (&ask.freed) == 0)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }

  g_thread_join (thread);
  g_assert_true (ask.returned);
  g_assert_cmpuint (ask.runs, ==, 1);
  g_assert_true (ask.ran_in == g_thread_self ());
}

static void
test_deadline (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  Ask ask = { .object = object, .deadline = soon () };

  g_test_summary ("Who is not answered in time goes on; a call that was not withdrawn still runs");

  g_thread_join (g_thread_new ("ask", ask_thread, &ask));
  g_assert_false (ask.returned);
  g_assert_cmpuint (ask.runs, ==, 0);

  while (g_atomic_int_get (&ask.freed) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (ask.runs, ==, 1);
}

static void
test_withdrawn (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  Ask ask = { .object = object };
  MgrOwnerCall *call = mgr_owner_call_post (NULL, object, run_cb, &ask, freed_cb);

  g_assert_true (mgr_owner_call_withdraw (call));
  g_assert_false (mgr_owner_call_wait (call, never ()));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (ask.runs, ==, 0);

  g_assert_cmpint (ask.freed, ==, 0);
  mgr_owner_call_unref (call);
  g_assert_cmpint (ask.freed, ==, 1);
}

static gpointer
iterate_thread (gpointer user_data)
{
  Ask *ask = user_data;

  while (g_atomic_int_get (&ask->freed) == 0)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  return NULL;
}

static void
test_too_late_to_withdraw (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  Ask ask = { .object = object };
  MgrOwnerCall *call = mgr_owner_call_post (NULL, object, run_late_cb, &ask, freed_cb);
  GThread *thread = g_thread_new ("iterate", iterate_thread, &ask);

  while (!g_atomic_int_get (&ask.entered))
    g_thread_yield ();
  g_assert_false (mgr_owner_call_withdraw (call));
  g_assert_false (mgr_owner_call_wait (call, soon ()));

  g_atomic_int_set (&ask.may_return, TRUE);
  g_assert_true (mgr_owner_call_wait (call, never ()));
  g_assert_cmpuint (ask.runs, ==, 1);
  mgr_owner_call_unref (call);
  g_thread_join (thread);
}

static void
test_object_gone (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  Ask ask = { 0 };
  MgrOwnerCall *call = mgr_owner_call_post (NULL, object, run_cb, &ask, freed_cb);

  g_object_unref (object);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_false (mgr_owner_call_wait (call, never ()));
  mgr_owner_call_unref (call);
  g_assert_cmpuint (ask.runs, ==, 0);
  g_assert_cmpint (ask.freed, ==, 1);
}

static void
test_context_gone (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  GMainContext *context = g_main_context_new ();
  Ask ask = { 0 };
  MgrOwnerCall *call = mgr_owner_call_post (context, object, run_cb, &ask, freed_cb);

  g_test_summary ("Where the context goes, nobody waits for the deadline");

  g_main_context_unref (context);
  g_assert_false (mgr_owner_call_wait (call, never ()));
  mgr_owner_call_unref (call);
  g_assert_cmpuint (ask.runs, ==, 0);
  g_assert_cmpint (ask.freed, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/owner-call/waits-for-the-end", test_waits_for_the_end);
  g_test_add_func ("/base/owner-call/deadline", test_deadline);
  g_test_add_func ("/base/owner-call/withdrawn", test_withdrawn);
  g_test_add_func ("/base/owner-call/too-late-to-withdraw", test_too_late_to_withdraw);
  g_test_add_func ("/base/owner-call/object-gone", test_object_gone);
  g_test_add_func ("/base/owner-call/context-gone", test_context_gone);

  return g_test_run ();
}
