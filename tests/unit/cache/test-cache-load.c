/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"

#include <string.h>

/* A loader that says what it does, and waits where it is told to. */
typedef struct
{
  MgrCache *cache;       /* (owned) */
  MgrManualClock *clock; /* (owned) */

  GMutex lock;
  GCond changed;
  guint n_loads;         /* guarded by lock, as all below */
  gboolean loading;
  gboolean hold;         /* until this is FALSE, or the load is cancelled */
  gboolean fail;
  gboolean was_cancelled;
} Case;

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->clock = mgr_manual_clock_new (0);
  self->cache = g_object_new (MGR_TYPE_CACHE, "clock", self->clock, NULL);
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  g_object_unref (self->cache);
  g_object_unref (self->clock);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

static void
wake_cb (GCancellable *cancellable,
         gpointer      data)
{
  Case *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
terms_give (MgrCacheTerms *terms,
            const char    *format,
            guint          number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_take_string (&value, g_strdup_printf ("%s %u", format, number));
  mgr_cache_terms_set_value (terms, &value);
}

static gboolean
load_cb (MgrCache       *cache,
         const GValue   *key,
         MgrCacheTerms  *terms,
         GCancellable   *cancellable,
         gpointer        data,
         GError        **error)
{
  Case *self = data;
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL);
  gboolean fail;
  guint number;

  g_mutex_lock (&self->lock);
  number = ++self->n_loads;
  self->loading = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->hold && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  self->loading = FALSE;
  fail = self->fail;
  self->was_cancelled = g_cancellable_is_cancelled (cancellable);
  g_mutex_unlock (&self->lock);

  g_cancellable_disconnect (cancellable, handler);
  mgr_manual_clock_advance (self->clock, 1000);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (fail)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "No such %s", g_value_get_string (key));
  else
    terms_give (terms, g_value_get_string (key), number);
  return !fail;
}

/* Returns: (transfer full) (nullable) */
static char *
load (Case            *self,
      const char      *key,
      MgrCacheLoader   loader,
      GCancellable    *cancellable,
      GError         **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) result = G_VALUE_INIT;

  value_set_string (&value, key);
  if (!mgr_cache_get_or_load (self->cache, &value, loader, self, cancellable, &result, error))
    return NULL;

  return g_value_dup_string (&result);
}

static void
assert_loads (Case       *self,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = load (self, "key", load_cb, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, expected);
}

/* A thread that wants “key”. */
typedef struct
{
  Case *test;                /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  GThread *thread;
  char *value;               /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */
} Wanting;

static gpointer
want_cb (gpointer data)
{
  Wanting *self = data;

  self->value = load (self->test, "key", load_cb, self->cancellable, &self->error);
  return NULL;
}

static void
wanting_start (Wanting      *self,
               Case         *test,
               GCancellable *cancellable)
{
  *self = (Wanting) { .test = test, .cancellable = cancellable };
  self->thread = g_thread_new ("want", want_cb, self);
}

static void
wanting_end (Wanting *self)
{
  g_thread_join (self->thread);
  g_clear_pointer (&self->value, g_free);
  g_clear_error (&self->error);
}

static void
wait_loading (Case *self)
{
  g_mutex_lock (&self->lock);
  while (!self->loading)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
let_go (Case *self)
{
  g_mutex_lock (&self->lock);
  self->hold = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static guint64
joins (Case *self)
{
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self->cache);

  return mgr_cache_statistics_get_joins (statistics);
}

static void
wait_joins (Case    *self,
            guint64  n)
{
  while (joins (self) < n)
    g_usleep (500);
}

static void
test_once (Case          *self,
           gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;

  assert_loads (self, "key 1");
  assert_loads (self, "key 1");
  assert_text (self->cache, "key", "key 1");

  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_loads (statistics), ==, 1);
  g_assert_cmpint (mgr_cache_statistics_get_load_time (statistics), ==, 1000);
  g_assert_cmpuint (mgr_cache_statistics_get_hits (statistics), ==, 2);
  g_assert_cmpuint (mgr_cache_statistics_get_misses (statistics), ==, 1);
}

#define N_COLD 1000

