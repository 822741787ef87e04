/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-process-memory-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-heap-reclaimer-private.h"

#include <stdio.h>
#include <stdlib.h>

#define MIB ((gint64) 1 << 20)

/* 180 MB in blocks of 500 bytes are freed, between others that stay. A page of 4 KiB
 * has parts of 9 blocks: where 83 % of the blocks go, 0.83^9 = 19 % of the pages do,
 * which is about 40 MB. */
#define BLOCK_SIZE 500
#define N_BLOCKS 434000
#define GOING_PERCENT 83

typedef struct
{
  char **blocks; /* (owned) (element-type gpointer) %NULL for one that has gone */
  GRand *rand;   /* (owned) */
  guint64 freed; /* bytes */
} Heap;

static gboolean
skip_without_heap (void)
{
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
  g_test_skip ("the sanitizer brings its own malloc");
  return TRUE;
#else
  if (!mgr_heap_reclaimer_is_available ())
    g_test_skip ("this C library does not tell what its heap holds free");
  return !mgr_heap_reclaimer_is_available ();
#endif
}

static Heap *
heap_new (void)
{
  Heap *heap = g_new0 (Heap, 1);

  heap->rand = g_rand_new_with_seed (1);
  heap->blocks = g_new0 (char *, N_BLOCKS);
  for (guint i = 0; i < N_BLOCKS; i++)
    heap->blocks[i] = memset (malloc (BLOCK_SIZE), 1, BLOCK_SIZE);

  return heap;
}

static void
heap_free (Heap *heap)
{
  for (guint i = 0; i < N_BLOCKS; i++)
    free (heap->blocks[i]);

  g_free (heap->blocks);
  g_rand_free (heap->rand);
  g_free (heap);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Heap, heap_free)

static void
heap_scatter (Heap *heap)
{
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      if (g_rand_int_range (heap->rand, 0, 100) >= GOING_PERCENT)
        continue;

      free (g_steal_pointer (&heap->blocks[i]));
      heap->freed += BLOCK_SIZE;
    }
}

/* The anonymous memory as smaps adds it up, page by page. */
static guint64
read_smaps (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint64 total = 0;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, &error))
    return 0;

  g_assert_cmpint (sscanf (strstr (text, "\nAnonymous:"), "\nAnonymous: %" G_GUINT64_FORMAT,
                           &total), ==, 1);
  return total * 1024;
}

static guint64
estimate (MgrHeapReclaimer *heap)
{
  g_autoptr (MgrReclaimEstimate) estimated = mgr_reclaimer_estimate (MGR_RECLAIMER (heap));

  g_assert_false (mgr_reclaim_estimate_get_lossy (estimated));
  g_assert_cmpint (mgr_reclaim_estimate_get_walk_cost (estimated), >=, 0);
  return mgr_reclaim_estimate_get_bytes (estimated);
}

static guint64
scatter_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Heap *heap = user_data;

  heap_scatter (heap);
  return heap->freed;
}

static void
test_scattered (void)
{
  g_autoptr (MgrCleaner) cleaner = NULL;
  g_autoptr (MgrResource) resource = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (Heap) heap = NULL;
  guint64 before;
  gint64 fell;
  gint64 trimmed;

  g_test_summary ("Of 180 MB freed in scattered blocks nothing returns, then 40 MB by trimming");

  if (skip_without_heap ())
    return;

  heap = heap_new ();
  cleaner = mgr_cleaner_new (NULL, NULL);
  resource = mgr_resource_new ("_cache_blocks", 180 * 1000 * 1000);
  g_signal_connect (resource, "reclaim", G_CALLBACK (scatter_cb), heap);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));

  before = read_smaps ();
  if (before == 0)
    {
      g_test_skip ("smaps_rollup cannot be read");
      return;
    }

  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  fell = (gint64) (before - read_smaps ());
  trimmed = (gint64) mgr_cleanup_report_get_heap_trimmed (report);
  g_test_message ("claimed %" G_GUINT64_FORMAT ", returned %" G_GINT64_FORMAT
                  ", of which trimming %" G_GINT64_FORMAT "; smaps fell by %" G_GINT64_FORMAT,
                  mgr_cleanup_report_get_claimed (report),
                  mgr_cleanup_report_get_returned (report), trimmed, fell);

  g_assert_cmpint (trimmed, >, 30 * MIB);
  g_assert_cmpint (trimmed, <, 50 * MIB);
  g_assert_cmpint (ABS (mgr_cleanup_report_get_returned (report) - trimmed), <, 2 * MIB);
  g_assert_cmpint (ABS (mgr_cleanup_report_get_returned (report) - fell), <, fell / 10);
}

