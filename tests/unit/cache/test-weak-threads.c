/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "probe.h"
#include "mgr-test-support.h"

#define N_THREADS 4
#define N_KEYS 8
#define N_STEPS 20000
#define N_DROPS 500

typedef struct
{
  MgrWeakCache *cache; /* (unowned) */
  guint32 seed;
  guint n_put;
} Worker;

/* Whatever is found is whole, and stays so while it is held. */
static gpointer
work_cb (gpointer data)
{
  Worker *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);
  Probe *held[N_KEYS] = { NULL, };

  for (guint i = 0; i < N_STEPS; i++)
    {
      gint64 key = g_rand_int_range (rand, 0, N_KEYS);
      int what = g_rand_int_range (rand, 0, 100);
      g_autoptr (GObject) found = mgr_weak_cache_get_int64 (self->cache, key);

      g_assert_true (found == NULL || probe_is_whole (found));
      if (what < 30)
        {
          g_clear_object (&held[key]);
        }
      else if (what < 60)
        {
          g_clear_object (&held[key]);
          held[key] = probe_new ();
          mgr_weak_cache_put_int64 (self->cache, key, G_OBJECT (held[key]));
          self->n_put++;
        }
      else if (what < 90 && found != NULL)
        {
          g_clear_object (&held[key]);
          held[key] = g_object_ref ((Probe *) found);
        }
      else if (what == 99)
        {
          mgr_weak_cache_clear (self->cache);
        }
      g_assert_true (found == NULL || probe_is_whole (found));
    }

  for (guint i = 0; i < N_KEYS; i++)
    g_clear_object (&held[i]);
  return NULL;
}

static void
count_cb (MgrWeakCache *cache,
          const GValue *key,
          MgrCacheCause cause,
          gpointer      user_data)
{
  ((guint *) user_data)[cause]++;
}

/* Each object that was put is told of once. */
static void
test_random (void)
{
  g_autoptr (MgrWeakCache) cache = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_INT64);
  g_autoptr (MgrWeakCacheStatistics) statistics = NULL;
  Worker workers[N_THREADS] = { 0 };
  GThread *threads[N_THREADS];
  guint removed[MGR_CACHE_CAUSE_COLLECTED + 1] = { 0 };
  guint n_put = 0;

  g_signal_connect (cache, "removed", G_CALLBACK (count_cb), removed);
  for (guint i = 0; i < N_THREADS; i++)
    {
      workers[i].cache = cache;
      workers[i].seed = i;
      threads[i] = g_thread_new ("work", work_cb, &workers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      n_put += workers[i].n_put;
    }

  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), ==, 0);
  mgr_test_settle ();
  statistics = mgr_weak_cache_get_statistics (cache);
  g_assert_cmpuint (removed[MGR_CACHE_CAUSE_COLLECTED], ==,
                    mgr_weak_cache_statistics_get_collected (statistics));
  g_assert_cmpuint (removed[MGR_CACHE_CAUSE_EXPLICIT], ==,
                    mgr_weak_cache_statistics_get_removed (statistics));
  g_assert_cmpuint (removed[MGR_CACHE_CAUSE_REPLACED], ==,
                    mgr_weak_cache_statistics_get_replaced (statistics));
  g_assert_cmpuint (removed[MGR_CACHE_CAUSE_COLLECTED] + removed[MGR_CACHE_CAUSE_EXPLICIT]
                    + removed[MGR_CACHE_CAUSE_REPLACED], ==, n_put);
}

/* Caches that go while the last references of what is in them are dropped elsewhere. */
static gpointer
drop_all_cb (gpointer data)
{
  g_ptr_array_unref (data);
  return NULL;
}

static void
test_cache_goes_meanwhile (void)
{
  for (guint i = 0; i < 500; i++)
    {
      MgrWeakCache *cache = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_INT64);
      GPtrArray *objects = g_ptr_array_new_with_free_func (g_object_unref);
      GThread *thread;

      for (guint k = 0; k < 20; k++)
        {
          g_ptr_array_add (objects, probe_new ());
          mgr_weak_cache_put_int64 (cache, k, objects->pdata[k]);
        }
      thread = g_thread_new ("drop", drop_all_cb, objects);
      g_object_unref (cache);
      g_thread_join (thread);
    }
}

/* A language with one lock for all of it, which it holds while it lets go of objects, and
 * takes when it is told that somebody else holds one of them. */
typedef struct
{
  MgrWeakCache *cache; /* (unowned) */
  GRecMutex lock;
  gint ended;          /* atomic */
  guint n_told;        /* guarded by lock */
} Language;

static void
toggle_cb (gpointer  data,
           GObject  *object,
           gboolean  is_last)
{
  Language *self = data;

  g_rec_mutex_lock (&self->lock);
  self->n_told++;
  g_rec_mutex_unlock (&self->lock);
}

/* A language has its lock then: without it, GLib tells of an object that may be gone. */
static void
language_let_go (Language *self,
                 GObject  *object)
{
  g_rec_mutex_lock (&self->lock);
  g_clear_object (&object);
  g_rec_mutex_unlock (&self->lock);
}

static gpointer
get_all_cb (gpointer data)
{
  Language *self = data;
  guint n_found = 0;

  while (!g_atomic_int_get (&self->ended))
    {
      GObject *found = mgr_weak_cache_get_int64 (self->cache, 1);
      GObject *other = mgr_weak_cache_get_int64 (self->cache, 2);

      g_assert_true (found == NULL || probe_is_whole (found));
      g_assert_true (probe_is_whole (other));
      n_found += found != NULL;
      language_let_go (self, found);
      language_let_go (self, other);
    }

  return GUINT_TO_POINTER (n_found);
}

/* An object that only the language holds. */
static Probe *
language_make (Language *self,
               gint64    key)
{
  Probe *object = probe_new ();

  g_object_add_toggle_ref (G_OBJECT (object), toggle_cb, self);
  g_object_unref (object);
  mgr_weak_cache_put_int64 (self->cache, key, G_OBJECT (object));
  return object;
}

static void
language_drop (Language *self,
               Probe    *object)
{
  g_rec_mutex_lock (&self->lock);
  g_object_remove_toggle_ref (G_OBJECT (object), toggle_cb, self);
  g_rec_mutex_unlock (&self->lock);
}

static void
test_language (void)
{
  g_autoptr (MgrWeakCache) cache = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_INT64);
  Language language = { .cache = cache };
  GThread *threads[2];
  guint n_found = 0;
  Probe *kept;

  g_rec_mutex_init (&language.lock);
  kept = language_make (&language, 2);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("get", get_all_cb, &language);

  for (guint i = 0; i < N_DROPS; i++)
    {
      Probe *object = language_make (&language, 1);

      g_thread_yield ();
      language_drop (&language, object);
    }

  g_atomic_int_set (&language.ended, TRUE);
  for (guint i = 0; i < 2; i++)
    n_found += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  language_drop (&language, kept);
  g_assert_cmpuint (language.n_told, >, 0);
  g_test_message ("found %u times, told %u times", n_found, language.n_told);
  g_rec_mutex_clear (&language.lock);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/weak-threads/random", test_random);
  g_test_add_func ("/cache/weak-threads/cache-goes-meanwhile", test_cache_goes_meanwhile);
  g_test_add_func ("/cache/weak-threads/language", test_language);

  return g_test_run ();
}
