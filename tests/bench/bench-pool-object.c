/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench-peers.h"

#include <json-glib/json-glib.h>

#define ROUND 1000000
#define DEAR_ROUND 20000

/* Something that takes no time to make. */
static GObject *
create_cheap_cb (MgrObjectPool *pool,
                 gpointer       user_data)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

/* A parser that has read what it needs: here, the rules of a small grammar. */
static const char rules[] =
  "{\"start\": \"text\", \"rules\": [{\"name\": \"text\", \"parts\": [\"word\", \"space\"]},"
  " {\"name\": \"word\", \"parts\": [\"letter\"]}, {\"name\": \"space\", \"parts\": [\" \"]}]}";

static GObject *
create_parser (void)
{
  JsonParser *parser = json_parser_new ();

  g_assert (json_parser_load_from_data (parser, rules, -1, NULL));
  return G_OBJECT (parser);
}

static GObject *
create_parser_cb (MgrObjectPool *pool,
                  gpointer       user_data)
{
  return create_parser ();
}

/* One that resets what comes back. */
#define BENCH_TYPE_POOL (bench_pool_get_type ())
G_DECLARE_FINAL_TYPE (BenchPool, bench_pool, BENCH, POOL, MgrObjectPool)

struct _BenchPool
{
  MgrObjectPool parent_instance;
};

G_DEFINE_FINAL_TYPE (BenchPool, bench_pool, MGR_TYPE_OBJECT_POOL)

static GObject *
bench_pool_create (MgrObjectPool  *pool,
                   GError        **error)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

static gboolean
bench_pool_reset (MgrObjectPool *pool,
                  GObject       *object)
{
  return TRUE;
}

static void
bench_pool_class_init (BenchPoolClass *klass)
{
  MGR_OBJECT_POOL_CLASS (klass)->create = bench_pool_create;
  MGR_OBJECT_POOL_CLASS (klass)->reset = bench_pool_reset;
}

static void
bench_pool_init (BenchPool *self)
{
}

static MgrObjectPool *
pool_new (GCallback create)
{
  MgrObjectPool *pool = mgr_object_pool_new ("bench", NULL, 64, 0, NULL);

  g_signal_connect (pool, "create", create, NULL);
  g_assert (mgr_object_pool_prepare (pool, 32, NULL));
  return pool;
}

static void
lease_cb (gpointer user_data,
          guint64  n)
{
  MgrObjectPool *pool = user_data;

  for (guint64 i = 0; i < n; i++)
    mgr_object_pool_release (pool, mgr_object_pool_acquire (pool, NULL, NULL), NULL);
}

/* As handles that are counted are used: two calls to let go. */
static void
counted_lease_cb (gpointer user_data,
                  guint64  n)
{
  MgrObjectPool *pool = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      MgrLease *lease = mgr_object_pool_acquire (pool, NULL, NULL);

      mgr_lease_release (lease, NULL);
      mgr_lease_unref (lease);
    }
}

static void
new_cheap_cb (gpointer user_data,
              guint64  n)
{
  for (guint64 i = 0; i < n; i++)
    g_object_unref (g_object_new (G_TYPE_OBJECT, NULL));
}

static void
new_parser_cb (gpointer user_data,
               guint64  n)
{
  for (guint64 i = 0; i < n; i++)
    g_object_unref (create_parser ());
}

/* What a program would write by itself: no figures, no limit, no lease. */
static void
queue_cb (gpointer user_data,
          guint64  n)
{
  GAsyncQueue *queue = user_data;

  for (guint64 i = 0; i < n; i++)
    g_async_queue_push (queue, g_async_queue_pop (queue));
}

static void
compare_with_gst (Bench         *bench,
                  MgrObjectPool *plain,
                  MgrObjectPool *resetting)
{
  gpointer gst = bench_gst_pool_new (4096);
  BenchCase bench_case = {
    .name = "object: acquire + release",
    .peer = "GstBufferPool",
    .ours = lease_cb,
    .ours_data = plain,
    .theirs = bench_gst_pool_cb,
    .theirs_data = gst,
    .n = ROUND,
    .goal = 0.25,
  };

  if (gst == NULL)
    return;

  bench_compare (bench, &bench_case);

  bench_case.name = "object: acquire + release + unref";
  bench_case.ours = counted_lease_cb;
  bench_case.goal = 0.35;
  bench_compare (bench, &bench_case);

  bench_case.name = "object: acquire + release, reset by a subclass";
  bench_case.ours = lease_cb;
  bench_case.ours_data = resetting;
  bench_case.goal = 2;
  bench_compare (bench, &bench_case);

  bench_gst_pool_free (gst);
}

static void
compare_with_making (Bench         *bench,
                     MgrObjectPool *plain)
{
  g_autoptr (MgrObjectPool) parsers = pool_new (G_CALLBACK (create_parser_cb));
  BenchCase bench_case = {
    .name = "object: acquire + release",
    .peer = "g_object_new + unref of a GObject",
    .ours = lease_cb,
    .ours_data = plain,
    .theirs = new_cheap_cb,
    .n = ROUND,
    .goal = 0.5,
  };

  bench_compare (bench, &bench_case);

  bench_case.peer = "a JsonParser made, its grammar read";
  bench_case.ours_data = parsers;
  bench_case.theirs = new_parser_cb;
  bench_case.n = DEAR_ROUND;
  bench_case.goal = 0.05;
  bench_compare (bench, &bench_case);
}

static void
compare_with_queue (Bench         *bench,
                    MgrObjectPool *plain)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new_full (g_object_unref);
  BenchCase bench_case = {
    .name = "object: acquire + release",
    .peer = "GAsyncQueue, without figures",
    .ours = lease_cb,
    .ours_data = plain,
    .theirs = queue_cb,
    .theirs_data = queue,
    .n = ROUND,
    .goal = 1,
  };

  for (guint i = 0; i < 32; i++)
    g_async_queue_push (queue, g_object_new (G_TYPE_OBJECT, NULL));
  bench_compare (bench, &bench_case);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("pools", &argc, &argv);
  g_autoptr (MgrObjectPool) plain = pool_new (G_CALLBACK (create_cheap_cb));
  g_autoptr (MgrObjectPool) resetting =
    g_initable_new (BENCH_TYPE_POOL, NULL, NULL, "name", "resetting", "max", 64, NULL);

  g_assert (mgr_object_pool_prepare (resetting, 32, NULL));
  compare_with_gst (bench, plain, resetting);
  compare_with_making (bench, plain);
  compare_with_queue (bench, plain);
  return bench_finish (bench);
}
