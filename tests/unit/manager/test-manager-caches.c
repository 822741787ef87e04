/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-test-support.h"

#define KIB ((guint64) 1024)
#define N_VALUES 100
#define ROUNDS 200

typedef struct
{
  MgrManager *manager;     /* (owned) (nullable) */
  MgrComponent *component; /* (unowned), kept by the manager */
  MgrCache *cache;         /* (owned) */
} Fixture;

static MgrCache *
cache_new (const char   *name,
           MgrComponent *component)
{
  return g_object_new (MGR_TYPE_CACHE, "name", name, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                       "component", component, NULL);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->manager = mgr_manager_new (10000 * KIB);
  fixture->component = mgr_manager_add_component (fixture->manager, "market", 0, NULL, NULL);
  fixture->cache = cache_new ("pages", fixture->component);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  mgr_test_settle ();
  g_assert_finalize_object (fixture->cache);
}

static void
add_cache (MgrManager *manager,
           MgrCache   *cache)
{
  g_autoptr (GError) error = NULL;
  gboolean added = mgr_manager_add_cache (manager, cache, &error);

  g_assert_no_error (error);
  g_assert_true (added);
}

static void
assert_not_added (MgrManager *manager,
                  MgrCache   *cache,
                  MgrError    code,
                  const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_manager_add_cache (manager, cache, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

/* Values of 1 KiB each. */
static void
fill_cache (MgrCache *cache)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  mgr_cache_terms_set_size (terms, KIB);
  g_value_init (&value, G_TYPE_INT64);
  for (gint64 i = 0; i < N_VALUES; i++)
    g_assert_true (mgr_cache_put_int64 (cache, i, &value, terms, NULL));
}

static void
assert_listed (MgrManager *manager,
               const char *expected)
{
  GListModel *model = mgr_manager_get_caches (manager);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MgrCache) cache = g_list_model_get_item (model, i);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", mgr_cache_get_name (cache));
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_add_and_remove (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrCache) second = cache_new ("second", NULL);
  g_autoptr (MgrCache) found = NULL;
  g_autoptr (GListModel) model = NULL;

  add_cache (fixture->manager, fixture->cache);
  add_cache (fixture->manager, second);
  assert_listed (fixture->manager, "pages second");
  g_object_get (fixture->manager, "caches", &model, NULL);
  g_assert_true (model == mgr_manager_get_caches (fixture->manager));

  found = mgr_manager_lookup_cache (fixture->manager, "second");
  g_assert_true (found == second);
  g_assert_null (mgr_manager_lookup_cache (fixture->manager, "nothing"));

  g_assert_true (mgr_manager_remove_cache (fixture->manager, fixture->cache));
  g_assert_false (mgr_manager_remove_cache (fixture->manager, fixture->cache));
  assert_listed (fixture->manager, "second");
  add_cache (fixture->manager, fixture->cache);
  assert_listed (fixture->manager, "second pages");
}

static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *long_name = g_strnfill (256, 'x');
  g_autoptr (MgrCache) same = cache_new ("pages", NULL);
  g_autoptr (MgrCache) nameless = cache_new ("", NULL);
  g_autoptr (MgrCache) endless = cache_new (long_name, NULL);
  g_autoptr (MgrCache) taken = cache_new ("temp_cache", NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_cache", 10);

  add_cache (fixture->manager, fixture->cache);
  assert_not_added (fixture->manager, fixture->cache, MGR_ERROR_EXISTS, "a cache “pages” already");
  assert_not_added (fixture->manager, same, MGR_ERROR_EXISTS, "a cache “pages” already");
  g_assert_false (mgr_manager_remove_cache (fixture->manager, same));
  assert_not_added (fixture->manager, nameless, MGR_ERROR_INVALID_ARGUMENT, "cannot name a cache");
  assert_not_added (fixture->manager, endless, MGR_ERROR_INVALID_ARGUMENT, "1 to 255 bytes");

  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  assert_not_added (fixture->manager, taken, MGR_ERROR_EXISTS, "resource “temp_cache”");
  assert_listed (fixture->manager, "pages");
}

