/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "mgr-test-support.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* A manager on a clock that stands still, whose process has the size that the test
 * says. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrFakeTree *tree;       /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrComponent *component; /* (unowned) */
  GPtrArray *held;         /* (owned) (element-type MgrAllocation) */
  GString *log;            /* (owned) */
} Fixture;

static void
finished_cb (MgrManager     *manager,
             MgrPhaseReport *report,
             gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "%s ", mgr_phase_report_get_name (report));
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                     "status RssAnon=10M\n");
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 100 * MIB,
                                   "clock", fixture->clock,
                                   "proc-path", mgr_fake_tree_get_proc (fixture->tree),
                                   "cgroup-path", mgr_fake_tree_get_root (fixture->tree),
                                   NULL);
  fixture->component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  fixture->held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  fixture->log = g_string_new (NULL);
  g_signal_connect (fixture->manager, "phase-finished", G_CALLBACK (finished_cb), fixture);

  /* Samples are taken by the test alone. */
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_ptr_array_unref (fixture->held);
  g_clear_object (&fixture->manager);
  mgr_fake_tree_free (fixture->tree);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
}

static void
fixture_hold (Fixture *fixture,
              guint64  size)
{
  MgrAllocation *allocation = mgr_component_allocate (fixture->component, size, NULL, 5, NULL, NULL);

  g_assert_nonnull (allocation);
  g_ptr_array_add (fixture->held, allocation);
}

static void
fixture_touch (Fixture *fixture,
               guint64  size)
{
  mgr_allocation_unref (mgr_component_allocate (fixture->component, size, NULL, 5, NULL, NULL));
}

static MgrPhaseReport *
fixture_end (Fixture    *fixture,
             const char *name)
{
  g_autoptr (GError) error = NULL;
  MgrPhaseReport *report = mgr_manager_end_phase (fixture->manager, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mgr_phase_report_get_name (report), ==, name);
  return report;
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  return target;
}

static void
fixture_add_resource (Fixture    *fixture,
                      const char *name,
                      MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, 8 * MIB);

  mgr_resource_set_safety (resource, safety);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
}

