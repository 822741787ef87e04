/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ring-fixture.h"

#include "mgr-canceller.h"

#include <sys/resource.h>

/* What a main loop hears of a ring. */

#define N_ROUNDS 5000

typedef struct
{
  MgrRingPool *ring;  /* (unowned) */
  GSource *source;    /* (owned) */
  guint calls;
  guint frames;
  guint refused;
  gboolean reads;
  gboolean removes;
} Listener;

static gboolean
listener_cb (gpointer user_data)
{
  Listener *listener = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = NULL;

  listener->calls++;
  if (listener->reads)
    frame = mgr_ring_pool_try_read (listener->ring, &error);
  if (frame != NULL)
    listener->frames++;
  if (error != NULL)
    listener->refused++;

  return listener->removes ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
listen (Listener     *listener,
        MgrRingPool  *ring,
        GIOCondition  condition,
        GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  listener->ring = ring;
  listener->source = mgr_ring_pool_create_source (ring, condition, cancellable, &error);
  g_assert_no_error (error);
  g_source_set_callback (listener->source, listener_cb, listener, NULL);
  g_source_attach (listener->source, NULL);
}

static void
unlisten (Listener *listener)
{
  g_source_destroy (listener->source);
  g_clear_pointer (&listener->source, g_source_unref);
}

static void
test_readable (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };

  listen (&listener, ring, G_IO_IN, NULL);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 0);

  for (guint i = 1; i <= 3; i++)
    {
      put (ring, "one");
      put (ring, "two");
      mgr_test_settle ();
      g_assert_cmpuint (listener.calls, ==, 2 * i);
      g_assert_cmpuint (listener.frames, ==, 2 * i);
    }
  unlisten (&listener);
}

/* One that attaches late finds what was there before. */
static void
test_readable_before (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };

  put (ring, "early");
  listen (&listener, ring, G_IO_IN, NULL);
  mgr_test_settle ();
  g_assert_cmpuint (listener.frames, ==, 1);
  unlisten (&listener);
}

/* Room for what was refused, and not for less. */
static void
test_writable (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .removes = TRUE };

  fill (ring);
  g_free (refuse_frame (ring, 2 * FILL_SIZE, MGR_ERROR_NO_BUDGET));
  listen (&listener, ring, G_IO_OUT, NULL);
  mgr_test_settle ();
  assert_next_fill (ring, 0);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 0);
  assert_next_fill (ring, 1);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 1);
  unlisten (&listener);
}

/* A frame that somebody reads just now is none that can be read. */
static void
test_not_readable_while_held (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };
  gconstpointer frame;
  gsize size;

  put (ring, "one");
  frame = mgr_ring_pool_peek (ring, &size, NULL);
  listen (&listener, ring, G_IO_IN, NULL);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 0);
  put (ring, "two");
  g_assert_true (mgr_ring_pool_consume (ring, frame, NULL));
  mgr_test_settle ();
  g_assert_cmpuint (listener.frames, ==, 1);
  unlisten (&listener);
}

/* Each change is told once, and what goes on then is no reason to be called again. */
static void
test_told_once (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };

  listen (&listener, ring, G_IO_IN, NULL);
  mgr_test_settle ();
  mgr_pool_set_flushing (MGR_POOL (ring), TRUE);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 1);
  g_assert_cmpuint (listener.refused, ==, 1);

  mgr_pool_set_flushing (MGR_POOL (ring), FALSE);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 2);
  g_assert_cmpuint (listener.refused, ==, 1);

  g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 3);
  g_assert_cmpuint (listener.refused, ==, 2);
  unlisten (&listener);

  /* One that comes late is told too. */
  listener = (Listener) { .reads = TRUE };
  listen (&listener, ring, G_IO_IN | G_IO_OUT, NULL);
  mgr_test_settle ();
  g_assert_cmpuint (listener.refused, ==, 1);
  g_assert_cmpuint (listener.calls, ==, 1);
  unlisten (&listener);
}

