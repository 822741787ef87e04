/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ring-fixture.h"

/* What threads share. A wake-up that got lost would be a test that never ends. */

#define FRAMES 100000
#define WRITERS 3
#define READERS 3
#define LARGE 6000

typedef struct
{
  guint32 writer;
  guint32 number;
} Stamp;

typedef struct
{
  MgrRingPool *ring;       /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  guint32 id;
  guint32 n_frames;
  guint32 n_done;
  guint32 last[WRITERS];   /* the number that came last, of each writer */
  guint64 sum;
  gboolean large;          /* some frames take a copy without the lock */
  GError *error;           /* (owned) (nullable) */
} Worker;

/* The length of a frame is told by its number. */
static gsize
length_of (const Worker *worker,
           guint32       number)
{
  if (worker->large && number % 64 == 0)
    return LARGE;

  return sizeof (Stamp) + number * 7 % 300;
}

static gpointer
write_cb (gpointer user_data)
{
  Worker *worker = user_data;
  g_autofree guint8 *data = g_malloc0 (LARGE);
  Stamp stamp = { worker->id, 0 };

  while (worker->n_done < worker->n_frames && worker->error == NULL)
    {
      stamp.number = worker->n_done + 1;
      memcpy (data, &stamp, sizeof stamp);
      if (mgr_ring_pool_write (worker->ring, data, length_of (worker, stamp.number), 0,
                               worker->cancellable, &worker->error))
        worker->n_done++;
    }

  return NULL;
}

/* In place. */
static gpointer
reserve_cb (gpointer user_data)
{
  Worker *worker = user_data;

  while (worker->n_done < worker->n_frames && worker->error == NULL)
    {
      Stamp stamp = { worker->id, worker->n_done + 1 };
      gsize size = length_of (worker, stamp.number);
      gpointer frame = mgr_ring_pool_reserve (worker->ring, size + 50, 0, NULL, &worker->error);

      if (frame == NULL)
        break;
      memcpy (frame, &stamp, sizeof stamp);
      g_assert_true (mgr_ring_pool_commit (worker->ring, frame, size, NULL));
      worker->n_done++;
    }

  return NULL;
}

static void
check_frame (Worker       *worker,
             const guint8 *data,
             gsize         size)
{
  Stamp stamp;

  g_assert_cmpuint (size, >=, sizeof stamp);
  memcpy (&stamp, data, sizeof stamp);
  g_assert_cmpuint (stamp.writer, <, WRITERS);
  g_assert_cmpuint (size, ==, length_of (worker, stamp.number));
  g_assert_cmpuint (stamp.number, >, worker->last[stamp.writer]);
  worker->last[stamp.writer] = stamp.number;
  worker->sum += stamp.number;
  worker->n_done++;
}

static gpointer
read_cb (gpointer user_data)
{
  Worker *worker = user_data;

  while (worker->n_done < worker->n_frames && worker->error == NULL)
    {
      g_autoptr (GBytes) frame = mgr_ring_pool_read (worker->ring, 0, worker->cancellable,
                                                     &worker->error);

      if (frame != NULL)
        check_frame (worker, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
    }

  return NULL;
}

/* In place. */
static gpointer
peek_cb (gpointer user_data)
{
  Worker *worker = user_data;

  while (worker->n_done < worker->n_frames && worker->error == NULL)
    {
      gsize size;
      gconstpointer frame = mgr_ring_pool_peek (worker->ring, &size, &worker->error);

      if (frame != NULL)
        {
          check_frame (worker, frame, size);
          g_assert_true (mgr_ring_pool_consume (worker->ring, frame, NULL));
        }
      else if (worker->error == NULL)
        {
          mgr_ring_pool_wait (worker->ring, G_IO_IN, 0, NULL, &worker->error);
        }
    }

  return NULL;
}

static guint64
sum_to (guint64 n)
{
  return n * (n + 1) / 2;
}

static void
run_pair (gconstpointer sharing,
          GThreadFunc   write_func,
          GThreadFunc   read_func)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  Worker writer = { .ring = ring, .n_frames = FRAMES };
  Worker reader = { .ring = ring, .n_frames = FRAMES };
  GThread *thread = g_thread_new ("writer", write_func, &writer);

  read_func (&reader);
  g_thread_join (thread);
  g_assert_no_error (writer.error);
  g_assert_no_error (reader.error);
  g_assert_cmpuint (reader.sum, ==, sum_to (FRAMES));
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
  g_assert_cmpuint (mgr_pool_get_allocation_count (MGR_POOL (ring)), ==, 0);
}

