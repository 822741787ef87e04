/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "standard-pool-fixture.h"

static void
test_blocks (void)
{
  g_auto (Fixture) fixture = { 0 };
  const char *const tags[] = { "options", "SPY", NULL };
  g_autoptr (MgrBlock) block = NULL;
  g_autoptr (GError) error = NULL;
  guint64 id;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = mgr_standard_pool_allocate (fixture.pool, 100, "chain", 7, tags, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (id, >, 0);
  g_assert_cmpuint (id, <, G_GUINT64_CONSTANT (1) << 53);

  block = mgr_standard_pool_lookup (fixture.pool, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_block_get_id (block), ==, id);
  g_assert_cmpuint (mgr_block_get_offset (block), ==, 0);
  g_assert_cmpuint (mgr_block_get_size (block), ==, 128);
  g_assert_cmpstr (mgr_block_get_description (block), ==, "chain");
  g_assert_cmpuint (mgr_block_get_priority (block), ==, 7);
  g_assert_cmpstr (mgr_block_get_tags (block)[1], ==, "SPY");
  g_assert_false (mgr_block_get_pinned (block));
  g_assert_cmpint (mgr_block_get_last_used (block), ==, 1000);
  assert_bytes (fixture.pool, 128, GRANULE);

  free_block (fixture.pool, id);
  assert_bytes (fixture.pool, 0, GRANULE);
  /* What was told stays true of the moment. */
  g_assert_cmpstr (mgr_block_get_description (block), ==, "chain");
}

static void
test_ids_are_never_used_twice (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 last = 0;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < 1000; i++)
    {
      guint64 id = take_block (fixture.pool, 64, 5);

      g_assert_cmpuint (id, !=, last);
      free_block (fixture.pool, id);
      last = id;
    }
}

/* Memory that was used stays, and is the first to be used again. */
static void
test_charges_granules (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[3];

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  assert_bytes (fixture.pool, 0, 0);
  ids[0] = take_block (fixture.pool, 1, 5);
  ids[1] = take_block (fixture.pool, GRANULE, 5);
  ids[2] = take_block (fixture.pool, GRANULE, 5);
  assert_bytes (fixture.pool, 2 * GRANULE + 64, 3 * GRANULE);

  free_block (fixture.pool, ids[1]);
  assert_bytes (fixture.pool, GRANULE + 64, 3 * GRANULE);
  /* Parts of two granules are free, but neither of them wholly. */
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture.pool), G_MAXUINT64), ==, 0);
  free_block (fixture.pool, ids[2]);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture.pool), 1), ==, GRANULE);
  assert_bytes (fixture.pool, 64, 2 * GRANULE);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture.pool), G_MAXUINT64), ==, GRANULE);
  assert_bytes (fixture.pool, 64, GRANULE);
}

static void
test_trimmed_memory_is_empty (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 id;
  guint8 *data;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, GRANULE, 5);
  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  memset (mgr_standard_pool_get_data (fixture.pool, id, NULL), 1, GRANULE);
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
  free_block (fixture.pool, id);
  mgr_pool_trim (MGR_POOL (fixture.pool), G_MAXUINT64);

  id = take_block (fixture.pool, GRANULE, 5);
  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  data = mgr_standard_pool_get_data (fixture.pool, id, NULL);
  for (guint i = 0; i < GRANULE; i++)
    g_assert_cmpuint (data[i], ==, 0);
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
}

/* Figures are exact although what was freed is kept at hand for the next request. */
static void
test_figures (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  guint64 ids[8];

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, 1000, 5);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i += 2)
    free_block (fixture.pool, ids[i]);
  ids[0] = take_block (fixture.pool, 1000, 5);
  ids[2] = take_block (fixture.pool, 2000, 5);

  statistics = mgr_pool_get_statistics (MGR_POOL (fixture.pool));
  g_assert_cmpuint (mgr_pool_statistics_get_capacity (statistics), ==, MIB);
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 5 * 1024 + 2048);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, 8 * 1024);
  g_assert_cmpuint (mgr_pool_statistics_get_available (statistics), ==, MIB - 7 * 1024);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (statistics), ==, 6);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, 10);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 0);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (statistics), >, 0);
}

