/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-test-support.h"

#include <mgr.h>

#include <string.h>

/* Numbers, which come and are read by a shorter way than other values, do all that those
 * do. */

#define SECOND G_USEC_PER_SEC

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrCache *cache;       /* (owned) */
} Case;

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  self->clock = mgr_manual_clock_new (5 * SECOND);
  self->cache = g_object_new (MGR_TYPE_CACHE, "name", "numbers", "key-type",
                              MGR_CACHE_KEY_TYPE_INT64, "clock", self->clock, NULL);
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  g_object_unref (self->cache);
  g_object_unref (self->clock);
}

static gboolean
put (MgrCache  *cache,
     gint64     key,
     double     number,
     GError   **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  return mgr_cache_put_int64 (cache, key, &value, NULL, error);
}

static void
assert_number (MgrCache *cache,
               gint64    key,
               double    number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (mgr_cache_get_int64 (cache, key, &value));
  g_assert_cmpfloat (g_value_get_double (&value), ==, number);
}

static void
assert_none (MgrCache *cache,
             gint64    key)
{
  GValue value = G_VALUE_INIT;

  g_assert_false (mgr_cache_get_int64 (cache, key, &value));
  g_assert_false (G_IS_VALUE (&value));
}

/* A rule counts for what comes while it holds. */
static void
test_rules_come_and_go (Case          *self,
                        gconstpointer  data)
{
  put (self->cache, 1, 1.5, NULL);
  g_object_set (self->cache, "ttl", (gint64) SECOND, NULL);
  put (self->cache, 2, 2.5, NULL);
  g_object_set (self->cache, "ttl", (gint64) 0, "idle-ttl", (gint64) SECOND, NULL);
  put (self->cache, 3, 3.5, NULL);
  g_object_set (self->cache, "idle-ttl", (gint64) 0, NULL);
  put (self->cache, 4, 4.5, NULL);
  assert_number (self->cache, 2, 2.5);

  mgr_manual_clock_advance (self->clock, 3 * SECOND);
  assert_number (self->cache, 1, 1.5);
  assert_none (self->cache, 2);
  assert_none (self->cache, 3);
  assert_number (self->cache, 4, 4.5);
}

/* One that ends gives way to one that does not. */
static void
test_an_end_is_replaced (Case          *self,
                         gconstpointer  data)
{
  g_object_set (self->cache, "ttl", (gint64) SECOND, NULL);
  put (self->cache, 1, 1.0, NULL);
  g_object_set (self->cache, "ttl", (gint64) 0, NULL);
  put (self->cache, 1, 2.0, NULL);

  mgr_manual_clock_advance (self->clock, 2 * SECOND);
  mgr_test_settle ();
  assert_number (self->cache, 1, 2.0);
}

/* A bound of bytes that holds none of them. */
static void
test_none_fits (Case          *self,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (self->cache, "max-bytes", (guint64) 8, NULL);
  g_assert_false (put (self->cache, 1, 1.0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "“numbers”"));
  assert_none (self->cache, 1);
}

static void
count_cb (MgrCache     *cache,
          const GValue *key,
          const GValue *value,
          MgrCacheCause cause,
          guint        *n_removed)
{
  g_assert_cmpint (cause, ==, MGR_CACHE_CAUSE_SIZE);
  g_assert_cmpfloat (g_value_get_double (value), ==, (double) g_value_get_int64 (key));
  (*n_removed)++;
}

static void
test_they_are_told_of (Case          *self,
                       gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  guint n_removed = 0;

  g_object_set (self->cache, "max-entries", (guint64) 10, NULL);
  g_signal_connect (self->cache, "removed", G_CALLBACK (count_cb), &n_removed);
  for (gint64 i = 0; i < 100; i++)
    {
      put (self->cache, i, (double) i, NULL);
      mgr_manual_clock_advance (self->clock, SECOND);
    }
  mgr_test_settle ();

  g_assert_cmpuint (n_removed, ==, 90);
  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_SIZE), ==, 90);
  g_assert_cmpint (mgr_cache_statistics_get_eviction_age (statistics), >=, SECOND);
}

