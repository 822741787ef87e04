/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "store-case.h"
#include "mgr-test-support.h"
#include "real-redis.h"

#include <sys/wait.h>
#include <unistd.h>

/* Against a real server. A busy machine may keep it from answering in time, which is no
 * mistake of anybody's: they are given as long as they need. */

#define PATIENCE (20 * SECOND)

typedef struct
{
  RealRedis *redis;      /* (owned) (nullable): where there is none, nothing is tested */
  MgrManualClock *clock; /* (owned) */
  MgrCacheStore *store;  /* (owned) (nullable) */
} Server;

static MgrCacheStore *
server_open (Server     *self,
             const char *prefix)
{
  return g_object_new (MGR_TYPE_REDIS_STORE, "uri", real_redis_get_uri (self->redis), "prefix", prefix,
                       "timeout", PATIENCE, "clock", self->clock, NULL);
}

static void
server_set_up (Server        *self,
               gconstpointer  by_port)
{
  self->redis = real_redis_start (NULL, by_port != NULL);
  self->clock = mgr_manual_clock_new (0);
  if (self->redis != NULL)
    self->store = server_open (self, NULL);
}

static void
server_tear_down (Server        *self,
                  gconstpointer  data)
{
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->redis, real_redis_end);
}

static void
test_store_and_load (Server        *server,
                     gconstpointer  data)
{
  MgrCacheStore *store = server->store;

  if (store == NULL)
    return;

  assert_loads (store, "a", NULL);
  g_assert_true (store_text (store, "a", "one", 0));
  assert_loads (store, "a", "one");
  g_assert_true (store_text (store, "a", "another", 0));
  g_assert_true (store_text (store, "", "", 0));
  assert_loads (store, "a", "another");
  assert_loads (store, "", "");
  g_assert_true (remove_key (store, "a"));
  g_assert_true (remove_key (store, "a"));
  assert_loads (store, "a", NULL);
  assert_problem (store, NULL);

  g_assert_cmpuint (get_figure (store, "hits"), ==, 3);
  g_assert_cmpuint (get_figure (store, "misses"), ==, 2);
  g_assert_cmpuint (get_figure (store, "stored"), ==, 3);
  g_assert_cmpuint (get_figure (store, "failures"), ==, 0);
  g_assert_cmpuint (get_figure (store, "connects"), ==, 1);
}

static void
test_bytes (Server        *server,
            gconstpointer  data)
{
  char all[256];
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) value = g_bytes_new_take (g_malloc0 (20 * MIB), 20 * MIB);
  g_autoptr (GBytes) found = NULL;

  if (server->store == NULL)
    return;

  for (guint i = 0; i < sizeof all; i++)
    all[i] = (char) i;
  key = g_bytes_new_static (all, sizeof all);
  g_assert_true (mgr_cache_store_store (server->store, key, value, 0, NULL, NULL));
  found = mgr_cache_store_load (server->store, key, NULL, NULL, NULL);
  g_assert_true (g_bytes_equal (found, value));
}

static void
test_ttl (Server        *server,
          gconstpointer  data)
{
  gint64 ttl = 0;

  if (server->store == NULL)
    return;

  store_text (server->store, "long", "value", 1000 * SECOND);
  g_free (load_text (server->store, "long", &ttl));
  g_assert_cmpint (ttl, >, 900 * SECOND);
  g_assert_cmpint (ttl, <=, 1000 * SECOND);
  g_assert_cmpint (ttl % 1000, ==, 0);

  store_text (server->store, "long", "value", 0);
  g_free (load_text (server->store, "long", &ttl));
  g_assert_cmpint (ttl, ==, 0);
  g_assert_true (store_text (server->store, "longest", "value", G_MAXINT64));
  assert_loads (server->store, "longest", "value");

  /* The least that there is, a millisecond. */
  store_text (server->store, "short", "value", 1);
  g_usleep (3000);
  assert_loads (server->store, "short", NULL);
}

static void
test_prefixes (Server        *server,
               gconstpointer  data)
{
  g_autoptr (MgrCacheStore) pattern = NULL;
  g_autoptr (MgrCacheStore) all = NULL;

  if (server->store == NULL)
    return;

  pattern = server_open (server, "*[a]?\\");
  all = server_open (server, "");
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      store_text (pattern, key, "value", 0);
    }
  store_text (server->store, "a", "value", 0);
  assert_loads (all, "mgr:a", "value");
  assert_loads (all, "*[a]?\\7", "value");

  g_assert_true (clear (pattern));
  assert_loads (all, "mgr:a", "value");
  assert_loads (pattern, "7", NULL);
  assert_loads (pattern, "2999", NULL);
  g_assert_true (clear (all));
  assert_loads (server->store, "a", NULL);
}

