/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  GHashTable *counts = user_data;
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, pspec->name));

  g_hash_table_insert (counts, (gpointer) pspec->name, GUINT_TO_POINTER (count + 1));
}

static guint
count_of (GHashTable *counts,
          const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));
}

static guint64
free_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  return *(guint64 *) user_data;
}

static guint64
reclaim (MgrResource     *resource,
         guint64          target,
         MgrCleanupFlags  flags)
{
  MgrReclaimRequest request = { .target = target, .flags = flags };

  return mgr_resource_reclaim (resource, &request, NULL, NULL);
}

static void
test_new (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);

  g_assert_cmpstr (mgr_resource_get_name (resource), ==, "temp_a");
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 100);
  g_assert_cmpint (mgr_resource_get_safety (resource), ==, MGR_SAFETY_CAUTIOUS);
  g_assert_false (mgr_resource_get_safety_set (resource));
  g_assert_cmpuint (mgr_resource_get_priority (resource), ==, MGR_PRIORITY_DEFAULT);
  g_assert_cmpuint (mgr_resource_get_limit (resource), ==, 0);
  g_assert_true (mgr_resource_get_lossy (resource));
  g_assert_cmpint (mgr_resource_get_rebuild_cost (resource), ==, 0);
  g_assert_cmpint (mgr_resource_get_walk_cost (resource), ==, 0);
  g_assert_null (mgr_resource_get_component (resource));
  g_assert_null (mgr_resource_get_reclaimer (resource));
  g_assert_null (mgr_resource_get_bound_object (resource));
  g_assert_false (mgr_resource_is_pinned (resource));
  g_assert_false (mgr_resource_unregister (resource));
}

static void
test_properties (void)
{
  g_autoptr (MgrResource) resource = g_object_new (MGR_TYPE_RESOURCE,
                                                   "name", "weights",
                                                   "size", G_GUINT64_CONSTANT (1) << 40,
                                                   "safety", MGR_SAFETY_PROTECTED,
                                                   "priority", 9,
                                                   NULL);
  g_autofree char *name = NULL;
  guint64 size;
  MgrSafety safety;
  gboolean safety_set;
  guint priority;

  g_object_get (resource,
                "name", &name,
                "size", &size,
                "safety", &safety,
                "safety-set", &safety_set,
                "priority", &priority,
                NULL);
  g_assert_cmpstr (name, ==, "weights");
  g_assert_cmpuint (size, ==, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpint (safety, ==, MGR_SAFETY_PROTECTED);
  g_assert_true (safety_set);
  g_assert_cmpuint (priority, ==, 9);
}

static void
test_costs (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  MgrComponent *root = mgr_manager_get_root (manager);
  g_autoptr (MgrResource) resource = g_object_new (MGR_TYPE_RESOURCE,
                                                   "name", "table",
                                                   "limit", G_GUINT64_CONSTANT (70),
                                                   "lossy", FALSE,
                                                   "rebuild-cost", G_GINT64_CONSTANT (5000),
                                                   "walk-cost", G_GINT64_CONSTANT (30),
                                                   "component", root,
                                                   NULL);
  g_autoptr (MgrComponent) component = NULL;
  guint64 limit;
  gboolean lossy;
  gint64 rebuild_cost;
  gint64 walk_cost;

  g_object_get (resource,
                "limit", &limit,
                "lossy", &lossy,
                "rebuild-cost", &rebuild_cost,
                "walk-cost", &walk_cost,
                "component", &component,
                NULL);
  g_assert_cmpuint (limit, ==, 70);
  g_assert_false (lossy);
  g_assert_cmpint (rebuild_cost, ==, 5000);
  g_assert_cmpint (walk_cost, ==, 30);
  g_assert_true (component == root);

  mgr_resource_set_component (resource, NULL);
  g_assert_null (mgr_resource_get_component (resource));
}

static void
test_limit (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 100);

  g_assert_false (mgr_resource_is_over_limit (resource));
  mgr_resource_set_limit (resource, 100);
  g_assert_false (mgr_resource_is_over_limit (resource));
  mgr_resource_set_limit (resource, 99);
  g_assert_true (mgr_resource_is_over_limit (resource));
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 100);
  mgr_resource_set_limit (resource, 0);
  g_assert_false (mgr_resource_is_over_limit (resource));
}

