/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "store-case.h"
#include "mgr-test-support.h"
#include "fake-redis.h"

/* Servers that are no good, and addresses that are none. Whatever they do, there is just
 * nothing to be had from them. */

#define PATIENCE (20 * SECOND)

static MgrCacheStore *
open_store (const char *uri,
            MgrClock   *clock,
            gint64      timeout)
{
  return g_object_new (MGR_TYPE_REDIS_STORE, "uri", uri, "clock", clock, "timeout", timeout, NULL);
}

static const struct
{
  const char *name;
  const char *greeting;
  const char *answer;
  const char *problem;
  gboolean silent; /* nobody finds out but by waiting */
} servers[] = {
  { "silent", NULL, NULL, NULL, TRUE },
  { "hangs-up", "", NULL, "It hung up", FALSE },
  { "http", "HTTP/1.1 400 Bad Request\r\n\r\n", NULL, "not how Redis answers", FALSE },
  { "greets-wrongly", "+HELLO\r\n", NULL, "It answers “HELLO”", FALSE },
  { "greets-with-bytes", "$4\r\nPONG\r\n", NULL, "It answers “bytes”", FALSE },
  { "wants-a-password", "-NOAUTH Authentication required.\r\n", NULL, "NOAUTH", FALSE },
  { "falls-silent", "+PONG\r\n", NULL, "does not answer in time", TRUE },
  { "hangs-up-later", "+PONG\r\n", "", "It hung up", FALSE },
  { "rubbish", "+PONG\r\n", "\x01\x02rubbish\r\n", "not how Redis answers", FALSE },
  { "endless", "+PONG\r\n", "$999999999999\r\n", "not how Redis answers", FALSE },
  { "half-a-value", "+PONG\r\n", "$100\r\nhalf", "does not answer in time", TRUE },
  { "too-much", "+PONG\r\n", "+A\r\n+B\r\n+C\r\n", "what nobody asked", FALSE },
};

static void
test_server (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (FakeRedis) server = fake_redis_start (servers[i].greeting, servers[i].answer);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrCacheStore) store =
    open_store (fake_redis_get_uri (server), MGR_CLOCK (clock), servers[i].silent ? 20000 : PATIENCE);

  for (guint k = 0; k < 3; k++)
    {
      assert_loads (store, "a", NULL);
      g_assert_false (store_text (store, "a", "value", 0));
      if (servers[i].problem != NULL)
        assert_problem (store, servers[i].problem);
      mgr_manual_clock_advance (clock, 60 * SECOND);
    }
  g_assert_cmpuint (get_figure (store, "hits"), ==, 0);
  g_assert_cmpuint (get_figure (store, "misses"), ==, 3);
  g_assert_cmpuint (get_figure (store, "refused"), ==, 3);
  g_assert_cmpuint (get_figure (store, "failures"), >, 0);
}

/* As a server does that has just been started. */
static void
test_refuses (void)
{
  g_autoptr (FakeRedis) server =
    fake_redis_start_patient ("+PONG\r\n", "-LOADING data\r\n-LOADING data\r\n", 2);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);

  for (guint i = 1; i <= 3; i++)
    {
      assert_loads (store, "a", NULL);
      assert_problem (store, "answers “LOADING data”");
      g_assert_cmpuint (get_figure (store, "failures"), ==, i);
    }
  g_assert_cmpuint (fake_redis_count (server), ==, 1);
}

/* Replies that are none to what was asked: nothing is made of them. */
static void
test_wrong_replies (void)
{
  static const char *const answers[] = {
    "+OK\r\n+OK\r\n", ":1\r\n:1\r\n", "*0\r\n*0\r\n", "$-1\r\n:-2\r\n", "$5\r\nvalue\r\n:-2\r\n",
    "$5\r\nvalue\r\n:0\r\n", "$5\r\nvalue\r\n:-9223372036854775808\r\n", "$5\r\nvalue\r\n$1\r\n1\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (FakeRedis) server = fake_redis_start_patient ("+PONG\r\n", answers[i], 2);
      g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);

      assert_loads (store, "a", NULL);
      assert_problem (store, NULL);
    }
}

static void
test_scan_of_rubbish (void)
{
  static const char *const answers[] = {
    "+OK\r\n", "*0\r\n", "*2\r\n:0\r\n*0\r\n", "*2\r\n$1\r\n0\r\n$1\r\nx\r\n", "*1\r\n$1\r\n0\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (FakeRedis) server = fake_redis_start ("+PONG\r\n", answers[i]);
      g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);

      g_assert_false (clear (store));
      assert_loads (store, "a", NULL);
    }
}

static void
test_longest_ttl (void)
{
  g_autoptr (FakeRedis) server = fake_redis_start_patient ("+PONG\r\n", "$1\r\nv\r\n:9223372036854775807\r\n", 2);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);
  gint64 ttl = 0;

  g_free (load_text (store, "a", &ttl));
  g_assert_cmpint (ttl, >, G_MAXINT64 - 1000);
}

