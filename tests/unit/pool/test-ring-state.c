/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ring-fixture.h"

/* Stopped, flushed, resized and disposed of in all states. */

static void
set_active (MgrRingPool *ring,
            gboolean     active)
{
  g_autoptr (GError) error = NULL;
  gboolean done = mgr_pool_set_active (MGR_POOL (ring), active, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_closed (MgrRingPool *ring)
{
  g_autoptr (GError) error = NULL;
  guint8 buffer[8];
  gsize size;

  g_free (refuse_frame (ring, 1, MGR_ERROR_CLOSED));
  g_assert_null (mgr_ring_pool_reserve (ring, 1, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  assert_read_fails (ring, MGR_ERROR_CLOSED);
  g_assert_null (mgr_ring_pool_read (ring, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (mgr_ring_pool_peek (ring, &size, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 8, &error), ==, -1);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

static void
test_stop_empty (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);

  set_active (ring, FALSE);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
  assert_closed (ring);

  set_active (ring, TRUE);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, page_size ());
  put (ring, "frame");
  assert_next (ring, "frame");
}

/* What is in it can be read; the memory goes with the last frame. */
static void
test_stop_full (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);

  put (ring, "one");
  put (ring, "two");
  set_active (ring, FALSE);
  g_free (refuse_frame (ring, 1, MGR_ERROR_CLOSED));
  assert_next (ring, "one");
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, page_size ());
  assert_next (ring, "two");
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
  assert_closed (ring);
}

static void
test_restart_full (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);

  put (ring, "one");
  set_active (ring, FALSE);
  set_active (ring, TRUE);
  put (ring, "two");
  assert_next (ring, "one");
  assert_next (ring, "two");
  assert_next (ring, NULL);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, page_size ());
}

/* A frame that was begun can be ended, and be read. */
static void
test_stop_reserved (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  gpointer frame = mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL);

  set_active (ring, FALSE);
  assert_next (ring, NULL);
  memcpy (frame, "late", 4);
  g_assert_true (mgr_ring_pool_commit (ring, frame, 4, NULL));
  assert_next (ring, "late");
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);

  set_active (ring, TRUE);
  frame = mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL);
  set_active (ring, FALSE);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
  assert_closed (ring);
}

static void
test_stop_peeked (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autoptr (GError) error = NULL;
  gconstpointer frame;
  gsize size;

  put (ring, "frame");
  frame = mgr_ring_pool_peek (ring, &size, NULL);
  set_active (ring, FALSE);
  g_assert_cmpmem (frame, size, "frame", 5);

  /* Its capacity is what it holds, still. */
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (ring), 3 * page_size (), &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_true (mgr_ring_pool_consume (ring, frame, NULL));
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
  assert_closed (ring);
}

static void
test_resized_while_stopped (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autofree char *text = g_strnfill (2 * page_size (), 'x');

  set_active (ring, FALSE);
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 2 * page_size () + 8, NULL));
  set_active (ring, TRUE);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 3 * page_size ());
  put (ring, text);
  assert_next (ring, text);
}

static void
test_flush (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  gpointer frame;

  put (ring, "stays");
  frame = mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL);
  mgr_pool_set_flushing (MGR_POOL (ring), TRUE);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));
  assert_closed (ring);

  mgr_pool_set_flushing (MGR_POOL (ring), FALSE);
  put (ring, "goes on");
  assert_next (ring, "stays");
  assert_next (ring, "goes on");
}

/* Ends a frame that runs over the end of the mapping, then makes the ring @n_pages
 * large: the frames are what they were. */
static void
resize_wrapped (gconstpointer sharing,
                guint         n_first,
                guint         n_before,
                guint         n_pages)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), n_first * page_size (), NULL));
  for (guint i = 0; i < n_before; i++)
    {
      fill (ring);
      for (guint j = 0; j < FILL_FRAMES; j++)
        assert_next_fill (ring, j);
      put (ring, "a little further");
      assert_next (ring, "a little further");
    }

  fill (ring);
  mgr_pool_set_capacity (MGR_POOL (ring), n_pages * page_size (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, n_pages * page_size ());
  for (guint j = 0; j < FILL_FRAMES; j++)
    assert_next_fill (ring, j);

  for (guint i = 0; i < 2; i++)
    {
      fill (ring);
      for (guint j = 0; j < FILL_FRAMES; j++)
        assert_next_fill (ring, j);
    }
}

static void
test_resize (gconstpointer sharing)
{
  for (guint n_before = 0; n_before < 9; n_before++)
    {
      resize_wrapped (sharing, 1, n_before, 2);
      resize_wrapped (sharing, 2, n_before, 1);
      resize_wrapped (sharing, 3, n_before, 7);
      resize_wrapped (sharing, 5, n_before, 2);
    }
}

static void
assert_keeps_capacity (MgrRingPool *ring,
                       guint64      capacity)
{
  guint64 before = mgr_pool_get_capacity (MGR_POOL (ring));
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_pool_set_capacity (MGR_POOL (ring), capacity, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (ring)), ==, before);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, before);
}