static void
test_database (Server        *server,
               gconstpointer  data)
{
  g_autofree char *uri = NULL;
  g_autoptr (MgrRedisStore) other = NULL;

  if (server->store == NULL)
    return;

  uri = g_strconcat (real_redis_get_uri (server->redis), "?db=3", NULL);
  other = mgr_redis_store_new (uri, "other:", NULL);
  mgr_redis_store_set_timeout (other, PATIENCE);
  g_assert_cmpstr (mgr_redis_store_get_prefix (other), ==, "other:");
  g_assert_cmpstr (mgr_redis_store_get_address (other), ==, uri);

  store_text (MGR_CACHE_STORE (other), "a", "value", 0);
  assert_loads (server->store, "a", NULL);
  assert_loads (MGR_CACHE_STORE (other), "a", "value");
}

static void
test_password (void)
{
  g_autoptr (RealRedis) redis = real_redis_start ("s%cret", FALSE);
  g_autofree char *path = NULL;
  static const struct
  {
    const char *user;
    gboolean good;
  } cases[] = {
    { "", FALSE }, { ":wrong@", FALSE }, { "nobody:s%25cret@", FALSE },
    { ":s%25cret@", TRUE }, { "default:s%25cret@", TRUE },
  };

  if (redis == NULL)
    return;

  path = g_strdup (real_redis_get_uri (redis) + strlen ("unix://"));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *uri = g_strdup_printf ("unix://%s%s", cases[i].user, path);
      g_autoptr (MgrCacheStore) store = MGR_CACHE_STORE (mgr_redis_store_new (uri, NULL, NULL));
      g_autofree char *problem = NULL;

      mgr_redis_store_set_timeout (MGR_REDIS_STORE (store), PATIENCE);
      g_assert_cmpint (store_text (store, "a", "value", 0), ==, cases[i].good);
      problem = mgr_cache_store_dup_problem (store);
      g_assert_cmpint (problem == NULL, ==, cases[i].good);
      if (!cases[i].good)
        {
          g_assert_nonnull (strstr (problem, i == 0 ? "NOAUTH" : "WRONGPASS"));
          g_assert_null (strstr (problem, "s%25cret"));
        }
    }
}

/* A server that is out of memory says so. */
static void
test_refuses (Server        *server,
              gconstpointer  data)
{
  g_autoptr (GSubprocess) client = NULL;
  g_autofree char *program = g_find_program_in_path ("redis-cli");

  if (server->store == NULL)
    return;
  if (program == NULL)
    {
      g_test_skip ("There is no redis-cli");
      return;
    }

  store_text (server->store, "a", "old", 0);
  client = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL, program, "-s",
                             real_redis_get_uri (server->redis) + strlen ("unix://"),
                             "CONFIG", "SET", "maxmemory", "1", NULL);
  g_assert_true (g_subprocess_wait_check (client, NULL, NULL));

  g_assert_false (store_text (server->store, "a", "new", 0));
  assert_problem (server->store, "OOM");
  /* Neither is found that which should have been replaced. */
  assert_loads (server->store, "a", NULL);
  g_assert_cmpuint (get_figure (server->store, "refused"), ==, 1);
  g_assert_cmpuint (get_figure (server->store, "failures"), ==, 1);
  g_assert_true (remove_key (server->store, "a"));
  assert_problem (server->store, NULL);
  assert_loads (server->store, "a", NULL);
}

static void
test_server_dies (Server        *server,
                  gconstpointer  data)
{
  if (server->store == NULL)
    return;

  store_text (server->store, "a", "value", 0);
  real_redis_kill (server->redis);
  assert_loads (server->store, "a", NULL);
  g_assert_false (store_text (server->store, "a", "value", 0));
  g_assert_false (remove_key (server->store, "b"));
  g_assert_false (clear (server->store));
  assert_problem (server->store, "is out of reach");
  g_assert_cmpuint (get_figure (server->store, "failures"), >=, 4);

  real_redis_restart (server->redis);
  assert_loads (server->store, "a", NULL);
  mgr_manual_clock_advance (server->clock, 60 * SECOND);
  g_assert_true (store_text (server->store, "a", "again", 0));
  assert_loads (server->store, "a", "again");
  assert_problem (server->store, NULL);
  g_assert_cmpuint (get_figure (server->store, "connects"), ==, 2);
}

/* What a server had before it was out of reach is not found by whoever has replaced or
 * removed it since. */