/* What is asked for at the same time goes out before any of it is answered. */

#define N_THREADS 8

static gpointer
load_cb (gpointer store)
{
  return load_text (store, "a", NULL);
}

static void
test_pipeline (void)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (FakeRedis) server = NULL;
  g_autoptr (MgrCacheStore) store = NULL;
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    g_string_append (answer, "$5\r\nvalue\r\n:-1\r\n");
  server = fake_redis_start_patient ("+PONG\r\n", answer->str, 2 * N_THREADS);
  store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("load", load_cb, store);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *value = g_thread_join (threads[i]);

      g_assert_cmpstr (value, ==, "value");
    }
  g_assert_cmpuint (fake_redis_count (server), ==, 1);
}

/* Of those that hang up nobody asks before it is time, and less and less often. */
static void
test_back_off (void)
{
  g_autoptr (FakeRedis) server = fake_redis_start ("", NULL);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), MGR_CLOCK (clock), PATIENCE);
  gint64 delay = SECOND / 10;

  assert_loads (store, "a", NULL);
  for (guint i = 1; i < 12; i++)
    {
      g_assert_cmpuint (fake_redis_count (server), ==, i);
      mgr_manual_clock_advance (clock, delay - 1);
      assert_loads (store, "a", NULL);
      g_assert_cmpuint (fake_redis_count (server), ==, i);
      mgr_manual_clock_advance (clock, 1);
      assert_loads (store, "a", NULL);
      delay = MIN (2 * delay, 30 * SECOND);
    }

  /* A clock that goes back keeps nobody away. */
  mgr_manual_clock_advance (clock, -1000 * SECOND);
  assert_loads (store, "a", NULL);
  g_assert_cmpuint (fake_redis_count (server), ==, 13);
}

/* Who waits once for a server that does not answer does not wait again at once. */
static void
test_silence_costs_once (void)
{
  g_autoptr (FakeRedis) server = fake_redis_start (NULL, NULL);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, SECOND / 10);
  gint64 begin = g_get_monotonic_time ();
  gint64 first;
  gint64 rest;

  assert_loads (store, "a", NULL);
  first = g_get_monotonic_time () - begin;
  for (guint i = 0; i < 100; i++)
    assert_loads (store, "a", NULL);
  rest = g_get_monotonic_time () - begin - first;

  g_test_message ("%" G_GINT64_FORMAT " µs, then %" G_GINT64_FORMAT " µs", first, rest);
  g_assert_cmpint (first, >=, SECOND / 10);
  g_assert_cmpint (rest, <, 10 * SECOND);
  g_assert_cmpuint (get_figure (store, "timeouts"), >, 0);
  g_assert_cmpuint (fake_redis_count (server), <=, 1);
}

static void
test_nobody_there (void)
{
  g_autoptr (MgrCacheStore) path = open_store ("unix:///nonexistent/socket", NULL, PATIENCE);
  g_autoptr (MgrCacheStore) host = open_store ("redis://127.0.0.1:1", NULL, PATIENCE);
  MgrCacheStore *stores[] = { path, host };

  for (gsize i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      assert_loads (stores[i], "a", NULL);
      g_assert_false (store_text (stores[i], "a", "value", 0));
      assert_problem (stores[i], "is out of reach");
      g_assert_cmpuint (get_figure (stores[i], "connects"), ==, 0);
    }
}

