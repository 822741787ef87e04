/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "probe.h"
#include "mgr-test-support.h"

#include <string.h>

/* A loader that says what it does, and waits where it is told to. */
typedef struct
{
  MgrWeakCache *cache;   /* (owned) */
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
  self->cache = g_object_new (MGR_TYPE_WEAK_CACHE, "clock", self->clock, NULL);
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

static GObject *
load_cb (MgrWeakCache  *cache,
         const GValue  *key,
         GCancellable  *cancellable,
         gpointer       data,
         GError       **error)
{
  Case *self = data;
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL);
  gboolean fail;

  g_mutex_lock (&self->lock);
  self->n_loads++;
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
    return NULL;
  if (fail)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "No such %s", g_value_get_string (key));
  return fail ? NULL : G_OBJECT (probe_new ());
}

static GObject *
load (Case                *self,
      const char          *key,
      MgrWeakCacheLoader   loader,
      GCancellable        *cancellable,
      GError             **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, key);
  return mgr_weak_cache_get_or_load (self->cache, &value, loader, self, cancellable, error);
}

/* A thread that wants “key”. */
typedef struct
{
  Case *test;                /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  GThread *thread;
  GObject *value;            /* (owned) (nullable) */
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
  self->test = test;
  self->cancellable = cancellable;
  self->thread = g_thread_new ("want", want_cb, self);
}

static void
wanting_end (Wanting *self)
{
  g_thread_join (self->thread);
}

static guint64
count_joins (Case *self)
{
  g_autoptr (MgrWeakCacheStatistics) statistics = mgr_weak_cache_get_statistics (self->cache);

  return mgr_weak_cache_statistics_get_joins (statistics);
}

static void
wait_until_loading (Case *self)
{
  g_mutex_lock (&self->lock);
  while (!self->loading)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
wait_for_joins (Case    *self,
                guint64  n_joins)
{
  while (count_joins (self) < n_joins)
    g_usleep (100);
}

static void
set_hold (Case     *self,
          gboolean  hold)
{
  g_mutex_lock (&self->lock);
  self->hold = hold;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
test_load (Case          *self,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  GObject *value = load (self, "key", load_cb, NULL, &error);
  g_autoptr (GObject) again = NULL;
  g_autoptr (MgrWeakCacheStatistics) statistics = NULL;

  g_assert_no_error (error);
  again = load (self, "key", load_cb, NULL, &error);
  g_assert_true (again == value);
  g_object_unref (value);
  g_assert_cmpuint (self->n_loads, ==, 1);
  g_assert_cmpuint (again->ref_count, ==, 1);

  g_clear_object (&again);
  again = load (self, "key", load_cb, NULL, &error);
  g_assert_cmpuint (self->n_loads, ==, 2);
  statistics = mgr_weak_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_loads (statistics), ==, 2);
  g_assert_cmpint (mgr_weak_cache_statistics_get_load_time (statistics), ==, 2000);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_hits (statistics), ==, 1);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_misses (statistics), ==, 2);
}