static guint64
claim_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  return target;
}

static void
test_as_a_resource (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) heap =
    mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (mgr_cleaner_get_heap (cleaner)));
  g_autoptr (MgrResource) other = mgr_resource_new ("table", 10 * MIB);
  g_autoptr (MgrCleanupPlan) empty = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GPtrArray) done = NULL;

  g_test_summary ("It is in no plan while it holds nothing, and the last of all when it does");

  mgr_resource_set_safety (heap, MGR_SAFETY_SAFE);
  g_assert_true (mgr_cleaner_register (cleaner, heap, NULL));
  g_signal_connect (other, "reclaim", G_CALLBACK (claim_cb), NULL);
  g_assert_true (mgr_cleaner_register (cleaner, other, NULL));
  empty = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, 0, NULL);
  kept = mgr_cleanup_plan_get_kept (empty);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpuint (mgr_cleanup_plan_get_target (empty), ==, 0);

  mgr_heap_reclaimer_suspect (mgr_cleaner_get_heap (cleaner), 100 * MIB);
  mgr_resource_set_size (heap, 25 * MIB);
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_FORCE,
                           NULL);
  steps = mgr_cleanup_plan_get_steps (plan);
  g_assert_cmpuint (steps->len, ==, 2);
  g_assert_cmpstr (mgr_cleanup_step_get_name (steps->pdata[1]), ==, "heap");
  g_assert_cmpuint (mgr_cleanup_step_get_expected (steps->pdata[1]), >, 10 * MIB);

  report = mgr_cleaner_execute (cleaner, plan, NULL);
  done = mgr_cleanup_report_get_steps (report);
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (done->pdata[0]), ==, 10 * MIB);
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (done->pdata[1]), ==, 0);
  g_assert_cmpstr (mgr_cleanup_step_get_reason (done->pdata[1]), ==, "gave nothing back");

  /* What was suspected is settled, but for what “table” did not deliver. */
  g_assert_cmpuint (estimate (mgr_cleaner_get_heap (cleaner)), ==, 0);
}

static void
test_trims_where_it_pays (void)
{
  g_autoptr (MgrHeapReclaimer) reclaimer = mgr_heap_reclaimer_new (NULL);
  g_autoptr (Heap) heap = NULL;

  g_test_summary ("It trims where the heap holds what is missing, and in the time given");

  if (skip_without_heap ())
    return;

  /* The heap holds nothing of a GiB that is missing. */
  g_assert_cmpuint (mgr_heap_reclaimer_trim_for (reclaimer, 1024 * MIB, G_TIME_SPAN_MINUTE),
                    ==, 0);

  heap = heap_new ();
  heap_scatter (heap);
  g_assert_cmpuint (mgr_heap_reclaimer_trim_for (reclaimer, heap->freed, 100), ==, 0);
  g_assert_cmpuint (mgr_heap_reclaimer_trim_for (reclaimer, heap->freed, G_TIME_SPAN_MINUTE),
                    >, 30 * MIB);

  /* Trimming leaves the figure of what is free as it was; that is no more to gain. */
  g_assert_cmpuint (estimate (reclaimer), ==, 0);
  g_assert_cmpuint (mgr_heap_reclaimer_trim_for (reclaimer, heap->freed, G_TIME_SPAN_MINUTE),
                    ==, 0);
}