static void
test_notify (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 1);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);

  g_test_summary ("A notify comes for a change and only for a change");

  g_signal_connect (resource, "notify", G_CALLBACK (count_notify_cb), counts);
  mgr_resource_set_size (resource, 1);
  mgr_resource_set_safety (resource, MGR_SAFETY_CAUTIOUS);
  mgr_resource_set_priority (resource, MGR_PRIORITY_DEFAULT);
  g_assert_cmpuint (count_of (counts, "size"), ==, 0);
  g_assert_cmpuint (count_of (counts, "safety"), ==, 0);
  g_assert_cmpuint (count_of (counts, "safety-set"), ==, 1);
  g_assert_cmpuint (count_of (counts, "priority"), ==, 0);

  mgr_resource_set_limit (resource, 0);
  mgr_resource_set_lossy (resource, 2);
  mgr_resource_set_rebuild_cost (resource, 0);
  mgr_resource_set_walk_cost (resource, 0);
  mgr_resource_set_component (resource, NULL);
  g_assert_cmpuint (g_hash_table_size (counts), ==, 1);

  mgr_resource_set_limit (resource, 5);
  mgr_resource_set_lossy (resource, FALSE);
  mgr_resource_set_rebuild_cost (resource, 6);
  mgr_resource_set_walk_cost (resource, 7);
  g_assert_cmpuint (count_of (counts, "limit"), ==, 1);
  g_assert_cmpuint (count_of (counts, "lossy"), ==, 1);
  g_assert_cmpuint (count_of (counts, "rebuild-cost"), ==, 1);
  g_assert_cmpuint (count_of (counts, "walk-cost"), ==, 1);

  mgr_resource_set_size (resource, 2);
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  mgr_resource_set_priority (resource, 10);
  g_assert_cmpuint (count_of (counts, "size"), ==, 1);
  g_assert_cmpuint (count_of (counts, "safety"), ==, 1);
  g_assert_cmpuint (count_of (counts, "safety-set"), ==, 1);
  g_assert_cmpuint (count_of (counts, "priority"), ==, 1);
}

static void
test_hand_wins (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 1);

  mgr_resource_classify (resource, MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_resource_get_safety (resource), ==, MGR_SAFETY_SAFE);
  g_assert_false (mgr_resource_get_safety_set (resource));

  mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);
  mgr_resource_classify (resource, MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_resource_get_safety (resource), ==, MGR_SAFETY_PROTECTED);
  g_assert_true (mgr_resource_get_safety_set (resource));
}

static void
test_flags (void)
{
  static const MgrCleanupFlags force = MGR_CLEANUP_FLAGS_FORCE;
  static const MgrCleanupFlags unsafe = MGR_CLEANUP_FLAGS_UNSAFE;
  static const MgrCleanupFlags allow = MGR_CLEANUP_FLAGS_ALLOW_PROTECTED;
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 1);

  g_test_summary ("Which flags touch what: SAFE, CAUTIOUS, PROTECTED by rule and by hand");

  mgr_resource_classify (resource, MGR_SAFETY_SAFE);
  g_assert_true (mgr_resource_allows (resource, MGR_CLEANUP_FLAGS_NONE));

  mgr_resource_classify (resource, MGR_SAFETY_CAUTIOUS);
  g_assert_false (mgr_resource_allows (resource, unsafe | allow));
  g_assert_true (mgr_resource_allows (resource, force));

  mgr_resource_classify (resource, MGR_SAFETY_PROTECTED);
  g_assert_false (mgr_resource_allows (resource, force));
  g_assert_false (mgr_resource_allows (resource, unsafe));
  g_assert_false (mgr_resource_allows (resource, force | allow));
  g_assert_true (mgr_resource_allows (resource, force | unsafe));

  mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);
  g_assert_false (mgr_resource_allows (resource, force | unsafe));
  g_assert_false (mgr_resource_allows (resource, force | allow));
  g_assert_true (mgr_resource_allows (resource, force | unsafe | allow));
}