static void
test_wrong_key (Case          *self,
                gconstpointer  data)
{
  g_auto (GValue) key = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&key, G_TYPE_INT);
  g_assert_null (mgr_weak_cache_get_or_load (self->cache, &key, load_cb, self, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (self->n_loads, ==, 0);
}

static GObject *
load_nothing_cb (MgrWeakCache  *cache,
                 const GValue  *key,
                 GCancellable  *cancellable,
                 gpointer       data,
                 GError       **error)
{
  return NULL;
}

static void
test_load_fails (Case          *self,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrWeakCacheStatistics) statistics = NULL;
  g_autoptr (GObject) value = NULL;

  self->fail = TRUE;
  g_assert_null (load (self, "key", load_cb, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpstr (error->message, ==, "No such key");
  g_clear_error (&error);
  g_assert_null (load (self, "key", load_nothing_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_clear_error (&error);

  self->fail = FALSE;
  value = load (self, "key", load_cb, NULL, &error);
  g_assert_no_error (error);
  statistics = mgr_weak_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_load_failures (statistics), ==, 2);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_loads (statistics), ==, 1);
}

static GObject *
load_itself_cb (MgrWeakCache  *cache,
                const GValue  *key,
                GCancellable  *cancellable,
                gpointer       data,
                GError       **error)
{
  Case *self = data;

  self->n_loads++;
  return mgr_weak_cache_get_or_load (cache, key, load_itself_cb, data, cancellable, error);
}

static void
test_load_enters_again (Case          *self,
                        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) value = NULL;

  g_assert_null (load (self, "key", load_itself_cb, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_assert_cmpuint (self->n_loads, ==, 1);
  value = load (self, "key", load_cb, NULL, NULL);
  g_assert_nonnull (value);
}

/* Two loaders each of which needs what the other one loads: one of them is told so. */
static GObject *
load_other_cb (MgrWeakCache  *cache,
               const GValue  *key,
               GCancellable  *cancellable,
               gpointer       data,
               GError       **error)
{
  Case *self = data;
  gboolean is_first = g_str_equal (g_value_get_string (key), "first");
  GObject *value;

  g_mutex_lock (&self->lock);
  self->n_loads++;
  g_cond_broadcast (&self->changed);
  while (self->n_loads < 2)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  value = load (self, is_first ? "second" : "first", load_cb, NULL, error);
  if (value != NULL || !g_error_matches (*error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK))
    return value;

  g_clear_error (error);
  return G_OBJECT (probe_new ());
}

static gpointer
load_first_cb (gpointer data)
{
  return load (data, "first", load_other_cb, NULL, NULL);
}

static void
test_load_each_other (Case          *self,
                      gconstpointer  data)
{
  GThread *thread = g_thread_new ("first", load_first_cb, self);
  g_autoptr (GObject) second = load (self, "second", load_other_cb, NULL, NULL);
  g_autoptr (GObject) first = g_thread_join (thread);

  g_assert_nonnull (first);
  g_assert_true (first == second);
  g_assert_cmpuint (self->n_loads, ==, 2);
}

#define N_WANTING 50

static void
test_one_load_for_all (Case          *self,
                       gconstpointer  data)
{
  Wanting wanting[N_WANTING] = { 0 };

  self->hold = TRUE;
  for (guint i = 0; i < N_WANTING; i++)
    wanting_start (&wanting[i], self, NULL);
  wait_for_joins (self, N_WANTING - 1);
  set_hold (self, FALSE);

  for (guint i = 0; i < N_WANTING; i++)
    wanting_end (&wanting[i]);
  g_assert_cmpuint (self->n_loads, ==, 1);
  for (guint i = 0; i < N_WANTING; i++)
    {
      g_assert_no_error (wanting[i].error);
      g_assert_true (wanting[i].value == wanting[0].value);
    }
  g_assert_cmpuint (wanting[0].value->ref_count, ==, N_WANTING);
  for (guint i = 0; i < N_WANTING; i++)
    g_object_unref (wanting[i].value);
}

static void
test_one_failure_for_all (Case          *self,
                          gconstpointer  data)
{
  Wanting wanting[4] = { 0 };

  self->hold = TRUE;
  self->fail = TRUE;
  for (guint i = 0; i < 4; i++)
    wanting_start (&wanting[i], self, NULL);
  wait_for_joins (self, 3);
  set_hold (self, FALSE);

  for (guint i = 0; i < 4; i++)
    {
      wanting_end (&wanting[i]);
      g_assert_null (wanting[i].value);
      g_assert_error (wanting[i].error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
      g_clear_error (&wanting[i].error);
    }
  g_assert_cmpuint (self->n_loads, ==, 1);
}

/* Whoever cancels leaves; the load goes on for those who are left. */
static void
test_cancelled (Case          *self,
                gconstpointer  data)
{
  GCancellable *cancellables[3] = { g_cancellable_new (), g_cancellable_new (), NULL };
  Wanting wanting[3] = { 0 };

  self->hold = TRUE;
  wanting_start (&wanting[0], self, cancellables[0]);
  wait_until_loading (self);
  wanting_start (&wanting[1], self, cancellables[1]);
  wanting_start (&wanting[2], self, cancellables[2]);
  wait_for_joins (self, 2);

  g_cancellable_cancel (cancellables[1]);
  wanting_end (&wanting[1]);
  g_assert_error (wanting[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_cancel (cancellables[0]);
  set_hold (self, FALSE);
  wanting_end (&wanting[0]);
  wanting_end (&wanting[2]);

  g_assert_false (self->was_cancelled);
  g_assert_nonnull (wanting[2].value);
  g_assert_true (wanting[0].value == wanting[2].value);
  g_object_unref (wanting[0].value);
  g_object_unref (wanting[2].value);
  g_clear_error (&wanting[1].error);
  g_object_unref (cancellables[0]);
  g_object_unref (cancellables[1]);
}

static void
test_all_cancelled (Case          *self,
                    gconstpointer  data)
{
  GCancellable *cancellables[2] = { g_cancellable_new (), g_cancellable_new () };
  Wanting wanting[2] = { 0 };

  self->hold = TRUE;
  wanting_start (&wanting[0], self, cancellables[0]);
  wait_until_loading (self);
  wanting_start (&wanting[1], self, cancellables[1]);
  wait_for_joins (self, 1);

  g_cancellable_cancel (cancellables[0]);
  g_cancellable_cancel (cancellables[1]);
  for (guint i = 0; i < 2; i++)
    {
      wanting_end (&wanting[i]);
      g_assert_error (wanting[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&wanting[i].error);
      g_object_unref (cancellables[i]);
    }
  g_assert_true (self->was_cancelled);
}

static void
test_cancelled_before (Case          *self,
                       gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (load (self, "key", load_cb, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (self->n_loads, ==, 0);
}

/* What is loaded was asked for before something newer was put, or all was cleared. */
static void
test_superseded (Case          *self,
                 gconstpointer  data)
{
  for (guint i = 0; i < 3; i++)
    {
      Wanting wanting = { 0 };
      g_autoptr (Probe) newer = probe_new ();
      g_autoptr (GObject) found = NULL;
      g_auto (GValue) key = G_VALUE_INIT;

      g_value_init (&key, G_TYPE_STRING);
      g_value_set_string (&key, "key");
      set_hold (self, TRUE);
      wanting_start (&wanting, self, NULL);
      wait_until_loading (self);
      if (i == 0)
        mgr_weak_cache_put (self->cache, &key, G_OBJECT (newer), NULL);
      else if (i == 1)
        mgr_weak_cache_remove (self->cache, &key, NULL);
      else
        mgr_weak_cache_clear (self->cache);
      set_hold (self, FALSE);
      wanting_end (&wanting);

      g_assert_nonnull (wanting.value);
      found = mgr_weak_cache_get_string (self->cache, "key");
      g_assert_true (found == (i == 0 ? G_OBJECT (newer) : NULL));
      g_object_unref (wanting.value);
    }
}

#define case_add_test(path, func) \
  g_test_add (path, Case, NULL, case_set_up, func, case_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  case_add_test ("/cache/weak-load/load", test_load);
  case_add_test ("/cache/weak-load/wrong-key", test_wrong_key);
  case_add_test ("/cache/weak-load/fails", test_load_fails);
  case_add_test ("/cache/weak-load/enters-again", test_load_enters_again);
  case_add_test ("/cache/weak-load/each-other", test_load_each_other);
  case_add_test ("/cache/weak-load/one-load-for-all", test_one_load_for_all);
  case_add_test ("/cache/weak-load/one-failure-for-all", test_one_failure_for_all);
  case_add_test ("/cache/weak-load/cancelled", test_cancelled);
  case_add_test ("/cache/weak-load/all-cancelled", test_all_cancelled);
  case_add_test ("/cache/weak-load/cancelled-before", test_cancelled_before);
  case_add_test ("/cache/weak-load/superseded", test_superseded);

  return g_test_run ();
}