static void
test_copies (gconstpointer sharing)
{
  run_pair (sharing, write_cb, read_cb);
}

static void
test_in_place (gconstpointer sharing)
{
  run_pair (sharing, reserve_cb, peek_cb);
}

static void
test_many (gconstpointer policy)
{
  g_autoptr (MgrRingPool) ring =
    ring_new ((MgrRingPolicy) GPOINTER_TO_UINT (policy), GUINT_TO_POINTER (MGR_RING_SHARING_ANY));
  Worker writers[WRITERS] = { 0 };
  Worker readers[READERS] = { 0 };
  GThread *threads[WRITERS + READERS];
  guint64 sum = 0;
  guint64 n_read = 0;

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 4 * page_size (), NULL));
  for (guint i = 0; i < READERS; i++)
    {
      readers[i] = (Worker) { .ring = ring, .n_frames = G_MAXUINT32, .large = TRUE };
      threads[WRITERS + i] = g_thread_new ("reader", i % 2 ? peek_cb : read_cb, &readers[i]);
    }
  for (guint i = 0; i < WRITERS; i++)
    {
      writers[i] = (Worker) { .ring = ring, .id = i, .n_frames = FRAMES / 4, .large = TRUE };
      threads[i] = g_thread_new ("writer", write_cb, &writers[i]);
    }

  for (guint i = 0; i < WRITERS; i++)
    g_thread_join (threads[i]);
  g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
  for (guint i = 0; i < READERS; i++)
    {
      g_thread_join (threads[WRITERS + i]);
      g_assert_error (readers[i].error, MGR_ERROR, MGR_ERROR_CLOSED);
      g_clear_error (&readers[i].error);
      sum += readers[i].sum;
      n_read += readers[i].n_done;
    }

  /* What did not come was counted. */
  g_assert_cmpuint (n_read + mgr_ring_pool_get_dropped_frames (ring), ==,
                    WRITERS * (FRAMES / 4));
  if (GPOINTER_TO_UINT (policy) == MGR_RING_POLICY_BLOCK)
    g_assert_cmpuint (sum, ==, WRITERS * sum_to (FRAMES / 4));
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
}

/* Until the thread that writes or reads has gone to sleep. */
static void
wait_until_sleeps (MgrRingPool *ring,
                   guint        sign)
{
  while ((mgr_ring_acquire (&ring->core->signs) & sign) == 0)
    g_thread_yield ();
}

typedef void (*WakeFunc) (Worker *worker);

static void
wake_by_flush (Worker *worker)
{
  mgr_pool_set_flushing (MGR_POOL (worker->ring), TRUE);
}

static void
wake_by_stop (Worker *worker)
{
  g_assert_true (mgr_pool_set_active (MGR_POOL (worker->ring), FALSE, NULL));
}

static void
wake_by_cancel (Worker *worker)
{
  g_cancellable_cancel (worker->cancellable);
}

static void
check_woken (gconstpointer sharing,
             gboolean      writes,
             WakeFunc      wake,
             GQuark        domain,
             int           code)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Worker worker = { .ring = ring, .n_frames = G_MAXUINT32, .cancellable = cancellable };
  GThread *thread = g_thread_new ("worker", writes ? write_cb : read_cb, &worker);

  wait_until_sleeps (ring, writes ? MGR_RING_SIGN_WRITER_WAITS : MGR_RING_SIGN_READER_WAITS);
  wake (&worker);
  g_thread_join (thread);
  g_assert_error (worker.error, domain, code);
  g_clear_error (&worker.error);
}

