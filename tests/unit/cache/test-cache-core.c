/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "cache/mgr-cache-core-private.h"
#include "mgr-test-support.h"

/* A core whose values are numbers, and what left it. */
typedef struct
{
  MgrCacheCore *core; /* (owned) */
  MgrCacheKeyType key_type;
  MgrCacheRemovals gone;
} Bed;

static Bed *
bed_new (MgrCacheKeyType key_type,
         guint64         max_entries,
         guint64         max_weight)
{
  Bed *bed = g_new0 (Bed, 1);

  bed->key_type = key_type;
  bed->core = mgr_cache_core_new (&(MgrCacheConfig) {
    .key_type = key_type,
    .max_entries = max_entries,
    .max_weight = max_weight,
    .seed = 1,
  });
  return bed;
}

static void
bed_free (Bed *bed)
{
  mgr_cache_core_free (bed->core, &bed->gone);
  mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);
  g_free (bed);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bed, bed_free)

static MgrCacheKey
bed_key (Bed    *bed,
         gint64  number)
{
  return mgr_cache_key_int64 (mgr_cache_core_get_seed (bed->core), number);
}

static gboolean
bed_put (Bed      *bed,
         gint64    number,
         guint64   weight,
         gboolean  pinned,
         GError  **error)
{
  MgrCacheKey key = bed_key (bed, number);
  const MgrCacheItem item = {
    .value.data = GSIZE_TO_POINTER (number), .weight = weight, .cost = 1.0, .pinned = pinned,
  };

  return mgr_cache_core_put (bed->core, &key, &item, 0, &bed->gone, error);
}

static void
bed_fill (Bed     *bed,
          gint64   n,
          guint64  weight)
{
  for (gint64 i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      bed_put (bed, i, weight, FALSE, &error);
      g_assert_no_error (error);
    }
}

static gboolean
bed_has (Bed    *bed,
         gint64  number)
{
  MgrCacheKey key = bed_key (bed, number);
  MgrCacheValue value;

  if (!mgr_cache_core_get (bed->core, &key, 0, &value))
    return FALSE;

  g_assert_cmpint ((gint64) GPOINTER_TO_SIZE (value.data), ==, number);
  return TRUE;
}

static MgrCacheCounts
bed_count (Bed *bed)
{
  MgrCacheCounts counts;

  mgr_cache_core_get_counts (bed->core, &counts);
  return counts;
}

/* What left is forgotten, after a look at how much it was and why. */
static void
bed_assert_gone (Bed           *bed,
                 guint          n,
                 MgrCacheCause  cause)
{
  g_assert_cmpuint (bed->gone.n, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (mgr_cache_removals_get (&bed->gone, i)->cause, ==, cause);
  mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);
}

/* Refused, and told why; what was there is there still. */
static void
test_weights_that_cannot_be (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 1000);
  static const struct
  {
    guint64 weight;
    int code;
    const char *text;
  } bad[] = {
    { 0, MGR_ERROR_INVALID_ARGUMENT, "cannot weigh nothing" },
    { 1001, MGR_ERROR_INFEASIBLE, "even if it were alone" },
    { G_MAXUINT64, MGR_ERROR_INFEASIBLE, "raise the bound" },
  };

  g_assert_true (bed_put (bed, 7, 1000, FALSE, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      for (gint64 number = 7; number <= 8; number++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_false (bed_put (bed, number, bad[i].weight, FALSE, &error));
          g_assert_error (error, MGR_ERROR, bad[i].code);
          g_assert_nonnull (strstr (error->message, bad[i].text));
        }
    }

  g_assert_true (bed_has (bed, 7));
  g_assert_false (bed_has (bed, 8));
  g_assert_cmpuint (bed_count (bed).weight, ==, 1000);
  bed_assert_gone (bed, 0, MGR_CACHE_CAUSE_SIZE);
}

