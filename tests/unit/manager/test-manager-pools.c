/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-pool.h"
#include "mgr-test-support.h"

#define ROUNDS 200

typedef struct
{
  MgrManager *manager;
  MgrComponent *component; /* (unowned), kept by the manager */
  MgrPool *pool;
} Fixture;

static MgrPool *
pool_new (const char   *name,
          MgrComponent *component)
{
  g_autoptr (GError) error = NULL;
  MgrPool *pool = mgr_fake_pool_new (name, component, 1000, &error);

  g_assert_no_error (error);
  g_assert_nonnull (pool);
  return pool;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->manager = mgr_manager_new (10000);
  fixture->component =
    mgr_manager_add_component (fixture->manager, "market", 2000, NULL, &error);
  g_assert_no_error (error);
  fixture->pool = pool_new ("ticks", fixture->component);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  mgr_test_settle ();
  g_assert_finalize_object (fixture->pool);
}

static void
add_pool (MgrManager *manager,
          MgrPool    *pool)
{
  g_autoptr (GError) error = NULL;
  gboolean added = mgr_manager_add_pool (manager, pool, &error);

  g_assert_no_error (error);
  g_assert_true (added);
}

static void
assert_not_added (MgrManager *manager,
                  MgrPool    *pool,
                  MgrError    code,
                  const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_manager_add_pool (manager, pool, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
take_bytes (MgrPool *pool,
            guint64  size)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = mgr_fake_pool_take (pool, size, &error);

  g_assert_no_error (error);
  g_assert_true (taken);
}

static void
assert_listed (MgrManager *manager,
               const char *expected)
{
  GListModel *model = mgr_manager_get_pools (manager);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MgrPool) pool = g_list_model_get_item (model, i);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", mgr_pool_get_name (pool));
    }
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_add_and_remove (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrPool) second = pool_new ("second", NULL);
  g_autoptr (MgrPool) third = pool_new ("third", NULL);
  g_autoptr (MgrPool) found = NULL;
  g_autoptr (GListModel) model = NULL;

  add_pool (fixture->manager, fixture->pool);
  add_pool (fixture->manager, second);
  add_pool (fixture->manager, third);
  assert_listed (fixture->manager, "ticks second third");
  g_object_get (fixture->manager, "pools", &model, NULL);
  g_assert_true (model == mgr_manager_get_pools (fixture->manager));

  found = mgr_manager_lookup_pool (fixture->manager, "second");
  g_assert_true (found == second);
  g_assert_null (mgr_manager_lookup_pool (fixture->manager, "nothing"));

  g_assert_true (mgr_manager_remove_pool (fixture->manager, second));
  g_assert_false (mgr_manager_remove_pool (fixture->manager, second));
  assert_listed (fixture->manager, "ticks third");
  add_pool (fixture->manager, second);
  assert_listed (fixture->manager, "ticks third second");
}

static void
test_names_are_taken (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrPool) same = pool_new ("ticks", NULL);
  g_autoptr (MgrPool) cache = pool_new ("temp_cache", NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_cache", 10);

  add_pool (fixture->manager, fixture->pool);
  assert_not_added (fixture->manager, fixture->pool, MGR_ERROR_EXISTS, "a pool “ticks” already");
  assert_not_added (fixture->manager, same, MGR_ERROR_EXISTS, "a pool “ticks” already");
  g_assert_false (mgr_manager_remove_pool (fixture->manager, same));

  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  assert_not_added (fixture->manager, cache, MGR_ERROR_EXISTS, "resource “temp_cache”");
  assert_listed (fixture->manager, "ticks");
  g_assert_null (mgr_manager_lookup_pool (fixture->manager, "temp_cache"));
}

static void
test_not_this_managers (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrManager) other = mgr_manager_new (1000);
  g_autoptr (MgrPool) nameless = g_object_new (MGR_TYPE_FAKE_POOL, NULL);

  assert_not_added (other, fixture->pool, MGR_ERROR_INVALID_ARGUMENT, "of another manager");
  assert_not_added (other, nameless, MGR_ERROR_INVALID_ARGUMENT, "cannot name a pool");
  g_assert_false (mgr_manager_remove_pool (other, nameless));
}

static void
test_cleanup_trims (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  add_pool (fixture->manager, fixture->pool);
  take_bytes (fixture->pool, 700);
  take_bytes (fixture->pool, 100);
  mgr_fake_pool_give (fixture->pool, 700);

  report = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE,
                                &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "ticks");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 700);
  g_assert_cmpint (mgr_cleanup_report_get_ledger (report), ==, 700);
  g_assert_cmpuint (mgr_pool_get_used (fixture->pool), ==, 100);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 100);
}