static void
test_wakes (gconstpointer sharing)
{
  for (guint writes = 0; writes < 2; writes++)
    {
      check_woken (sharing, writes, wake_by_flush, MGR_ERROR, MGR_ERROR_CLOSED);
      check_woken (sharing, writes, wake_by_stop, MGR_ERROR, MGR_ERROR_CLOSED);
      check_woken (sharing, writes, wake_by_cancel, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* What waits for a frame that is being written hears of its end, too. */
static void
test_abandon_wakes (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  gpointer frame = mgr_ring_pool_reserve (ring, 10, 0, NULL, NULL);
  Worker reader = { .ring = ring, .n_frames = 1 };
  GThread *thread;

  g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
  thread = g_thread_new ("reader", read_cb, &reader);
  wait_until_sleeps (ring, MGR_RING_SIGN_READER_WAITS);
  g_assert_true (mgr_ring_pool_abandon (ring, frame, NULL));
  g_thread_join (thread);
  g_assert_error (reader.error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&reader.error);
}

/* Stopped in the middle, and started again: all that was written is read. */
static void
test_stop_and_go (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);

  for (guint round = 0; round < 100; round++)
    {
      Worker writer = { .ring = ring, .n_frames = G_MAXUINT32 };
      Worker reader = { .ring = ring, .n_frames = G_MAXUINT32 };
      GThread *threads[] = {
        g_thread_new ("writer", write_cb, &writer),
        g_thread_new ("reader", read_cb, &reader),
      };

      g_usleep (round * 10);
      g_assert_true (mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL));
      g_thread_join (threads[0]);
      g_thread_join (threads[1]);
      g_assert_error (writer.error, MGR_ERROR, MGR_ERROR_CLOSED);
      g_assert_error (reader.error, MGR_ERROR, MGR_ERROR_CLOSED);
      g_clear_error (&writer.error);
      g_clear_error (&reader.error);
      g_assert_cmpuint (reader.n_done, ==, writer.n_done);
      g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (ring)), ==, 0);
      g_assert_true (mgr_pool_set_active (MGR_POOL (ring), TRUE, NULL));
    }
}

static gpointer
disturb_cb (gpointer user_data)
{
  Worker *worker = user_data;
  MgrPool *pool = MGR_POOL (worker->ring);

  while (worker->n_done < 300)
    {
      g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (pool);
      g_autoptr (GError) error = NULL;
      g_autofree double *cells = NULL;
      gsize n_cells;

      g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), <=,
                        mgr_pool_statistics_get_peak (statistics));
      cells = mgr_pool_get_occupancy (pool, 10, &n_cells);
      g_assert_true (mgr_pool_set_waters (pool, 0.2, 0.4 + 0.001 * worker->n_done, NULL));
      /* Copies pass, but what is in it may not fit. */
      if (!mgr_pool_set_capacity (pool, (2 + worker->n_done % 3) * page_size (), &error))
        g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
      worker->n_done++;
    }

  return NULL;
}

static void
count_cb (MgrPool  *pool,
          guint64   used,
          gpointer  user_data)
{
  ++*(guint *) user_data;
}

