/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ring-fixture.h"

static void
test_order (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);

  assert_next (ring, NULL);
  put (ring, "one");
  put (ring, "");
  put (ring, "three");
  assert_next (ring, "one");
  assert_next (ring, "");
  put (ring, "four");
  assert_next (ring, "three");
  assert_next (ring, "four");
  assert_next (ring, NULL);
}

/* Frames of many lengths go round many times, each in one piece. */
static void
test_wraps_around (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strnfill (i % 1500, (char) ('a' + i % 26));

      put (ring, text);
      put (ring, "between");
      assert_next (ring, text);
      assert_next (ring, "between");
    }
}

static void
test_fills_to_the_last_byte (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autofree char *text = g_strnfill (page_size () - sizeof (MgrRingFrame), 'x');

  for (guint i = 0; i < 3; i++)
    {
      put (ring, text);
      g_assert_cmpuint (mgr_pool_get_available (MGR_POOL (ring)), ==, 0);
      g_free (refuse_frame (ring, 0, MGR_ERROR_NO_BUDGET));
      assert_next (ring, text);
    }
}

static void
commit_text (MgrRingPool *ring,
             gpointer     frame,
             const char  *text)
{
  g_autoptr (GError) error = NULL;

  memcpy (frame, text, strlen (text));
  mgr_ring_pool_commit (ring, frame, strlen (text), &error);
  g_assert_no_error (error);
}

static gpointer
reserve (MgrRingPool *ring,
         gsize        size)
{
  g_autoptr (GError) error = NULL;
  gpointer frame = mgr_ring_pool_reserve (ring, size, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (frame);
  g_assert_cmpuint ((gsize) frame % MGR_RING_ALIGN, ==, 0);
  return frame;
}

static void
test_reserve (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  gpointer frame = reserve (ring, 100);

  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 112);
  assert_next (ring, NULL);
  commit_text (ring, frame, "less");
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 16);
  assert_next (ring, "less");

  frame = reserve (ring, 100);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
  g_assert_cmpuint (mgr_pool_get_allocation_count (MGR_POOL (ring)), ==, 0);
  put (ring, "after");
  assert_next (ring, "after");
}

static void
test_reserve_several (void)
{
  g_autoptr (MgrRingPool) ring =
    ring_new (MGR_RING_POLICY_FAIL, GUINT_TO_POINTER (MGR_RING_SHARING_ANY));
  gpointer first = reserve (ring, 100);
  gpointer second = reserve (ring, 100);
  gpointer third = reserve (ring, 100);

  /* What was reserved first comes first. */
  commit_text (ring, third, "third");
  assert_next (ring, NULL);
  commit_text (ring, first, "first");
  assert_next (ring, "first");
  assert_next (ring, NULL);
  g_assert_true (mgr_ring_pool_abandon (ring, second, NULL));
  assert_next (ring, "third");
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
}

static void
test_peek (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;
  gconstpointer frame;
  gsize size;

  g_assert_null (mgr_ring_pool_peek (ring, &size, &error));
  g_assert_no_error (error);

  put (ring, "frame");
  frame = mgr_ring_pool_peek (ring, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (frame, size, "frame", 5);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 16);
  g_assert_true (mgr_ring_pool_consume (ring, frame, &error));
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
}

static void
test_peek_several (void)
{
  g_autoptr (MgrRingPool) ring =
    ring_new (MGR_RING_POLICY_FAIL, GUINT_TO_POINTER (MGR_RING_SHARING_ANY));
  gconstpointer first;
  gconstpointer second;
  gsize size;

  put (ring, "one");
  put (ring, "two");
  first = mgr_ring_pool_peek (ring, &size, NULL);
  second = mgr_ring_pool_peek (ring, &size, NULL);
  g_assert_cmpmem (second, size, "two", 3);
  assert_next (ring, NULL);

  /* Memory is free again in its order. */
  g_assert_true (mgr_ring_pool_consume (ring, second, NULL));
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 32);
  g_assert_true (mgr_ring_pool_consume (ring, first, NULL));
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
}

