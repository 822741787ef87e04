/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tensor-fixture.h"

#define N_THREADS 4
#define N_STEPS 2000

typedef struct
{
  MgrTensorPool *pool; /* (unowned) */
  guint number;
} Worker;

static void
fill_and_check (MgrTensor *tensor,
                guint      number)
{
  guint8 *bytes = mgr_tensor_get_data (tensor, NULL);
  guint64 n = mgr_tensor_get_nbytes (tensor);

  memset (bytes, (int) number, n);
  g_thread_yield ();
  g_assert_cmpuint (bytes[0], ==, number);
  g_assert_cmpuint (bytes[n - 1], ==, number);
}

/* Some are shared with an imagined process, whose lease ends in whatever thread finds it. */
static void
share_and_drop (MgrTensor *tensor)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) exported = mgr_tensor_export (tensor, fds, &error);
  g_autoptr (MgrTensor) imported = NULL;

  g_assert_no_error (error);
  imported = mgr_tensor_new_from_export (exported, fds, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mgr_tensor_get_dtype (imported), ==, mgr_tensor_get_dtype (tensor));
}

static gpointer
worker_cb (gpointer user_data)
{
  Worker *worker = user_data;
  g_autoptr (GRand) random = g_rand_new_with_seed (worker->number);

  for (guint i = 0; i < N_STEPS; i++)
    {
      gint64 n = g_rand_int_range (random, 1, i % 50 == 0 ? 4 * (gint32) MIB : 5000);
      g_autoptr (MgrTensor) tensor =
        mgr_tensor_pool_allocate_tensor (worker->pool, &n, 1, MGR_DATA_TYPE_UINT8, "work", NULL);

      if (tensor == NULL)
        continue;

      fill_and_check (tensor, worker->number);
      if (i % 20 == 0)
        share_and_drop (tensor);
      if (i % 3 == 0)
        g_assert_true (mgr_tensor_release (tensor, NULL));
    }

  return NULL;
}

/* What owners do meanwhile. */
static gpointer
meddler_cb (gpointer user_data)
{
  Worker *worker = user_data;
  MgrPool *pool = MGR_POOL (worker->pool);

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (pool);
      g_autofree double *cells = mgr_pool_get_occupancy (pool, 10, &(gsize) { 0 });

      g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), <=,
                        mgr_pool_statistics_get_charged (statistics));
      g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), <=, 16 * MIB);
      mgr_pool_trim (pool, G_MAXUINT64);
      mgr_tensor_pool_get_lease_count (worker->pool);
      if (i % 10 == 0)
        {
          mgr_pool_set_active (pool, FALSE, NULL);
          mgr_pool_set_active (pool, TRUE, NULL);
          mgr_pool_set_capacity (pool, i % 20 == 0 ? 12 * MIB : 16 * MIB, NULL);
        }
      g_thread_yield ();
    }

  return NULL;
}

static void
test_many_threads (TensorFixture *fixture,
                   gconstpointer  unused)
{
  Worker workers[N_THREADS + 1];
  GThread *threads[N_THREADS + 1];

  for (guint i = 0; i <= N_THREADS; i++)
    {
      workers[i] = (Worker) { fixture->pool, i + 1 };
      threads[i] = g_thread_new ("worker", i < N_THREADS ? worker_cb : meddler_cb, &workers[i]);
    }
  for (guint i = 0; i <= N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (mgr_tensor_pool_get_lease_count (fixture->pool), ==, 0);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);
  mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
}

static gpointer
last_unref_cb (gpointer user_data)
{
  mgr_tensor_unref (user_data);
  return NULL;
}

static void
test_last_tensor_elsewhere (TensorFixture *fixture,
                            gconstpointer  unused)
{
  g_test_summary ("The last tensor takes the pool with it, in whatever thread");

  for (guint i = 0; i < 100; i++)
    {
      MgrTensorPool *pool = tensor_pool_new (fixture->component, NULL, 0, NULL);
      MgrTensor *tensor = tensor_new (pool, 1);
      GThread *thread = g_thread_new ("last", last_unref_cb, tensor);

      g_object_unref (pool);
      g_thread_join (thread);
      g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
    }
}

static gpointer
import_cb (gpointer user_data)
{
  for (guint i = 0; i < 1000; i++)
    share_and_drop (user_data);
  return NULL;
}

static void
test_one_segment_imported_by_many (TensorFixture *fixture,
                                   gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 1);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("import", import_cb, tensor);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  tensor_release (tensor);
  g_assert_cmpuint (mgr_tensor_pool_get_lease_count (fixture->pool), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TENSOR_ADD ("/pool/tensor-threads/many-threads", test_many_threads);
  TENSOR_ADD ("/pool/tensor-threads/last-tensor-elsewhere", test_last_tensor_elsewhere);
  TENSOR_ADD ("/pool/tensor-threads/one-segment-imported-by-many",
              test_one_segment_imported_by_many);

  return g_test_run ();
}
