/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-figures.h"

#include "cache/mgr-cache-core-private.h"

#include <mgr.h>

#include <malloc.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define MANY 1000000
#define OVERHEAD 72.0
#define HEAP_OVERHEAD 12.0 /* of a guint32 and a double */
#define EXPIRY_ROUNDS 5
#define SPREAD 60 /* s, in which they expire */
#define WAITERS 1000

/* Bytes of this process that are in memory, but for what malloc keeps of what was freed. */
static double
resident_bytes (void)
{
  g_autofree char *text = NULL;
  guint64 total, resident;

  malloc_trim (0);
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &total, &resident) != 2)
    return 0.0;

  return (double) resident * (double) sysconf (_SC_PAGESIZE);
}

/* Of an entry with weight and expiry; the pointer to the value is the program's. */
static double
measure_overhead (MgrCacheAim aim)
{
  double before = resident_bytes ();
  MgrCacheRemovals removals = { 0, };
  MgrCacheCore *core = mgr_cache_core_new (&(MgrCacheConfig) {
    .key_type = MGR_CACHE_KEY_TYPE_INT64,
    .aim = aim,
    .max_entries = MANY,
    .max_weight = G_GUINT64_CONSTANT (1) << 30,
  });
  double after;

  for (gint64 i = 0; i < MANY; i++)
    {
      MgrCacheKey key = mgr_cache_key_int64 (mgr_cache_core_get_seed (core), i);
      const MgrCacheItem item = {
        .value.data = GSIZE_TO_POINTER (i), .weight = 1000, .cost = 1.0, .deadline = G_USEC_PER_SEC + i,
      };

      mgr_cache_core_put (core, &key, &item, 1, &removals, NULL);
    }

  after = resident_bytes ();
  mgr_cache_core_free (core, &removals);
  mgr_cache_removals_clear (&removals, MGR_CACHE_KEY_TYPE_INT64, NULL);
  return (after - before) / MANY - (double) sizeof (gpointer);
}

/* Where both what is light and what is dear may be worth more, a heap holds a number and a
 * priority of each. */
static void
figure_overhead (Bench *bench)
{
  bench_limit (bench, "an entry of 1,000,000, with weight, expiry and sketch", "bytes",
               measure_overhead (MGR_CACHE_AIM_BYTES), OVERHEAD);
  bench_limit (bench, "the same by weight and frequency: with its place in a heap", "bytes",
               measure_overhead (MGR_CACHE_AIM_REQUESTS), OVERHEAD + HEAP_OVERHEAD);
}

static MgrCache *
cache_new_of_many (MgrManualClock *clock,
                   double          jitter)
{
  return g_object_new (MGR_TYPE_CACHE,
                       "key-type", MGR_CACHE_KEY_TYPE_INT64,
                       "clock", clock,
                       "ttl", (gint64) SPREAD * G_USEC_PER_SEC,
                       "jitter", jitter,
                       NULL);
}

static void
cache_put_number (MgrCache *cache,
                  gint64    number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  mgr_cache_put_int64 (cache, number, &value, NULL, NULL);
}

/* What the thread has taken of its processor, in ns: what else the machine runs meanwhile
 * makes nothing longer. */
static gint64
get_thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Returns: the longest turn of the main loop, in ns, until nothing is left to do; never
 * less than @longest */
static gint64
run_turns (gint64 longest)
{
  gboolean more = TRUE;

  while (more)
    {
      gint64 begin = get_thread_time ();
      gint64 taken;

      more = g_main_context_iteration (NULL, FALSE);
      taken = get_thread_time () - begin;
      longest = MAX (longest, taken);
    }

  return longest;
}

/* They came in a minute, and go in one. */
static gint64
expire_many (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  g_autoptr (MgrCache) cache = cache_new_of_many (clock, 0.0);
  gint64 longest = 0;

  for (gint64 i = 0; i < MANY; i++)
    {
      cache_put_number (cache, i);
      if (i % (MANY / (SPREAD * 1000)) == 0)
        mgr_manual_clock_advance (clock, 1000);
    }
  for (guint i = 0; mgr_cache_get_n_entries (cache) > 0 && i < 2 * SPREAD * 100; i++)
    {
      mgr_manual_clock_advance (clock, 10000);
      longest = run_turns (longest);
    }

  return mgr_cache_get_n_entries (cache) == 0 ? longest : G_MAXINT64;
}

