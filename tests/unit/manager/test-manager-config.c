/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

#include <string.h>

#define GIB (G_GUINT64_CONSTANT (1) << 30)

static MgrConfig *
from_text (const char *text)
{
  g_autofree char *file = g_strconcat ("[libmgr]\n", text, NULL);
  g_autoptr (GError) error = NULL;
  MgrConfig *config = mgr_config_new_from_data (file, strlen (file), "test", &error);

  g_assert_no_error (error);
  return config;
}

/* A manager with a configuration, on a machine of 16 GiB. */
static MgrManager *
make_manager (MgrFakeTree *tree,
              MgrConfig   *config)
{
  return g_object_new (MGR_TYPE_MANAGER,
                       "config", config,
                       "proc-path", mgr_fake_tree_get_proc (tree),
                       "cgroup-path", mgr_fake_tree_get_root (tree),
                       NULL);
}

static MgrFakeTree *
make_tree (void)
{
  return mgr_fake_tree_new ("host total=16G available=8G\n");
}

static double
get_threshold (MgrManager       *manager,
               MgrPressureLevel  level)
{
  return mgr_pressure_monitor_get_threshold (mgr_manager_get_monitor (manager), level);
}

static guint64
get_size (MgrManager       *manager,
          MgrPressureLevel  level)
{
  return mgr_pressure_monitor_get_size (mgr_manager_get_monitor (manager), level);
}

static gint64
get_interval (MgrManager *manager)
{
  return mgr_pressure_monitor_get_interval (mgr_manager_get_monitor (manager));
}

static void
test_defaults (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("");
  g_autoptr (MgrManager) manager = make_manager (tree, config);

  g_assert_true (mgr_manager_get_config (manager) == config);
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, (guint64) (16 * GIB * 0.95));
  g_assert_cmpint (get_interval (manager), ==, 500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpfloat (get_threshold (manager, MGR_PRESSURE_LEVEL_LOW), ==, 0.70);
  g_assert_cmpfloat (get_threshold (manager, MGR_PRESSURE_LEVEL_EMERGENCY), ==, 0.95);
  g_assert_cmpuint (get_size (manager, MGR_PRESSURE_LEVEL_LOW), ==, 0);
  g_assert_true (mgr_pressure_monitor_get_adaptive (mgr_manager_get_monitor (manager)));
  g_assert_true (mgr_manager_get_automatic_cleanup (manager));
  g_assert_false (mgr_manager_get_track_process (manager));
}

static void
test_config_is_applied (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("total-budget=3 GiB\n"
                                            "monitoring-interval=2 s\n"
                                            "pressure-thresholds=10%,20%,30%,40%,50%\n"
                                            "memory-alert=1 GiB\n"
                                            "memory-critical=2 GiB\n"
                                            "adaptive-thresholds=no\n"
                                            "automatic-cleanup=no\n"
                                            "track-process=yes\n");
  g_autoptr (MgrManager) manager = make_manager (tree, config);

  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 3 * GIB);
  g_assert_cmpint (get_interval (manager), ==, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpfloat (get_threshold (manager, MGR_PRESSURE_LEVEL_LOW), ==, 0.1);
  g_assert_cmpfloat (get_threshold (manager, MGR_PRESSURE_LEVEL_EMERGENCY), ==, 0.5);
  g_assert_cmpuint (get_size (manager, MGR_PRESSURE_LEVEL_LOW), ==, GIB);
  g_assert_cmpuint (get_size (manager, MGR_PRESSURE_LEVEL_HIGH), ==, 0);
  g_assert_cmpuint (get_size (manager, MGR_PRESSURE_LEVEL_CRITICAL), ==, 2 * GIB);
  g_assert_false (mgr_pressure_monitor_get_adaptive (mgr_manager_get_monitor (manager)));
  g_assert_false (mgr_manager_get_automatic_cleanup (manager));
  g_assert_true (mgr_manager_get_track_process (manager));
}