static void
test_server_stands_still (Server        *server,
                          gconstpointer  data)
{
  if (server->store == NULL)
    return;

  store_text (server->store, "replaced", "old", 0);
  store_text (server->store, "removed", "old", 0);
  store_text (server->store, "kept", "value", 0);
  mgr_redis_store_set_timeout (MGR_REDIS_STORE (server->store), 20000);

  real_redis_pause (server->redis);
  g_assert_false (store_text (server->store, "replaced", "new", 0));
  g_assert_false (remove_key (server->store, "removed"));
  assert_loads (server->store, "kept", NULL);
  g_assert_cmpuint (get_figure (server->store, "timeouts"), ==, 1);
  g_assert_cmpuint (get_figure (server->store, "failures"), ==, 3);
  assert_problem (server->store, "does not answer in time");
  real_redis_resume (server->redis);

  mgr_redis_store_set_timeout (MGR_REDIS_STORE (server->store), PATIENCE);
  mgr_manual_clock_advance (server->clock, 60 * SECOND);
  assert_loads (server->store, "kept", "value");
  assert_loads (server->store, "replaced", NULL);
  assert_loads (server->store, "removed", NULL);
}

static void
test_server_stands_still_for_all (Server        *server,
                                  gconstpointer  data)
{
  if (server->store == NULL)
    return;

  store_text (server->store, "a", "value", 0);
  store_text (server->store, "b", "value", 0);
  mgr_redis_store_set_timeout (MGR_REDIS_STORE (server->store), 20000);
  real_redis_pause (server->redis);
  g_assert_false (clear (server->store));
  real_redis_resume (server->redis);

  mgr_redis_store_set_timeout (MGR_REDIS_STORE (server->store), PATIENCE);
  mgr_manual_clock_advance (server->clock, 60 * SECOND);
  assert_loads (server->store, "a", NULL);
  g_assert_true (store_text (server->store, "a", "new", 0));
  assert_loads (server->store, "a", "new");
  assert_loads (server->store, "b", NULL);
}

/* Several threads share the connection, and nobody gets what another asked for. */

#define N_THREADS 8
#define N_ROUNDS 500

static gpointer
use_store_cb (gpointer data)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *key = g_strdup_printf ("%p %u", (gpointer) g_thread_self (), i);
      g_autofree char *value = g_strnfill (10 + i * 7 % 5000, 'a' + (char) (i % 26));

      g_assert_true (store_text (data, key, value, 1000 * SECOND));
      assert_loads (data, key, value);
    }

  return NULL;
}

static void
test_threads (Server        *server,
              gconstpointer  data)
{
  GThread *threads[N_THREADS];

  if (server->store == NULL)
    return;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("redis", use_store_cb, server->store);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (get_figure (server->store, "connects"), ==, 1);
  g_assert_cmpuint (get_figure (server->store, "hits"), ==, N_THREADS * N_ROUNDS);
}

static void
test_fork (Server        *server,
           gconstpointer  data)
{
  int status = 0;
  pid_t child;

#ifdef __SANITIZE_THREAD__
  g_test_skip ("ThreadSanitizer lets no child of a program with threads have threads");
  return;
#endif
  if (server->store == NULL)
    return;

  store_text (server->store, "parent", "value", 0);
  child = fork ();
  if (child == 0)
    {
      g_autofree char *value = load_text (server->store, "parent", NULL);

      store_text (server->store, "child", "value", 0);
      _exit (g_strcmp0 (value, "value") == 0 ? 0 : 1);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  assert_loads (server->store, "child", "value");
  g_assert_cmpuint (get_figure (server->store, "connects"), ==, 1);
}

#define server_add_test(path, by_port, func) \
  g_test_add (path, Server, by_port, server_set_up, func, server_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  server_add_test ("/cache/redis-store/store-and-load", NULL, test_store_and_load);
  server_add_test ("/cache/redis-store/by-port", "yes", test_store_and_load);
  server_add_test ("/cache/redis-store/bytes", NULL, test_bytes);
  server_add_test ("/cache/redis-store/ttl", NULL, test_ttl);
  server_add_test ("/cache/redis-store/prefixes", NULL, test_prefixes);
  server_add_test ("/cache/redis-store/database", NULL, test_database);
  g_test_add_func ("/cache/redis-store/password", test_password);
  server_add_test ("/cache/redis-store/refuses", NULL, test_refuses);
  server_add_test ("/cache/redis-store/server-dies", NULL, test_server_dies);
  server_add_test ("/cache/redis-store/server-stands-still", NULL, test_server_stands_still);
  server_add_test ("/cache/redis-store/server-stands-still-for-all", NULL, test_server_stands_still_for_all);
  server_add_test ("/cache/redis-store/threads", NULL, test_threads);
  server_add_test ("/cache/redis-store/fork", NULL, test_fork);

  return g_test_run ();
}