/* Without a bound of bytes there still is what a weight can be. */
static void
test_weight_without_a_bound (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 10, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (bed_put (bed, 1, MGR_CACHE_MAX_WEIGHT, FALSE, NULL));
  g_assert_false (bed_put (bed, 2, MGR_CACHE_MAX_WEIGHT + 1, FALSE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_cmpuint (bed_count (bed).weight, ==, MGR_CACHE_MAX_WEIGHT);
}

/* A thousand keys with one hash are a thousand keys. */
static void
test_keys_that_collide (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 0);
  MgrCacheValue value;

  for (gint64 i = 0; i < 1000; i++)
    {
      MgrCacheKey key = { MGR_CACHE_KEY_TYPE_INT64, .hash = 42, .number = i };
      const MgrCacheItem item = { .value.data = GSIZE_TO_POINTER (i), .weight = 1, .cost = 1.0 };

      g_assert_true (mgr_cache_core_put (bed->core, &key, &item, 0, &bed->gone, NULL));
    }
  for (gint64 i = 0; i < 1000; i += 2)
    {
      MgrCacheKey key = { MGR_CACHE_KEY_TYPE_INT64, .hash = 42, .number = i };

      g_assert_true (mgr_cache_core_remove (bed->core, &key, 0, MGR_CACHE_CAUSE_EXPLICIT,
                                            &bed->gone));
    }
  for (gint64 i = 0; i < 1001; i++)
    {
      MgrCacheKey key = { MGR_CACHE_KEY_TYPE_INT64, .hash = 42, .number = i };
      gboolean there = i % 2 == 1 && i < 1000;

      g_assert_cmpint (mgr_cache_core_get (bed->core, &key, 0, &value), ==, there);
      if (there)
        g_assert_cmpint ((gint64) GPOINTER_TO_SIZE (value.data), ==, i);
    }

  bed_assert_gone (bed, 500, MGR_CACHE_CAUSE_EXPLICIT);
}

/* A key of another type, of the same hash and the same bits, finds nothing and changes
 * nothing. */
static void
test_keys_of_two_types (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 0);
  const MgrCacheItem item = { .value.data = GSIZE_TO_POINTER (2), .weight = 1, .cost = 1.0 };
  g_autoptr (GError) error = NULL;
  MgrCacheKey number = bed_key (bed, 1);
  MgrCacheKey text = mgr_cache_key_string (mgr_cache_core_get_seed (bed->core), "1");
  MgrCacheValue value;

  g_assert_true (bed_put (bed, 1, 1, FALSE, NULL));
  text.hash = number.hash;
  g_assert_false (mgr_cache_core_get (bed->core, &text, 0, &value));
  g_assert_false (mgr_cache_core_peek (bed->core, &text, 0, NULL));
  g_assert_false (mgr_cache_core_set_pinned (bed->core, &text, TRUE));
  g_assert_false (mgr_cache_core_set_deadline (bed->core, &text, 0, 1));
  g_assert_false (mgr_cache_core_remove (bed->core, &text, 0, MGR_CACHE_CAUSE_EXPLICIT, &bed->gone));
  g_assert_false (mgr_cache_core_put (bed->core, &text, &item, 0, &bed->gone, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "another type"));

  g_assert_true (bed_has (bed, 1));
  bed_assert_gone (bed, 0, MGR_CACHE_CAUSE_EXPLICIT);
}

static void
test_bounds_are_lowered (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 1000, 0);
  guint there = 0;

  bed_fill (bed, 1000, 10);
  mgr_cache_core_set_bounds (bed->core, 100, 0, &bed->gone);
  bed_assert_gone (bed, 900, MGR_CACHE_CAUSE_SIZE);
  for (gint64 i = 0; i < 1000; i++)
    there += bed_has (bed, i);
  g_assert_cmpuint (there, ==, 100);

  mgr_cache_core_set_bounds (bed->core, 0, 305, &bed->gone);
  bed_assert_gone (bed, 70, MGR_CACHE_CAUSE_SIZE);
  g_assert_cmpuint (bed_count (bed).weight, ==, 300);

  mgr_cache_core_set_bounds (bed->core, 0, 0, &bed->gone);
  bed_fill (bed, 2000, 10);
  g_assert_cmpuint (bed_count (bed).n_entries, ==, 2000);
}

typedef struct
{
  Bed *bed;
  gint stop; /* atomic */
} Users;