static void
test_not_this_managers (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrManager) other = mgr_manager_new (1000);

  assert_not_added (other, fixture->cache, MGR_ERROR_INVALID_ARGUMENT, "of another manager");
}

static void
test_cleanup_trims (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;

  add_cache (fixture->manager, fixture->cache);
  fill_cache (fixture->cache);
  report = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "pages");

  statistics = mgr_cache_get_statistics (fixture->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_PRESSURE), >=,
                    N_VALUES / 4);
  g_assert_cmpuint (mgr_cache_statistics_get_entries (statistics), >=, N_VALUES / 2);

  g_test_message ("It grows again by itself");
  fill_cache (fixture->cache);
  g_assert_cmpuint (mgr_cache_get_n_entries (fixture->cache), ==, N_VALUES);
}

static void
test_opt_out (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  add_cache (fixture->manager, fixture->cache);
  fill_cache (fixture->cache);
  g_object_set (fixture->cache, "resist-pressure", TRUE, NULL);
  report = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  g_assert_cmpuint (mgr_cache_get_n_entries (fixture->cache), ==, N_VALUES);

  g_assert_nonnull (report);
}

/* Two samples in a row make a level. */
static void
sense (MgrManager     *manager,
       MgrManualClock *clock)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager)));
      mgr_manual_clock_advance (clock, G_USEC_PER_SEC);
    }
  mgr_test_settle ();
}

static void
test_follows_pressure (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER, "total-budget", 10000 * KIB,
                                                 "clock", clock, "proc-path", "/nonexistent", NULL);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("fake");
  g_autoptr (MgrCache) cache = cache_new ("pages", NULL);
  g_autoptr (MgrCache) resisting = cache_new ("resisting", NULL);
  guint64 trimmed;

  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  mgr_pressure_monitor_add_source (mgr_manager_get_monitor (manager), MGR_PRESSURE_SOURCE (source));
  g_object_set (resisting, "resist-pressure", TRUE, NULL);
  add_cache (manager, cache);
  add_cache (manager, resisting);
  fill_cache (cache);
  fill_cache (resisting);

  mgr_fake_source_set (source, 50, 100, 0);
  sense (manager, clock);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, N_VALUES);

  g_test_message ("Only as far as the level asks, and again as long as it is as bad");
  mgr_fake_source_set (source, 86, 100, 0);
  sense (manager, clock);
  trimmed = mgr_cache_get_n_entries (cache);
  g_assert_cmpuint (trimmed, <, N_VALUES);
  g_assert_cmpuint (trimmed, >, 0);
  sense (manager, clock);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), <, trimmed);
  trimmed = mgr_cache_get_n_entries (cache);
  g_assert_cmpuint (trimmed, >, 0);

  g_test_message ("Nothing goes on the way back, and what is put then stays");
  mgr_fake_source_set (source, 50, 100, 0);
  for (guint i = 0; i < 60; i++)
    sense (manager, clock);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, trimmed);
  fill_cache (cache);
  sense (manager, clock);
  g_assert_cmpuint (mgr_cache_get_n_entries (cache), ==, N_VALUES);
  g_assert_cmpuint (mgr_cache_get_n_entries (resisting), ==, N_VALUES);
}

static void
test_goes_with_its_manager (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (MgrCleaner) cleaner = g_object_ref (mgr_manager_get_cleaner (fixture->manager));
  guint n_before = g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner));

  add_cache (fixture->manager, fixture->cache);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==,
                    n_before + 1);
  g_clear_object (&fixture->manager);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==, n_before);
}

/* Of @list the only dictionary whose @key is @value. Returns (transfer full) */
static GVariant *
find_dict (GVariant   *dict,
           const char *list,
           const char *key,
           const char *value)
{
  g_autoptr (GVariant) all = g_variant_lookup_value (dict, list, G_VARIANT_TYPE ("aa{sv}"));

  g_assert_nonnull (all);
  for (gsize i = 0; i < g_variant_n_children (all); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (all, i);
      const char *text = NULL;

      if (g_variant_lookup (one, key, "&s", &text) && g_str_equal (text, value))
        return g_steal_pointer (&one);
    }

  g_assert_not_reached ();
}

