/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench-peers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KIB ((guint64) 1 << 10)
#define MIB ((guint64) 1 << 20)
#define LINE 64
#define PAGE (4 * KIB)

/* So many blocks are live while one is taken and another freed. */
#define LIVE 32

typedef struct
{
  MgrStandardPool *pool; /* (owned) */
  guint64 size;
} Blocks;

static Blocks
blocks_new (guint64              size,
            guint64              capacity,
            MgrStandardPoolFlags flags)
{
  g_autoptr (GError) error = NULL;
  Blocks self = { mgr_standard_pool_new (NULL, "bench", capacity, flags, &error), size };

  if (self.pool == NULL)
    g_error ("%s", error->message);
  return self;
}

static guint64
blocks_take (MgrStandardPool *pool,
             guint64          size)
{
  g_autoptr (GError) error = NULL;
  guint64 id = mgr_standard_pool_allocate (pool, size, NULL, 5, NULL, &error);

  if (id == 0)
    g_error ("%s", error->message);
  return id;
}

static void
pair_cb (gpointer user_data,
         guint64  n)
{
  Blocks *self = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      guint64 id = mgr_standard_pool_allocate (self->pool, self->size, NULL, 5, NULL, NULL);

      mgr_standard_pool_free (self->pool, id, NULL);
    }
}

/* A block is freed after so many others were taken. */
static void
ring_cb (gpointer user_data,
         guint64  n)
{
  Blocks *self = user_data;
  guint64 ids[LIVE] = { 0 };

  for (guint64 i = 0; i < n; i++)
    {
      if (ids[i % LIVE] != 0)
        mgr_standard_pool_free (self->pool, ids[i % LIVE], NULL);
      ids[i % LIVE] = mgr_standard_pool_allocate (self->pool, self->size, NULL, 5, NULL, NULL);
    }
  for (guint i = 0; i < LIVE; i++)
    {
      if (ids[i] != 0)
        mgr_standard_pool_free (self->pool, ids[i], NULL);
    }
}

/* A byte of each page, but not the same of all: those share a few places of the cache. */
static void
touch (guint8 *data,
       guint64 size)
{
  for (guint64 i = 0; i < size / PAGE; i++)
    ((volatile guint8 *) data)[i * PAGE + i * LINE % PAGE] = 1;
}

static void
touched_cb (gpointer user_data,
            guint64  n)
{
  Blocks *self = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      guint64 id = blocks_take (self->pool, self->size);

      mgr_standard_pool_pin (self->pool, id, NULL);
      touch (mgr_standard_pool_get_data (self->pool, id, NULL), self->size);
      mgr_standard_pool_unpin (self->pool, id, NULL);
      mgr_standard_pool_free (self->pool, id, NULL);
    }
}

/* A block by itself, or after so many others, as the pool has it above. */
static void
malloc_ring (guint64  size,
             guint64  n,
             gboolean touches)
{
  guint8 *blocks[LIVE] = { NULL, };

  for (guint64 i = 0; i < n; i++)
    {
      free (blocks[i % LIVE]);
      blocks[i % LIVE] = malloc (size);
      if (touches)
        touch (blocks[i % LIVE], size);
      else
        *(volatile guint8 *) blocks[i % LIVE] = 1;
    }
  for (guint i = 0; i < LIVE; i++)
    free (blocks[i]);
}

static void
malloc_cb (gpointer user_data,
           guint64  n)
{
  malloc_ring (((Blocks *) user_data)->size, n, FALSE);
}

static void
malloc_touched_cb (gpointer user_data,
                   guint64  n)
{
  malloc_ring (((Blocks *) user_data)->size, n, TRUE);
}

static void
slice_cb (gpointer user_data,
          guint64  n)
{
  gsize size = ((Blocks *) user_data)->size;
  guint8 *blocks[LIVE] = { NULL, };

  for (guint64 i = 0; i < n; i++)
    {
      if (blocks[i % LIVE] != NULL)
        g_slice_free1 (size, blocks[i % LIVE]);
      blocks[i % LIVE] = g_slice_alloc (size);
      *(volatile guint8 *) blocks[i % LIVE] = 1;
    }
  for (guint i = 0; i < LIVE; i++)
    {
      if (blocks[i] != NULL)
        g_slice_free1 (size, blocks[i]);
    }
}