static gpointer
use_cb (gpointer data)
{
  Users *users = data;
  MgrCacheCore *core = users->bed->core;
  MgrCacheRemovals gone = { 0, };

  for (gint64 i = 0; !g_atomic_int_get (&users->stop); i++)
    {
      MgrCacheKey key = bed_key (users->bed, i % 700);
      const MgrCacheItem item = { .value.data = GSIZE_TO_POINTER (i), .weight = 1 + (guint64) i % 9, .cost = 1.0 };
      MgrCacheValue value;

      if (!mgr_cache_core_get (core, &key, 0, &value))
        mgr_cache_core_put (core, &key, &item, 0, &gone, NULL);
      mgr_cache_removals_clear (&gone, MGR_CACHE_KEY_TYPE_INT64, NULL);
    }

  return NULL;
}

/* Whatever others put meanwhile, the bound holds from then on; the sums are right. */
static void
test_bounds_are_lowered_under_use (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 500, 0);
  Users users = { bed, 0 };
  GThread *threads[3];
  guint64 removed = 0;
  MgrCacheCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("use", use_cb, &users);
  for (guint i = 0; i < 300; i++)
    {
      guint64 max_entries = i % 3 == 0 ? 0 : 10 + i;
      guint64 max_weight = i % 3 == 1 ? 0 : 50 + 7 * i;

      mgr_cache_core_set_bounds (bed->core, max_entries, max_weight, &bed->gone);
      counts = bed_count (bed);
      if (max_entries > 0)
        g_assert_cmpuint (counts.n_entries, <=, max_entries);
      if (max_weight > 0)
        g_assert_cmpuint (counts.weight, <=, max_weight);
      mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);
    }
  g_atomic_int_set (&users.stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  counts = bed_count (bed);
  mgr_cache_core_clear (bed->core, MGR_CACHE_CAUSE_EXPLICIT, &bed->gone);
  for (guint i = 0; i < bed->gone.n; i++)
    removed += mgr_cache_removals_get (&bed->gone, i)->weight;
  g_assert_cmpuint (bed->gone.n, ==, counts.n_entries);
  g_assert_cmpuint (removed, ==, counts.weight);
}

#define N_KEYS 4000

/* What number @key is: a value that says of which key it is, twice. */
static MgrCacheItem
number_of (gint64 key)
{
  return (MgrCacheItem) {
    .value = { GSIZE_TO_POINTER (key), key + 1 }, .weight = 1 + (guint64) key % 9, .cost = 1.0,
  };
}

typedef struct
{
  Bed *bed;           /* (unowned) */
  gint stop;          /* atomic */
  guint64 n_found;    /* atomic */
  guint64 n_asked;    /* atomic */
} Readers;

/* What is found belongs to its key, whatever happens meanwhile. */
static gpointer
read_cb (gpointer data)
{
  Readers *readers = data;

  for (gint64 i = 0; !g_atomic_int_get (&readers->stop); i++)
    {
      gint64 number = i * 7919 % N_KEYS;
      MgrCacheKey key = bed_key (readers->bed, number);
      MgrCacheValue value;

      __atomic_fetch_add (&readers->n_asked, 1, __ATOMIC_RELAXED);
      if (!mgr_cache_core_get (readers->bed->core, &key, 0, &value))
        continue;

      __atomic_fetch_add (&readers->n_found, 1, __ATOMIC_RELAXED);
      g_assert_cmpint ((gint64) GPOINTER_TO_SIZE (value.data), ==, number);
      if (value.note != 0)
        g_assert_cmpint (value.note, ==, number + 1);
    }

  return NULL;
}

static void
bed_put_numbers (Bed    *bed,
                 gint64  from,
                 gint64  to)
{
  for (gint64 i = from; i < to; i++)
    {
      MgrCacheKey key = bed_key (bed, i);
      const MgrCacheItem item = number_of (i);

      g_assert_true (mgr_cache_core_put (bed->core, &key, &item, 0, &bed->gone, NULL));
    }
  mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);
}