static void
test_peek_bytes (gconstpointer sharing)
{
  MgrRingPool *ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (GBytes) empty = NULL;

  g_assert_null (mgr_ring_pool_peek_bytes (ring, &error));
  g_assert_no_error (error);
  put (ring, "frame");
  put (ring, "");

  frame = mgr_ring_pool_peek_bytes (ring, &error);
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), "frame", 5);
  g_assert_true (mgr_ring_pool_consume_bytes (ring, frame, &error));
  g_assert_false (mgr_ring_pool_consume_bytes (ring, frame, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  empty = mgr_ring_pool_peek_bytes (ring, &error);
  g_assert_cmpuint (g_bytes_get_size (empty), ==, 0);
  g_assert_true (mgr_ring_pool_consume_bytes (ring, empty, &error));

  /* The memory is there as long as somebody may look at it. */
  g_assert_finalize_object (ring);
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), 5, "\0\0\0\0\0", 5);
}

static void
test_stream (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GError) error = NULL;
  guint8 buffer[8];

  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 8, &error), ==, 0);
  put (ring, "ab");
  put (ring, "cdefghijkl");
  put (ring, "mn");
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 8, &error), ==, 8);
  g_assert_cmpmem (buffer, 8, "abcdefgh", 8);

  /* What is left of a frame is a frame. */
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 1, &error), ==, 1);
  assert_next (ring, "jkl");
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 8, &error), ==, 2);
  g_assert_cmpmem (buffer, 2, "mn", 2);
  g_assert_no_error (error);
}

static void
test_too_large (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autofree char *one_more = NULL;
  g_autofree char *huge = NULL;

  one_more = refuse_frame (ring, page_size () - 7, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (one_more, "“ring”"));
  g_free (refuse_frame (ring, G_MAXUINT32, MGR_ERROR_INFEASIBLE));
  huge = refuse_frame (ring, G_MAXSIZE, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (huge, "4 GiB"));
}

static void
test_full_fails (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  fill (ring);
  g_free (refuse_frame (ring, 1, MGR_ERROR_NO_BUDGET));
  g_assert_null (mgr_ring_pool_reserve (ring, 1, 0, NULL, NULL));
  for (guint i = 0; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);

  statistics = mgr_pool_get_statistics (MGR_POOL (ring));
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 2);
  g_assert_cmpuint (mgr_ring_pool_get_dropped_frames (ring), ==, 0);
}

typedef struct
{
  guint calls;
  guint64 frames;
  guint64 bytes;
} Dropped;

static void
dropped_cb (MgrRingPool *ring,
            guint64      frames,
            guint64      bytes,
            gpointer     user_data)
{
  Dropped *dropped = user_data;

  dropped->calls++;
  dropped->frames += frames;
  dropped->bytes += bytes;
}

static void
test_drops_newest (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_DROP_NEWEST, sharing);
  g_autoptr (GError) error = NULL;
  Dropped dropped = { 0 };

  g_signal_connect (ring, "dropped", G_CALLBACK (dropped_cb), &dropped);
  fill (ring);
  put (ring, "too late");
  put (ring, "so is this");
  g_assert_null (mgr_ring_pool_reserve (ring, 100, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_cmpuint (mgr_ring_pool_get_dropped_frames (ring), ==, 3);
  g_assert_cmpuint (mgr_ring_pool_get_dropped_bytes (ring), ==, 118);

  g_assert_cmpuint (dropped.calls, ==, 0);
  mgr_test_settle ();
  g_assert_cmpuint (dropped.calls, ==, 1);
  g_assert_cmpuint (dropped.frames, ==, 3);
  g_assert_cmpuint (dropped.bytes, ==, 118);
  for (guint i = 0; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);
  assert_next (ring, NULL);
}

static void
test_drops_oldest (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_DROP_OLDEST, sharing);
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autofree char *text = g_strnfill (600, 'x');
  Dropped dropped = { 0 };

  g_signal_connect (ring, "dropped", G_CALLBACK (dropped_cb), &dropped);
  fill (ring);
  put (ring, text);
  put (ring, "this fits");
  mgr_test_settle ();
  g_assert_cmpuint (dropped.calls, ==, 1);
  g_assert_cmpuint (dropped.frames, ==, 2);
  g_assert_cmpuint (dropped.bytes, ==, 2 * FILL_SIZE);

  for (guint i = 2; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);
  assert_next (ring, text);
  assert_next (ring, "this fits");
  statistics = mgr_pool_get_statistics (MGR_POOL (ring));
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_count (statistics), ==, 2);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_bytes (statistics), ==, 2 * FILL_SIZE);
}

