/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-private.h"

/* A program's object: named parts, each of a size. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrCleaner *cleaner;     /* (owned) */
  MgrResourceGroup *group; /* (owned) */
  GHashTable *parts;       /* (owned) (element-type utf8 size) */
  gboolean fails;          /* to list */
  GString *log;            /* (owned) */
} Fixture;

static void
set_part (Fixture    *fixture,
          const char *name,
          guint       size)
{
  g_hash_table_insert (fixture->parts, g_strdup (name), GUINT_TO_POINTER (size));
}

static guint
get_part (Fixture    *fixture,
          const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (fixture->parts, name));
}

static char **
list_items_cb (MgrResourceGroup *group,
               gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autofree gpointer *names = g_hash_table_get_keys_as_array (fixture->parts, NULL);

  return fixture->fails ? NULL : g_strdupv ((char **) names);
}

static guint64
item_size_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  return get_part (user_data, item);
}

static guint64
drop_item_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  Fixture *fixture = user_data;
  guint size = get_part (fixture, item);

  g_string_append_printf (fixture->log, "%sdrop %s", fixture->log->len > 0 ? ", " : "", item);
  g_hash_table_remove (fixture->parts, item);
  return size;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->cleaner = mgr_cleaner_new (MGR_CLOCK (fixture->clock), "/nonexistent");
  fixture->group = mgr_resource_group_new ("model", NULL);
  fixture->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fixture->log = g_string_new (NULL);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&fixture->group);
  g_clear_object (&fixture->cleaner);
  g_clear_object (&fixture->clock);
  g_hash_table_unref (fixture->parts);
  g_string_free (fixture->log, TRUE);
}

static void
watch (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->group, "list-items", G_CALLBACK (list_items_cb), fixture);
  g_signal_connect (fixture->group, "item-size", G_CALLBACK (item_size_cb), fixture);
  g_signal_connect (fixture->group, "drop-item", G_CALLBACK (drop_item_cb), fixture);
  mgr_cleaner_register_group (fixture->cleaner, fixture->group, &error);
  g_assert_no_error (error);
}

static MgrCleanupReport *
clean (Fixture  *fixture,
       gboolean  force)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, force, TRUE, &error);

  g_assert_no_error (error);
  return report;
}

static void
assert_names (const char * const *names,
              const char         *expected)
{
  g_autofree char *joined = g_strjoinv (" ", (char **) names);

  g_assert_cmpstr (joined, ==, expected);
}

static char *
list (Fixture *fixture)
{
  g_autoptr (GPtrArray) resources = mgr_resource_group_list_resources (fixture->group);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < resources->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            mgr_resource_get_name (g_ptr_array_index (resources, i)));

  return g_string_free (text, FALSE);
}

static void
assert_lists (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *listed = list (fixture);

  g_assert_cmpstr (listed, ==, expected);
}

static guint
count_registered (Fixture *fixture)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return g_list_model_get_n_items (mgr_cleaner_get_resources (fixture->cleaner));
}

static void
add (Fixture    *fixture,
     const char *item,
     guint64     size)
{
  g_autoptr (GError) error = NULL;
  gboolean added = mgr_resource_group_add (fixture->group, item, size, &error);

  g_assert_no_error (error);
  g_assert_true (added);
}

static void
test_by_hand (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrResource) resource = NULL;

  g_test_summary ("Items added by hand: classified by their own names, cleaned by dropping");

  g_assert_cmpstr (mgr_resource_group_get_name (fixture->group), ==, "model");
  set_part (fixture, "temp_rows", 100);
  add (fixture, "temp_rows", 100);
  add (fixture, "weights", 300);
  g_signal_connect (fixture->group, "drop-item", G_CALLBACK (drop_item_cb), fixture);
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  add (fixture, "table", 50);
  assert_lists (fixture, "model.temp_rows model.weights model.table");
  g_assert_cmpuint (count_registered (fixture), ==, 3);

  report = clean (fixture, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (report), "model.temp_rows");
  assert_names (mgr_cleanup_report_get_protected (report), "model.weights");
  assert_names (mgr_cleanup_report_get_kept (report), "model.table");
  g_assert_cmpstr (fixture->log->str, ==, "drop temp_rows");

  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
  g_assert_null (mgr_resource_group_lookup (fixture->group, "model.temp_rows"));
}