static void
test_gives_way_to_others (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;

  add_pool (fixture->manager, fixture->pool);
  take_bytes (fixture->pool, 900);
  mgr_fake_pool_give (fixture->pool, 900);
  mgr_manager_set_arbitration (fixture->manager, MGR_ARBITRATION_ALWAYS);

  allocation = mgr_manager_allocate (fixture->manager, "market", 1500, NULL,
                                     MGR_PRIORITY_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (allocation);
  g_assert_cmpuint (mgr_pool_get_charged (fixture->pool), <=, 500);
}

static void
test_goes_with_its_manager (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (MgrCleaner) cleaner = g_object_ref (mgr_manager_get_cleaner (fixture->manager));
  guint n_before = g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner));

  add_pool (fixture->manager, fixture->pool);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==,
                    n_before + 1);
  g_clear_object (&fixture->manager);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==, n_before);
}

/* Of @list the dictionary whose @key is @value. Returns (transfer full) */
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
  guint64 number = 0;

  g_assert_true (g_variant_lookup (dict, key, "t", &number));
  g_assert_cmpuint (number, ==, expected);
}

static void
assert_text (GVariant   *dict,
             const char *key,
             const char *expected)
{
  const char *text = NULL;

  g_assert_true (g_variant_lookup (dict, key, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_report (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) pool = NULL;
  g_autoptr (GVariant) holders = NULL;
  g_autoptr (GVariant) largest = NULL;
  gboolean active = FALSE;
  double fragmentation = 1;

  add_pool (fixture->manager, fixture->pool);
  take_bytes (fixture->pool, 300);
  report = mgr_manager_get_report (fixture->manager);
  variant = g_variant_ref_sink (mgr_report_to_variant (report));

  pool = find_dict (variant, "pools", "name", "ticks");
  assert_text (pool, "kind", "fake");
  assert_text (pool, "component", "market");
  assert_number (pool, "capacity", 1000);
  assert_number (pool, "charged", 300);
  assert_number (pool, "used", 300);
  assert_number (pool, "peak", 300);
  assert_number (pool, "available", 700);
  assert_number (pool, "largest-free", 700);
  assert_number (pool, "allocation-count", 1);
  assert_number (pool, "total-count", 1);
  assert_number (pool, "refused-count", 0);
  assert_number (pool, "evicted-count", 0);
  assert_number (pool, "evicted-bytes", 0);
  assert_number (pool, "trimmed-bytes", 0);
  g_assert_true (g_variant_lookup (pool, "active", "b", &active));
  g_assert_true (active);
  g_assert_true (g_variant_lookup (pool, "fragmentation", "d", &fragmentation));
  g_assert_cmpfloat (fragmentation, ==, 0);

  g_test_message ("A pool counts with all it holds, not with what it could give back");
  holders = find_dict (variant, "holders", "kind", "pool");
  assert_number (holders, "count", 1);
  assert_number (holders, "size", 300);
  largest = find_dict (variant, "largest", "kind", "pool");
  assert_text (largest, "name", "ticks");
  assert_text (largest, "safety", "safe");
  assert_number (largest, "size", 300);
}

static gpointer
add_and_remove_thread (gpointer data)
{
  MgrManager *manager = data;
  g_autofree char *name = g_strdup_printf ("%p", g_thread_self ());
  g_autoptr (MgrPool) pool = pool_new (name, NULL);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (MgrPool) found = NULL;

      add_pool (manager, pool);
      found = mgr_manager_lookup_pool (manager, name);
      g_assert_true (found == pool);
      g_assert_true (mgr_manager_remove_pool (manager, pool));
    }
  add_pool (manager, pool);
  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  data)
{
  GListModel *model = mgr_manager_get_pools (fixture->manager);
  GThread *threads[2];

  add_pool (fixture->manager, fixture->pool);
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

  add_fixture_test ("/manager-pools/add-and-remove", test_add_and_remove);
  add_fixture_test ("/manager-pools/names-are-taken", test_names_are_taken);
  add_fixture_test ("/manager-pools/not-this-managers", test_not_this_managers);
  add_fixture_test ("/manager-pools/cleanup-trims", test_cleanup_trims);
  add_fixture_test ("/manager-pools/gives-way-to-others", test_gives_way_to_others);
  add_fixture_test ("/manager-pools/goes-with-its-manager", test_goes_with_its_manager);
  add_fixture_test ("/manager-pools/report", test_report);
  add_fixture_test ("/manager-pools/threads", test_threads);

  return g_test_run ();
}