static void
test_a_thousand_cold_gets (Case          *self,
                           gconstpointer  data)
{
  g_autofree Wanting *wanting = g_new0 (Wanting, N_COLD);

  self->hold = TRUE;
  for (guint i = 0; i < N_COLD; i++)
    wanting_start (&wanting[i], self, NULL);
  wait_joins (self, N_COLD - 1);
  let_go (self);

  for (guint i = 0; i < N_COLD; i++)
    {
      g_thread_join (wanting[i].thread);
      g_assert_no_error (wanting[i].error);
      g_assert_cmpstr (wanting[i].value, ==, "key 1");
      g_free (wanting[i].value);
    }
  g_assert_cmpuint (self->n_loads, ==, 1);
}

static void
test_failure_goes_to_all (Case          *self,
                          gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  Wanting wanting[4];

  self->hold = TRUE;
  self->fail = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (wanting); i++)
    wanting_start (&wanting[i], self, NULL);
  wait_joins (self, 3);
  let_go (self);
  for (guint i = 0; i < G_N_ELEMENTS (wanting); i++)
    {
      g_thread_join (wanting[i].thread);
      g_assert_error (wanting[i].error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
      g_clear_error (&wanting[i].error);
    }

  /* Not kept, unless it is asked for. */
  self->fail = FALSE;
  assert_loads (self, "key 2");
  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_load_failures (statistics), ==, 1);
}

