/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

#include <string.h>
#include <time.h>

#define RECORD 200
#define CAPACITY (1024 * 1024)

/* As many as are written before they are read: most of the ring. */
#define BATCH 4000

/* Readers that keep up find what was written a moment ago, still in the cache. */
#define SMALL_CAPACITY (64 * 1024)
#define SMALL_BATCH 150
#define SMALL_BATCHES 2000

/* One in so many batches is faster than the one that counts. */
#define UNDISTURBED 20

#define ROUNDS 9
#define QUICK_ROUNDS 3

/* Nanoseconds. */
#define GOAL_ONE_WAY 5.0
#define GOAL_TWO_THREADS 50.0

/* Not known to the compiler, as it is not where records have lengths of their own. */
static volatile gsize record_size = RECORD;

typedef struct
{
  MgrRingPool *ring;   /* (owned) */
  GAsyncQueue *queue;  /* (owned) */
  guint8 *room;        /* (owned): for the bare copies, as much as the ring has */
  guint64 sum;         /* of what was read, so that it is read */
} Stream;

/* Made beforehand: what was just written byte by byte is slow to be copied at once. */
#define RECORDS 64
static guint8 records[RECORDS][RECORD];

static Stream *
stream_new (MgrRingPolicy  policy,
            MgrRingSharing sharing,
            guint64        capacity)
{
  Stream *self = g_new0 (Stream, 1);

  self->ring = mgr_ring_pool_new (NULL, "bench", capacity, policy, sharing, NULL);
  self->queue = g_async_queue_new ();
  self->room = g_malloc0 (CAPACITY);
  return self;
}

static void
stream_free (Stream *self)
{
  g_object_unref (self->ring);
  g_async_queue_unref (self->queue);
  g_free (self->room);
  g_free (self);
}

static void
write_records (Stream  *self,
               guint64  n)
{
  for (guint64 i = 0; i < n; i++)
    mgr_ring_pool_write (self->ring, records[i % RECORDS], RECORD, 0, NULL, NULL);
}

/* Copies each out, as it came in. */
static guint64
read_records (Stream  *self,
              guint64  n)
{
  guint8 record[RECORD];
  guint64 sum = 0;

  for (guint64 i = 0; i < n;)
    {
      gsize size;
      gconstpointer frame = mgr_ring_pool_peek (self->ring, &size, NULL);

      if (frame == NULL)
        {
          mgr_ring_pool_wait (self->ring, G_IO_IN, 0, NULL, NULL);
          continue;
        }
      memcpy (record, frame, size);
      mgr_ring_pool_consume (self->ring, frame, NULL);
      sum += record[0];
      i++;
    }

  return sum;
}

/* What any stream has to do, without a stream: a copy in and a copy out. */
static void
copy_cb (gpointer user_data,
         guint64  n)
{
  Stream *self = user_data;
  guint8 record[RECORD];

  for (guint64 done = 0; done < n; done += BATCH)
    {
      for (gsize i = 0; i < BATCH; i++)
        memcpy (self->room + i * (RECORD + 8) + 8, records[i % RECORDS], record_size);
      for (gsize i = 0; i < BATCH; i++)
        {
          memcpy (record, self->room + i * (RECORD + 8) + 8, record_size);
          self->sum += record[0];
        }
    }
}

static void
ring_cb (gpointer user_data,
         guint64  n)
{
  Stream *self = user_data;

  for (guint64 done = 0; done < n; done += BATCH)
    {
      write_records (self, BATCH);
      self->sum += read_records (self, BATCH);
    }
}

static void
push_records (Stream  *self,
              guint64  n)
{
  for (guint64 i = 0; i < n; i++)
    g_async_queue_push (self->queue, g_memdup2 (records[i % RECORDS], RECORD));
}

static guint64
pop_records (Stream  *self,
             guint64  n)
{
  guint8 record[RECORD];
  guint64 sum = 0;

  for (guint64 i = 0; i < n; i++)
    {
      g_autofree guint8 *data = g_async_queue_pop (self->queue);

      memcpy (record, data, RECORD);
      sum += record[0];
    }

  return sum;
}

static void
queue_cb (gpointer user_data,
          guint64  n)
{
  Stream *self = user_data;

  for (guint64 done = 0; done < n; done += BATCH)
    {
      push_records (self, BATCH);
      self->sum += pop_records (self, BATCH);
    }
}

typedef struct
{
  Stream *stream; /* (unowned) */
  guint64 n;
} Share;

static gpointer
write_cb (gpointer user_data)
{
  Share *share = user_data;

  write_records (share->stream, share->n);
  return NULL;
}

static gpointer
push_cb (gpointer user_data)
{
  Share *share = user_data;

  push_records (share->stream, share->n);
  return NULL;
}

static void
ring_threads_cb (gpointer user_data,
                 guint64  n)
{
  Share share = { user_data, n };
  GThread *writer = g_thread_new ("writer", write_cb, &share);

  share.stream->sum += read_records (share.stream, n);
  g_thread_join (writer);
}