/* Resized, measured and with lines that move, while frames go through. */
static void
test_disturbed (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  Worker writer = { .ring = ring, .n_frames = FRAMES, .large = TRUE };
  Worker reader = { .ring = ring, .n_frames = FRAMES, .large = TRUE };
  Worker third = { .ring = ring };
  GThread *threads[3];
  guint last = 0;

  g_assert_true (mgr_pool_set_capacity (MGR_POOL (ring), 2 * page_size (), NULL));
  g_signal_connect (ring, "low-water", G_CALLBACK (count_cb), &last);
  threads[0] = g_thread_new ("writer", write_cb, &writer);
  threads[1] = g_thread_new ("reader", read_cb, &reader);
  threads[2] = g_thread_new ("third", disturb_cb, &third);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (reader.sum, ==, sum_to (FRAMES));

  /* It is empty, and knows it. */
  g_assert_false (ring->core->gauge.is_high);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, 0);
  mgr_test_settle ();
  g_assert_cmpuint (last, >, 0);
}

typedef struct
{
  Worker worker;
  gboolean done;
} LoopEnd;

static gboolean
readable_cb (gpointer user_data)
{
  LoopEnd *end = user_data;
  g_autoptr (GBytes) frame = mgr_ring_pool_try_read (end->worker.ring, &end->worker.error);

  g_assert_no_error (end->worker.error);
  if (frame != NULL)
    check_frame (&end->worker, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));

  end->done = end->worker.n_done == end->worker.n_frames;
  return !end->done;
}

static gpointer
write_slowly_cb (gpointer user_data)
{
  Worker *worker = user_data;
  guint8 data[400] = { 0 };

  while (worker->n_done < worker->n_frames)
    {
      Stamp stamp = { 0, worker->n_done + 1 };

      /* Now and then the loop falls asleep in between. */
      if (stamp.number % 8 == 0)
        g_usleep (stamp.number % 128);
      memcpy (data, &stamp, sizeof stamp);
      g_assert_true (mgr_ring_pool_write (worker->ring, data, length_of (worker, stamp.number), 0,
                                          NULL, NULL));
      worker->n_done++;
    }

  return NULL;
}

#define LOOP_FRAMES 8000

static void
test_loop_reads (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_BLOCK, sharing);
  Worker writer = { .ring = ring, .n_frames = LOOP_FRAMES };
  LoopEnd end = { .worker = { .ring = ring, .n_frames = LOOP_FRAMES } };
  g_autoptr (GSource) source = mgr_ring_pool_create_source (ring, G_IO_IN, NULL, NULL);
  GThread *thread;

  g_source_set_callback (source, readable_cb, &end, NULL);
  g_source_attach (source, NULL);
  thread = g_thread_new ("writer", write_slowly_cb, &writer);
  mgr_test_iterate_until (&end.done);
  g_thread_join (thread);
  g_assert_cmpuint (end.worker.sum, ==, sum_to (LOOP_FRAMES));
}

static gboolean
writable_cb (gpointer user_data)
{
  LoopEnd *end = user_data;
  guint8 data[400] = { 0 };

  for (;;)
    {
      Stamp stamp = { 0, end->worker.n_done + 1 };

      memcpy (data, &stamp, sizeof stamp);
      if (!mgr_ring_pool_write (end->worker.ring, data, length_of (&end->worker, stamp.number), 0,
                                NULL, NULL))
        return G_SOURCE_CONTINUE;
      end->done = ++end->worker.n_done == end->worker.n_frames;
      if (end->done)
        return G_SOURCE_REMOVE;
    }
}

static void
test_loop_writes (gconstpointer sharing)
{
  g_autoptr (MgrRingPool) ring = ring_new (MGR_RING_POLICY_FAIL, sharing);
  Worker reader = { .ring = ring, .n_frames = LOOP_FRAMES };
  LoopEnd end = { .worker = { .ring = ring, .n_frames = LOOP_FRAMES } };
  g_autoptr (GSource) source = mgr_ring_pool_create_source (ring, G_IO_OUT, NULL, NULL);
  GThread *thread;

  g_source_set_callback (source, writable_cb, &end, NULL);
  g_source_attach (source, NULL);
  thread = g_thread_new ("reader", read_cb, &reader);
  mgr_test_iterate_until (&end.done);
  g_thread_join (thread);
  g_assert_no_error (reader.error);
  g_assert_cmpuint (reader.sum, ==, sum_to (LOOP_FRAMES));
}