/* Each reading is one, whether it takes the number or only asks. */
static void
test_uses_count (Case          *self,
                 gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  g_autoptr (GPtrArray) records = NULL;

  put (self->cache, 1, 1.0, NULL);
  assert_number (self->cache, 1, 1.0);
  g_assert_true (mgr_cache_get_int64 (self->cache, 1, NULL));
  assert_none (self->cache, 2);
  g_object_set (self->cache, "track-uses", TRUE, NULL);
  assert_number (self->cache, 1, 1.0);
  assert_number (self->cache, 1, 1.0);

  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_hits (statistics), ==, 4);
  g_assert_cmpuint (mgr_cache_statistics_get_misses (statistics), ==, 1);
  records = mgr_cache_list (self->cache);
  g_assert_cmpuint (mgr_cache_record_get_uses (g_ptr_array_index (records, 0)), ==, 2);
}

static gboolean
overtaken_cb (MgrCache       *cache,
              const GValue   *key,
              MgrCacheTerms  *terms,
              GCancellable   *cancellable,
              gpointer        data,
              GError        **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  put (cache, g_value_get_int64 (key), 2.0, NULL);
  if (*(gboolean *) data)
    mgr_cache_clear (cache);

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 1.0);
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

/* What is put while an older one is loaded stays, or is gone for good. */
static void
test_a_load_is_overtaken (Case          *self,
                          gconstpointer  data)
{
  for (gboolean clear = FALSE; clear <= TRUE; clear++)
    {
      g_auto (GValue) key = G_VALUE_INIT;
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&key, G_TYPE_INT64);
      g_value_set_int64 (&key, 1);
      g_assert_true (mgr_cache_get_or_load (self->cache, &key, overtaken_cb, &clear, NULL, &value,
                                            NULL));
      g_assert_cmpfloat (g_value_get_double (&value), ==, 1.0);
      if (clear)
        assert_none (self->cache, 1);
      else
        assert_number (self->cache, 1, 2.0);
      mgr_cache_clear (self->cache);
    }
}

static gboolean
reload_cb (MgrCache       *cache,
           const GValue   *key,
           MgrCacheTerms  *terms,
           GCancellable   *cancellable,
           gpointer        n_loads,
           GError        **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 9.0);
  mgr_cache_terms_set_value (terms, &value);
  (*(guint *) n_loads)++;
  return TRUE;
}

/* One that was put is loaded again when it is old enough, once. */
static void
test_one_is_refreshed (Case          *self,
                       gconstpointer  data)
{
  g_auto (GValue) key = G_VALUE_INIT;
  guint n_loads = 0;

  g_object_set (self->cache, "refresh-after", (gint64) SECOND, NULL);
  put (self->cache, 1, 1.0, NULL);
  g_value_init (&key, G_TYPE_INT64);
  g_value_set_int64 (&key, 1);
  for (guint i = 0; i < 4; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      mgr_manual_clock_advance (self->clock, SECOND / 3);
      g_assert_true (mgr_cache_get_or_load (self->cache, &key, reload_cb, &n_loads, NULL, &value, NULL));
      g_assert_cmpfloat (g_value_get_double (&value), ==, i < 3 ? 1.0 : 9.0);
    }

  g_assert_cmpuint (n_loads, ==, 1);
  assert_number (self->cache, 1, 9.0);
}

static void
assert_kept (MgrCache     *cache,
             const GValue *value)
{
  g_auto (GValue) kept = G_VALUE_INIT;
  g_autofree char *before = g_strdup_value_contents (value);
  g_autofree char *after = NULL;

  g_assert_true (mgr_cache_put_int64 (cache, 1, value, NULL, NULL));
  g_assert_true (mgr_cache_get_int64 (cache, 1, &kept));
  g_assert_true (G_VALUE_TYPE (&kept) == G_VALUE_TYPE (value));
  after = g_strdup_value_contents (&kept);
  g_assert_cmpstr (after, ==, before);
}