/* What this program does where it is run as a peer: SIZE and the number of operations. */
static int
run_as_peer (char **arguments)
{
  guint64 size = g_ascii_strtoull (arguments[0], NULL, 10);
  guint64 n = g_ascii_strtoull (arguments[1], NULL, 10);
  gint64 start;

  malloc_ring (size, n / 10 + 1, FALSE);
  start = g_get_monotonic_time ();
  malloc_ring (size, n, FALSE);
  g_print ("%.2f\n", (double) (g_get_monotonic_time () - start) * 1000 / (double) n);
  return EXIT_SUCCESS;
}

static void
bench_against_pools (Bench *bench)
{
  Blocks blocks = blocks_new (4 * KIB, 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  gpointer gst = bench_gst_pool_new (4 * KIB);
  GAsyncQueue *queue = g_async_queue_new ();

  if (gst != NULL)
    {
      bench_compare (bench, &(BenchCase) {
        .name = "standard: allocate + free, 4 KiB",
        .peer = "GstBufferPool",
        .ours = pair_cb, .ours_data = &blocks,
        .theirs = bench_gst_pool_cb, .theirs_data = gst,
        .n = 1000000, .goal = 0.25,
      });
      bench_gst_pool_free (gst);
    }
  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate + free, 4 KiB",
    .peer = "GAsyncQueue, push + pop",
    .ours = pair_cb, .ours_data = &blocks,
    .theirs = bench_queue_cb, .theirs_data = queue,
    .n = 1000000, .goal = 1.5,
  });

  g_async_queue_unref (queue);
  g_object_unref (blocks.pool);
}

static void
bench_sizes (Bench *bench)
{
  Blocks small = blocks_new (64, 256 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  Blocks medium = blocks_new (4 * KIB, 256 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  Blocks large = blocks_new (MIB, 256 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);

  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate + free, 1 MiB",
    .peer = "the same, 64 B",
    .ours = ring_cb, .ours_data = &large,
    .theirs = ring_cb, .theirs_data = &small,
    .n = 1000000, .goal = 1.2,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate, touch each page, free, 1 MiB",
    .peer = "glibc malloc",
    .ours = touched_cb, .ours_data = &large,
    .theirs = malloc_touched_cb, .theirs_data = &large,
    .n = 500, .goal = 0.02,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate + free, 4 KiB",
    .peer = "glibc malloc",
    .ours = ring_cb, .ours_data = &medium,
    .theirs = malloc_cb, .theirs_data = &medium,
    .n = 1000000, .goal = 4.0,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate + free, 4 KiB",
    .peer = "g_slice",
    .ours = ring_cb, .ours_data = &medium,
    .theirs = slice_cb, .theirs_data = &medium,
    .n = 1000000, .goal = 2.0,
  });
  bench_compare_preloaded (bench, &(BenchCase) {
    .name = "standard: allocate + free, 1 MiB",
    .peer = "jemalloc",
    .ours = ring_cb, .ours_data = &large,
    .n = 200000, .goal = 0.5,
  }, "libjemalloc.so.2", (const char *const[]) { "--peer", "1048576", NULL });
  bench_compare_preloaded (bench, &(BenchCase) {
    .name = "standard: allocate + free, 1 MiB",
    .peer = "mimalloc",
    .ours = ring_cb, .ours_data = &large,
    .n = 200000, .goal = 0.5,
  }, "libmimalloc.so.2", (const char *const[]) { "--peer", "1048576", NULL });

  g_object_unref (small.pool);
  g_object_unref (medium.pool);
  g_object_unref (large.pool);
}