/* Two threads at each side of a pair */

#define CROWD_FRAMES 20000

/* Whoever is told that another thread is there tries again. */
static gboolean
crowd_may_go_on (Worker *worker)
{
  if (worker->error == NULL)
    return TRUE;
  if (!g_error_matches (worker->error, MGR_ERROR, MGR_ERROR_BUSY))
    return FALSE;

  g_assert_nonnull (strstr (worker->error->message, "MGR_RING_SHARING_ANY"));
  g_clear_error (&worker->error);
  g_thread_yield ();
  return TRUE;
}

static gpointer
crowd_write_cb (gpointer user_data)
{
  Worker *worker = user_data;
  gpointer (*write) (gpointer) = worker->id == 0 ? write_cb : reserve_cb;

  do
    write (worker);
  while (worker->n_done < worker->n_frames && crowd_may_go_on (worker));
  return NULL;
}

/* What one reader was given the other one misses. */
static gpointer
crowd_read_cb (gpointer user_data)
{
  Worker *worker = user_data;
  gpointer (*read) (gpointer) = worker->id == 0 ? read_cb : peek_cb;

  do
    read (worker);
  while (crowd_may_go_on (worker));
  return NULL;
}

static void
run_crowd (void)
{
  g_autoptr (MgrRingPool) ring =
    ring_new (MGR_RING_POLICY_BLOCK, GUINT_TO_POINTER (MGR_RING_SHARING_PAIR));
  Worker writers[2];
  Worker readers[2];
  GThread *threads[4];

  for (guint i = 0; i < 2; i++)
    {
      writers[i] = (Worker) { .ring = ring, .id = i, .n_frames = CROWD_FRAMES };
      readers[i] = (Worker) { .ring = ring, .id = i, .n_frames = G_MAXUINT32 };
      threads[i] = g_thread_new ("write", crowd_write_cb, &writers[i]);
      threads[2 + i] = g_thread_new ("read", crowd_read_cb, &readers[i]);
    }
  for (guint i = 0; i < 4; i++)
    {
      if (i == 2)
        mgr_pool_set_active (MGR_POOL (ring), FALSE, NULL);
      g_thread_join (threads[i]);
    }

  for (guint i = 0; i < 2; i++)
    {
      g_assert_no_error (writers[i].error);
      g_assert_error (readers[i].error, MGR_ERROR, MGR_ERROR_CLOSED);
      g_clear_error (&readers[i].error);
    }
  g_assert_cmpuint (readers[0].n_done + readers[1].n_done, ==, 2 * CROWD_FRAMES);
  g_assert_cmpuint (readers[0].sum + readers[1].sum, ==, 2 * sum_to (CROWD_FRAMES));
}

static void
test_crowd (void)
{
  g_test_summary ("Two at a side of a pair get in each other's way, and lose nothing by it");

  run_crowd ();
}

static gpointer
try_to_write_cb (gpointer user_data)
{
  Worker *worker = user_data;

  return GINT_TO_POINTER (mgr_ring_pool_write (worker->ring, (const guint8 *) "x", 1, 0, NULL,
                                               &worker->error));
}

static gpointer
try_to_read_cb (gpointer user_data)
{
  Worker *worker = user_data;
  g_autoptr (GBytes) frame = mgr_ring_pool_try_read (worker->ring, &worker->error);

  return GINT_TO_POINTER (frame != NULL);
}

static gpointer
try_to_commit_cb (gpointer user_data)
{
  Worker *worker = user_data;
  gpointer frame = worker->ring->core->data + sizeof (MgrRingFrame);

  return GINT_TO_POINTER (mgr_ring_pool_commit (worker->ring, frame, 1, &worker->error));
}