static void
assert_number (GVariant   *dict,
               const char *key,
               guint64     expected)
{
  guint64 number = G_MAXUINT64;

  g_assert_true (g_variant_lookup (dict, key, "t", &number));
  g_assert_cmpuint (number, ==, expected);
}

static void
test_report (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) cache = NULL;
  g_autoptr (GVariant) holders = NULL;
  g_autoptr (GVariant) removed = NULL;
  const char *component = NULL;
  double hit_ratio = 0;

  add_cache (fixture->manager, fixture->cache);
  fill_cache (fixture->cache);
  g_object_set (fixture->cache, "max-entries", (guint64) N_VALUES / 2, NULL);
  g_assert_true (mgr_cache_get_int64 (fixture->cache, N_VALUES - 1, NULL)
                 != mgr_cache_get_int64 (fixture->cache, -1, NULL));
  report = mgr_manager_get_report (fixture->manager);
  variant = g_variant_ref_sink (mgr_report_to_variant (report));

  cache = find_dict (variant, "caches", "name", "pages");
  g_assert_true (g_variant_lookup (cache, "component", "&s", &component));
  g_assert_cmpstr (component, ==, "market");
  assert_number (cache, "max-bytes", 0);
  assert_number (cache, "max-entries", N_VALUES / 2);
  assert_number (cache, "entries", N_VALUES / 2);
  assert_number (cache, "bytes", mgr_cache_get_n_bytes (fixture->cache));
  assert_number (cache, "hits", 1);
  assert_number (cache, "misses", 1);
  assert_number (cache, "loads", 0);
  assert_number (cache, "recalled", 0);
  g_assert_true (g_variant_lookup (cache, "hit-ratio", "d", &hit_ratio));
  g_assert_cmpfloat (hit_ratio, ==, 0.5);
  removed = g_variant_lookup_value (cache, "removed", G_VARIANT_TYPE_VARDICT);
  assert_number (removed, "size", N_VALUES / 2);
  assert_number (removed, "pressure", 0);

  holders = find_dict (variant, "holders", "kind", "cache");
  assert_number (holders, "count", 1);
  assert_number (holders, "size", mgr_cache_get_n_bytes (fixture->cache));
}

static gpointer
add_and_remove_thread (gpointer data)
{
  MgrManager *manager = data;
  g_autofree char *name = g_strdup_printf ("%p", g_thread_self ());
  g_autoptr (MgrCache) cache = cache_new (name, NULL);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (MgrCache) found = NULL;

      add_cache (manager, cache);
      found = mgr_manager_lookup_cache (manager, name);
      g_assert_true (found == cache);
      g_assert_true (mgr_manager_remove_cache (manager, cache));
    }
  add_cache (manager, cache);
  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  data)
{
  GListModel *model = mgr_manager_get_caches (fixture->manager);
  GThread *threads[2];

  add_cache (fixture->manager, fixture->cache);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("adder", add_and_remove_thread, fixture->manager);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (MgrReport) report = mgr_manager_get_report (fixture->manager);

      g_assert_nonnull (report);
      g_main_context_iteration (NULL, FALSE);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  mgr_test_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1 + G_N_ELEMENTS (threads));
}

static void
add_fixture_test (const char *path,
                  void      (*func) (Fixture       *fixture,
                                     gconstpointer  data))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_fixture_test ("/manager-caches/add-and-remove", test_add_and_remove);
  add_fixture_test ("/manager-caches/names", test_names);
  add_fixture_test ("/manager-caches/not-this-managers", test_not_this_managers);
  add_fixture_test ("/manager-caches/cleanup-trims", test_cleanup_trims);
  add_fixture_test ("/manager-caches/opt-out", test_opt_out);
  add_fixture_test ("/manager-caches/follows-pressure", test_follows_pressure);
  add_fixture_test ("/manager-caches/goes-with-its-manager", test_goes_with_its_manager);
  add_fixture_test ("/manager-caches/report", test_report);
  add_fixture_test ("/manager-caches/threads", test_threads);

  return g_test_run ();
}
