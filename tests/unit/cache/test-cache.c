/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"
#include "probe.h"

#include <string.h>

static MgrCache *
text_cache (void)
{
  return mgr_cache_new ("texts", MGR_CACHE_KEY_TYPE_STRING, 0, 0);
}

static MgrCache *
number_cache (guint64 max_bytes,
              guint64 max_entries)
{
  return mgr_cache_new ("numbers", MGR_CACHE_KEY_TYPE_INT64, max_bytes, max_entries);
}

static void
test_put_and_get (void)
{
  g_autoptr (MgrCache) cache = text_cache ();
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  g_auto (GValue) found = G_VALUE_INIT;
  g_auto (GValue) key = G_VALUE_INIT;

  assert_text (cache, "a", NULL);
  put_text (cache, "a", "one", NULL);
  put_text (cache, "b", "two", NULL);
  put_text (cache, "a", "three", NULL);
  assert_text (cache, "a", "three");
  assert_text (cache, "b", "two");

  value_set_string (&key, "b");
  g_assert_true (mgr_cache_contains (cache, &key, NULL));
  g_assert_true (mgr_cache_peek (cache, &key, NULL, NULL));
  g_assert_true (mgr_cache_remove (cache, &key, NULL));
  g_assert_false (mgr_cache_remove (cache, &key, NULL));
  g_assert_false (mgr_cache_contains (cache, &key, NULL));
  g_assert_false (mgr_cache_peek (cache, &key, &found, NULL));
  g_assert_null (g_value_get_pointer (&found));
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 1);

  statistics = mgr_cache_get_statistics (cache);
  g_assert_cmpuint (mgr_cache_statistics_get_hits (statistics), ==, 2);
  g_assert_cmpuint (mgr_cache_statistics_get_misses (statistics), ==, 1);
  g_assert_cmpfloat_with_epsilon (mgr_cache_statistics_get_hit_ratio (statistics), 2.0 / 3.0, 1e-9);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_REPLACED), ==, 1);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_EXPLICIT), ==, 1);
  g_assert_cmpuint (mgr_cache_statistics_get_removed_bytes (statistics, MGR_CACHE_CAUSE_EXPLICIT), >, 4);
  g_assert_cmpuint (mgr_cache_statistics_get_bytes (statistics), ==, mgr_cache_get_n_bytes (cache));

  mgr_cache_clear (cache);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 0);
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), ==, 0);
}

static void
test_values_of_all_kinds (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("kinds", MGR_CACHE_KEY_TYPE_BYTES, 100000, 0);
  g_autoptr (GBytes) key = g_bytes_new_static ("key", 3);
  g_autoptr (GBytes) same_key = g_bytes_new ("key", 3);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("12345", 5);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) found = G_VALUE_INIT;
  guint64 before;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_set_boxed (&value, bytes);
  g_assert_true (mgr_cache_put_bytes (cache, key, &value, NULL, NULL));
  g_assert_true (mgr_cache_get_bytes (cache, same_key, &found));
  g_assert_true (g_value_get_boxed (&found) == bytes);
  before = mgr_cache_get_n_bytes (cache);

  g_value_unset (&value);
  g_value_unset (&found);
  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, g_variant_new_string ("1234567890"));
  g_assert_true (mgr_cache_put_bytes (cache, key, &value, NULL, NULL));
  g_assert_true (mgr_cache_get_bytes (cache, key, &found));
  g_assert_cmpstr (g_variant_get_string (g_value_get_variant (&found), NULL), ==, "1234567890");
  /* A variant ends strings with a zero. */
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), ==, before + 6);
}

static void
test_find (void)
{
  g_autoptr (MgrCache) texts = mgr_cache_new ("texts", MGR_CACHE_KEY_TYPE_STRING, 0, 10);
  g_autoptr (MgrCache) numbers = mgr_cache_new ("numbers", MGR_CACHE_KEY_TYPE_INT64, 0, 10);
  g_autoptr (MgrCache) codes = mgr_cache_new ("codes", MGR_CACHE_KEY_TYPE_BYTES, 0, 10);
  g_autoptr (GBytes) code = g_bytes_new_static ("key", 3);
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  g_auto (GValue) one = G_VALUE_INIT;
  GValue found[6] = { G_VALUE_INIT, };

  g_test_summary ("What is not there is a pointer that is NULL, and counts as a miss");

  g_value_init (&one, G_TYPE_INT);
  g_value_set_int (&one, 1);
  g_assert_false (mgr_cache_find_string (texts, "key", &found[0]));
  g_assert_false (mgr_cache_find_int64 (numbers, G_MININT64, &found[1]));
  g_assert_false (mgr_cache_find_bytes (codes, code, &found[2]));
  g_assert_false (mgr_cache_find_string (texts, "key", NULL));
  g_assert_true (mgr_cache_put_string (texts, "key", &one, NULL, NULL));
  g_assert_true (mgr_cache_put_int64 (numbers, G_MININT64, &one, NULL, NULL));
  g_assert_true (mgr_cache_put_bytes (codes, code, &one, NULL, NULL));
  g_assert_true (mgr_cache_find_string (texts, "key", &found[3]));
  g_assert_true (mgr_cache_find_int64 (numbers, G_MININT64, &found[4]));
  g_assert_true (mgr_cache_find_bytes (codes, code, &found[5]));
  g_assert_true (mgr_cache_find_string (texts, "key", NULL));

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      g_assert_true (G_VALUE_HOLDS (&found[i], i < 3 ? G_TYPE_POINTER : G_TYPE_INT));
      g_assert_true (i < 3 ? g_value_get_pointer (&found[i]) == NULL
                           : g_value_get_int (&found[i]) == 1);
      g_value_unset (&found[i]);
    }

  statistics = mgr_cache_get_statistics (texts);
  g_assert_cmpuint (mgr_cache_statistics_get_hits (statistics), ==, 2);
  g_assert_cmpuint (mgr_cache_statistics_get_misses (statistics), ==, 2);
}