static void
test_reads_to_the_end (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };

  put (ring, "one");
  put (ring, "two");
  g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
  listen (&listener, ring, G_IO_IN, NULL);
  mgr_test_settle ();
  g_assert_cmpuint (listener.frames, ==, 2);
  g_assert_cmpuint (listener.refused, ==, 1);
  unlisten (&listener);
}

static void
test_cancelled (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Listener listener = { .removes = TRUE };

  listen (&listener, ring, G_IO_IN, cancellable);
  mgr_test_settle ();
  g_cancellable_cancel (cancellable);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 1);
  unlisten (&listener);
}

/* To be cancelled is heard once, and by no source that has ended. */
static void
test_cancelled_on (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Listener ended = { 0 };
  Listener listener = { .reads = TRUE };

  listen (&ended, ring, G_IO_IN, cancellable);
  listen (&listener, ring, G_IO_IN, cancellable);
  unlisten (&ended);
  g_cancellable_cancel (cancellable);
  mgr_test_settle ();
  g_assert_cmpuint (ended.calls, ==, 0);
  g_assert_cmpuint (listener.calls, ==, 1);
  put (ring, "goes on");
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 2);
  g_assert_cmpuint (listener.frames, ==, 1);
  unlisten (&listener);
  listen (&listener, ring, G_IO_IN, cancellable);
  mgr_test_settle ();
  g_assert_cmpuint (listener.calls, ==, 3);
  unlisten (&listener);
}

/* The source, its pool and its file are let go while another thread cancels. */
static void
test_cancelled_at_the_end (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  MgrCanceller canceller;

  mgr_canceller_start (&canceller);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&canceller);
      Listener listener = { .removes = TRUE };

      listen (&listener, ring, G_IO_IN, cancellable);
      g_main_context_iteration (NULL, FALSE);
      mgr_canceller_cancel (&canceller, cancellable);
      unlisten (&listener);
    }
  mgr_canceller_stop (&canceller, N_ROUNDS);
}

static void
test_several (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener idle = { 0 };
  Listener listeners[2] = { { .reads = TRUE }, { .reads = TRUE } };

  /* It is attached nowhere, and disturbs nobody. */
  idle.source = mgr_ring_pool_create_source (ring, G_IO_IN, NULL, NULL);
  listen (&listeners[0], ring, G_IO_IN, NULL);
  listen (&listeners[1], ring, G_IO_IN, NULL);
  mgr_test_settle ();
  put (ring, "one");
  put (ring, "two");
  mgr_test_settle ();
  g_assert_cmpuint (listeners[0].frames + listeners[1].frames, ==, 2);

  mgr_pool_set_flushing (MGR_POOL (ring), TRUE);
  mgr_test_settle ();
  g_assert_cmpuint (listeners[0].refused, ==, 1);
  g_assert_cmpuint (listeners[1].refused, ==, 1);
  unlisten (&listeners[0]);
  unlisten (&listeners[1]);
  g_source_unref (idle.source);
}

static void
test_keeps_the_ring (gconstpointer sharing)
{
  MgrRingPool *ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Listener listener = { .reads = TRUE };

  listen (&listener, ring, G_IO_IN, NULL);
  put (ring, "frame");
  g_object_unref (ring);
  mgr_test_settle ();
  g_assert_cmpuint (listener.frames, ==, 1);
  g_source_destroy (listener.source);
  g_object_ref (ring);
  g_source_unref (listener.source);
  g_assert_finalize_object (ring);
}

static void
test_bad_conditions (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  const GIOCondition conditions[] = { 0, G_IO_HUP, G_IO_IN | G_IO_ERR };

  for (gsize i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mgr_ring_pool_create_source (ring, conditions[i], NULL, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
    }
}

typedef struct
{
  char *texts;     /* (owned): of the frames in their order */
  GError *error;   /* (owned) */
  guint ended;
} Reads;

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Reads *reads = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = mgr_ring_pool_read_finish (MGR_RING_POOL (object), result, &error);

  reads->ended++;
  if (frame != NULL)
    {
      g_autofree char *before = g_steal_pointer (&reads->texts);

      reads->texts = g_strdup_printf ("%s%.*s", before != NULL ? before : "",
                                      (int) g_bytes_get_size (frame),
                                      (const char *) g_bytes_get_data (frame, NULL));
    }
  else if (reads->error == NULL)
    {
      reads->error = g_steal_pointer (&error);
    }
}

