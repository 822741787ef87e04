/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-cancel-watch-private.h"
#include "mgr-canceller.h"

#define N_ROUNDS 10000

static void
count_cb (gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

static void
test_told (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  int told = 0;
  g_autoptr (MgrCancelWatch) watch = mgr_cancel_watch_new (cancellable, count_cb, &told);

  g_assert_cmpint (told, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (told, ==, 1);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (told, ==, 1);
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MgrCancelWatch) watch = NULL;
  int told = 0;

  g_cancellable_cancel (cancellable);
  watch = mgr_cancel_watch_new (cancellable, count_cb, &told);
  g_assert_cmpint (told, ==, 1);
}

static void
test_no_cancellable (void)
{
  int told = 0;
  MgrCancelWatch *watch = mgr_cancel_watch_new (NULL, count_cb, &told);

  g_assert_null (watch);
  mgr_cancel_watch_free (watch);
  g_assert_cmpint (told, ==, 0);
}

static void
test_freed (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  int told = 0;

  g_test_summary ("What is freed hears nothing, and holds nothing");

  mgr_cancel_watch_free (mgr_cancel_watch_new (cancellable, count_cb, &told));
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (told, ==, 0);
  g_assert_finalize_object (cancellable);
}

static void
test_keeps_cancellable (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  gpointer weak = cancellable;
  int told = 0;
  MgrCancelWatch *watch = mgr_cancel_watch_new (cancellable, count_cb, &told);

  g_object_add_weak_pointer (G_OBJECT (cancellable), &weak);
  g_object_unref (cancellable);
  g_assert_nonnull (weak);
  mgr_cancel_watch_free (watch);
  g_assert_null (weak);
}

static void
free_cb (GCancellable *cancellable,
         gpointer      user_data)
{
  g_clear_pointer ((MgrCancelWatch **) user_data, mgr_cancel_watch_free);
}

static void
test_freed_within (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MgrCancelWatch *watch = NULL;
  int told = 0;

  g_test_summary ("Who hears of the cancellation first may free it");

  g_cancellable_connect (cancellable, G_CALLBACK (free_cb), &watch, NULL);
  watch = mgr_cancel_watch_new (cancellable, count_cb, &told);
  g_cancellable_cancel (cancellable);
  g_assert_null (watch);
  g_assert_cmpint (told, ==, 0);
}

/* Whoever is told too late spoils this, or crashes. */
typedef struct
{
  int told;  /* atomic */
  int freed; /* atomic */
} Heard;

static void
hear_cb (gpointer user_data)
{
  Heard *heard = user_data;

  g_assert_false (g_atomic_int_get (&heard->freed));
  g_atomic_int_inc (&heard->told);
  g_thread_yield ();
  g_assert_false (g_atomic_int_get (&heard->freed));
}

static void
test_freed_meanwhile (void)
{
  MgrCanceller canceller;
  int n_told = 0;

  g_test_summary ("One thread frees it while another one cancels");

  mgr_canceller_start (&canceller);
  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&canceller);
      g_autofree Heard *heard = g_new0 (Heard, 1);
      MgrCancelWatch *watch = mgr_cancel_watch_new (cancellable, hear_cb, heard);

      mgr_canceller_cancel (&canceller, cancellable);
      for (int turns = i % 64; turns > 0; turns--)
        g_thread_yield ();
      mgr_cancel_watch_free (watch);
      g_atomic_int_set (&heard->freed, TRUE);
      n_told += heard->told;
    }
  mgr_canceller_stop (&canceller, N_ROUNDS);

  g_test_message ("%d of %d were told", n_told, N_ROUNDS);
  g_assert_cmpint (n_told, >, 0);
  g_assert_cmpint (n_told, <, N_ROUNDS);
}

static void
test_made_meanwhile (void)
{
  MgrCanceller canceller;

  g_test_summary ("What is made while another thread cancels is told, if perhaps twice");

  mgr_canceller_start (&canceller);
  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&canceller);
      g_autoptr (MgrCancelWatch) watch = NULL;
      int told = 0;

      mgr_canceller_cancel (&canceller, cancellable);
      watch = mgr_cancel_watch_new (cancellable, count_cb, &told);
      while (g_atomic_int_get (&told) == 0)
        g_thread_yield ();
      g_clear_pointer (&watch, mgr_cancel_watch_free);
      g_assert_cmpint (told, <=, 2);
    }
  mgr_canceller_stop (&canceller, N_ROUNDS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/cancel-watch/told", test_told);
  g_test_add_func ("/base/cancel-watch/cancelled-before", test_cancelled_before);
  g_test_add_func ("/base/cancel-watch/no-cancellable", test_no_cancellable);
  g_test_add_func ("/base/cancel-watch/freed", test_freed);
  g_test_add_func ("/base/cancel-watch/keeps-cancellable", test_keeps_cancellable);
  g_test_add_func ("/base/cancel-watch/freed-within", test_freed_within);
  g_test_add_func ("/base/cancel-watch/freed-meanwhile", test_freed_meanwhile);
  g_test_add_func ("/base/cancel-watch/made-meanwhile", test_made_meanwhile);

  return g_test_run ();
}