/* Of the best round: interruptions count as time of the thread that they meet. */
static void
figure_expiry (Bench *bench)
{
  gint64 longest = G_MAXINT64;

  for (guint i = 0; i < (bench_is_quick (bench) ? 1 : EXPIRY_ROUNDS); i++)
    {
      gint64 round = expire_many ();

      longest = MIN (longest, round);
    }

  bench_limit (bench, "1,000,000 entries expire over 60 s: the longest turn of the main loop", "ms",
               (double) longest / 1000000.0, 2.0);
}

/* They came at once. */
static void
figure_jitter (Bench *bench)
{
  const double jitter = 0.1;
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  g_autoptr (MgrCache) cache = cache_new_of_many (clock, jitter);
  guint64 left = MANY;
  guint64 most = 0;

  for (gint64 i = 0; i < MANY; i++)
    cache_put_number (cache, i);
  for (guint second = 0; second < SPREAD + 2; second++)
    {
      guint64 before = left;

      mgr_manual_clock_advance (clock, G_USEC_PER_SEC);
      run_turns (0);
      left = mgr_cache_get_n_entries (cache);
      most = MAX (most, before - left);
    }

  bench_limit (bench, "expiry with 10 % jitter: the fullest second by the mean one", "times",
               left == 0 ? (double) most / (MANY / (jitter * SPREAD)) : G_MAXDOUBLE, 1.5);
}

typedef struct
{
  MgrCache *cache;
  gint n_asking; /* atomic */
  gint n_loads;  /* atomic */
} Crowd;

/* Takes until all of them wait, so that none comes late. */
static gboolean
load_cb (MgrCache       *cache,
         const GValue   *key,
         MgrCacheTerms  *terms,
         GCancellable   *cancellable,
         gpointer        user_data,
         GError        **error)
{
  Crowd *crowd = user_data;
  g_auto (GValue) value = G_VALUE_INIT;

  g_atomic_int_inc (&crowd->n_loads);
  while (g_atomic_int_get (&crowd->n_asking) < WAITERS)
    g_thread_yield ();

  g_value_init (&value, G_TYPE_INT64);
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static gpointer
ask_cb (gpointer data)
{
  Crowd *crowd = data;
  g_auto (GValue) key = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&key, G_TYPE_INT64);
  g_atomic_int_inc (&crowd->n_asking);
  mgr_cache_get_or_load (crowd->cache, &key, load_cb, crowd, NULL, &value, NULL);
  return NULL;
}

static void
figure_loads (Bench *bench)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("bench", MGR_CACHE_KEY_TYPE_INT64, 0, 10);
  Crowd crowd = { cache, 0, 0 };
  GThread *threads[WAITERS];

  for (guint i = 0; i < WAITERS; i++)
    threads[i] = g_thread_new ("ask", ask_cb, &crowd);
  for (guint i = 0; i < WAITERS; i++)
    g_thread_join (threads[i]);

  bench_limit (bench, "1,000 threads want what is not there: loads", "loads", crowd.n_loads, 1.0);
}

/* Of values that differ in size by up to a thousand times. */
static void
figure_trim (Bench *bench)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("bench", MGR_CACHE_KEY_TYPE_INT64, 64 << 20, 0);
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  guint64 target;

  for (gint64 i = 0; i < 100000; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_INT64);
      mgr_cache_terms_set_size (terms, 1 + (guint64) (i * 7919 % 1000));
      mgr_cache_put_int64 (cache, i, &value, terms, NULL);
    }

  target = mgr_cache_get_n_bytes (cache) / 4;
  bench_limit (bench, "a trim of 25 %: bytes wanted by those that one call reaches", "times",
               (double) target / (double) mgr_cache_trim (cache, target), 1.0);
}

void
cache_figures_run (Bench *bench)
{
  figure_overhead (bench);
  figure_expiry (bench);
  figure_jitter (bench);
  figure_loads (bench);
  figure_trim (bench);
}