/* All that changes a table, with tables that grow and shrink. */
static void
bed_change (Bed   *bed,
            guint  round)
{
  gint64 from = g_test_rand_int_range (0, N_KEYS / 2);

  bed_put_numbers (bed, from, from + N_KEYS / 2);
  if (round % 5 == 0)
    mgr_cache_core_clear (bed->core, MGR_CACHE_CAUSE_EXPLICIT, &bed->gone);
  if (round % 3 == 0)
    mgr_cache_core_trim (bed->core, 2000, MGR_CACHE_CAUSE_PRESSURE, &bed->gone);
  mgr_cache_core_set_bounds (bed->core, round % 7 == 0 ? 300 : 0, 0, &bed->gone);
  for (gint64 i = 0; i < 100; i++)
    {
      MgrCacheKey key = bed_key (bed, from + i);

      mgr_cache_core_remove (bed->core, &key, 0, MGR_CACHE_CAUSE_EXPLICIT, &bed->gone);
    }
  mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);
}

static gpointer
nothing_to_ref (gpointer value)
{
  return value;
}

static Bed *
bed_new_of_numbers (void)
{
  Bed *bed = g_new0 (Bed, 1);

  bed->key_type = MGR_CACHE_KEY_TYPE_INT64;
  bed->core = mgr_cache_core_new (&(MgrCacheConfig) {
    .key_type = bed->key_type,
    .value_ref = nothing_to_ref,
  });
  return bed;
}

/* First there are numbers alone, which are found without a lock; then a pointer comes, and
 * they are found all the same. */
static void
test_read_while_changed (void)
{
  g_autoptr (Bed) bed = bed_new_of_numbers ();
  Readers readers = { bed, 0, 0, 0 };
  GThread *threads[2];
  MgrCacheCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("read", read_cb, &readers);
  for (guint round = 0; round < 200; round++)
    {
      if (round == 100)
        g_assert_true (bed_put (bed, 1, 1, FALSE, NULL));
      bed_change (bed, round);
    }
  g_atomic_int_set (&readers.stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  counts = bed_count (bed);
  g_assert_cmpuint (readers.n_found, >, 0);
  g_assert_cmpuint (counts.hits, ==, readers.n_found);
  g_assert_cmpuint (counts.hits + counts.misses, ==, readers.n_asked);
}

static gpointer
ask_cb (gpointer data)
{
  Bed *bed = data;

  for (gint64 i = 0; i < 1000; i++)
    bed_has (bed, i % 2);

  return NULL;
}

/* More threads than have places of their own, and others after them. */
static void
test_counts_of_many_threads (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 0);
  MgrCacheCounts counts;

  bed_put (bed, 0, 1, FALSE, NULL);
  for (guint round = 0; round < 3; round++)
    {
      GThread *threads[24];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_cb, bed);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }

  counts = bed_count (bed);
  g_assert_cmpuint (counts.hits, ==, 3 * 24 * 500);
  g_assert_cmpuint (counts.misses, ==, 3 * 24 * 500);
}

/* A number is kept with its note, has no deadline, and gives way only to whoever knows both. */
static void
test_numbers (void)
{
  g_autoptr (Bed) bed = bed_new_of_numbers ();
  MgrCacheKey key = bed_key (bed, 5);
  MgrCacheValue number = number_of (5).value;
  MgrCacheValue other = { number.data, number.note + 1 };
  MgrCacheItem item = number_of (5);
  MgrCacheValue value;

  bed_put_numbers (bed, 0, 10);
  g_assert_true (mgr_cache_core_peek (bed->core, &key, G_MAXINT64, &value));
  g_assert_true (mgr_cache_value_is (value, number));
  g_assert_false (mgr_cache_core_set_deadline (bed->core, &key, 0, 1));
  g_assert_true (mgr_cache_core_get (bed->core, &key, G_MAXINT64, &value));

  item.yields = TRUE;
  item.old = other;
  g_assert_false (mgr_cache_core_put (bed->core, &key, &item, 0, &bed->gone, NULL));
  item.old = number;
  g_assert_true (mgr_cache_core_put (bed->core, &key, &item, 0, &bed->gone, NULL));
  g_assert_true (mgr_cache_value_is (mgr_cache_removals_get (&bed->gone, 0)->value, number));
  bed_assert_gone (bed, 1, MGR_CACHE_CAUSE_REPLACED);

  g_assert_false (mgr_cache_core_remove_value (bed->core, &key, other, 0, MGR_CACHE_CAUSE_EXPLICIT,
                                               &bed->gone));
  g_assert_false (mgr_cache_core_exchange (bed->core, &key, other, GSIZE_TO_POINTER (5)));
  g_assert_true (mgr_cache_core_exchange (bed->core, &key, number, GSIZE_TO_POINTER (5)));
  g_assert_true (mgr_cache_core_get (bed->core, &key, 0, &value));
  g_assert_cmpint (value.note, ==, 0);
  g_assert_true (mgr_cache_core_remove_value (bed->core, &key, value, 0, MGR_CACHE_CAUSE_EXPLICIT,
                                              &bed->gone));
  bed_assert_gone (bed, 1, MGR_CACHE_CAUSE_EXPLICIT);
}