static void
test_budget_as_share (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("total-budget=75 %\n");
  g_autoptr (MgrManager) manager = make_manager (tree, config);

  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 12 * GIB);
  g_assert_cmpfloat (mgr_manager_get_total_budget_share (manager), ==, 0.75);

  g_test_message ("It stays that share of the limit when that changes");
  mgr_fake_tree_describe (tree, "host total=8G available=7G\n");
  g_assert_true (mgr_memory_limits_refresh (mgr_manager_get_limits (manager), NULL));
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 6 * GIB);
}

static void
test_budget_as_size (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("total-budget=3 GiB\n");
  g_autoptr (MgrManager) manager = make_manager (tree, config);
  g_autoptr (MgrManager) share = g_object_new (MGR_TYPE_MANAGER,
                                               "config", config,
                                               "total-budget-share", 0.5,
                                               "proc-path", mgr_fake_tree_get_proc (tree),
                                               "cgroup-path", mgr_fake_tree_get_root (tree),
                                               NULL);

  g_test_summary ("A size stays whatever the limit becomes; a share in code comes before it");

  g_assert_cmpfloat (mgr_manager_get_total_budget_share (manager), ==, 0.0);
  mgr_fake_tree_describe (tree, "host total=2G available=1G\n");
  g_assert_true (mgr_memory_limits_refresh (mgr_manager_get_limits (manager), NULL));
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 3 * GIB);

  g_assert_true (mgr_memory_limits_refresh (mgr_manager_get_limits (share), NULL));
  g_assert_cmpuint (mgr_manager_get_total_budget (share), ==, GIB);
}

static void
test_upkeep (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("emergency-reserve=2 MiB\n"
                                            "maintenance-interval=30 s\n"
                                            "cleanup-after-phase=no\n");
  g_autoptr (MgrConfig) nothing = from_text ("maintenance-interval=0\n");
  g_autoptr (MgrManager) manager = make_manager (tree, config);
  g_autoptr (MgrManager) other = make_manager (tree, nothing);

  g_assert_cmpuint (mgr_manager_get_emergency_reserve (manager), ==, 2 << 20);
  g_assert_cmpint (mgr_manager_get_maintenance_interval (manager), ==, 30 * G_USEC_PER_SEC);
  g_assert_false (mgr_manager_get_cleanup_after_phase (manager));

  g_assert_cmpuint (mgr_manager_get_emergency_reserve (other), ==, 0);
  g_assert_cmpint (mgr_manager_get_maintenance_interval (other), ==, 0);
  g_assert_true (mgr_manager_get_cleanup_after_phase (other));
}

static void
test_paths (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autofree char *text = g_strdup_printf ("proc-path=%s\ncgroup-path=%s\ntotal-budget=100 %%\n",
                                           mgr_fake_tree_get_proc (tree),
                                           mgr_fake_tree_get_root (tree));
  g_autoptr (MgrConfig) config = from_text (text);
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER, "config", config, NULL);
  g_autofree char *proc_path = NULL;

  g_test_summary ("The limits are those of the machine that the configured paths show");

  g_object_get (manager, "proc-path", &proc_path, NULL);
  g_assert_cmpstr (proc_path, ==, mgr_fake_tree_get_proc (tree));
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 16 * GIB);
}

static void
test_code_over_config (void)
{
  g_autoptr (MgrFakeTree) tree = make_tree ();
  g_autoptr (MgrConfig) config = from_text ("total-budget=3 GiB\n"
                                            "monitoring-interval=2 s\n"
                                            "automatic-cleanup=no\n"
                                            "track-process=yes\n"
                                            "proc-path=/nonexistent\n");
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER,
                                                 "config", config,
                                                 "total-budget", 5 * GIB,
                                                 "automatic-cleanup", TRUE,
                                                 "track-process", FALSE,
                                                 "proc-path", mgr_fake_tree_get_proc (tree),
                                                 NULL);
  g_autofree char *proc_path = NULL;

  g_object_get (manager, "proc-path", &proc_path, NULL);
  g_assert_cmpstr (proc_path, ==, mgr_fake_tree_get_proc (tree));
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 5 * GIB);
  g_assert_true (mgr_manager_get_automatic_cleanup (manager));
  g_assert_false (mgr_manager_get_track_process (manager));

  mgr_pressure_monitor_set_interval (mgr_manager_get_monitor (manager), G_TIME_SPAN_SECOND);
  g_assert_cmpint (get_interval (manager), ==, G_TIME_SPAN_SECOND);
}