static void
test_entries_are_bounded (void)
{
  g_autoptr (MgrCache) cache = number_cache (0, 100);
  g_autoptr (MgrCacheStatistics) statistics = NULL;

  for (gint64 i = 0; i < 1000; i++)
    {
      g_assert_true (put_number (cache, i, 10, NULL));
      g_assert_cmpuint (mgr_cache_get_n_entries (cache), <=, 100);
    }
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 100);

  /* Under use. */
  mgr_cache_set_bounds (cache, 0, 10);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 10);
  g_assert_cmpuint (mgr_cache_get_max_entries (cache), ==, 10);
  mgr_cache_set_bounds (cache, 0, 0);
  for (gint64 i = 0; i < 200; i++)
    g_assert_true (put_number (cache, i, 10, NULL));
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), >=, 200);

  statistics = mgr_cache_get_statistics (cache);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_SIZE), ==, 990);
}

static void
test_bytes_are_bounded (void)
{
  g_autoptr (MgrCache) cache = number_cache (100 * 1000, 0);

  for (gint64 i = 0; i < 1000; i++)
    {
      g_assert_true (put_number (cache, i, 1000, NULL));
      g_assert_cmpuint (mgr_cache_get_n_bytes (cache), <=, 100 * 1000);
    }
  /* The overhead of each is counted. */
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), >=, mgr_cache_get_n_entries (cache) * 1064);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), <, 95);

  mgr_cache_set_bounds (cache, 10 * 1000, 0);
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), <=, 10 * 1000);
}