/* Each type comes back as what it was, to its last bit. */
static void
test_all_types (Case          *self,
                gconstpointer  data)
{
  g_auto (GValue) character = G_VALUE_INIT, truth = G_VALUE_INIT, small = G_VALUE_INIT,
                  large = G_VALUE_INIT, single = G_VALUE_INIT, pair = G_VALUE_INIT,
                  cause = G_VALUE_INIT;

  g_value_init (&character, G_TYPE_CHAR);
  g_value_set_schar (&character, -128);
  g_value_init (&truth, G_TYPE_BOOLEAN);
  g_value_set_boolean (&truth, TRUE);
  g_value_init (&small, G_TYPE_INT);
  g_value_set_int (&small, G_MININT);
  g_value_init (&large, G_TYPE_UINT64);
  g_value_set_uint64 (&large, G_MAXUINT64);
  g_value_init (&single, G_TYPE_FLOAT);
  g_value_set_float (&single, -1.25f);
  g_value_init (&pair, G_TYPE_DOUBLE);
  g_value_set_double (&pair, 1.0 / 3.0);
  g_value_init (&cause, MGR_TYPE_CACHE_CAUSE);
  g_value_set_enum (&cause, MGR_CACHE_CAUSE_PRESSURE);

  assert_kept (self->cache, &character);
  assert_kept (self->cache, &truth);
  assert_kept (self->cache, &small);
  assert_kept (self->cache, &large);
  assert_kept (self->cache, &single);
  assert_kept (self->cache, &pair);
  assert_kept (self->cache, &cause);
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 1);
}

/* Beside values of other kinds, each is what it is. */
static void
test_among_others (Case          *self,
                   gconstpointer  data)
{
  for (gint64 i = 0; i < 100; i++)
    {
      g_auto (GValue) text = G_VALUE_INIT;
      g_autofree char *name = g_strdup_printf ("%d", (int) i);

      g_value_init (&text, G_TYPE_STRING);
      g_value_set_string (&text, name);
      if (i % 3 == 0)
        mgr_cache_put_int64 (self->cache, i, &text, NULL, NULL);
      else
        put (self->cache, i, (double) i, NULL);
    }

  for (gint64 i = 0; i < 100; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_assert_true (mgr_cache_get_int64 (self->cache, i, &value));
      if (i % 3 == 0)
        g_assert_cmpint (g_ascii_strtoll (g_value_get_string (&value), NULL, 10), ==, i);
      else
        g_assert_cmpfloat (g_value_get_double (&value), ==, (double) i);
    }
}

/* The budget of a component counts them too, and has others go where it has no more room. */
static void
test_a_component_pays (Case          *self,
                       gconstpointer  data)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (256 * 1024);
  MgrComponent *component = mgr_manager_add_component (manager, "cache", 0, NULL, NULL);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "component", component, NULL);

  for (gint64 i = 0; i < 10000; i++)
    g_assert_true (put (cache, i, (double) i, NULL));

  g_assert_cmpuint (mgr_cache_get_n_entries (cache), >, 1000);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), <, 10000);
  g_assert_cmpuint (mgr_component_get_used (component), <=, 256 * 1024);
  g_assert_cmpuint (mgr_component_get_used (component), >=, mgr_cache_get_n_bytes (cache));
  mgr_cache_clear (cache);
  g_assert_cmpuint (mgr_cache_get_n_bytes (cache), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add_case(name, func) \
  g_test_add ("/cache/numbers/" name, Case, NULL, case_set_up, func, case_tear_down)
  add_case ("rules-come-and-go", test_rules_come_and_go);
  add_case ("an-end-is-replaced", test_an_end_is_replaced);
  add_case ("none-fits", test_none_fits);
  add_case ("they-are-told-of", test_they_are_told_of);
  add_case ("uses-count", test_uses_count);
  add_case ("a-load-is-overtaken", test_a_load_is_overtaken);
  add_case ("one-is-refreshed", test_one_is_refreshed);
  add_case ("all-types", test_all_types);
  add_case ("among-others", test_among_others);
  add_case ("a-component-pays", test_a_component_pays);

  return g_test_run ();
}