/* The peak is that of what was used at one time, also where blocks that were freed are
 * still at hand when others are taken. */
static void
test_peak_is_exact (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[4];

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, 4 * KIB, 5);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    free_block (fixture.pool, ids[i]);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, 3 * KIB, 5);

  g_assert_cmpuint (mgr_pool_get_peak (MGR_POOL (fixture.pool)), ==, 16 * KIB);
  take_block (fixture.pool, 5 * KIB, 5);
  g_assert_cmpuint (mgr_pool_get_peak (MGR_POOL (fixture.pool)), ==, 17 * KIB);
}

static void
say_cb (MgrPool *pool,
        guint64  used,
        GString *said)
{
  g_string_append_printf (said, "%" G_GUINT64_FORMAT " ", used / KIB);
}

static void
test_waters (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GString) high = g_string_new (NULL);
  g_autoptr (GString) low = g_string_new (NULL);
  guint64 ids[100];

  fixture_start (&fixture, 100 * MIB, 100 * KIB, MGR_STANDARD_POOL_FLAGS_NONE);
  g_signal_connect (fixture.pool, "high-water", G_CALLBACK (say_cb), high);
  g_signal_connect (fixture.pool, "low-water", G_CALLBACK (say_cb), low);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      ids[i] = take_block (fixture.pool, KIB, 5);
      mgr_test_settle ();
    }
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      free_block (fixture.pool, ids[i]);
      mgr_test_settle ();
      g_assert_cmpstr (low->str, ==, i < 30 ? "" : "69 ");
    }
  g_assert_cmpstr (high->str, ==, "90 ");

  /* What was freed and is at hand does not count for used, nor does it hide a crossing. */
  for (guint i = 0; i < 59; i++)
    take_block (fixture.pool, KIB + 512, 5);
  mgr_test_settle ();
  g_assert_cmpstr (high->str, ==, "90 ");
  take_block (fixture.pool, KIB + 512, 5);
  mgr_test_settle ();
  g_assert_cmpstr (high->str, ==, "90 90 ");
}

static void
test_virtual (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[3];

  fixture_start (&fixture, 10000, 1000, MGR_STANDARD_POOL_FLAGS_VIRTUAL);
  ids[0] = take_block (fixture.pool, 1, 5);
  ids[1] = take_block (fixture.pool, 500, 5);
  ids[2] = take_block (fixture.pool, 499, 5);
  assert_bytes (fixture.pool, 1000, 1000);
  g_assert_cmpuint (block_offset (fixture.pool, ids[1]), ==, 1);
  g_free (refuse_block (fixture.pool, 1, 1, 5, MGR_ERROR_NO_BUDGET));

  free_block (fixture.pool, ids[1]);
  assert_bytes (fixture.pool, 500, 500);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture.pool), G_MAXUINT64), ==, 0);
  take_block (fixture.pool, 500, 5);
  assert_bytes (fixture.pool, 1000, 1000);
}

static void
test_alignment (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_start (&fixture, 100 * MIB, 8 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint64 alignment = 1; alignment <= 2 * MIB; alignment *= 2)
    {
      guint64 id = mgr_standard_pool_allocate_aligned (fixture.pool, 100, alignment, NULL, 5, NULL,
                                                       &error);

      g_assert_no_error (error);
      g_assert_cmpuint (block_offset (fixture.pool, id) % alignment, ==, 0);
      g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
      g_assert_cmpuint ((gsize) mgr_standard_pool_get_data (fixture.pool, id, NULL) % alignment,
                        ==, 0);
      g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
    }

  /* What is at hand of the same size need not lie well. */
  for (guint i = 0; i < 3; i++)
    free_block (fixture.pool, take_block (fixture.pool, 100, 5));
  g_assert_cmpuint (block_offset (fixture.pool,
                                  mgr_standard_pool_allocate_aligned (fixture.pool, 100, 4 * KIB,
                                                                      NULL, 5, NULL, NULL))
                    % (4 * KIB), ==, 0);
}

