/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-cleanup-candidate-private.h"
#include "reclaim/mgr-score-table-private.h"

#define MIB ((guint64) 1 << 20)

static GPtrArray *
make_candidates (guint first,
                 guint n)
{
  GPtrArray *candidates =
    g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cleanup_candidate_free);

  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);
      g_autoptr (MgrResource) resource = mgr_resource_new (name, 10 * MIB);
      MgrCleanupCandidate *candidate = mgr_cleanup_candidate_new (resource, i, NULL);

      mgr_cleanup_candidate_read (candidate, MGR_CLEANUP_FLAGS_NONE, MGR_PRESSURE_LEVEL_NORMAL, 0);
      g_ptr_array_add (candidates, candidate);
    }

  return candidates;
}

static double
yield_of (GPtrArray *candidates,
          guint      index)
{
  return ((MgrCleanupCandidate *) g_ptr_array_index (candidates, index))->yield;
}

/* One that claims 10 MiB and delivers nothing. */
static void
add_boast (MgrScoreTable *table,
           guint          index)
{
  g_autofree char *name = g_strdup_printf ("temp_%u", index);
  const MgrReclaimOutcome outcome = {
    .time = 1000, .duration = 10000, .asked = 10 * MIB, .claimed = 10 * MIB,
  };

  mgr_score_table_add (table, name, &outcome);
}

static void
test_rates (void)
{
  g_autoptr (MgrScoreTable) table = mgr_score_table_new ();
  g_autoptr (GPtrArray) candidates = make_candidates (0, 2);

  g_test_summary ("Each candidate has its own score, by its name; a stranger has none");

  add_boast (table, 1);
  mgr_score_table_rate (table, candidates, 2000);
  g_assert_cmpfloat (yield_of (candidates, 0), >, 10 * yield_of (candidates, 1));
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_1").claimed, >, 0);
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_0").claimed, <=, 0);
}

static void
test_notices_sizes (void)
{
  g_autoptr (MgrScoreTable) table = mgr_score_table_new ();
  g_autoptr (GPtrArray) candidates = make_candidates (0, 1);

  g_test_summary ("To rate is to notice what was taken again");

  add_boast (table, 0);
  mgr_score_table_rate (table, candidates, 2000);
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_0").regretted, >, 0);
}

static void
test_forgets_strangers (void)
{
  g_autoptr (MgrScoreTable) table = mgr_score_table_new ();
  g_autoptr (GPtrArray) few = make_candidates (1000, 2);

  g_test_summary ("Names that come no more are forgotten, once they are many; known ones stay");

  for (guint i = 0; i < 100; i++)
    add_boast (table, i);
  mgr_score_table_rate (table, few, 2000);
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_7").claimed, >, 0);

  for (guint i = 100; i < 1001; i++)
    add_boast (table, i);
  mgr_score_table_rate (table, few, 2000);
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_7").claimed, <=, 0);
  g_assert_cmpfloat (mgr_score_table_lookup (table, "temp_1000").claimed, >, 0);
}

static void
test_warns (void)
{
  g_autoptr (MgrScoreTable) table = mgr_score_table_new ();
  const gint64 interval = 300 * G_USEC_PER_SEC;

  g_assert_true (mgr_score_table_warns (table, "a", 0));
  g_assert_false (mgr_score_table_warns (table, "a", interval - 1));
  g_assert_true (mgr_score_table_warns (table, "b", interval - 1));
  g_assert_true (mgr_score_table_warns (table, "a", interval));
  g_assert_false (mgr_score_table_warns (table, "a", interval + 1));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/score-table/rates", test_rates);
  g_test_add_func ("/reclaim/score-table/notices-sizes", test_notices_sizes);
  g_test_add_func ("/reclaim/score-table/forgets-strangers", test_forgets_strangers);
  g_test_add_func ("/reclaim/score-table/warns", test_warns);

  return g_test_run ();
}
