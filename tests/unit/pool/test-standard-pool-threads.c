/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "standard-pool-fixture.h"

#define THREADS 4
#define ROUNDS 20000
#define HELD 16

typedef struct
{
  MgrStandardPool *pool;
  guint32 seed;
  guint64 granted;
  guint64 refused;
  guint64 held[HELD];
} Work;

static void
work_use (Work    *work,
          guint64  id)
{
  guint64 *word;

  if (!mgr_standard_pool_pin (work->pool, id, NULL))
    return;

  word = mgr_standard_pool_get_data (work->pool, id, NULL);
  *word = id;
  g_assert_cmpuint (*word, ==, id);
  g_assert_true (mgr_standard_pool_unpin (work->pool, id, NULL));
}

/* Blocks of a few sizes, so that some come out of what was freed just before. */
static gpointer
work_cb (gpointer user_data)
{
  Work *work = user_data;
  g_autoptr (GRand) random = g_rand_new_with_seed (work->seed);

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint64 *held = &work->held[g_rand_int_range (random, 0, HELD)];
      guint64 size = (guint64) 64 << g_rand_int_range (random, 0, 6);

      if (*held != 0)
        mgr_standard_pool_free (work->pool, *held, NULL);
      *held = mgr_standard_pool_allocate (work->pool, size, "work", 5, NULL, NULL);
      work->granted += *held != 0;
      work->refused += *held == 0;
      if (*held != 0 && i % 4 == 0)
        work_use (work, *held);
    }

  for (guint i = 0; i < HELD; i++)
    {
      if (work->held[i] != 0)
        mgr_standard_pool_free (work->pool, work->held[i], NULL);
    }
  return NULL;
}

/* Looks at everything and moves everything, as long as the others work. */
static gpointer
meddle_cb (gpointer user_data)
{
  MgrPool *pool = user_data;

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (pool);
      g_autoptr (GPtrArray) blocks =
        mgr_standard_pool_list_blocks (MGR_STANDARD_POOL (pool), NULL, 0, 0);

      g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), <=,
                        mgr_pool_statistics_get_peak (statistics));
      g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), <=, MIB);
      g_assert_cmpuint (blocks->len, <=, THREADS * HELD);
      mgr_standard_pool_compact (MGR_STANDARD_POOL (pool), 100);
      mgr_pool_trim (pool, GRANULE);
    }

  return NULL;
}

static void
run_threads (MgrStandardPool *pool,
             gboolean         meddles)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  GThread *threads[THREADS];
  GThread *meddler = NULL;
  Work work[THREADS] = { { 0 } };
  guint64 granted = 0;
  guint64 refused = 0;

  for (guint i = 0; i < THREADS; i++)
    {
      work[i].pool = pool;
      work[i].seed = i + 1;
      threads[i] = g_thread_new ("work", work_cb, &work[i]);
    }
  if (meddles)
    meddler = g_thread_new ("meddle", meddle_cb, pool);
  for (guint i = 0; i < THREADS; i++)
    {
      g_thread_join (threads[i]);
      granted += work[i].granted;
      refused += work[i].refused;
    }
  if (meddler != NULL)
    g_thread_join (meddler);

  statistics = mgr_pool_get_statistics (MGR_POOL (pool));
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, granted);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, refused);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (statistics), ==, 0);
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 0);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (statistics), ==, 0);
}

static void
test_counts_are_exact (void)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  run_threads (fixture.pool, TRUE);
}

static void
test_in_a_pool_that_is_full (void)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_start (&fixture, 10 * MIB, 32 * KIB, MGR_STANDARD_POOL_FLAGS_COMPACT);
  run_threads (fixture.pool, TRUE);
}

static void
test_evicting_each_other (void)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_start (&fixture, 10 * MIB, 32 * KIB, MGR_STANDARD_POOL_FLAGS_EVICT);
  run_threads (fixture.pool, FALSE);
}

/* Of a pool without memory nothing is at hand: the charge is exact at any moment. */
static gpointer
count_cb (gpointer user_data)
{
  MgrStandardPool *pool = user_data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint64 id = mgr_standard_pool_allocate (pool, 1 + i % 100, NULL, 5, NULL, NULL);

      g_assert_cmpuint (id, !=, 0);
      g_assert_cmpuint (mgr_component_get_used (mgr_pool_get_component (MGR_POOL (pool))), <=,
                        THREADS * 100);
      g_assert_true (mgr_standard_pool_free (pool, id, NULL));
    }
  return NULL;
}