static gpointer
cancel_cb (gpointer cancellable)
{
  g_usleep (5000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
assert_cancelled (const char *greeting)
{
  g_autoptr (FakeRedis) server = fake_redis_start (greeting, NULL);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, G_TIME_SPAN_HOUR);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) key = bytes_of ("a");
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_cb, cancellable);

  g_assert_null (mgr_cache_store_load (store, key, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
test_cancelled (void)
{
  assert_cancelled (NULL);
  assert_cancelled ("+PONG\r\n");
}

/* A call that was cancelled does not give its reply to the next one. */
static void
test_cancelled_reply_is_dropped (void)
{
  g_autoptr (FakeRedis) server =
    fake_redis_start_patient ("+PONG\r\n", "$3\r\none\r\n:-1\r\n$3\r\ntwo\r\n:-1\r\n", 4);
  g_autoptr (MgrCacheStore) store = open_store (fake_redis_get_uri (server), NULL, PATIENCE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) key = bytes_of ("a");
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_cb, cancellable);
  g_autoptr (GBytes) first = mgr_cache_store_load (store, key, NULL, cancellable, &error);

  /* On a slow machine it may have been cancelled before anything was sent. */
  g_thread_join (thread);
  g_assert_null (first);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (fake_redis_count (server) == 1 && get_figure (store, "connects") == 1)
    assert_loads (store, "a", "two");
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *uri;
    const char *address; /* NULL where it is wrong */
  } cases[] = {
    { "redis://localhost", "redis://localhost:6379/0" },
    { "redis://user:s%40cret@example.org:7000/12", "redis://example.org:7000/12" },
    { "redis://:secret@[::1]/", "redis://[::1]:6379/0" },
    { "unix:///run/redis.sock", "unix:///run/redis.sock?db=0" },
    { "unix://:secret@/run/a%20b?db=7", "unix:///run/a b?db=7" },
    { "", NULL },
    { "localhost:6379", NULL },
    { "http://localhost", NULL },
    { "rediss://localhost", NULL },
    { "redis://", NULL },
    { "redis://:secret@", NULL },
    { "redis://localhost:0", NULL },
    { "redis://localhost:99999", NULL },
    { "redis://localhost/one", NULL },
    { "redis://localhost/-1", NULL },
    { "redis://localhost/1/2", NULL },
    { "redis://localhost?db=1", NULL },
    { "redis://localhost#db", NULL },
    { "redis://secret@localhost", NULL },
    { "unix://", NULL },
    { "unix:///", NULL },
    { "unix://host/path", NULL },
    { "unix:///path?db=x", NULL },
    { "unix:///path?database=1", NULL },
    { "redis://user:secret%@localhost", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MgrRedisStore) store = mgr_redis_store_new (cases[i].uri, NULL, &error);

      g_test_message ("%s", cases[i].uri);
      g_assert_cmpstr (store != NULL ? mgr_redis_store_get_address (store) : NULL, ==, cases[i].address);
      if (store != NULL)
        continue;

      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "secret"));
      g_assert_nonnull (strstr (error->message, "redis://[user:password@]host"));
    }
}

/* Made as an object, without anybody to hear the error. */
static void
test_no_address (void)
{
  g_autoptr (MgrCacheStore) store = g_object_new (MGR_TYPE_REDIS_STORE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (try_load (store, "a", NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (try_store (store, "a", "value", 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (try_remove (store, "a", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_cache_store_clear (store, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_problem (store, "address of a Redis server is wrong");
  g_assert_null (mgr_redis_store_get_address (MGR_REDIS_STORE (store)));
}

static void
notify_cb (GObject    *store,
           GParamSpec *pspec,
           gpointer    user_data)
{
  *(guint *) user_data += 1;
}

static void
test_properties (void)
{
  g_autoptr (MgrRedisStore) store = mgr_redis_store_new ("redis://localhost", NULL, NULL);
  guint n_notified = 0;
  g_autofree char *prefix = NULL;
  g_autoptr (MgrClock) clock = NULL;
  gint64 timeout = 0;

  g_signal_connect (store, "notify::timeout", G_CALLBACK (notify_cb), &n_notified);
  g_assert_cmpint (mgr_redis_store_get_timeout (store), ==, SECOND / 10);
  mgr_redis_store_set_timeout (store, SECOND);
  mgr_redis_store_set_timeout (store, SECOND);
  mgr_test_settle ();
  g_assert_cmpuint (n_notified, ==, 1);
  g_object_set (store, "timeout", 2 * SECOND, NULL);
  g_object_get (store, "timeout", &timeout, "prefix", &prefix, "clock", &clock, NULL);
  g_assert_cmpint (timeout, ==, 2 * SECOND);
  g_assert_cmpstr (prefix, ==, "mgr:");
  g_assert_true (clock == mgr_clock_get_default ());
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      g_autofree char *path = g_strconcat ("/cache/redis-rubbish/server/", servers[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_server);
    }
  g_test_add_func ("/cache/redis-rubbish/refuses", test_refuses);
  g_test_add_func ("/cache/redis-rubbish/wrong-replies", test_wrong_replies);
  g_test_add_func ("/cache/redis-rubbish/scan-of-rubbish", test_scan_of_rubbish);
  g_test_add_func ("/cache/redis-rubbish/longest-ttl", test_longest_ttl);
  g_test_add_func ("/cache/redis-rubbish/pipeline", test_pipeline);
  g_test_add_func ("/cache/redis-rubbish/back-off", test_back_off);
  g_test_add_func ("/cache/redis-rubbish/silence-costs-once", test_silence_costs_once);
  g_test_add_func ("/cache/redis-rubbish/nobody-there", test_nobody_there);
  g_test_add_func ("/cache/redis-rubbish/cancelled", test_cancelled);
  g_test_add_func ("/cache/redis-rubbish/cancelled-reply-is-dropped", test_cancelled_reply_is_dropped);
  g_test_add_func ("/cache/redis-rubbish/addresses", test_addresses);
  g_test_add_func ("/cache/redis-rubbish/no-address", test_no_address);
  g_test_add_func ("/cache/redis-rubbish/properties", test_properties);

  return g_test_run ();
}