static void
test_pins (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 100, 0);
  MgrCacheKey first = bed_key (bed, -1);

  g_assert_true (bed_put (bed, -1, 1, TRUE, NULL));
  g_assert_true (bed_put (bed, -2, 1, TRUE, NULL));
  bed_fill (bed, 5000, 1);
  g_assert_true (bed_has (bed, -1) && bed_has (bed, -2));
  mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);

  g_assert_cmpuint (mgr_cache_core_trim (bed->core, 1000, MGR_CACHE_CAUSE_PRESSURE, &bed->gone), ==, 98);
  bed_assert_gone (bed, 98, MGR_CACHE_CAUSE_PRESSURE);
  g_assert_cmpuint (mgr_cache_core_trim (bed->core, 1, MGR_CACHE_CAUSE_PRESSURE, &bed->gone), ==, 0);

  /* Another value without a pin lets it go; a pin can be taken back as well. */
  g_assert_true (bed_put (bed, -2, 1, FALSE, NULL));
  bed_assert_gone (bed, 1, MGR_CACHE_CAUSE_REPLACED);
  g_assert_true (mgr_cache_core_set_pinned (bed->core, &first, FALSE));
  g_assert_cmpuint (mgr_cache_core_trim (bed->core, 5, MGR_CACHE_CAUSE_PRESSURE, &bed->gone), ==, 2);
  g_assert_false (mgr_cache_core_set_pinned (bed->core, &first, TRUE));
}

/* The new weight counts, and the old value goes to whoever put the new one, once. */
static void
test_replaced (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 100);
  MgrCacheKey key = bed_key (bed, 1);
  const MgrCacheItem other = { .value.data = GSIZE_TO_POINTER (9), .weight = 60, .cost = 1.0 };
  const MgrCacheItem late = {
    .value.data = GSIZE_TO_POINTER (5), .weight = 1, .cost = 1.0, .yields = TRUE, .old.data = GSIZE_TO_POINTER (1),
  };
  g_autoptr (GError) error = NULL;
  MgrCacheValue value;

  g_assert_true (bed_put (bed, 1, 10, FALSE, NULL));
  g_assert_true (mgr_cache_core_put (bed->core, &key, &other, 0, &bed->gone, NULL));
  g_assert_cmpuint (mgr_cache_removals_get (&bed->gone, 0)->weight, ==, 10);
  g_assert_cmpint (GPOINTER_TO_INT (mgr_cache_removals_get (&bed->gone, 0)->value.data), ==, 1);
  bed_assert_gone (bed, 1, MGR_CACHE_CAUSE_REPLACED);
  g_assert_true (mgr_cache_core_get (bed->core, &key, 0, &value));
  g_assert_cmpint (GPOINTER_TO_INT (value.data), ==, 9);
  g_assert_cmpuint (bed_count (bed).weight, ==, 60);

  g_assert_false (mgr_cache_core_put (bed->core, &key, &late, 0, &bed->gone, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_cmpuint (bed_count (bed).weight, ==, 60);
}

/* What has expired and is replaced went because it had expired. */
static void
test_replaced_after_its_time (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 0);
  MgrCacheKey key = bed_key (bed, 1);
  const MgrCacheItem item = { .value.data = GSIZE_TO_POINTER (1), .weight = 1, .cost = 1.0, .deadline = 50 };
  MgrCacheValue value;

  g_assert_true (mgr_cache_core_put (bed->core, &key, &item, 10, &bed->gone, NULL));
  g_assert_true (mgr_cache_core_get (bed->core, &key, 49, &value));
  g_assert_false (mgr_cache_core_get (bed->core, &key, 50, &value));
  g_assert_true (mgr_cache_core_put (bed->core, &key, &item, 60, &bed->gone, NULL));
  bed_assert_gone (bed, 1, MGR_CACHE_CAUSE_EXPIRED);
}

