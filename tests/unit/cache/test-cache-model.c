/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"

/* Many threads do at random what can be done with a cache; each value is known by a number
 * of its own, so that of each it can be told whether it is there, or has left, and once. */

#define N_THREADS 4
#define N_OPERATIONS 250000
#define LAST 1000 /* of them change nothing else, so that there is something in the end */
#define N_KEYS 3000
#define MAX_BYTES (1500 * 400)

typedef struct
{
  MgrCache *cache;    /* (owned) */
  MgrManager *manager; /* (owned) */
  gboolean only_plain; /* all values are numbers that have no more to them */
  guint8 *left;       /* (owned): of each value, how often it was said to have left */
  gint n_put;         /* atomic */
  gint n_running;     /* atomic */
} Model;

typedef struct
{
  Model *model;       /* (unowned) */
  GRand *rand;        /* (owned) */
  gint64 number;      /* of the values of this thread, the next */
} Player;

/* Returns: (nullable): none for a number that has no more to it */
static MgrCacheTerms *
player_choose_terms (Player *self)
{
  MgrCacheTerms *terms;

  if (self->model->only_plain || g_rand_int_range (self->rand, 0, 4) == 0)
    return NULL;

  terms = mgr_cache_terms_new ();
  mgr_cache_terms_set_size (terms, (guint64) g_rand_int_range (self->rand, 1, 800));
  if (g_rand_int_range (self->rand, 0, 4) == 0)
    mgr_cache_terms_set_ttl (terms, g_rand_int_range (self->rand, 1, 20000));
  if (g_rand_int_range (self->rand, 0, 8) == 0)
    mgr_cache_terms_add_tag (terms, "tag");
  if (g_rand_int_range (self->rand, 0, 8) == 0)
    mgr_cache_terms_set_idle_ttl (terms, 20000);

  return terms;
}

/* A value tells its key and its number. */
static void
player_put (Player *self,
            gint64  key)
{
  g_autoptr (MgrCacheTerms) terms = player_choose_terms (self);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, self->number++ * N_KEYS + key);
  mgr_cache_put_int64 (self->model->cache, key, &value, terms, &error);
  g_assert_no_error (error);
  g_atomic_int_inc (&self->model->n_put);
}

static void
player_get (Player *self,
            gint64  key)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if (mgr_cache_get_int64 (self->model->cache, key, &value))
    g_assert_cmpint (g_value_get_int64 (&value) % N_KEYS, ==, key);
}

static void
player_change (Player *self,
               gint64  number)
{
  MgrCache *cache = self->model->cache;
  g_auto (GValue) key = G_VALUE_INIT;

  g_value_init (&key, G_TYPE_INT64);
  g_value_set_int64 (&key, number);
  switch (g_rand_int_range (self->rand, 0, 1000))
    {
    case 0:
      mgr_cache_clear (cache);
      break;
    case 1:
    case 2:
      mgr_cache_trim (cache, MAX_BYTES / 4);
      break;
    case 3:
    case 4:
      mgr_cache_invalidate (cache, "tag");
      break;
    case 5:
      mgr_cache_set_bounds (cache, MAX_BYTES / 2, 0);
      mgr_cache_set_bounds (cache, MAX_BYTES, 0);
      break;
    default:
      mgr_cache_remove (cache, &key, NULL);
      break;
    }
}

static gpointer
play_cb (gpointer data)
{
  Player *self = data;

  for (guint i = 0; i < N_OPERATIONS; i++)
    {
      /* Some keys are wanted more than others. */
      double spot = g_rand_double (self->rand);
      gint64 key = (gint64) (spot * spot * N_KEYS);
      gint32 what = g_rand_int_range (self->rand, 0, 100);

      if (what < 60)
        player_get (self, key);
      else if (what < 95 || i >= N_OPERATIONS - LAST)
        player_put (self, key);
      else
        player_change (self, key);
    }

  g_atomic_int_add (&self->model->n_running, -1);
  return NULL;
}

static void
removed_cb (MgrCache      *cache,
            const GValue  *key,
            const GValue  *value,
            MgrCacheCause  cause,
            gpointer       data)
{
  Model *self = data;
  gint64 number = g_value_get_int64 (value);

  g_assert_cmpint (number % N_KEYS, ==, g_value_get_int64 (key));
  self->left[number / N_KEYS]++;
}

/* What is there is there once, and adds up. */
static guint
check_entries (Model *self)
{
  g_autoptr (GPtrArray) records = mgr_cache_list (self->cache);
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self->cache);
  guint64 bytes = 0;

  for (guint i = 0; i < records->len; i++)
    {
      MgrCacheRecord *record = g_ptr_array_index (records, i);
      g_auto (GValue) value = G_VALUE_INIT;
      gint64 number;

      mgr_cache_record_get_value (record, &value);
      number = g_value_get_int64 (&value) / N_KEYS;
      bytes += mgr_cache_record_get_size (record);
      g_assert_cmpuint (self->left[number]++, ==, 0);
    }
  g_assert_cmpuint (mgr_cache_statistics_get_entries (statistics), ==, records->len);
  g_assert_cmpuint (mgr_cache_statistics_get_bytes (statistics), ==, bytes);
  return records->len;
}

static void
check_all (Model *self)
{
  guint n = check_entries (self);
  guint n_left = 0;

  for (guint i = 0; i < N_THREADS * N_OPERATIONS; i++)
    {
      g_assert_cmpuint (self->left[i], <=, 1);
      n_left += self->left[i];
    }
  g_assert_cmpuint (n_left, ==, g_atomic_int_get (&self->n_put));
  g_assert_cmpuint (n, >, 0);
}

static void
play (Model *self)
{
  Player players[N_THREADS];
  GThread *threads[N_THREADS];

  self->n_running = N_THREADS;
  for (guint i = 0; i < N_THREADS; i++)
    {
      players[i] = (Player) { .model = self, .number = (gint64) i * N_OPERATIONS };
      players[i].rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
      threads[i] = g_thread_new ("play", play_cb, &players[i]);
    }

  while (g_atomic_int_get (&self->n_running) > 0)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_rand_free (players[i].rand);
    }
}

/* What has expired or was invalidated, and did not go, goes. */
static void
settle (Model *self)
{
  for (gint64 key = 0; key < N_KEYS; key++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      mgr_cache_get_int64 (self->cache, key, &value);
    }

  /* Idle entries live on for a while, and nothing shall go while they are counted. */
  g_usleep (50000);
  mgr_test_settle ();
}

static void
test_model (gconstpointer only_plain)
{
  Model self = {
    .manager = mgr_manager_new (MAX_BYTES * 2), .only_plain = GPOINTER_TO_INT (only_plain),
  };
  MgrComponent *component = mgr_manager_add_component (self.manager, "cache", 0, NULL, NULL);

  self.left = g_new0 (guint8, N_THREADS * N_OPERATIONS);
  self.cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64, "component", component,
                             "max-bytes", (guint64) MAX_BYTES, NULL);
  g_signal_connect (self.cache, "removed", G_CALLBACK (removed_cb), &self);

  play (&self);
  settle (&self);
  g_assert_cmpuint (mgr_component_get_used (component), >=, mgr_cache_get_n_bytes (self.cache));
  check_all (&self);

  g_object_unref (self.cache);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
  g_object_unref (self.manager);
  g_free (self.left);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/cache-model/values", GINT_TO_POINTER (FALSE), test_model);
  g_test_add_data_func ("/cache-model/numbers", GINT_TO_POINTER (TRUE), test_model);

  return g_test_run ();
}