/* What is being read or written stays, and is no reason to drop what lies behind it. */
static void
test_drops_no_held (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_DROP_OLDEST, sharing);
  g_autofree char *text = g_strnfill (FILL_SIZE, 'a');
  gconstpointer frame;
  gsize size;

  fill (ring);
  frame = mgr_ring_pool_peek (ring, &size, NULL);
  put (ring, "in vain");
  g_assert_cmpuint (mgr_ring_pool_get_dropped_frames (ring), ==, 1);
  g_assert_cmpmem (frame, size, text, FILL_SIZE);
  g_assert_true (mgr_ring_pool_consume (ring, frame, NULL));
  put (ring, "and now");
  for (guint i = 1; i < FILL_FRAMES; i++)
    assert_next_fill (ring, i);
  assert_next (ring, "and now");
}

static void
test_drops_no_reserved (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_DROP_OLDEST, sharing);
  g_autofree char *large = g_strnfill (2000, 'x');
  gpointer frame;

  put (ring, large);
  frame = reserve (ring, 1000);
  put (ring, "last");
  put (ring, large);
  assert_next (ring, NULL);
  g_assert_cmpuint (mgr_ring_pool_get_dropped_frames (ring), ==, 1);

  /* This one cannot have its room, so nothing goes. */
  put (ring, "stays");
  g_assert_null (mgr_ring_pool_reserve (ring, 3500, 0, NULL, NULL));
  commit_text (ring, frame, "first");
  assert_next (ring, "first");
  assert_next (ring, "last");
  assert_next (ring, large);
  assert_next (ring, "stays");
}

/* A frame of which a part was read goes whole. */
static void
test_drops_the_rest (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_DROP_OLDEST, sharing);
  guint8 buffer[100];

  fill (ring);
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 100, NULL), ==, 100);
  put (ring, "new");
  g_assert_cmpuint (mgr_ring_pool_get_dropped_bytes (ring), ==, FILL_SIZE - 100);
  assert_next_fill (ring, 1);
}