static void
test_an_empty_cache_keeps_no_memory (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 0);
  gsize before = mgr_cache_core_get_overhead (bed->core);
  gsize full;

  bed_fill (bed, 100000, 1);
  full = mgr_cache_core_get_overhead (bed->core);
  g_assert_cmpuint (full, >, 100000 * 60);

  mgr_cache_core_clear (bed->core, MGR_CACHE_CAUSE_EXPLICIT, &bed->gone);
  bed_assert_gone (bed, 100000, MGR_CACHE_CAUSE_EXPLICIT);
  g_assert_cmpuint (mgr_cache_core_get_overhead (bed->core), <, before + full / 100);

  bed_fill (bed, 1000, 1);
  g_assert_cmpuint (mgr_cache_core_trim (bed->core, 1000, MGR_CACHE_CAUSE_PRESSURE, &bed->gone), ==, 1000);
  bed_assert_gone (bed, 1000, MGR_CACHE_CAUSE_PRESSURE);
  g_assert_cmpuint (mgr_cache_core_get_overhead (bed->core), <, before + full / 100);
  g_assert_true (bed_put (bed, 3, 1, FALSE, NULL));
  g_assert_true (bed_has (bed, 3));
}

/* Whatever part is wanted comes with one call, and hardly more of it. */
static void
test_a_trim_reaches_its_target (void)
{
  for (guint64 part = 2; part <= 8; part *= 2)
    {
      g_autoptr (Bed) bed = bed_new (MGR_CACHE_KEY_TYPE_INT64, 0, 1000000);
      guint64 target;
      guint64 gone;

      for (gint64 i = 0; i < 20000; i++)
        bed_put (bed, i, (guint64) g_test_rand_int_range (1, 1000), FALSE, NULL);
      target = bed_count (bed).weight / part;
      mgr_cache_removals_clear (&bed->gone, bed->key_type, NULL);

      gone = mgr_cache_core_trim (bed->core, target, MGR_CACHE_CAUSE_PRESSURE, &bed->gone);
      g_assert_cmpuint (gone, >=, target);
      g_assert_cmpuint (gone, <, target + 1000);
      g_assert_cmpuint (bed_count (bed).removed_weight[MGR_CACHE_CAUSE_PRESSURE], ==, gone);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/core/weights-that-cannot-be", test_weights_that_cannot_be);
  g_test_add_func ("/cache/core/weight-without-a-bound", test_weight_without_a_bound);
  g_test_add_func ("/cache/core/keys-that-collide", test_keys_that_collide);
  g_test_add_func ("/cache/core/keys-of-two-types", test_keys_of_two_types);
  g_test_add_func ("/cache/core/bounds-are-lowered", test_bounds_are_lowered);
  g_test_add_func ("/cache/core/bounds-are-lowered-under-use", test_bounds_are_lowered_under_use);
  g_test_add_func ("/cache/core/read-while-changed", test_read_while_changed);
  g_test_add_func ("/cache/core/counts-of-many-threads", test_counts_of_many_threads);
  g_test_add_func ("/cache/core/numbers", test_numbers);
  g_test_add_func ("/cache/core/pins", test_pins);
  g_test_add_func ("/cache/core/replaced", test_replaced);
  g_test_add_func ("/cache/core/replaced-after-its-time", test_replaced_after_its_time);
  g_test_add_func ("/cache/core/an-empty-cache-keeps-no-memory", test_an_empty_cache_keeps_no_memory);
  g_test_add_func ("/cache/core/a-trim-reaches-its-target", test_a_trim_reaches_its_target);

  return g_test_run ();
}