/* With so many blocks live, two pools, so that the rounds can take turns. */
static void
bench_many (Bench *bench)
{
  Blocks few = blocks_new (4 * KIB, 512 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  Blocks many = blocks_new (4 * KIB, 512 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);

  for (guint i = 0; i < 100000; i++)
    {
      if (i < 100)
        blocks_take (few.pool, 4 * KIB);
      blocks_take (many.pool, 4 * KIB);
    }
  bench_compare (bench, &(BenchCase) {
    .name = "standard: allocate + free, 100,000 live",
    .peer = "the same, 100 live",
    .ours = ring_cb, .ours_data = &many,
    .theirs = ring_cb, .theirs_data = &few,
    .n = 1000000, .goal = 1.5,
  });

  g_object_unref (few.pool);
  g_object_unref (many.pool);
}

typedef struct
{
  Blocks *blocks;
  guint64 n;
} Share;

static gpointer
share_cb (gpointer user_data)
{
  Share *share = user_data;

  ring_cb (share->blocks, share->n);
  return NULL;
}

static void
one_thread_cb (gpointer user_data,
               guint64  n)
{
  Share share = { user_data, n };

  g_thread_join (g_thread_new ("share", share_cb, &share));
}

static void
two_threads_cb (gpointer user_data,
                guint64  n)
{
  Share shares[] = { { user_data, n / 2 }, { user_data, n - n / 2 } };
  GThread *threads[2];

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("share", share_cb, &shares[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}

static void
bench_threads (Bench *bench)
{
  Blocks blocks = blocks_new (4 * KIB, 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);

  bench_compare (bench, &(BenchCase) {
    .name = "standard: two threads, one pool",
    .peer = "one thread, as many in all",
    .ours = two_threads_cb, .ours_data = &blocks,
    .theirs = one_thread_cb, .theirs_data = &blocks,
    .n = 4000000, .goal = 1 / 1.3, .best = TRUE,
  });
  g_object_unref (blocks.pool);
}

/* Takes blocks of random sizes, as many small as large by their logarithm, up to 90 % of
 * the pool, and from then on frees any one whenever the next does not fit below that. The
 * pool is idle after every so many operations, if at all. */
static void
churn (MgrStandardPool *pool,
       guint64          largest,
       guint64          n,
       guint64          idle_every)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 limit = mgr_pool_get_capacity (MGR_POOL (pool)) / 10 * 9;
  guint64 used = 0;
  guint64 size = 0;

  for (guint64 i = 0; i < n; i++)
    {
      if (size == 0)
        size = (guint64) exp (g_rand_double_range (random, log (64), log ((double) largest)));
      size = (size + 63) / 64 * 64;
      if (used + size <= limit)
        {
          guint64 id = blocks_take (pool, size);

          g_array_append_val (ids, id);
          g_array_append_val (sizes, size);
          used += size;
          size = 0;
        }
      else
        {
          guint index = (guint) g_rand_int_range (random, 0, (gint32) ids->len);

          mgr_standard_pool_free (pool, g_array_index (ids, guint64, index), NULL);
          used -= g_array_index (sizes, guint64, index);
          g_array_remove_index_fast (ids, index);
          g_array_remove_index_fast (sizes, index);
        }
      if (idle_every > 0 && i % idle_every == 0)
        {
          while (g_main_context_iteration (NULL, FALSE))
            continue;
        }
    }
}

static void
bench_fragmentation (Bench *bench)
{
  guint64 n = bench_is_quick (bench) ? 100000 : 1000000;
  Blocks plain = blocks_new (0, 256 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  Blocks moved = blocks_new (0, 256 * MIB, MGR_STANDARD_POOL_FLAGS_COMPACT);

  /* With fewer operations the pool is not even full. */
  churn (plain.pool, 4 * KIB, MAX (n, 1000000), 0);
  bench_limit (bench, "standard: fragmentation after 1,000,000 random operations, to 4 KiB", "%",
               100 * mgr_pool_get_fragmentation (MGR_POOL (plain.pool)), 15);
  mgr_standard_pool_compact (plain.pool, -1);
  bench_limit (bench, "standard: the same after compact()", "%",
               100 * mgr_pool_get_fragmentation (MGR_POOL (plain.pool)), 2);

  churn (moved.pool, 64 * KIB, n, 1000);
  bench_limit (bench, "standard: fragmentation after 1,000,000, to 64 KiB, compacting if idle", "%",
               100 * mgr_pool_get_fragmentation (MGR_POOL (moved.pool)), 15);
  mgr_standard_pool_compact (moved.pool, -1);
  bench_limit (bench, "standard: the same after compact()", "%",
               100 * mgr_pool_get_fragmentation (MGR_POOL (moved.pool)), 2);

  g_object_unref (plain.pool);
  g_object_unref (moved.pool);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench;

  if (argc == 4 && strcmp (argv[1], "--peer") == 0)
    return run_as_peer (argv + 2);

  bench = bench_new ("pools", &argc, &argv);
  bench_against_pools (bench);
  bench_sizes (bench);
  bench_many (bench);
  bench_threads (bench);
  bench_fragmentation (bench);
  return bench_finish (bench);
}