static void
test_environment (void)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrManager) other = NULL;

  g_setenv ("MGR_TOTAL_BUDGET", "2 GiB", TRUE);
  g_setenv ("MGR_MONITORING_INTERVAL", "30 s", TRUE);
  manager = mgr_manager_new (0);
  other = mgr_manager_new (GIB);
  g_unsetenv ("MGR_TOTAL_BUDGET");
  g_unsetenv ("MGR_MONITORING_INTERVAL");

  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 2 * GIB);
  g_assert_cmpint (get_interval (manager), ==, 30 * G_TIME_SPAN_SECOND);
  g_assert_cmpstr (mgr_config_get_origin (mgr_manager_get_config (manager), "total-budget"), ==,
                   "environment variable MGR_TOTAL_BUDGET");

  g_assert_cmpuint (mgr_manager_get_total_budget (other), ==, GIB);
  g_assert_cmpint (get_interval (other), ==, 30 * G_TIME_SPAN_SECOND);
}

static void
test_bad_environment (void)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrManager) second = NULL;
  g_autoptr (MgrManager) third = NULL;

  g_setenv ("MGR_MONITORING_INTERVAL", "soon", TRUE);
  g_setenv ("MGR_TOTAL_BUGDET", "1 GiB", TRUE);
  g_setenv ("MGR_MEMORY_ALERT", "2 GiB", TRUE);

  g_test_message ("One warning that names all, and the manager works");
  g_test_expect_message ("libmgr", G_LOG_LEVEL_WARNING,
                         "What is wrong in the configuration is left out:\n*MGR_*\n*MGR_*");
  manager = mgr_manager_new (0);
  g_test_assert_expected_messages ();
  g_assert_cmpint (get_interval (manager), ==, 500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (mgr_config_get_size (mgr_manager_get_config (manager), "memory-alert"), ==,
                    2 * GIB);

  g_test_message ("The same is not said twice, something else is");
  second = mgr_manager_new (0);
  g_unsetenv ("MGR_MONITORING_INTERVAL");
  g_test_expect_message ("libmgr", G_LOG_LEVEL_WARNING, "*did you mean “MGR_TOTAL_BUDGET”?");
  third = mgr_manager_new (0);
  g_test_assert_expected_messages ();

  g_unsetenv ("MGR_TOTAL_BUGDET");
  g_unsetenv ("MGR_MEMORY_ALERT");
}

static void
test_default_manager (gconstpointer data)
{
  const char *track_process = data;

  g_test_summary ("The default manager counts the whole process, unless it is told not to");

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  g_setenv ("MGR_TRACK_PROCESS", track_process, TRUE);
  g_assert_cmpint (mgr_manager_get_track_process (mgr_manager_get_default ()), ==,
                   !g_str_equal (track_process, "no"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/config/defaults", test_defaults);
  g_test_add_func ("/manager/config/config-is-applied", test_config_is_applied);
  g_test_add_func ("/manager/config/budget-as-share", test_budget_as_share);
  g_test_add_func ("/manager/config/budget-as-size", test_budget_as_size);
  g_test_add_func ("/manager/config/upkeep", test_upkeep);
  g_test_add_func ("/manager/config/paths", test_paths);
  g_test_add_func ("/manager/config/code-over-config", test_code_over_config);
  g_test_add_func ("/manager/config/environment", test_environment);
  g_test_add_func ("/manager/config/bad-environment", test_bad_environment);
  g_test_add_data_func ("/manager/config/default-manager", "", test_default_manager);
  g_test_add_data_func ("/manager/config/default-manager-told", "no", test_default_manager);

  return g_test_run ();
}