static void
test_block_times_out (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autoptr (GError) error = NULL;

  fill (ring);
  g_assert_false (mgr_ring_pool_write (ring, (const guint8 *) "x", 1, 1000, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_null (mgr_ring_pool_reserve (ring, 1, 1000, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_wait (ring, G_IO_OUT, 1000, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);

  assert_next_fill (ring, 0);
  g_assert_true (mgr_ring_pool_wait (ring, G_IO_OUT, 1000, NULL, NULL));
  put (ring, "x");
}

static void
test_read_times_out (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_ring_pool_read (ring, 1000, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_wait (ring, G_IO_IN, 1000, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_clear_error (&error);

  put (ring, "frame");
  g_assert_true (mgr_ring_pool_wait (ring, G_IO_IN, 1000, NULL, &error));
  frame = mgr_ring_pool_read (ring, 1000, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), "frame", 5);
}

static void
test_cancelled_before (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (mgr_ring_pool_write (ring, (const guint8 *) "x", 1, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (mgr_ring_pool_reserve (ring, 1, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (mgr_ring_pool_read (ring, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_wait (ring, G_IO_IN, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_next (ring, NULL);
}

static void
test_bad_arguments (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  const GIOCondition conditions[] = { 0, G_IO_IN | G_IO_OUT, G_IO_ERR, G_IO_IN | G_IO_HUP };
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_ring_pool_read (ring, -1, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_wait (ring, G_IO_IN, -1, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  fill (ring);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_write (ring, (const guint8 *) "x", 1, -1, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  for (gsize i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      g_clear_error (&error);
      g_assert_false (mgr_ring_pool_wait (ring, conditions[i], 1, NULL, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
    }
}

static void
assert_unknown (MgrRingPool *ring,
                gpointer     frame)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_ring_pool_commit (ring, frame, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_abandon (ring, frame, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (mgr_ring_pool_consume (ring, frame, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_stale_and_foreign_frames (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (MgrRingPool) other = ring_new (MGR_RING_POLICY_FAIL, sharing);
  gpointer foreign = reserve (other, 10);
  gpointer frame = reserve (ring, 10);
  g_autoptr (GError) error = NULL;
  guint64 number = 0;

  g_assert_false (mgr_ring_pool_commit (ring, frame, 11, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_unknown (ring, foreign);
  assert_unknown (ring, &number);
  assert_unknown (ring, NULL);
  assert_unknown (ring, (guint8 *) frame + 8);

  commit_text (ring, frame, "frame");
  assert_unknown (ring, frame);
  assert_next (ring, "frame");
  assert_unknown (ring, frame);
  frame = reserve (ring, 10);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));
  assert_unknown (ring, frame);
}

static void
assert_taken (GError **error)
{
  g_assert_error (*error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (error);
}

static void
test_pair_holds_one (void)
{
  g_autoptr (MgrRingPool) ring =
    ring_new (MGR_RING_POLICY_FAIL, GUINT_TO_POINTER (MGR_RING_SHARING_PAIR));
  g_autoptr (GError) error = NULL;
  guint8 buffer[1];
  gpointer frame;
  gsize size;

  put (ring, "frame");
  frame = reserve (ring, 10);
  g_assert_null (mgr_ring_pool_reserve (ring, 1, 0, NULL, &error));
  assert_taken (&error);
  g_assert_false (mgr_ring_pool_write (ring, buffer, 1, 0, NULL, &error));
  assert_taken (&error);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));

  g_assert_nonnull (mgr_ring_pool_peek (ring, &size, NULL));
  g_assert_null (mgr_ring_pool_peek (ring, &size, &error));
  assert_taken (&error);
  g_assert_null (mgr_ring_pool_try_read (ring, &error));
  assert_taken (&error);
  g_assert_cmpint (mgr_ring_pool_try_read_into (ring, buffer, 1, &error), ==, -1);
  assert_taken (&error);
}

static void
test_statistics (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autofree double *cells = NULL;
  gsize n_cells = 0;

  fill (ring);
  for (guint i = 0; i < 5; i++)
    assert_next_fill (ring, i);
  put (ring, "round the end");

  statistics = mgr_pool_get_statistics (MGR_POOL (ring));
  g_assert_cmpuint (mgr_pool_statistics_get_capacity (statistics), ==, page_size ());
  g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), ==, page_size ());
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 3 * 512 + 24);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, page_size ());
  g_assert_cmpuint (mgr_pool_statistics_get_largest_free (statistics), ==,
                    page_size () - 3 * 512 - 24);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (statistics), ==, 0);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (statistics), ==, 4);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, 9);

  cells = mgr_pool_get_occupancy (MGR_POOL (ring), 8, &n_cells);
  g_assert_cmpfloat_with_epsilon (cells[0], 24. / 512, 1e-9);
  for (guint i = 1; i < n_cells; i++)
    g_assert_cmpfloat_with_epsilon (cells[i], i < 5 ? 0 : 1, 1e-9);
}

static void
water_cb (MgrPool  *pool,
          guint64   used,
          gpointer  user_data)
{
  g_array_append_val ((GArray *) user_data, used);
}

static void
test_waters (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (GArray) high = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) low = g_array_new (FALSE, FALSE, sizeof (guint64));

  g_signal_connect (ring, "high-water", G_CALLBACK (water_cb), high);
  g_signal_connect (ring, "low-water", G_CALLBACK (water_cb), low);
  g_assert_true (mgr_pool_set_waters (MGR_POOL (ring), 0.25, 0.75, NULL));
  for (guint round = 1; round <= 3; round++)
    {
      fill (ring);
      mgr_test_settle ();
      g_assert_cmpuint (high->len, ==, round);
      g_assert_cmpuint (g_array_index (high, guint64, round - 1), ==, 6 * 512);

      for (guint i = 0; i < FILL_FRAMES; i++)
        {
          mgr_test_settle ();
          g_assert_cmpuint (low->len, ==, i < 7 ? round - 1 : round);
          assert_next_fill (ring, i);
        }
      mgr_test_settle ();
      g_assert_cmpuint (g_array_index (low, guint64, round - 1), ==, 512);
    }
}

static void
test_charged_once (gconstpointer sharing)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (10 * page_size ());
  MgrComponent *component = add (ledger, "rings", 4 * page_size (), NULL);
  g_autoptr (GError) error = NULL;
  MgrRingPool *ring = mgr_ring_pool_new (component, "ring", 3 * page_size () - 5,
                                         MGR_RING_POLICY_FAIL,
                                         (MgrRingSharing) GPOINTER_TO_UINT (sharing), &error);
  MgrPool *pool = MGR_POOL (ring);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pool_get_capacity (pool), ==, 3 * page_size ());
  g_assert_cmpuint (mgr_component_get_used (component), ==, 3 * page_size ());
  g_assert_null (mgr_ring_pool_new (component, "next", 2 * page_size (), MGR_RING_POLICY_FAIL,
                                    MGR_RING_SHARING_ANY, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_clear_error (&error);
  g_assert_null (mgr_ring_pool_new (component, "huge", 5 * page_size (), MGR_RING_POLICY_FAIL,
                                    MGR_RING_SHARING_ANY, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 3 * page_size ());

  g_assert_cmpuint (mgr_pool_trim (pool, G_MAXUINT64), ==, 0);
  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
  g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
  g_assert_cmpuint (mgr_component_get_used (component), ==, 3 * page_size ());
  put (ring, "works again");
  g_assert_finalize_object (ring);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
}

static void
test_nothing_to_reclaim (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  g_autoptr (MgrReclaimEstimate) estimate = mgr_reclaimer_estimate (MGR_RECLAIMER (ring));

  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, 0);
}

static void
test_beyond_the_machine (gconstpointer sharing)
{
  const guint64 capacities[] = { (guint64) 1 << 46, (guint64) 1 << 63, G_MAXUINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (capacities); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mgr_ring_pool_new (NULL, "ring", capacities[i], MGR_RING_POLICY_FAIL,
                                        (MgrRingSharing) GPOINTER_TO_UINT (sharing), &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
      g_assert_true (g_str_has_prefix (error->message, "Pool “ring”: "));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_sharings ("/pool/ring/order", test_order);
  add_for_sharings ("/pool/ring/wraps-around", test_wraps_around);
  add_for_sharings ("/pool/ring/fills-to-the-last-byte", test_fills_to_the_last_byte);
  add_for_sharings ("/pool/ring/reserve", test_reserve);
  g_test_add_func ("/pool/ring/reserve-several", test_reserve_several);
  add_for_sharings ("/pool/ring/peek", test_peek);
  g_test_add_func ("/pool/ring/peek-several", test_peek_several);
  add_for_sharings ("/pool/ring/peek-bytes", test_peek_bytes);
  add_for_sharings ("/pool/ring/stream", test_stream);
  add_for_sharings ("/pool/ring/too-large", test_too_large);
  add_for_sharings ("/pool/ring/full-fails", test_full_fails);
  add_for_sharings ("/pool/ring/drops-newest", test_drops_newest);
  add_for_sharings ("/pool/ring/drops-oldest", test_drops_oldest);
  add_for_sharings ("/pool/ring/drops-no-held", test_drops_no_held);
  add_for_sharings ("/pool/ring/drops-no-reserved", test_drops_no_reserved);
  add_for_sharings ("/pool/ring/drops-the-rest", test_drops_the_rest);
  add_for_sharings ("/pool/ring/block-times-out", test_block_times_out);
  add_for_sharings ("/pool/ring/read-times-out", test_read_times_out);
  add_for_sharings ("/pool/ring/cancelled-before", test_cancelled_before);
  add_for_sharings ("/pool/ring/bad-arguments", test_bad_arguments);
  add_for_sharings ("/pool/ring/stale-and-foreign-frames", test_stale_and_foreign_frames);
  g_test_add_func ("/pool/ring/pair-holds-one", test_pair_holds_one);
  add_for_sharings ("/pool/ring/statistics", test_statistics);
  add_for_sharings ("/pool/ring/waters", test_waters);
  add_for_sharings ("/pool/ring/charged-once", test_charged_once);
  add_for_sharings ("/pool/ring/nothing-to-reclaim", test_nothing_to_reclaim);
  add_for_sharings ("/pool/ring/beyond-the-machine", test_beyond_the_machine);

  return g_test_run ();
}