static void
test_huge_pages (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 id;

  fixture_start (&fixture, 100 * MIB, 8 * MIB, MGR_STANDARD_POOL_FLAGS_HUGE_PAGES);
  g_assert_cmpint (mgr_standard_pool_get_flags (fixture.pool), ==,
                   MGR_STANDARD_POOL_FLAGS_HUGE_PAGES);
  id = take_block (fixture.pool, 64, 5);
  assert_bytes (fixture.pool, 64, 2 * MIB);
  free_block (fixture.pool, id);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture.pool), 1), ==, 2 * MIB);
}

static void
test_pins (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrBlock) block = NULL;
  guint64 id;

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  mgr_manual_clock_advance (fixture.clock, 10);
  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
  block = mgr_standard_pool_lookup (fixture.pool, id, NULL);
  g_assert_true (mgr_block_get_pinned (block));

  mgr_manual_clock_advance (fixture.clock, 10);
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
  g_clear_pointer (&block, mgr_block_unref);
  block = mgr_standard_pool_lookup (fixture.pool, id, NULL);
  g_assert_false (mgr_block_get_pinned (block));
  g_assert_cmpint (mgr_block_get_last_used (block), ==, 1020);

  mgr_manual_clock_advance (fixture.clock, 10);
  g_assert_true (mgr_standard_pool_touch (fixture.pool, id, NULL));
  g_clear_pointer (&block, mgr_block_unref);
  block = mgr_standard_pool_lookup (fixture.pool, id, NULL);
  g_assert_cmpint (mgr_block_get_last_used (block), ==, 1030);
}

static void
test_reads_and_writes (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint64 id;

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  g_assert_true (mgr_standard_pool_write (fixture.pool, id, 10, (const guint8 *) "hello", 5,
                                          &error));
  g_assert_no_error (error);
  g_assert_true (mgr_standard_pool_write (fixture.pool, id, 64, NULL, 0, &error));
  g_assert_no_error (error);
  bytes = mgr_standard_pool_read (fixture.pool, id, 11, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "ell", 3);
  free_block (fixture.pool, id);
}

static void
test_view_keeps_all (void)
{
  g_autoptr (GError) error = NULL;
  MgrStandardPool *pool = mgr_standard_pool_new (NULL, "views", MIB, MGR_STANDARD_POOL_FLAGS_NONE,
                                                 &error);
  GBytes *bytes;
  MgrBlockView *view;
  guint64 id;

  g_assert_no_error (error);
  id = take_block (pool, 100, 5);
  view = mgr_standard_pool_view (pool, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_block_view_get_id (view), ==, id);
  g_assert_cmpuint (mgr_block_view_get_size (view), ==, 128);
  g_assert_cmpuint (mgr_block_view_get_address (view), ==, (gsize) mgr_block_view_get_data (view));
  strcpy (mgr_block_view_get_data (view), "still here");
  bytes = mgr_block_view_get_bytes (view);
  mgr_block_view_unref (view);
  g_assert_false (mgr_standard_pool_free (pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);

  /* The bytes are the last that hold the pool. */
  g_object_add_weak_pointer (G_OBJECT (pool), (gpointer *) &pool);
  g_object_unref (pool);
  g_assert_nonnull (pool);
  g_assert_cmpstr (g_bytes_get_data (bytes, NULL), ==, "still here");
  g_bytes_unref (bytes);
  g_assert_null (pool);
}

static void
test_lists (void)
{
  g_auto (Fixture) fixture = { 0 };
  const char *const odd[] = { "odd", NULL };
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) some = NULL;
  g_autoptr (GPtrArray) page = NULL;

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (mgr_standard_pool_allocate (fixture.pool, 64, "a", 5,
                                                  i % 2 != 0 ? odd : NULL, NULL), !=, 0);

  all = mgr_standard_pool_list_blocks (fixture.pool, NULL, 0, 0);
  g_assert_cmpuint (all->len, ==, 10);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpuint (mgr_block_get_offset (g_ptr_array_index (all, i)), ==, 64 * i);
  some = mgr_standard_pool_list_blocks (fixture.pool, "odd", 0, 0);
  g_assert_cmpuint (some->len, ==, 5);
  page = mgr_standard_pool_list_blocks (fixture.pool, "odd", 3, 10);
  g_assert_cmpuint (page->len, ==, 2);
  g_assert_cmpuint (mgr_block_get_offset (g_ptr_array_index (page, 0)), ==, 64 * 7);
}