static void
test_what_does_not_fit (void)
{
  g_autoptr (MgrCache) cache = number_cache (2000, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (put_number (cache, 1, 500, NULL));
  g_assert_false (put_number (cache, 1, 2000, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "numbers"));
  g_clear_error (&error);

  g_assert_false (put_number (cache, 1, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (put_number (cache, 1, G_MAXUINT64, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  /* As before. */
  g_assert_true (has_number (cache, 1));
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 1);
}

static void
test_keys_of_another_type (void)
{
  g_autoptr (MgrCache) cache = number_cache (0, 10);
  g_auto (GValue) key = G_VALUE_INIT;
  g_auto (GValue) found = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  value_set_string (&key, "1");
  g_assert_false (mgr_cache_get (cache, &key, &found, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_cache_put (cache, &key, &key, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_cache_remove (cache, &key, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_cache_set_pinned (cache, &key, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static guint64
measure_cb (MgrCache     *cache,
            const GValue *value,
            gpointer      size)
{
  g_assert_true (G_VALUE_HOLDS (value, probe_get_type ()));
  return *(guint64 *) size;
}

static void
test_measure (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("probes", MGR_CACHE_KEY_TYPE_STRING, 10000, 0);
  g_autoptr (Probe) probe = probe_new ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  guint64 size = 0;

  g_value_init (&value, probe_get_type ());
  g_value_set_object (&value, probe);
  g_assert_false (mgr_cache_put_string (cache, "a", &value, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "measure"));
  g_clear_error (&error);

  g_signal_connect (cache, "measure", G_CALLBACK (measure_cb), &size);
  g_assert_false (mgr_cache_put_string (cache, "a", &value, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  size = 20000;
  g_assert_false (mgr_cache_put_string (cache, "a", &value, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_clear_error (&error);
  size = 4000;
  g_assert_true (mgr_cache_put_string (cache, "a", &value, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), >=, 4000);
  g_assert_cmpuint (G_OBJECT (probe)->ref_count, ==, 3);
  mgr_cache_clear (cache);
  g_assert_cmpuint (G_OBJECT (probe)->ref_count, ==, 2);
}

static void
pin (MgrCache *cache,
     gint64    number,
     gboolean  pinned,
     gboolean  expected)
{
  g_auto (GValue) key = G_VALUE_INIT;

  g_value_init (&key, G_TYPE_INT64);
  g_value_set_int64 (&key, number);
  g_assert_cmpint (mgr_cache_set_pinned (cache, &key, pinned, NULL), ==, expected);
}

static void
test_pinned_entries_stay (void)
{
  g_autoptr (MgrCache) cache = number_cache (0, 10);
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, -1);
  mgr_cache_terms_set_pinned (terms, TRUE);
  g_assert_true (mgr_cache_put_int64 (cache, -1, &value, terms, NULL));
  g_assert_true (put_number (cache, -2, 1, NULL));
  pin (cache, -2, TRUE, TRUE);
  pin (cache, -3, TRUE, FALSE);

  for (gint64 i = 0; i < 1000; i++)
    g_assert_true (put_number (cache, i, 1, NULL));
  g_assert_true (has_number (cache, -1));
  g_assert_true (has_number (cache, -2));
  mgr_cache_trim (cache, G_MAXUINT64);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 2);

  /* Put again without, or let go. */
  g_assert_true (put_number (cache, -1, 1, NULL));
  pin (cache, -2, FALSE, TRUE);
  mgr_cache_trim (cache, G_MAXUINT64);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 0);
}

static void
test_tags (void)
{
  g_autoptr (MgrCache) cache = text_cache ();
  g_autoptr (MgrCacheTerms) seven = mgr_cache_terms_new ();
  g_autoptr (MgrCacheTerms) both = mgr_cache_terms_new ();
  g_autoptr (MgrCacheStatistics) statistics = NULL;

  mgr_cache_terms_add_tag (seven, "user:7");
  mgr_cache_terms_add_tag (both, "user:7");
  mgr_cache_terms_add_tag (both, "admin");
  put_text (cache, "a", "one", seven);
  put_text (cache, "b", "two", both);
  put_text (cache, "c", "three", NULL);
  g_assert_false (mgr_cache_invalidate (cache, "user:8"));
  assert_text (cache, "b", "two");

  g_assert_true (mgr_cache_invalidate (cache, "admin"));
  assert_text (cache, "a", "one");
  assert_text (cache, "b", NULL);
  assert_text (cache, "c", "three");
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, 2);

  g_assert_true (mgr_cache_invalidate (cache, "user:7"));
  put_text (cache, "b", "new", seven);
  assert_text (cache, "a", NULL);
  assert_text (cache, "b", "new");

  statistics = mgr_cache_get_statistics (cache);
  g_assert_cmpuint (mgr_cache_statistics_get_hits (statistics), ==, 4);
  g_assert_cmpuint (mgr_cache_statistics_get_misses (statistics), ==, 2);
}

static void
test_list (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (1000);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "clock", clock, "track-uses", TRUE, NULL);
  g_autoptr (GPtrArray) records = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) key = G_VALUE_INIT;
  MgrCacheRecord *record;

  put_text (cache, "a", "one", NULL);
  mgr_manual_clock_advance (clock, 500);
  assert_text (cache, "a", "one");
  assert_text (cache, "a", "one");
  mgr_manual_clock_advance (clock, 200);

  records = mgr_cache_list (cache);
  mgr_cache_clear (cache);
  g_assert_cmpuint (records->len, ==, 1);
  record = g_ptr_array_index (records, 0);
  mgr_cache_record_get_key (record, &key);
  mgr_cache_record_get_value (record, &value);
  g_assert_cmpstr (g_value_get_string (&key), ==, "a");
  g_assert_cmpstr (g_value_get_string (&value), ==, "one");
  g_assert_cmpuint (mgr_cache_record_get_uses (record), ==, 2);
  g_assert_cmpint (mgr_cache_record_get_age (record), ==, 700);
  g_assert_cmpint (mgr_cache_record_get_idle (record), ==, 200);
  g_assert_cmpuint (mgr_cache_record_get_size (record), >, 4);
}

static void
removed_cb (MgrCache      *cache,
            const GValue  *key,
            const GValue  *value,
            MgrCacheCause  cause,
            gpointer       lines)
{
  g_string_append_printf (lines, "%s %s %d\n", g_value_get_string (key), g_value_get_string (value),
                          (int) cause);
}

static void
test_removed (void)
{
  g_autoptr (MgrCache) cache = text_cache ();
  g_autoptr (GString) lines = g_string_new (NULL);
  g_auto (GValue) key = G_VALUE_INIT;

  /* Nobody listens yet. */
  put_text (cache, "a", "zero", NULL);
  put_text (cache, "a", "one", NULL);
  g_signal_connect (cache, "removed", G_CALLBACK (removed_cb), lines);
  put_text (cache, "a", "two", NULL);
  value_set_string (&key, "a");
  mgr_cache_remove (cache, &key, NULL);
  put_text (cache, "b", "three", NULL);
  mgr_cache_trim (cache, 1);
  g_assert_cmpstr (lines->str, ==, "");

  mgr_test_settle ();
  g_assert_cmpstr (lines->str, ==, "a one 1\na two 0\nb three 4\n");
  mgr_test_settle ();
  g_assert_cmpstr (lines->str, ==, "a one 1\na two 0\nb three 4\n");

  /* What is still to be told goes with the cache. */
  put_text (cache, "c", "four", NULL);
  mgr_cache_clear (cache);
}

static void
use_cache_cb (Probe *probe)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, 1);
  g_assert_true (mgr_cache_put_string (probe->data, "last", &value, NULL, NULL));
  g_assert_false (mgr_cache_get_string (probe->data, "a", NULL));
}

/* Values are let go with no lock held. */
static void
test_dispose_uses_the_cache (void)
{
  g_autoptr (MgrCache) cache = text_cache ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) key = G_VALUE_INIT;
  Probe *probe = probe_new ();

  probe->on_dispose = use_cache_cb;
  probe->data = cache;
  g_value_init (&value, probe_get_type ());
  g_value_take_object (&value, probe);
  g_assert_true (mgr_cache_put_string (cache, "a", &value, NULL, NULL));
  g_value_unset (&value);

  value_set_string (&key, "a");
  g_assert_true (mgr_cache_remove (cache, &key, NULL));
  g_assert_true (mgr_cache_get_string (cache, "last", NULL));
}

static void
test_estimate (void)
{
  g_autoptr (MgrCache) cache = number_cache (0, 200);
  double quarter;
  double half;
  double same;
  double twice;

  g_assert_false (mgr_cache_predict (cache, 0.5, &half));
  for (gint64 i = 0; i < 100000; i++)
    {
      gint64 key = i * 7919 % 300;

      if (!has_number (cache, key))
        g_assert_true (put_number (cache, key, 1, NULL));
    }

  g_assert_true (mgr_cache_predict (cache, 0.25, &quarter));
  g_assert_true (mgr_cache_predict (cache, 0.5, &half));
  g_assert_true (mgr_cache_predict (cache, 1.0, &same));
  g_assert_true (mgr_cache_predict (cache, 2.0, &twice));
  g_assert_cmpfloat (quarter, ==, half / 2);
  g_assert_cmpfloat (half, <, same);
  g_assert_cmpfloat (twice, >, 0.95);
}

static void
test_classic (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new_classic ("classic");
  gint64 ttl = 0;

  g_object_get (cache, "ttl", &ttl, NULL);
  g_assert_cmpint (ttl, ==, G_GINT64_CONSTANT (3600000000));
  g_assert_cmpuint (mgr_cache_get_max_bytes (cache), ==, 500 * 1000 * 1000);
  g_assert_cmpuint (mgr_cache_get_max_entries (cache), ==, 1000);
  g_assert_cmpstr (mgr_cache_get_name (cache), ==, "classic");
  g_assert_null (mgr_cache_get_component (cache));
}

static void
test_lru (void)
{
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "max-entries", (guint64) 3,
                                             "eviction", MGR_CACHE_EVICTION_LRU, NULL);

  for (gint64 i = 0; i < 3; i++)
    put_number (cache, i, 1, NULL);
  g_assert_true (has_number (cache, 0));
  put_number (cache, 3, 1, NULL);
  g_assert_false (has_number (cache, 1));
  g_assert_true (has_number (cache, 0));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/put-and-get", test_put_and_get);
  g_test_add_func ("/cache/values-of-all-kinds", test_values_of_all_kinds);
  g_test_add_func ("/cache/find", test_find);
  g_test_add_func ("/cache/entries-are-bounded", test_entries_are_bounded);
  g_test_add_func ("/cache/bytes-are-bounded", test_bytes_are_bounded);
  g_test_add_func ("/cache/what-does-not-fit", test_what_does_not_fit);
  g_test_add_func ("/cache/keys-of-another-type", test_keys_of_another_type);
  g_test_add_func ("/cache/measure", test_measure);
  g_test_add_func ("/cache/pinned-entries-stay", test_pinned_entries_stay);
  g_test_add_func ("/cache/tags", test_tags);
  g_test_add_func ("/cache/list", test_list);
  g_test_add_func ("/cache/removed", test_removed);
  g_test_add_func ("/cache/dispose-uses-the-cache", test_dispose_uses_the_cache);
  g_test_add_func ("/cache/estimate", test_estimate);
  g_test_add_func ("/cache/classic", test_classic);
  g_test_add_func ("/cache/lru", test_lru);

  return g_test_run ();
}