static void
assert_other_thread_fails (MgrRingPool *ring,
                           GThreadFunc  func,
                           int          code)
{
  Worker worker = { .ring = ring };

  g_assert_null (g_thread_join (g_thread_new ("other", func, &worker)));
  g_assert_error (worker.error, MGR_ERROR, code);
  g_clear_error (&worker.error);
}

static void
assert_other_thread_may (MgrRingPool *ring,
                         GThreadFunc  func)
{
  Worker worker = { .ring = ring };

  g_assert_nonnull (g_thread_join (g_thread_new ("other", func, &worker)));
  g_assert_no_error (worker.error);
}

static void
test_held_by_another (void)
{
  g_autoptr (MgrRingPool) ring =
    ring_new (MGR_RING_POLICY_FAIL, GUINT_TO_POINTER (MGR_RING_SHARING_PAIR));
  gconstpointer frame;
  gpointer reserved;
  gsize size;

  g_test_summary ("Nobody takes the place of a thread that holds a frame, but who comes after");

  reserved = mgr_ring_pool_reserve (ring, 8, 0, NULL, NULL);
  assert_other_thread_fails (ring, try_to_write_cb, MGR_ERROR_BUSY);
  assert_other_thread_fails (ring, try_to_commit_cb, MGR_ERROR_NOT_FOUND);
  g_assert_true (mgr_ring_pool_commit (ring, reserved, 8, NULL));
  assert_other_thread_may (ring, try_to_write_cb);
  g_assert_true (mgr_ring_pool_write (ring, (const guint8 *) "y", 1, 0, NULL, NULL));

  frame = mgr_ring_pool_peek (ring, &size, NULL);
  assert_other_thread_fails (ring, try_to_read_cb, MGR_ERROR_BUSY);
  g_assert_true (mgr_ring_pool_consume (ring, frame, NULL));
  assert_other_thread_may (ring, try_to_read_cb);
  g_assert_cmpuint (mgr_pool_get_allocation_count (MGR_POOL (ring)), ==, 1);
}

/* As where the kernel does not lend its barriers. */
static void
test_without_membarrier (void)
{
  gboolean had = mgr_ring_has_membarrier;

  mgr_ring_has_membarrier = FALSE;
  run_pair (GUINT_TO_POINTER (MGR_RING_SHARING_PAIR), write_cb, read_cb);
  run_pair (GUINT_TO_POINTER (MGR_RING_SHARING_PAIR), reserve_cb, peek_cb);
  run_crowd ();
  mgr_ring_has_membarrier = had;
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_sharings ("/pool/ring-threads/copies", test_copies);
  add_for_sharings ("/pool/ring-threads/in-place", test_in_place);
  g_test_add_data_func ("/pool/ring-threads/many/block",
                        GUINT_TO_POINTER (MGR_RING_POLICY_BLOCK), test_many);
  g_test_add_data_func ("/pool/ring-threads/many/drop-oldest",
                        GUINT_TO_POINTER (MGR_RING_POLICY_DROP_OLDEST), test_many);
  g_test_add_data_func ("/pool/ring-threads/many/drop-newest",
                        GUINT_TO_POINTER (MGR_RING_POLICY_DROP_NEWEST), test_many);
  add_for_sharings ("/pool/ring-threads/wakes", test_wakes);
  add_for_sharings ("/pool/ring-threads/abandon-wakes", test_abandon_wakes);
  add_for_sharings ("/pool/ring-threads/stop-and-go", test_stop_and_go);
  add_for_sharings ("/pool/ring-threads/disturbed", test_disturbed);
  add_for_sharings ("/pool/ring-threads/loop-reads", test_loop_reads);
  add_for_sharings ("/pool/ring-threads/loop-writes", test_loop_writes);
  g_test_add_func ("/pool/ring-threads/crowd", test_crowd);
  g_test_add_func ("/pool/ring-threads/held-by-another", test_held_by_another);
  g_test_add_func ("/pool/ring-threads/without-membarrier", test_without_membarrier);

  return g_test_run ();
}