static void
test_histogram_and_occupancy (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree guint *counts = NULL;
  g_autofree double *cells = NULL;
  guint64 ids[4];
  gsize length;

  fixture_start (&fixture, 100 * MIB, 8 * KIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, KIB, 5);
  free_block (fixture.pool, ids[1]);

  counts = mgr_standard_pool_get_histogram (fixture.pool, &length);
  g_assert_cmpuint (length, ==, 13);
  g_assert_cmpuint (counts[10], ==, 1);
  g_assert_cmpuint (counts[12], ==, 1);
  g_assert_cmpuint (counts[11], ==, 0);

  cells = mgr_pool_get_occupancy (MGR_POOL (fixture.pool), 4, &length);
  g_assert_cmpuint (length, ==, 4);
  g_assert_cmpfloat_with_epsilon (cells[0], 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (cells[1], 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (cells[2], 0, 1e-9);
}

static void
test_grows_and_shrinks (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  MgrPool *pool;
  guint64 ids[16];

  fixture_start (&fixture, 100 * MIB, 16 * GRANULE, MGR_STANDARD_POOL_FLAGS_NONE);
  pool = MGR_POOL (fixture.pool);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, GRANULE, 5);
  g_free (refuse_block (fixture.pool, GRANULE, 1, 5, MGR_ERROR_NO_BUDGET));
  g_assert_true (mgr_pool_set_capacity (pool, 32 * GRANULE, &error));
  g_assert_no_error (error);
  take_block (fixture.pool, 16 * GRANULE, 5);
  assert_bytes (fixture.pool, 32 * GRANULE, 32 * GRANULE);

  g_assert_false (mgr_pool_set_capacity (pool, 31 * GRANULE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_cmpuint (mgr_pool_get_capacity (pool), ==, 32 * GRANULE);

  /* What lies beyond the new end is moved, and holds what it held. */
  g_assert_true (mgr_standard_pool_write (fixture.pool, ids[15], 0, (const guint8 *) "x", 1, NULL));
  for (guint i = 0; i < 15; i++)
    free_block (fixture.pool, ids[i]);
  g_clear_error (&error);
  g_assert_true (mgr_pool_set_capacity (pool, 17 * GRANULE, &error));
  g_assert_no_error (error);
  assert_bytes (fixture.pool, 17 * GRANULE, 17 * GRANULE);
  g_assert_cmpuint (mgr_pool_get_capacity (pool), ==, 17 * GRANULE);
  {
    g_autoptr (GBytes) bytes = mgr_standard_pool_read (fixture.pool, ids[15], 0, 1, &error);

    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 1, "x", 1);
  }
  g_free (refuse_block (fixture.pool, 64, 1, 5, MGR_ERROR_NO_BUDGET));
}

static void
test_stops_and_starts (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  MgrPool *pool;
  guint64 ids[4];

  fixture_start (&fixture, 100 * MIB, 16 * GRANULE, MGR_STANDARD_POOL_FLAGS_NONE);
  pool = MGR_POOL (fixture.pool);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, GRANULE, 5);
  free_block (fixture.pool, ids[1]);

  /* What is free goes at once, the rest as blocks return. */
  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  assert_bytes (fixture.pool, 3 * GRANULE, 3 * GRANULE);
  g_free (refuse_block (fixture.pool, GRANULE, 1, 5, MGR_ERROR_CLOSED));
  free_block (fixture.pool, ids[0]);
  assert_bytes (fixture.pool, 2 * GRANULE, 2 * GRANULE);

  g_assert_true (mgr_pool_set_active (pool, TRUE, &error));
  g_assert_no_error (error);
  g_assert_true (has_block (fixture.pool, ids[2]));
  ids[0] = take_block (fixture.pool, 2 * GRANULE, 5);
  assert_bytes (fixture.pool, 4 * GRANULE, 4 * GRANULE);

  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  free_block (fixture.pool, ids[0]);
  free_block (fixture.pool, ids[2]);
  free_block (fixture.pool, ids[3]);
  assert_bytes (fixture.pool, 0, 0);
  g_assert_true (mgr_pool_set_capacity (pool, 100 * GRANULE, NULL));
  g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
  take_block (fixture.pool, 100 * GRANULE, 5);
}

static void
test_flushing (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 id;

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  free_block (fixture.pool, take_block (fixture.pool, 64, 5));
  mgr_pool_set_flushing (MGR_POOL (fixture.pool), TRUE);
  /* Also what is at hand is not given out. */
  g_free (refuse_block (fixture.pool, 64, 1, 5, MGR_ERROR_CLOSED));
  g_assert_true (has_block (fixture.pool, id));
  free_block (fixture.pool, id);
  g_assert_cmpuint (mgr_standard_pool_allocate (fixture.pool, 64, NULL, 5, NULL, NULL), ==, 0);
  mgr_pool_set_flushing (MGR_POOL (fixture.pool), FALSE);
  take_block (fixture.pool, 64, 5);
}

static void
test_reclaim (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrReclaimEstimate) estimate = NULL;
  g_autoptr (GError) error = NULL;
  MgrReclaimer *reclaimer;
  guint64 ids[4];

  fixture_start (&fixture, 100 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  reclaimer = MGR_RECLAIMER (fixture.pool);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_block (fixture.pool, GRANULE, 5);
  free_block (fixture.pool, ids[1]);
  free_block (fixture.pool, ids[2]);

  estimate = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, 2 * GRANULE);
  g_assert_false (mgr_reclaim_estimate_get_lossy (estimate));
  g_assert_true (mgr_reclaimer_is_thread_safe (reclaimer));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_CRITICAL,
                                           G_MAXINT64, &error), ==, 2 * GRANULE);
  g_assert_no_error (error);
  assert_bytes (fixture.pool, 2 * GRANULE, 2 * GRANULE);
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_CRITICAL,
                                           G_MAXINT64, &error), ==, 0);
  g_assert_true (has_block (fixture.pool, ids[0]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/blocks", test_blocks);
  g_test_add_func ("/pool/standard/ids-are-never-used-twice", test_ids_are_never_used_twice);
  g_test_add_func ("/pool/standard/charges-granules", test_charges_granules);
  g_test_add_func ("/pool/standard/trimmed-memory-is-empty", test_trimmed_memory_is_empty);
  g_test_add_func ("/pool/standard/figures", test_figures);
  g_test_add_func ("/pool/standard/peak-is-exact", test_peak_is_exact);
  g_test_add_func ("/pool/standard/waters", test_waters);
  g_test_add_func ("/pool/standard/virtual", test_virtual);
  g_test_add_func ("/pool/standard/alignment", test_alignment);
  g_test_add_func ("/pool/standard/huge-pages", test_huge_pages);
  g_test_add_func ("/pool/standard/pins", test_pins);
  g_test_add_func ("/pool/standard/reads-and-writes", test_reads_and_writes);
  g_test_add_func ("/pool/standard/view-keeps-all", test_view_keeps_all);
  g_test_add_func ("/pool/standard/lists", test_lists);
  g_test_add_func ("/pool/standard/histogram-and-occupancy", test_histogram_and_occupancy);
  g_test_add_func ("/pool/standard/grows-and-shrinks", test_grows_and_shrinks);
  g_test_add_func ("/pool/standard/stops-and-starts", test_stops_and_starts);
  g_test_add_func ("/pool/standard/flushing", test_flushing);
  g_test_add_func ("/pool/standard/reclaim", test_reclaim);

  return g_test_run ();
}
