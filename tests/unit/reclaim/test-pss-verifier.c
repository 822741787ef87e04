/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"
#include "mgr-fake-tree.h"
#include "mgr-test-support.h"
#include "reclaim/mgr-cleaner-private.h"

#include <unistd.h>

typedef struct
{
  MgrFakeTree *tree;
  MgrCleaner *cleaner;
  GThread *owner;
  MgrCleanupReport *verified; /* the last one */
  gboolean is_verified;
} Verified;

static void
verified_cb (MgrCleaner       *cleaner,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Verified *fixture = user_data;

  g_assert_true (g_thread_self () == fixture->owner);
  g_clear_pointer (&fixture->verified, mgr_cleanup_report_unref);
  fixture->verified = mgr_cleanup_report_ref (report);
  fixture->is_verified = TRUE;
}

static void
verified_write (Verified *fixture,
                guint     kilobytes)
{
  g_autofree char *rollup = g_strdup_printf ("5-7 ---p 0 [rollup]\nPss: %u kB\n", kilobytes);

  mgr_fake_tree_write (fixture->tree, "proc/self/smaps_rollup", rollup);
}

static void
verified_write_resident (Verified *fixture,
                         guint     kilobytes)
{
  guint pages = kilobytes * 1024 / (guint) sysconf (_SC_PAGESIZE);
  g_autofree char *statm = g_strdup_printf ("9000 %u 1000 1 0 1 0\n", pages + 1000);

  mgr_fake_tree_write (fixture->tree, "proc/self/statm", statm);
}

static void
verified_set_up (Verified      *fixture,
                 gconstpointer  data)
{
  fixture->tree = mgr_fake_tree_new ("");
  fixture->owner = g_thread_self ();
  verified_write (fixture, 300);
  fixture->cleaner = mgr_cleaner_new (NULL, mgr_fake_tree_get_proc (fixture->tree));
  g_signal_connect (fixture->cleaner, "cleanup-verified", G_CALLBACK (verified_cb), fixture);
}

static void
verified_tear_down (Verified      *fixture,
                    gconstpointer  data)
{
  g_clear_pointer (&fixture->verified, mgr_cleanup_report_unref);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (fixture->cleaner);
  mgr_fake_tree_free (fixture->tree);
}

static MgrCleanupReport *
verified_cleanup (Verified *fixture)
{
  fixture->is_verified = FALSE;
  return mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);
}

static void
wait_for_pss (Verified *fixture)
{
  while (mgr_pss_verifier_estimate_pss (fixture->cleaner->verifier) == 0)
    g_thread_yield ();
}

static void
test_before_and_after (Verified      *fixture,
                       gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("A plan has the process measured before; the cleanup, after");

  wait_for_pss (fixture);
  verified_write (fixture, 200);
  report = mgr_cleaner_execute (fixture->cleaner, plan, NULL);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_after (report), ==, 0);
  mgr_test_iterate_until (&fixture->is_verified);

  g_assert_cmpuint (mgr_cleanup_report_get_pss_before (fixture->verified), ==, 300 * 1024);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_after (fixture->verified), ==, 200 * 1024);
  g_assert_cmpint (mgr_cleanup_report_get_time (fixture->verified), ==,
                   mgr_cleanup_report_get_time (report));
  g_assert_cmpstrv (mgr_cleanup_report_get_kept (fixture->verified),
                    mgr_cleanup_report_get_kept (report));
}

static void
assert_before (Verified *fixture,
               guint     measured,
               guint     began,
               guint     expected)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  verified_write_resident (fixture, measured);
  mgr_cleanup_plan_unref (
    mgr_cleaner_plan (fixture->cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL));
  wait_for_pss (fixture);

  verified_write_resident (fixture, began);
  verified_write (fixture, 200);
  report = verified_cleanup (fixture);
  mgr_test_iterate_until (&fixture->is_verified);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_before (fixture->verified), ==, expected * 1024);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_after (fixture->verified), ==, 200 * 1024);
}

static void
test_grown_since (Verified      *fixture,
                  gconstpointer  data)
{
  g_test_summary ("What was taken between the measure and the cleanup is counted");
  assert_before (fixture, 100, 260, 460);
}

static void
test_shrunk_since (Verified      *fixture,
                   gconstpointer  data)
{
  g_test_summary ("What was given back between the measure and the cleanup is none of its doing");
  assert_before (fixture, 260, 160, 200);
}

static void
test_shrunk_below (Verified      *fixture,
                   gconstpointer  data)
{
  g_test_summary ("Figures that do not fit each other never wrap around");
  assert_before (fixture, 2600, 100, 0);
}

static void
test_without_before (Verified      *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = verified_cleanup (fixture);

  g_test_summary ("What nobody measured before is not known; each cleanup is told once");

  mgr_test_iterate_until (&fixture->is_verified);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_before (fixture->verified), ==, 0);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_after (fixture->verified), ==, 300 * 1024);

  fixture->is_verified = FALSE;
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_false (fixture->is_verified);
}

static gpointer
cleanup_thread (gpointer user_data)
{
  return verified_cleanup (user_data);
}

static void
test_from_another_thread (Verified      *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report =
    g_thread_join (g_thread_new ("cleanup", cleanup_thread, fixture));

  mgr_test_iterate_until (&fixture->is_verified);
}

static void
test_broken (Verified      *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) first = NULL;
  g_autoptr (MgrCleanupReport) second = NULL;

  g_test_summary ("A measure that fails leaves its cleanup unverified, and the next one fine");

  mgr_fake_tree_write (fixture->tree, "proc/self/smaps_rollup", "nonsense\n");
  first = verified_cleanup (fixture);
  while (mgr_pss_verifier_is_busy (fixture->cleaner->verifier))
    g_thread_yield ();

  verified_write (fixture, 100);
  second = verified_cleanup (fixture);
  mgr_test_iterate_until (&fixture->is_verified);
  g_assert_cmpint (mgr_cleanup_report_get_time (fixture->verified), ==,
                   mgr_cleanup_report_get_time (second));
}

static void
test_cleaner_goes (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);

  g_test_summary ("A measure that is under way keeps no cleaner alive");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (g_steal_pointer (&cleaner));
}

static void
test_duty (void)
{
  gint64 now = 0;
  gint64 used = 0;

  g_test_summary ("Measure after measure takes one hundredth of a core, whatever one costs");

  for (gint64 cost = 1; cost < G_USEC_PER_SEC; cost *= 3)
    {
      used += cost;
      now = mgr_pss_duty_get_next (now + cost, cost);
    }

  g_assert_cmpint (100 * used, ==, now);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/reclaim/pss-verifier/" name, Verified, NULL, verified_set_up, func, \
              verified_tear_down)

  ADD ("before-and-after", test_before_and_after);
  ADD ("grown-since", test_grown_since);
  ADD ("shrunk-since", test_shrunk_since);
  ADD ("shrunk-below", test_shrunk_below);
  ADD ("without-before", test_without_before);
  ADD ("from-another-thread", test_from_another_thread);
  ADD ("broken", test_broken);
  g_test_add_func ("/reclaim/pss-verifier/cleaner-goes", test_cleaner_goes);
  g_test_add_func ("/reclaim/pss-verifier/duty", test_duty);

#undef ADD

  return g_test_run ();
}