static void
reads_clear (Reads *reads)
{
  g_clear_pointer (&reads->texts, g_free);
  g_clear_error (&reads->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reads, reads_clear)

static void
test_async (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_auto (Reads) reads = { 0 };

  put (ring, "a");
  for (guint i = 0; i < 3; i++)
    mgr_ring_pool_read_async (ring, NULL, read_cb, &reads);
  g_assert_cmpuint (reads.ended, ==, 0);
  mgr_test_settle ();
  g_assert_cmpstr (reads.texts, ==, "a");
  put (ring, "b");
  mgr_test_settle ();
  g_assert_cmpstr (reads.texts, ==, "ab");
  put (ring, "c");
  put (ring, "d");
  mgr_test_settle ();
  g_assert_cmpstr (reads.texts, ==, "abc");
  assert_next (ring, "d");
}

static void
test_async_cancelled (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Reads) reads = { 0 };

  mgr_ring_pool_read_async (ring, cancellable, read_cb, &reads);
  mgr_test_settle ();
  g_cancellable_cancel (cancellable);
  mgr_test_settle ();
  g_assert_cmpuint (reads.ended, ==, 1);
  g_assert_error (reads.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  put (ring, "stays");
  mgr_test_settle ();
  assert_next (ring, "stays");
}

static void
test_async_closed (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_auto (Reads) reads = { 0 };
  g_auto (Reads) late = { 0 };

  mgr_ring_pool_read_async (ring, NULL, read_cb, &reads);
  mgr_test_settle ();
  g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
  mgr_test_settle ();
  g_assert_error (reads.error, MGR_ERROR, MGR_ERROR_CLOSED);
  mgr_ring_pool_read_async (ring, NULL, read_cb, &late);
  mgr_test_settle ();
  g_assert_error (late.error, MGR_ERROR, MGR_ERROR_CLOSED);
}

static void
test_no_files_left (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;
  g_auto (Reads) reads = { 0 };
  struct rlimit before;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  limit = before;
  limit.rlim_cur = 0;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  g_assert_null (mgr_ring_pool_create_source (ring, G_IO_IN, NULL, &error));
  mgr_ring_pool_read_async (ring, NULL, read_cb, &reads);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));

  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  mgr_test_settle ();
  g_assert_error (reads.error, MGR_ERROR, MGR_ERROR_FAILED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_sharings ("/pool/ring-source/readable", test_readable);
  add_for_sharings ("/pool/ring-source/readable-before", test_readable_before);
  add_for_sharings ("/pool/ring-source/writable", test_writable);
  add_for_sharings ("/pool/ring-source/not-readable-while-held", test_not_readable_while_held);
  add_for_sharings ("/pool/ring-source/told-once", test_told_once);
  add_for_sharings ("/pool/ring-source/reads-to-the-end", test_reads_to_the_end);
  add_for_sharings ("/pool/ring-source/cancelled", test_cancelled);
  add_for_sharings ("/pool/ring-source/cancelled-on", test_cancelled_on);
  add_for_sharings ("/pool/ring-source/cancelled-at-the-end", test_cancelled_at_the_end);
  add_for_sharings ("/pool/ring-source/several", test_several);
  add_for_sharings ("/pool/ring-source/keeps-the-ring", test_keeps_the_ring);
  add_for_sharings ("/pool/ring-source/bad-conditions", test_bad_conditions);
  add_for_sharings ("/pool/ring-source/async", test_async);
  add_for_sharings ("/pool/ring-source/async-cancelled", test_async_cancelled);
  add_for_sharings ("/pool/ring-source/async-closed", test_async_closed);
  add_for_sharings ("/pool/ring-source/no-files-left", test_no_files_left);

  return g_test_run ();
}