static void
test_virtual (void)
{
  g_auto (Fixture) fixture = { 0 };
  GThread *threads[THREADS];

  fixture_start (&fixture, KIB, KIB, MGR_STANDARD_POOL_FLAGS_VIRTUAL);
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("count", count_cb, fixture.pool);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  assert_bytes (fixture.pool, 0, 0);
}

/* Blocks that one thread takes and another gives back. */
typedef struct
{
  MgrStandardPool *pool;
  GAsyncQueue *queue;
} Hand;

static gpointer
give_back_cb (gpointer user_data)
{
  Hand *hand = user_data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint64 *id = g_async_queue_pop (hand->queue);

      g_assert_true (mgr_standard_pool_free (hand->pool, *id, NULL));
      g_free (id);
    }
  return NULL;
}

static void
test_freed_by_another (void)
{
  g_auto (Fixture) fixture = { 0 };
  Hand hand;
  GThread *thread;

  fixture_start (&fixture, 100 * MIB, 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  hand = (Hand) { fixture.pool, g_async_queue_new () };
  thread = g_thread_new ("gives-back", give_back_cb, &hand);
  for (guint i = 0; i < ROUNDS; i++)
    {
      guint64 id = take_block (fixture.pool, 64, 5);

      g_async_queue_push (hand.queue, g_memdup2 (&id, sizeof id));
    }
  g_thread_join (thread);
  g_async_queue_unref (hand.queue);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture.pool)), ==, 0);
}

static gpointer
switch_cb (gpointer user_data)
{
  MgrPool *pool = user_data;

  for (guint i = 0; i < 200; i++)
    {
      g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
      mgr_pool_set_flushing (pool, i % 2 == 0);
      g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
      mgr_pool_set_flushing (pool, FALSE);
    }
  return NULL;
}

static void
test_stopped_meanwhile (void)
{
  g_auto (Fixture) fixture = { 0 };
  GThread *switcher;
  GThread *worker;
  Work work = { 0 };

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  work.pool = fixture.pool;
  work.seed = 1;
  switcher = g_thread_new ("switch", switch_cb, fixture.pool);
  worker = g_thread_new ("work", work_cb, &work);
  g_thread_join (switcher);
  g_thread_join (worker);

  g_assert_true (mgr_pool_set_active (MGR_POOL (fixture.pool), FALSE, NULL));
  assert_bytes (fixture.pool, 0, 0);
}

/* A stopped pool that others use and drop: the last one clears up. */
static gpointer
drop_cb (gpointer user_data)
{
  MgrStandardPool *pool = user_data;

  for (guint i = 0; i < 100; i++)
    mgr_standard_pool_free (pool, mgr_standard_pool_allocate (pool, 64, NULL, 5, NULL, NULL), NULL);
  g_object_unref (pool);
  return NULL;
}

static void
test_last_reference_anywhere (void)
{
  for (guint round = 0; round < 50; round++)
    {
      MgrStandardPool *pool = mgr_standard_pool_new (NULL, "short", MIB,
                                                     MGR_STANDARD_POOL_FLAGS_NONE, NULL);
      GThread *threads[2];

      for (guint i = 0; i < 2; i++)
        threads[i] = g_thread_new ("drop", drop_cb, g_object_ref (pool));
      g_object_unref (pool);
      for (guint i = 0; i < 2; i++)
        g_thread_join (threads[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/threads/counts-are-exact", test_counts_are_exact);
  g_test_add_func ("/pool/standard/threads/in-a-pool-that-is-full", test_in_a_pool_that_is_full);
  g_test_add_func ("/pool/standard/threads/evicting-each-other", test_evicting_each_other);
  g_test_add_func ("/pool/standard/threads/virtual", test_virtual);
  g_test_add_func ("/pool/standard/threads/freed-by-another", test_freed_by_another);
  g_test_add_func ("/pool/standard/threads/stopped-meanwhile", test_stopped_meanwhile);
  g_test_add_func ("/pool/standard/threads/last-reference-anywhere", test_last_reference_anywhere);

  return g_test_run ();
}