static void
test_reclaimer (void)
{
  g_autoptr (MgrHeapReclaimer) heap = mgr_heap_reclaimer_new (NULL);
  MgrReclaimer *reclaimer = MGR_RECLAIMER (heap);
  g_autofree char *proc_path = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (mgr_reclaimer_get_name (reclaimer), ==, "heap");
  g_assert_true (mgr_reclaimer_is_thread_safe (reclaimer));
  g_object_get (heap, "proc-path", &proc_path, NULL);
  g_assert_null (proc_path);

  g_assert_cmpuint (estimate (heap), ==, 0);
  mgr_heap_reclaimer_suspect (heap, 100 * MIB);
  g_assert_cmpuint (estimate (heap), >, 10 * MIB);

  /* With no time left it leaves things as they are; with enough it forgets what it
   * suspected. */
  mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_HIGH, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (estimate (heap), >, 10 * MIB);
  mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_HIGH,
                         g_get_monotonic_time () + G_TIME_SPAN_MINUTE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (estimate (heap), ==, 0);

  mgr_heap_reclaimer_suspect (heap, G_MAXUINT64);
  mgr_heap_reclaimer_suspect (heap, G_MAXUINT64);
  g_assert_cmpuint (estimate (heap), >, 0);
}

static gpointer
use_thread (gpointer user_data)
{
  for (guint i = 0; i < 20; i++)
    {
      mgr_heap_reclaimer_suspect (user_data, i);
      estimate (user_data);
      mgr_heap_reclaimer_trim_for (user_data, i, G_TIME_SPAN_SECOND);
      mgr_heap_reclaimer_trim (user_data);
    }

  return NULL;
}

static void
test_release_now (void)
{
  g_autoptr (MgrHeapReclaimer) reclaimer = mgr_heap_reclaimer_new (NULL);
  g_autoptr (Heap) heap = NULL;
  guint64 before;
  guint64 gain;

  g_test_summary ("In an emergency the heap is trimmed, whatever that costs");

  if (skip_without_heap ())
    return;

  heap = heap_new ();
  heap_scatter (heap);
  before = read_smaps ();
  gain = mgr_reclaimer_release_now (MGR_RECLAIMER (reclaimer));
  g_test_message ("%" G_GUINT64_FORMAT " KiB", gain / 1024);
  g_assert_cmpuint (gain, >, 20 * MIB);
  g_assert_cmpuint (read_smaps (), <, before - 20 * MIB);
}

static void
test_not_among_the_others (void)
{
  g_autoptr (MgrHeapReclaimer) reclaimer = mgr_heap_reclaimer_new (NULL);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer ("heap", MGR_RECLAIMER (reclaimer));
  g_autoptr (Heap) heap = NULL;

  g_test_summary ("As a resource it is left out in an emergency: what others free comes first");

  if (skip_without_heap ())
    return;

  heap = heap_new ();
  heap_scatter (heap);
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_reclaimer_release_now (MGR_RECLAIMER (resource)), ==, 0);
}

static void
test_threads (void)
{
  g_autoptr (MgrHeapReclaimer) reclaimer = mgr_heap_reclaimer_new (NULL);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("use", use_thread, reclaimer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (estimate (reclaimer), <, MIB);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/heap-reclaimer/reclaimer", test_reclaimer);
  g_test_add_func ("/reclaim/heap-reclaimer/as-a-resource", test_as_a_resource);
  g_test_add_func ("/reclaim/heap-reclaimer/threads", test_threads);
  g_test_add_func ("/reclaim/heap-reclaimer/release-now", test_release_now);
  g_test_add_func ("/reclaim/heap-reclaimer/not-among-the-others", test_not_among_the_others);
  g_test_add_func ("/reclaim/heap-reclaimer/trims-where-it-pays", test_trims_where_it_pays);
  g_test_add_func ("/reclaim/heap-reclaimer/scattered", test_scattered);

  return g_test_run ();
}