static void
test_watch (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) first = NULL;
  g_autoptr (MgrCleanupReport) second = NULL;

  g_test_summary ("A watched object: what it has later is seen, what it has no more is forgotten");

  set_part (fixture, "temp_rows", 100);
  set_part (fixture, "weights", 300);
  watch (fixture);
  g_assert_cmpuint (count_registered (fixture), ==, 2);

  set_part (fixture, "batch_late", 70);
  first = clean (fixture, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (first), "model.temp_rows model.batch_late");
  assert_names (mgr_cleanup_report_get_protected (first), "model.weights");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (first), ==, 170);
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 0);
  g_assert_cmpuint (get_part (fixture, "weights"), ==, 300);

  second = clean (fixture, FALSE);
  assert_names (mgr_cleanup_report_get_cleaned (second), "");
  assert_lists (fixture, "model.weights");

  g_hash_table_remove (fixture->parts, "weights");
  mgr_resource_group_update (fixture->group);
  g_assert_cmpuint (count_registered (fixture), ==, 0);
}

static void
test_forced (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  set_part (fixture, "table", 100);
  set_part (fixture, "weights", 300);
  watch (fixture);
  report = clean (fixture, TRUE);
  g_assert_cmpstr (fixture->log->str, ==, "drop table");
  assert_names (mgr_cleanup_report_get_protected (report), "model.weights");
}

static void
test_failing_list (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;

  g_test_summary ("A handler that could not list drops nothing, so that what was set stays");

  set_part (fixture, "table", 100);
  watch (fixture);
  resource = mgr_resource_group_lookup (fixture->group, "table");
  mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);

  fixture->fails = TRUE;
  mgr_resource_group_update (fixture->group);
  assert_lists (fixture, "model.table");
  g_assert_cmpint (mgr_resource_get_safety (resource), ==, MGR_SAFETY_PROTECTED);
}

static void
test_minimum_size (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  guint64 minimum_size;

  g_test_summary ("What is too small to be worth a step is left alone");

  set_part (fixture, "temp_dir", 60);
  set_part (fixture, "temp_rows", 4096);
  g_object_set (fixture->group, "minimum-size", G_GUINT64_CONSTANT (4096), NULL);
  g_object_get (fixture->group, "minimum-size", &minimum_size, NULL);
  g_assert_cmpuint (minimum_size, ==, 4096);
  watch (fixture);
  report = clean (fixture, FALSE);
  g_assert_cmpstr (fixture->log->str, ==, "drop temp_rows");
  assert_names (mgr_cleanup_report_get_kept (report), "model.temp_dir");
}

static void
item_added_cb (MgrResourceGroup *group,
               const char       *item,
               MgrResource      *resource,
               gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "%sadded %s as %s", fixture->log->len > 0 ? ", " : "",
                          item, mgr_resource_get_name (resource));
  mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);
}

static void
test_item_added (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_signal_connect (fixture->group, "item-added", G_CALLBACK (item_added_cb), fixture);
  watch (fixture);
  set_part (fixture, "temp_rows", 100);
  report = clean (fixture, TRUE);
  g_assert_cmpstr (fixture->log->str, ==, "added temp_rows as model.temp_rows");
  assert_names (mgr_cleanup_report_get_protected (report), "model.temp_rows");
}

static gpointer
add_thread (gpointer user_data)
{
  add (user_data, "temp_rows", 100);
  return NULL;
}

static void
test_added_in_thread (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;

  g_test_summary ("An item that another thread adds lives where the group does");

  g_signal_connect (fixture->group, "item-added", G_CALLBACK (item_added_cb), fixture);
  g_thread_join (g_thread_new ("add", add_thread, fixture));
  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_assert_true (mgr_resource_is_owner (resource));
  g_assert_cmpstr (fixture->log->str, ==, "");
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (fixture->log->str, ==, "added temp_rows as model.temp_rows");
}

static guint64
rebuild_cb (MgrResource *resource,
            gpointer     user_data)
{
  set_part (user_data, "temp_rows", 80);
  return 80;
}

static void
test_restore (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What can be brought back is not forgotten when it is dropped");

  set_part (fixture, "temp_rows", 100);
  set_part (fixture, "temp_gone", 90);
  watch (fixture);
  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  mgr_cleanup_report_unref (clean (fixture, FALSE));
  mgr_resource_group_update (fixture->group);
  assert_lists (fixture, "model.temp_rows");

  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "model.temp_rows", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 80);
  g_assert_false (mgr_cleaner_restore (fixture->cleaner, "model.temp_gone", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);

  records = mgr_cleaner_list_records (fixture->cleaner);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_true (mgr_reclaim_record_get_can_restore (g_ptr_array_index (records, 1)));
  g_assert_false (mgr_reclaim_record_get_can_restore (g_ptr_array_index (records, 0)));
}