static void
assert_log (Fixture    *fixture,
            const char *expected)
{
  mgr_test_settle ();
  g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

static void
test_figures (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  fixture_touch (fixture, 60 * MIB);
  fixture_hold (fixture, 5 * MIB);
  mgr_manager_begin_phase (fixture->manager, "loading");
  fixture_touch (fixture, 20 * MIB);
  fixture_hold (fixture, 2 * MIB);
  mgr_fake_tree_describe (fixture->tree, "status RssAnon=13M\n");
  mgr_manual_clock_advance (fixture->clock, 3 * G_USEC_PER_SEC);

  report = fixture_end (fixture, "loading");
  g_assert_cmpint (mgr_phase_report_get_time (report), ==, G_USEC_PER_SEC);
  g_assert_cmpint (mgr_phase_report_get_duration (report), ==, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (mgr_phase_report_get_used_before (report), ==, 5 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_used_after (report), ==, 7 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_peak (report), ==, 25 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_process_before (report), ==, 10 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_process_after (report), ==, 13 * MIB);
  g_assert_cmpint (mgr_phase_report_get_level_before (report), ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpint (mgr_phase_report_get_level_after (report), ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpuint (mgr_phase_report_get_cleanups (report), ==, 0);
  g_assert_null (mgr_phase_report_get_cleanup (report));
  g_assert_null (mgr_phase_report_get_alert (report));
  assert_log (fixture, "loading ");
}

static void
test_peak_of_nothing (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  g_test_summary ("What was released before a phase began is not in its peak, "
                  "and that of the component stays");

  fixture_touch (fixture, 60 * MIB);
  mgr_manager_begin_phase (fixture->manager, "idle");
  report = fixture_end (fixture, "idle");
  g_assert_cmpuint (mgr_phase_report_get_peak (report), ==, 0);
  g_assert_cmpuint (mgr_component_get_peak (mgr_manager_get_root (fixture->manager)), ==, 60 * MIB);
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) inner = NULL;
  g_autoptr (MgrPhaseReport) second = NULL;
  g_autoptr (MgrPhaseReport) outer = NULL;

  mgr_manager_begin_phase (fixture->manager, "epoch");
  fixture_touch (fixture, 30 * MIB);
  mgr_manager_begin_phase (fixture->manager, "epoch");
  fixture_touch (fixture, 10 * MIB);
  inner = fixture_end (fixture, "epoch");
  mgr_manager_begin_phase (fixture->manager, "step");
  fixture_touch (fixture, 20 * MIB);
  outer = fixture_end (fixture, "epoch");
  fixture_touch (fixture, 5 * MIB);
  second = fixture_end (fixture, "step");

  g_assert_cmpuint (mgr_phase_report_get_peak (inner), ==, 10 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_peak (second), ==, 20 * MIB);
  g_assert_cmpuint (mgr_phase_report_get_peak (outer), ==, 30 * MIB);
  assert_log (fixture, "epoch epoch step ");
}

static void
test_never_begun (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_manager_end_phase (fixture->manager, "training", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "There is no phase “training” to end: none has begun");
  g_clear_error (&error);

  mgr_manager_begin_phase (fixture->manager, "load");
  mgr_manager_begin_phase (fixture->manager, "parse");
  g_assert_null (mgr_manager_end_phase (fixture->manager, "training", &error));
  g_assert_cmpstr (error->message, ==, "There is no phase “training” to end: "
                   "those that have begun are “load”, “parse”");
  mgr_phase_report_unref (fixture_end (fixture, "load"));
  g_assert_null (mgr_manager_end_phase (fixture->manager, "load", NULL));
  mgr_phase_report_unref (fixture_end (fixture, "parse"));
  assert_log (fixture, "load parse ");
}

static void
test_ended_by_nobody (Fixture       *fixture,
                      gconstpointer  data)
{
  mgr_manager_begin_phase (fixture->manager, "forever");
}

static void
test_growth (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;
  MgrCleanupReport *cleanup;

  fixture_add_resource (fixture, "temp_a", MGR_SAFETY_SAFE);
  fixture_add_resource (fixture, "features", MGR_SAFETY_CAUTIOUS);
  mgr_manager_begin_phase (fixture->manager, "training");
  fixture_hold (fixture, 11 * MIB);
  report = fixture_end (fixture, "training");

  cleanup = mgr_phase_report_get_cleanup (report);
  g_assert_nonnull (cleanup);
  g_assert_cmpint (mgr_cleanup_report_get_strategy (cleanup), ==, MGR_CLEANUP_STRATEGY_LIGHT);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (cleanup)[0], ==, "temp_a");
  g_assert_cmpstr (mgr_cleanup_report_get_kept (cleanup)[0], ==, "features");
  g_assert_cmpuint (mgr_phase_report_get_cleanups (report), ==, 1);
  g_assert_cmpuint (mgr_phase_report_get_claimed (report), ==, 2 * MIB);
  g_assert_cmpint (mgr_phase_report_get_ledger (report), ==, mgr_cleanup_report_get_ledger (cleanup));
  g_assert_cmpstr (mgr_phase_report_get_alert (report), ==,
                   "After “training” components hold 11.0 MiB more than when it began");
}

static void
test_growth_of_the_process (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  mgr_manager_begin_phase (fixture->manager, "parsing");
  fixture_hold (fixture, 4 * MIB);
  mgr_fake_tree_describe (fixture->tree, "status RssAnon=50M\n");
  report = fixture_end (fixture, "parsing");
  g_assert_nonnull (mgr_phase_report_get_cleanup (report));
  g_assert_cmpstr (mgr_phase_report_get_alert (report), ==,
                   "After “parsing” the process holds 40.0 MiB more than when it began, and "
                   "components 4.0 MiB of that");
}

static void
test_process_unknown (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  g_test_summary ("A size that the kernel did not tell at the begin is no growth");

  mgr_fake_tree_write (fixture->tree, "proc/self/status", "Name:\tx\n");
  mgr_manager_begin_phase (fixture->manager, "parsing");
  mgr_fake_tree_describe (fixture->tree, "status RssAnon=50M\n");
  report = fixture_end (fixture, "parsing");
  g_assert_cmpuint (mgr_phase_report_get_process_before (report), ==, 0);
  g_assert_null (mgr_phase_report_get_cleanup (report));
  g_assert_null (mgr_phase_report_get_alert (report));
}

/* The strategy that follows a phase which leaves @size in use, or -1 for none. */
static int
strategy_after (Fixture *fixture,
                guint64  size)
{
  g_autoptr (MgrPhaseReport) report = NULL;
  MgrCleanupReport *cleanup;

  g_ptr_array_set_size (fixture->held, 0);
  fixture_hold (fixture, size);
  mgr_manager_begin_phase (fixture->manager, "evaluation");
  report = fixture_end (fixture, "evaluation");
  cleanup = mgr_phase_report_get_cleanup (report);
  return cleanup != NULL ? (int) mgr_cleanup_report_get_strategy (cleanup) : -1;
}

static void
test_pressure (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  g_assert_cmpint (strategy_after (fixture, 60 * MIB), ==, -1);
  g_assert_cmpint (strategy_after (fixture, 72 * MIB), ==, MGR_CLEANUP_STRATEGY_LIGHT);
  g_assert_cmpint (strategy_after (fixture, 82 * MIB), ==, MGR_CLEANUP_STRATEGY_LIGHT);
  g_assert_cmpint (strategy_after (fixture, 87 * MIB), ==, MGR_CLEANUP_STRATEGY_MODERATE);
  g_assert_cmpint (strategy_after (fixture, 97 * MIB), ==, MGR_CLEANUP_STRATEGY_MODERATE);

  mgr_manager_begin_phase (fixture->manager, "evaluation");
  report = fixture_end (fixture, "evaluation");
  g_assert_cmpint (mgr_phase_report_get_level_after (report), >=, MGR_PRESSURE_LEVEL_HIGH);
  g_assert_true (g_str_has_prefix (mgr_phase_report_get_alert (report),
                                   "After “evaluation” pressure is "));
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_without_cleanup (Fixture       *fixture,
                      gconstpointer  data)
{
  guint notified = 0;
  gboolean cleans = FALSE;

  g_signal_connect (fixture->manager, "notify::cleanup-after-phase", G_CALLBACK (count_cb),
                    &notified);
  g_object_get (fixture->manager, "cleanup-after-phase", &cleans, NULL);
  g_assert_true (cleans);
  g_object_set (fixture->manager, "cleanup-after-phase", FALSE, NULL);
  mgr_manager_set_cleanup_after_phase (fixture->manager, FALSE);
  mgr_test_settle ();
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpint (strategy_after (fixture, 97 * MIB), ==, -1);
}

static guint64
end_inside_cb (MgrResource *resource,
               guint64      target,
               gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (MgrPhaseReport) report = fixture_end (fixture, "inner");

  g_assert_null (mgr_phase_report_get_cleanup (report));
  return 1;
}

static void
test_ended_inside_a_reclaim (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", MIB);
  g_autoptr (MgrCleanupReport) cleanup = NULL;

  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  g_signal_connect (resource, "reclaim", G_CALLBACK (end_inside_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  mgr_manager_begin_phase (fixture->manager, "inner");
  fixture_hold (fixture, 97 * MIB);
  cleanup = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (cleanup), ==, 1);
  assert_log (fixture, "inner ");
}

static void
test_variant (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrPhaseReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  const char *text;
  guint64 size;
  gint64 time;

  mgr_manager_begin_phase (fixture->manager, "training");
  fixture_hold (fixture, 11 * MIB);
  report = fixture_end (fixture, "training");
  variant = g_variant_ref_sink (mgr_phase_report_to_variant (report));

  g_assert_true (g_variant_lookup (variant, "name", "&s", &text));
  g_assert_cmpstr (text, ==, "training");
  g_assert_true (g_variant_lookup (variant, "level-before", "&s", &text));
  g_assert_cmpstr (text, ==, "normal");
  g_assert_true (g_variant_lookup (variant, "alert", "&s", &text));
  g_assert_cmpstr (text, ==, mgr_phase_report_get_alert (report));
  g_assert_true (g_variant_lookup (variant, "used-after", "t", &size));
  g_assert_cmpuint (size, ==, 11 * MIB);
  g_assert_true (g_variant_lookup (variant, "process-before", "t", &size));
  g_assert_cmpuint (size, ==, 10 * MIB);
  g_assert_true (g_variant_lookup (variant, "duration", "x", &time));
  g_assert_cmpint (time, ==, 0);
  g_assert_true (g_variant_lookup (variant, "claimed", "t", &size));
  g_assert_cmpuint (size, ==, mgr_phase_report_get_claimed (report));
  g_assert_true (g_variant_lookup (variant, "ledger", "x", &time));
  g_assert_cmpint (time, ==, mgr_phase_report_get_ledger (report));
  g_assert_cmpuint (g_variant_n_children (variant), ==, 15);
}

#define N_THREADS 4
#define N_PHASES 200

static gpointer
phases_thread (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < N_PHASES; i++)
    {
      g_autoptr (MgrPhaseReport) report = NULL;

      mgr_manager_begin_phase (fixture->manager, "same");
      fixture_touch (fixture, MIB);
      report = fixture_end (fixture, "same");
      g_assert_cmpuint (mgr_phase_report_get_peak (report), <=, N_THREADS * MIB);
    }

  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  data)
{
  GThread *threads[N_THREADS];
  g_autoptr (MgrPhaseReport) report = NULL;

  mgr_manager_begin_phase (fixture->manager, "all");
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("phases", phases_thread, fixture);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  report = fixture_end (fixture, "all");
  g_assert_cmpuint (mgr_phase_report_get_peak (report), >=, MIB);
  g_assert_cmpuint (mgr_phase_report_get_peak (report), ==,
                    mgr_component_get_peak (mgr_manager_get_root (fixture->manager)));
  g_assert_null (mgr_manager_end_phase (fixture->manager, "same", NULL));
}

static void
add_test (const char *path,
          void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/manager/phase/figures", test_figures);
  add_test ("/manager/phase/peak-of-nothing", test_peak_of_nothing);
  add_test ("/manager/phase/nested", test_nested);
  add_test ("/manager/phase/never-begun", test_never_begun);
  add_test ("/manager/phase/ended-by-nobody", test_ended_by_nobody);
  add_test ("/manager/phase/growth", test_growth);
  add_test ("/manager/phase/growth-of-the-process", test_growth_of_the_process);
  add_test ("/manager/phase/process-unknown", test_process_unknown);
  add_test ("/manager/phase/pressure", test_pressure);
  add_test ("/manager/phase/without-cleanup", test_without_cleanup);
  add_test ("/manager/phase/ended-inside-a-reclaim", test_ended_inside_a_reclaim);
  add_test ("/manager/phase/variant", test_variant);
  add_test ("/manager/phase/threads", test_threads);

  return g_test_run ();
}