static void
test_negative (Case          *self,
               gconstpointer  data)
{
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (self->cache, "negative-ttl", (gint64) 10000, NULL);
  self->fail = TRUE;
  for (guint i = 0; i < 3; i++)
    {
      g_assert_null (load (self, "key", load_cb, NULL, &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
      g_assert_cmpstr (error->message, ==, "No such key");
      g_clear_error (&error);
    }
  g_assert_cmpuint (self->n_loads, ==, 1);

  /* That is no value. */
  assert_text (self->cache, "key", NULL);
  records = mgr_cache_list (self->cache);
  g_assert_cmpuint (records->len, ==, 0);

  self->fail = FALSE;
  mgr_manual_clock_advance (self->clock, 10000);
  assert_loads (self, "key 2");
}

static void
test_one_cancels (Case          *self,
                  gconstpointer  data)
{
  g_autoptr (GCancellable) first = g_cancellable_new ();
  Wanting loading;
  Wanting waiting;

  self->hold = TRUE;
  wanting_start (&loading, self, first);
  wait_loading (self);
  wanting_start (&waiting, self, NULL);
  wait_joins (self, 1);
  g_cancellable_cancel (first);
  let_go (self);

  g_thread_join (waiting.thread);
  g_assert_no_error (waiting.error);
  g_assert_cmpstr (waiting.value, ==, "key 1");
  g_free (waiting.value);
  g_assert_false (self->was_cancelled);
  wanting_end (&loading);
}

static void
test_all_cancel (Case          *self,
                 gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wanting loading;
  Wanting waiting;

  self->hold = TRUE;
  wanting_start (&loading, self, cancellable);
  wait_loading (self);
  wanting_start (&waiting, self, cancellable);
  wait_joins (self, 1);
  g_cancellable_cancel (cancellable);

  g_thread_join (waiting.thread);
  g_thread_join (loading.thread);
  g_assert_error (waiting.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (loading.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (self->was_cancelled);
  g_clear_error (&waiting.error);
  g_clear_error (&loading.error);
}

/* Who waits for a load that never ends stops, and the next one loads anew. */
static void
test_timeout (Case          *self,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  Wanting loading;

  g_object_set (self->cache, "load-timeout", (gint64) 20000, NULL);
  self->hold = TRUE;
  wanting_start (&loading, self, NULL);
  wait_loading (self);
  g_assert_null (load (self, "key", load_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);

  g_thread_join (loading.thread);
  g_assert_error (loading.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&loading.error);
  self->hold = FALSE;
  assert_loads (self, "key 2");
}

static gboolean
reenter_cb (MgrCache       *cache,
            const GValue   *key,
            MgrCacheTerms  *terms,
            GCancellable   *cancellable,
            gpointer        data,
            GError        **error)
{
  return mgr_cache_get_or_load (cache, key, reenter_cb, data, cancellable, NULL, error);
}

static gboolean
nothing_cb (MgrCache       *cache,
            const GValue   *key,
            MgrCacheTerms  *terms,
            GCancellable   *cancellable,
            gpointer        succeed,
            GError        **error)
{
  return ((Case *) succeed)->hold;
}

static void
test_bad_loaders (Case          *self,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load (self, "key", reenter_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_clear_error (&error);
  g_assert_null (load (self, "key", nothing_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_clear_error (&error);
  self->hold = TRUE;
  g_assert_null (load (self, "key", nothing_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "mgr_cache_terms_set_value"));
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 0);
}

static void
test_newer_while_loading (Case          *self,
                          gconstpointer  data)
{
  Wanting loading;

  self->hold = TRUE;
  wanting_start (&loading, self, NULL);
  wait_loading (self);
  put_text (self->cache, "key", "newer", NULL);
  let_go (self);
  wanting_end (&loading);
  assert_text (self->cache, "key", "newer");
  mgr_cache_clear (self->cache);

  self->hold = TRUE;
  wanting_start (&loading, self, NULL);
  wait_loading (self);
  mgr_cache_clear (self->cache);
  let_go (self);
  wanting_end (&loading);
  assert_text (self->cache, "key", NULL);
}

/* One loads it again, and the others have the old one. */
static void
test_refresh (Case          *self,
              gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  Wanting loading;

  g_object_set (self->cache, "refresh-after", (gint64) 5000, NULL);
  assert_loads (self, "key 1");
  mgr_manual_clock_advance (self->clock, 4999);
  assert_loads (self, "key 1");

  mgr_manual_clock_advance (self->clock, 1);
  self->hold = TRUE;
  wanting_start (&loading, self, NULL);
  wait_loading (self);
  assert_loads (self, "key 1");
  let_go (self);
  g_thread_join (loading.thread);
  g_assert_cmpstr (loading.value, ==, "key 2");
  g_free (loading.value);
  assert_loads (self, "key 2");

  /* It stays where it cannot be had again. */
  self->fail = TRUE;
  mgr_manual_clock_advance (self->clock, 5000);
  assert_loads (self, "key 2");
  g_assert_cmpuint (self->n_loads, ==, 3);

  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_stale (statistics), ==, 2);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      done)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  mgr_cache_get_or_load_finish (MGR_CACHE (source), result, &value, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (&value), ==, "key 1");
  *(gboolean *) done = TRUE;
}

static void
test_async (Case          *self,
            gconstpointer  data)
{
  g_auto (GValue) key = G_VALUE_INIT;
  gboolean done[2] = { FALSE, FALSE };

  value_set_string (&key, "key");
  self->hold = TRUE;
  for (guint i = 0; i < 2; i++)
    mgr_cache_get_or_load_async (self->cache, &key, load_cb, self, NULL, NULL, loaded_cb, &done[i]);
  wait_loading (self);
  g_assert_false (done[0] || done[1]);
  let_go (self);
  for (guint i = 0; i < 2; i++)
    mgr_test_iterate_until (&done[i]);
  g_assert_cmpuint (self->n_loads, ==, 1);
}

/* What does not fit is given all the same. */
static void
test_too_large (Case          *self,
                gconstpointer  data)
{
  mgr_cache_set_bounds (self->cache, 10, 0);
  assert_loads (self, "key 1");
  assert_loads (self, "key 2");
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/cache-load/" name, Case, NULL, case_set_up, func, case_tear_down)

  ADD ("once", test_once);
  ADD ("a-thousand-cold-gets", test_a_thousand_cold_gets);
  ADD ("failure-goes-to-all", test_failure_goes_to_all);
  ADD ("negative", test_negative);
  ADD ("one-cancels", test_one_cancels);
  ADD ("all-cancel", test_all_cancel);
  ADD ("timeout", test_timeout);
  ADD ("bad-loaders", test_bad_loaders);
  ADD ("newer-while-loading", test_newer_while_loading);
  ADD ("refresh", test_refresh);
  ADD ("async", test_async);
  ADD ("too-large", test_too_large);

  return g_test_run ();
}