static void
assert_there_again (Fixture    *fixture,
                    const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
    g_strdup_printf ("“model.temp_rows” is there again: it holds %s that the program made since it "
                     "was cleaned. Remove that first if what was cleaned is to come back", says);

  g_assert_false (mgr_cleaner_restore (fixture->cleaner, "model.temp_rows", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_restore_there_again (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;

  g_test_summary ("What the program made again is not replaced, be it too little to count");

  mgr_resource_group_set_minimum_size (fixture->group, 50);
  set_part (fixture, "temp_rows", 100);
  watch (fixture);
  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  mgr_cleanup_report_unref (clean (fixture, FALSE));

  set_part (fixture, "temp_rows", 3);
  assert_there_again (fixture, "3 B");
  set_part (fixture, "temp_rows", 70);
  mgr_resource_group_update (fixture->group);
  assert_there_again (fixture, "70 B");
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 70);

  g_test_message ("Once that is removed, it comes back");
  g_hash_table_remove (fixture->parts, "temp_rows");
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "model.temp_rows", NULL));
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 80);
}

static guint64
drop_half_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  guint half = get_part (user_data, item) / 2;

  set_part (user_data, item, half);
  return half;
}

static void
test_restore_half (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An item of which a cleanup left something is brought back all the same");

  set_part (fixture, "temp_rows", 100);
  g_signal_connect (fixture->group, "drop-item", G_CALLBACK (drop_half_cb), fixture);
  watch (fixture);
  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  mgr_cleanup_report_unref (clean (fixture, FALSE));
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 50);
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "model.temp_rows", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 80);
}

static void
test_pinned_item (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (MgrResource) resource = NULL;

  set_part (fixture, "temp_rows", 100);
  watch (fixture);
  resource = mgr_resource_group_lookup (fixture->group, "temp_rows");
  g_assert_true (mgr_resource_begin_access (resource, NULL));
  mgr_cleanup_report_unref (clean (fixture, FALSE));
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 100);
  g_assert_true (mgr_resource_end_access (resource, NULL));
  mgr_cleanup_report_unref (clean (fixture, FALSE));
  g_assert_cmpuint (get_part (fixture, "temp_rows"), ==, 0);
}