static void
test_resize_held (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  gconstpointer peeked;
  gpointer frame;
  gsize size;

  frame = mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL);
  assert_keeps_capacity (ring, 2 * page_size ());
  g_assert_true (mgr_ring_pool_commit (ring, frame, 10, NULL));
  peeked = mgr_ring_pool_peek (ring, &size, NULL);
  assert_keeps_capacity (ring, 2 * page_size ());
  g_assert_true (mgr_ring_pool_consume (ring, peeked, NULL));

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 2 * page_size (), NULL));
  fill (ring);
  put (ring, "one more");
  assert_keeps_capacity (ring, page_size ());
  for (guint i = 0; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);
  assert_next (ring, "one more");
}

static void
test_resize_refused (gconstpointer sharing)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (4 * page_size ());
  MgrComponent *component = add (ledger, "rings", 0, NULL);
  g_autoptr (MgrRingPool) ring =
    mgr_ring_pool_new (component, "ring", page_size (), MGR_RING_POLICY_FAIL,
                       (MgrRingSharing) GPOINTER_TO_UINT (sharing), NULL);
  g_autoptr (GError) error = NULL;

  put (ring, "frame");
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (ring), 5 * page_size (), &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_cmpuint (mgr_component_get_used (component), ==, page_size ());
  assert_next (ring, "frame");
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 4 * page_size (), NULL));
  g_assert_cmpuint (mgr_component_get_used (component), ==, 4 * page_size ());
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), page_size (), NULL));
  g_assert_cmpuint (mgr_component_get_used (component), ==, page_size ());
}

/* The map itself is refused, after the charge was not. */
static void
test_resize_beyond_the_machine (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;

  put (ring, "frame");
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (ring), (guint64) 1 << 46, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_true (g_str_has_prefix (error->message, "Pool “ring”: "));
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, page_size ());
  assert_next (ring, "frame");
}

/* A view that somebody kept sees no signal when the ring shrinks below it. */
static void
test_resize_with_a_view (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GBytes) view = NULL;

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 2 * page_size (), NULL));
  fill (ring);
  for (guint i = 0; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);
  put (ring, "in the second page");
  view = mgr_ring_pool_peek_bytes (ring, NULL);
  g_assert_true (mgr_ring_pool_consume_bytes (ring, view, NULL));

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), page_size (), NULL));
  g_assert_cmpuint (*(const guint8 *) g_bytes_get_data (view, NULL), ==, 0);
}

static void
test_writable_after_resize (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 2 * page_size (), NULL));
  put (ring, "x");
  g_free (refuse_frame (ring, 2 * page_size () - 8, MGR_ERROR_NO_BUDGET));
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), page_size (), NULL));

  /* What was refused can never come: a smaller one may. */
  g_assert_true (mgr_ring_pool_wait (ring, G_IO_OUT, 1000, NULL, &error));
  g_assert_no_error (error);
}

static void
test_dispose (gconstpointer sharing)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (4 * page_size ());
  MgrComponent *component = add (ledger, "rings", 0, NULL);

  for (guint state = 0; state < 16; state++)
    {
      MgrRingPool *ring =
        mgr_ring_pool_new (component, "ring", page_size (), MGR_RING_POLICY_FAIL,
                           (MgrRingSharing) GPOINTER_TO_UINT (sharing), NULL);
      gsize size;

      put (ring, "one");
      put (ring, "two");
      if (state & 1)
        g_assert_nonnull (mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL));
      if (state & 2)
        g_assert_nonnull (mgr_ring_pool_peek (ring, &size, NULL));
      if (state & 4)
        mgr_pool_set_flushing (MGR_POOL (ring), TRUE);
      if (state & 8)
        set_active (ring, FALSE);

      g_assert_finalize_object (ring);
      g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
    }
  mgr_test_settle ();
}

/* What is still to be said when the ring goes is said to nobody. */
static void
test_dispose_before_told (gconstpointer sharing)
{
  MgrRingPool *ring = ring_new (MGR_RING_POLICY_DROP_NEWEST, sharing);

  fill (ring);
  put (ring, "dropped");
  g_assert_finalize_object (ring);
  mgr_test_settle ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_sharings ("/pool/ring-state/stop-empty", test_stop_empty);
  add_for_sharings ("/pool/ring-state/stop-full", test_stop_full);
  add_for_sharings ("/pool/ring-state/restart-full", test_restart_full);
  add_for_sharings ("/pool/ring-state/stop-reserved", test_stop_reserved);
  add_for_sharings ("/pool/ring-state/stop-peeked", test_stop_peeked);
  add_for_sharings ("/pool/ring-state/resized-while-stopped", test_resized_while_stopped);
  add_for_sharings ("/pool/ring-state/flush", test_flush);
  add_for_sharings ("/pool/ring-state/resize", test_resize);
  add_for_sharings ("/pool/ring-state/resize-held", test_resize_held);
  add_for_sharings ("/pool/ring-state/resize-refused", test_resize_refused);
  add_for_sharings ("/pool/ring-state/resize-beyond-the-machine", test_resize_beyond_the_machine);
  add_for_sharings ("/pool/ring-state/resize-with-a-view", test_resize_with_a_view);
  add_for_sharings ("/pool/ring-state/writable-after-resize", test_writable_after_resize);
  add_for_sharings ("/pool/ring-state/dispose", test_dispose);
  add_for_sharings ("/pool/ring-state/dispose-before-told", test_dispose_before_told);

  return g_test_run ();
}
