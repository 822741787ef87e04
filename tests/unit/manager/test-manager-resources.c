/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

static MgrManager *
make_manager (void)
{
  MgrManager *manager = g_object_new (MGR_TYPE_MANAGER,
                                      "total-budget", G_GUINT64_CONSTANT (1000),
                                      "proc-path", "/nonexistent",
                                      "cgroup-path", "/nonexistent",
                                      NULL);

  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  return manager;
}

static MgrCleanupReport *
clean (MgrManager *manager)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, &error);

  g_assert_no_error (error);
  return report;
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

static guint64
rebuild_cb (MgrResource *resource,
            gpointer     user_data)
{
  return 7;
}

static void
test_restore (void)
{
  g_autoptr (MgrManager) manager = make_manager ();
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), NULL);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  g_assert_false (mgr_manager_restore (manager, "temp_b", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  report = clean (manager);
  g_assert_true (mgr_manager_restore (manager, "temp_a", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 7);
}

static guint64
drop_item_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  return 10;
}

static void
test_group (void)
{
  g_autoptr (MgrManager) manager = make_manager ();
  g_autoptr (MgrResourceGroup) group = mgr_resource_group_new ("model", NULL);
  g_autoptr (MgrCleanupReport) with = NULL;
  g_autoptr (MgrCleanupReport) without = NULL;

  g_signal_connect (group, "drop-item", G_CALLBACK (drop_item_cb), NULL);
  g_assert_true (mgr_resource_group_add (group, "temp_rows", 10, NULL));
  g_assert_true (mgr_manager_register_group (manager, group, NULL));
  with = clean (manager);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (with)[0], ==, "model.temp_rows");

  g_assert_true (mgr_manager_unregister_group (manager, group));
  g_assert_false (mgr_manager_unregister_group (manager, group));
  without = clean (manager);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_kept (without)), ==, 0);
}

typedef struct
{
  MgrManager *manager; /* (owned) (nullable) */
  GWeakRef ref;
} Last;

static guint64
drop_manager_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Last *last = user_data;

  g_clear_object (&last->manager);
  return 10;
}

static void
test_last_reference (void)
{
  Last last = { .manager = make_manager () };
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A handler that drops the last reference to the manager");

  g_weak_ref_init (&last.ref, last.manager);
  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_manager_cb), &last);
  g_assert_true (mgr_manager_register_resource (last.manager, resource, NULL));
  report = clean (last.manager);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_a");
  g_assert_null (last.manager);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_null (g_weak_ref_get (&last.ref));
  g_weak_ref_clear (&last.ref);
}

typedef struct
{
  MgrManager *manager; /* (unowned) */
  guint refused;
} Asker;

static void
allocated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Asker *asker = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_manager_allocate_finish (MGR_MANAGER (source), result, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  asker->refused++;
}

static void
ask (Asker *asker)
{
  mgr_manager_allocate_async (asker->manager, "a", 1, NULL, MGR_PRIORITY_DEFAULT, NULL, 0,
                              NULL, allocated_cb, asker);
}

static guint64
ask_in_reclaim_cb (MgrResource *resource,
                   guint64      target,
                   gpointer     user_data)
{
  ask (user_data);
  return 10;
}

static guint64
ask_in_measure_cb (MgrResource *resource,
                   gpointer     user_data)
{
  ask (user_data);
  return 10;
}

static gboolean
ask_in_veto_cb (MgrResource      *resource,
                MgrPressureLevel  level,
                gpointer          user_data)
{
  ask (user_data);
  return FALSE;
}

static void
test_waits_for_memory (void)
{
  g_autoptr (MgrManager) manager = make_manager ();
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  g_autoptr (MgrCleanupReport) report = NULL;
  Asker asker = { .manager = manager };

  g_test_summary ("Every handler that a cleanup calls is refused to wait for memory");

  mgr_manager_add_component (manager, "a", 0, NULL, NULL);
  g_signal_connect (resource, "measure", G_CALLBACK (ask_in_measure_cb), &asker);
  g_signal_connect (resource, "query-veto", G_CALLBACK (ask_in_veto_cb), &asker);
  g_signal_connect (resource, "reclaim", G_CALLBACK (ask_in_reclaim_cb), &asker);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  report = clean (manager);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 10);

  /* The veto was asked twice: for the plan, and before the handler. */
  while (asker.refused < 4)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (manager)), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/resources/restore", test_restore);
  g_test_add_func ("/manager/resources/group", test_group);
  g_test_add_func ("/manager/resources/last-reference", test_last_reference);
  g_test_add_func ("/manager/resources/waits-for-memory", test_waits_for_memory);

  return g_test_run ();
}