static void
queue_threads_cb (gpointer user_data,
                  guint64  n)
{
  Share share = { user_data, n };
  GThread *writer = g_thread_new ("writer", push_cb, &share);

  share.stream->sum += pop_records (share.stream, n);
  g_thread_join (writer);
}

static gint64
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* Takes each where it lies, and looks at its two ends: what is measured is the ring, and
 * not how fast memory is read. */
static guint64
look_at_records (Stream  *self,
                 guint64  n)
{
  guint64 sum = 0;

  for (guint64 i = 0; i < n; i++)
    {
      gsize size;
      const guint8 *frame = mgr_ring_pool_peek (self->ring, &size, NULL);

      sum += frame[0] + frame[size - 1];
      mgr_ring_pool_consume (self->ring, frame, NULL);
    }

  return sum;
}

/* What one record costs on its way in, copied, and out, where it lies, in this thread. Of
 * many batches the one that a twentieth of them undercuts counts: others on the machine
 * can make a batch slower, and nothing makes one faster than it is. */
static void
bench_one_way (Bench *bench)
{
  Stream *stream = stream_new (MGR_RING_POLICY_FAIL, MGR_RING_SHARING_PAIR, SMALL_CAPACITY);
  guint n = (bench_is_quick (bench) ? QUICK_ROUNDS : ROUNDS) * SMALL_BATCHES;
  g_autofree double *in = g_new (double, n);
  g_autofree double *out = g_new (double, n);

  for (guint i = 0; i < n; i++)
    {
      gint64 start = get_time ();
      gint64 middle;

      write_records (stream, SMALL_BATCH);
      middle = get_time ();
      stream->sum += look_at_records (stream, SMALL_BATCH);
      in[i] = (double) (middle - start) / SMALL_BATCH;
      out[i] = (double) (get_time () - middle) / SMALL_BATCH;
    }

  qsort (in, n, sizeof *in, compare_doubles);
  qsort (out, n, sizeof *out, compare_doubles);
  bench_limit (bench, "ring: 200 bytes copied in, one thread", "ns", in[n / UNDISTURBED],
               GOAL_ONE_WAY);
  bench_limit (bench, "ring: 200 bytes peeked at in place, one thread", "ns",
               out[n / UNDISTURBED], GOAL_ONE_WAY);
  stream_free (stream);
}

/* 20 million records a second are 50 ns each. Anything else that runs takes one of two
 * cores, so the best round counts. */
static void
bench_two_threads (Bench  *bench,
                   Stream *stream)
{
  guint rounds = bench_is_quick (bench) ? QUICK_ROUNDS : ROUNDS;
  const guint64 n = 4000000;
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < rounds; round++)
    {
      gint64 start = g_get_monotonic_time ();

      ring_threads_cb (stream, n);
      best = MIN (best, (double) (g_get_monotonic_time () - start) * 1000 / (double) n);
    }

  bench_limit (bench, "ring: a 200-byte record between two threads", "ns", best,
               GOAL_TWO_THREADS);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("pools", &argc, &argv);
  Stream *pair = stream_new (MGR_RING_POLICY_BLOCK, MGR_RING_SHARING_PAIR, CAPACITY);
  Stream *any = stream_new (MGR_RING_POLICY_BLOCK, MGR_RING_SHARING_ANY, CAPACITY);

  for (guint i = 0; i < RECORDS; i++)
    memset (records[i], (int) i, RECORD);
  bench_one_way (bench);
  bench_two_threads (bench, pair);
  bench_compare (bench, &(BenchCase) {
    .name = "ring of a pair: 200 bytes in and out, one thread",
    .peer = "the two copies alone",
    .ours = ring_cb, .ours_data = pair,
    .theirs = copy_cb, .theirs_data = pair,
    .n = 1000 * BATCH, .goal = 2.5,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "ring of a pair: 200 bytes in and out, one thread",
    .peer = "GAsyncQueue of copies",
    .ours = ring_cb, .ours_data = pair,
    .theirs = queue_cb, .theirs_data = pair,
    .n = 1000 * BATCH, .goal = 0.5,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "ring of any threads: 200 bytes in and out, one thread",
    .peer = "GAsyncQueue of copies",
    .ours = ring_cb, .ours_data = any,
    .theirs = queue_cb, .theirs_data = any,
    .n = 1000 * BATCH, .goal = 1.0,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "ring of a pair: 200 bytes between two threads",
    .peer = "GAsyncQueue of copies",
    .ours = ring_threads_cb, .ours_data = pair,
    .theirs = queue_threads_cb, .theirs_data = pair,
    .n = 4000000, .goal = 0.25, .best = TRUE,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "ring of any threads: 200 bytes between two threads",
    .peer = "GAsyncQueue of copies",
    .ours = ring_threads_cb, .ours_data = any,
    .theirs = queue_threads_cb, .theirs_data = any,
    .n = 4000000, .goal = 1.0, .best = TRUE,
  });

  stream_free (any);
  stream_free (pair);
  return bench_finish (bench);
}