static void
assert_error_says (GError     *error,
                   MgrError    code,
                   const char *says)
{
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_names_taken (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (MgrResourceGroup) same = mgr_resource_group_new ("model", NULL);
  g_autoptr (MgrResourceGroup) clashing = mgr_resource_group_new ("other", NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("other.b", 1);
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  add (fixture, "a", 1);
  g_assert_false (mgr_resource_group_add (fixture->group, "a", 1, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "“a”");
  g_clear_error (&error);
  g_assert_false (mgr_resource_group_add (fixture->group, "", 1, &error));
  assert_error_says (error, MGR_ERROR_INVALID_ARGUMENT, "“model”");
  g_clear_error (&error);

  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  g_assert_false (mgr_cleaner_register_group (fixture->cleaner, fixture->group, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "“model”");
  g_clear_error (&error);
  g_assert_false (mgr_cleaner_register_group (fixture->cleaner, same, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "“model”");
  g_clear_error (&error);
  g_assert_false (mgr_cleaner_register_group (cleaner, fixture->group, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "another cleaner");
  g_clear_error (&error);

  g_test_message ("A group is registered whole or not at all");
  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  g_assert_true (mgr_resource_group_add (clashing, "a", 1, NULL));
  g_assert_true (mgr_resource_group_add (clashing, "b", 1, NULL));
  g_assert_false (mgr_cleaner_register_group (fixture->cleaner, clashing, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "“other.b”");
  g_clear_error (&error);
  g_assert_cmpuint (count_registered (fixture), ==, 2);

  g_assert_true (mgr_resource_unregister (resource));
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, clashing, NULL));
  g_assert_cmpuint (count_registered (fixture), ==, 3);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
}

static void
test_item_name_taken (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("model.a", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_cleaner_register (fixture->cleaner, resource, NULL));
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  g_assert_false (mgr_resource_group_add (fixture->group, "a", 1, &error));
  assert_error_says (error, MGR_ERROR_EXISTS, "“model.a”");
  assert_lists (fixture, "");
}

static void
test_unregister (Fixture       *fixture,
                 gconstpointer  data)
{
  add (fixture, "a", 1);
  g_assert_false (mgr_resource_group_unregister (fixture->group));
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  g_assert_true (mgr_resource_group_remove (fixture->group, "a"));
  g_assert_false (mgr_resource_group_remove (fixture->group, "a"));
  g_assert_cmpuint (count_registered (fixture), ==, 0);

  add (fixture, "b", 1);
  g_assert_true (mgr_resource_group_unregister (fixture->group));
  g_assert_false (mgr_cleaner_unregister_group (fixture->cleaner, fixture->group));
  g_assert_cmpuint (count_registered (fixture), ==, 0);
  assert_lists (fixture, "model.b");

  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  g_assert_cmpuint (count_registered (fixture), ==, 1);
  g_assert_true (mgr_cleaner_unregister_group (fixture->cleaner, fixture->group));
  g_assert_cmpuint (count_registered (fixture), ==, 0);
}

static gpointer
unref_thread (gpointer user_data)
{
  g_object_unref (user_data);
  return NULL;
}

static void
test_object_goes (Fixture       *fixture,
                  gconstpointer  data)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (MgrResourceGroup) group = mgr_resource_group_new ("session", object);
  g_autoptr (GObject) got = mgr_resource_group_get_object (group);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A group leaves with all its resources when its object goes");

  g_assert_true (got == object);
  g_clear_object (&got);
  g_assert_true (mgr_resource_group_add (group, "a", 1, NULL));
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, group, NULL));
  g_assert_cmpuint (count_registered (fixture), ==, 1);
  g_thread_join (g_thread_new ("unref", unref_thread, object));
  g_assert_cmpuint (count_registered (fixture), ==, 0);
  g_assert_null (mgr_resource_group_get_object (group));
  g_assert_false (mgr_resource_group_unregister (group));

  g_assert_false (mgr_cleaner_register_group (fixture->cleaner, group, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

static char **
list_again_cb (MgrResourceGroup *group,
               gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_string_append (fixture->log, "list ");
  mgr_resource_group_update (group);
  g_assert_null (mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                      FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  return g_new0 (char *, 1);
}

static void
test_reenters (Fixture       *fixture,
               gconstpointer  data)
{
  g_signal_connect (fixture->group, "list-items", G_CALLBACK (list_again_cb), fixture);
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  g_assert_cmpstr (fixture->log->str, ==, "list ");
}

static guint64
drop_group_cb (MgrResourceGroup *group,
               const char       *item,
               gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (mgr_resource_group_unregister (group));
  g_clear_object (&fixture->group);
  g_string_append_printf (fixture->log, "drop %s", item);
  return 10;
}

static void
test_frees_itself (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A handler that unregisters its group and drops it");

  add (fixture, "temp_a", 20);
  add (fixture, "temp_b", 10);
  g_signal_connect (fixture->group, "drop-item", G_CALLBACK (drop_group_cb), fixture);
  g_assert_true (mgr_cleaner_register_group (fixture->cleaner, fixture->group, NULL));
  report = clean (fixture, FALSE);
  g_assert_null (fixture->group);
  g_assert_cmpstr (fixture->log->str, ==, "drop temp_a");
  g_assert_cmpuint (count_registered (fixture), ==, 0);
}

static gpointer
plan_thread (gpointer user_data)
{
  Fixture *fixture = user_data;

  return mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                           MGR_CLEANUP_FLAGS_FORCE, NULL);
}

static void
test_owner_blocks (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) before = NULL;
  g_autoptr (MgrCleanupPlan) after = NULL;
  g_autoptr (GPtrArray) steps = NULL;

  g_test_summary ("A plan in another thread goes on without an owner that does not answer");

  watch (fixture);
  set_part (fixture, "table", 100);
  before = g_thread_join (g_thread_new ("plan", plan_thread, fixture));
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (before), ==, 0);

  g_assert_cmpuint (count_registered (fixture), ==, 1);
  after = plan_thread (fixture);
  steps = mgr_cleanup_plan_get_steps (after);
  g_assert_cmpuint (steps->len, ==, 1);
  g_assert_cmpstr (mgr_cleanup_step_get_name (steps->pdata[0]), ==, "model.table");
}

static void
test_rules_follow (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrProtectionRules *rules = mgr_cleaner_get_rules (fixture->cleaner);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A rule with a dot is for one group, and counts for what is there already");

  set_part (fixture, "temp_rows", 100);
  watch (fixture);
  g_assert_true (mgr_protection_rules_add (rules, "model.temp_*", MGR_SAFETY_PROTECTED, NULL));
  report = clean (fixture, TRUE);
  assert_names (mgr_cleanup_report_get_protected (report), "model.temp_rows");
  g_assert_cmpstr (fixture->log->str, ==, "");
}

#define ADD(name, func) \
  g_test_add ("/reclaim/resource-group/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("by-hand", test_by_hand);
  ADD ("watch", test_watch);
  ADD ("forced", test_forced);
  ADD ("failing-list", test_failing_list);
  ADD ("minimum-size", test_minimum_size);
  ADD ("item-added", test_item_added);
  ADD ("added-in-thread", test_added_in_thread);
  ADD ("restore", test_restore);
  ADD ("restore-there-again", test_restore_there_again);
  ADD ("restore-half", test_restore_half);
  ADD ("pinned-item", test_pinned_item);
  ADD ("names-taken", test_names_taken);
  ADD ("item-name-taken", test_item_name_taken);
  ADD ("unregister", test_unregister);
  ADD ("object-goes", test_object_goes);
  ADD ("reenters", test_reenters);
  ADD ("frees-itself", test_frees_itself);
  ADD ("owner-blocks", test_owner_blocks);
  ADD ("rules-follow", test_rules_follow);

  return g_test_run ();
}