static void
test_handlers_summed (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  guint64 first = 30;
  guint64 second = 20;
  gulong id;

  g_assert_false (mgr_resource_can_reclaim (resource));
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_cb), &first);
  id = g_signal_connect (resource, "reclaim", G_CALLBACK (free_cb), &second);
  g_assert_true (mgr_resource_can_reclaim (resource));

  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_FORCE), ==, 50);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 50);

  g_signal_handler_disconnect (resource, id);
  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_FORCE), ==, 30);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 20);

  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_FORCE), ==, 30);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
}

static void
test_sum_saturates (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  guint64 first = G_MAXUINT64 - 1;
  guint64 second = 2;

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_cb), &first);
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_cb), &second);

  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_FORCE), ==, G_MAXUINT64);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
}

static guint64
set_size_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  mgr_resource_set_size (resource, 40);
  return 60;
}

static void
test_size_set_in_handler (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);

  g_test_summary ("A handler that says itself what is left is believed");

  g_signal_connect (resource, "reclaim", G_CALLBACK (set_size_cb), NULL);
  g_assert_cmpuint (reclaim (resource, 60, MGR_CLEANUP_FLAGS_FORCE), ==, 60);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 40);
}

static void
test_protected_in_between (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 100);
  guint64 freed = 100;

  g_test_summary ("What the plan allowed is asked again at the last moment");

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_cb), &freed);
  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_NONE), ==, 0);
  mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);
  g_assert_cmpuint (reclaim (resource, 100, MGR_CLEANUP_FLAGS_FORCE), ==, 0);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 100);
}

static gpointer
set_size_thread (gpointer user_data)
{
  g_assert_false (mgr_resource_is_owner (user_data));
  mgr_resource_set_size (user_data, 7);
  mgr_resource_set_priority (user_data, 2);
  return NULL;
}

static void
test_notify_in_owner (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 1);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);

  g_test_summary ("A notify for what another thread set waits for the owner's loop");

  g_assert_true (mgr_resource_is_owner (resource));
  g_signal_connect (resource, "notify", G_CALLBACK (count_notify_cb), counts);
  g_thread_join (g_thread_new ("set", set_size_thread, resource));
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 7);
  g_assert_cmpuint (g_hash_table_size (counts), ==, 0);

  while (count_of (counts, "priority") == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_of (counts, "size"), ==, 1);
}

static void
test_invalid (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("a", 1);

  if (!g_test_undefined ())
    {
      g_test_skip ("checks of preconditions are compiled out");
      return;
    }

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*priority*");
  mgr_resource_set_priority (resource, 0);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*priority*");
  mgr_resource_set_priority (resource, 11);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*safety*");
  mgr_resource_set_safety (resource, (MgrSafety) 3);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*rebuild_cost*");
  mgr_resource_set_rebuild_cost (resource, -1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*walk_cost*");
  mgr_resource_set_walk_cost (resource, -1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*name*");
  g_assert_null (mgr_resource_new ("", 1));
  g_test_assert_expected_messages ();

  g_assert_cmpuint (mgr_resource_get_priority (resource), ==, MGR_PRIORITY_DEFAULT);
  g_assert_false (mgr_resource_get_safety_set (resource));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource/new", test_new);
  g_test_add_func ("/reclaim/resource/properties", test_properties);
  g_test_add_func ("/reclaim/resource/costs", test_costs);
  g_test_add_func ("/reclaim/resource/limit", test_limit);
  g_test_add_func ("/reclaim/resource/notify", test_notify);
  g_test_add_func ("/reclaim/resource/hand-wins", test_hand_wins);
  g_test_add_func ("/reclaim/resource/flags", test_flags);
  g_test_add_func ("/reclaim/resource/handlers-summed", test_handlers_summed);
  g_test_add_func ("/reclaim/resource/sum-saturates", test_sum_saturates);
  g_test_add_func ("/reclaim/resource/size-set-in-handler", test_size_set_in_handler);
  g_test_add_func ("/reclaim/resource/protected-in-between", test_protected_in_between);
  g_test_add_func ("/reclaim/resource/notify-in-owner", test_notify_in_owner);
  g_test_add_func ("/reclaim/resource/invalid", test_invalid);

  return g_test_run ();
}
