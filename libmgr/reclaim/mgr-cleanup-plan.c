/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-plan-private.h"

#include "reclaim/mgr-resource-private.h"

/* LIGHT runs beside the work: a quarter brings a level 5 % over its threshold
 *   back under it, and 5 ms are a third of a frame.
 * MODERATE may be noticed, but stays far under the 50 ms gap of a main loop that
 *   people feel.
 * AGGRESSIVE takes everything; by then a pause costs less than paging, and what
 *   malloc keeps in its lists is worth the trim.
 * EMERGENCY comes before the kernel kills: only the deadline that everything has
 *   ends it. */
static const MgrCleanupLimits cleanup_limits[] = {
  [MGR_CLEANUP_STRATEGY_LIGHT] = { 25, 5 * G_TIME_SPAN_MILLISECOND, FALSE },
  [MGR_CLEANUP_STRATEGY_MODERATE] = { 50, 20 * G_TIME_SPAN_MILLISECOND, FALSE },
  [MGR_CLEANUP_STRATEGY_AGGRESSIVE] = { 100, 100 * G_TIME_SPAN_MILLISECOND, TRUE },
  [MGR_CLEANUP_STRATEGY_EMERGENCY] = { 100, 5 * G_TIME_SPAN_SECOND, TRUE },
};

/* How long a plan waits for owners in other threads to object, all of them together:
 * no longer than the shortest of the time boxes. */
#define VETO_DEADLINE (5 * G_TIME_SPAN_MILLISECOND)

const MgrCleanupLimits *
mgr_cleanup_limits_get (MgrCleanupStrategy strategy)
{
  g_return_val_if_fail ((gsize) strategy < G_N_ELEMENTS (cleanup_limits), &cleanup_limits[0]);

  return &cleanup_limits[strategy];
}

MgrCleanupStep *
mgr_cleanup_step_new (MgrResource *resource,
                      guint64      serial)
{
  MgrCleanupStep *step = g_new0 (MgrCleanupStep, 1);

  step->resource = g_object_ref (resource);
  step->serial = serial;
  return step;
}

static void
step_read (MgrCleanupStep *step)
{
  step->safety = mgr_resource_get_safety (step->resource);
  step->priority = mgr_resource_get_priority (step->resource);
  step->size = mgr_resource_get_size (step->resource);
  step->over_limit = mgr_resource_is_over_limit (step->resource);
}

void
mgr_cleanup_step_free (MgrCleanupStep *step)
{
  g_object_unref (step->resource);
  g_free (step);
}

static int
compare_registration (gconstpointer a,
                      gconstpointer b)
{
  const MgrCleanupStep *left = *(const MgrCleanupStep *const *) a;
  const MgrCleanupStep *right = *(const MgrCleanupStep *const *) b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

static int
compare_turns (gconstpointer a,
               gconstpointer b)
{
  const MgrCleanupStep *left = *(const MgrCleanupStep *const *) a;
  const MgrCleanupStep *right = *(const MgrCleanupStep *const *) b;

  if (left->safety != right->safety)
    return left->safety == MGR_SAFETY_SAFE ? -1 : 1;
  if (left->over_limit != right->over_limit)
    return left->over_limit ? -1 : 1;
  if (left->priority != right->priority)
    return left->priority < right->priority ? -1 : 1;
  if (left->size != right->size)
    return left->size > right->size ? -1 : 1;

  return compare_registration (a, b);
}

static guint64
steps_get_total (GPtrArray *steps)
{
  guint64 total = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (steps, i);

      total += MIN (step->size, G_MAXUINT64 - total);
    }

  return total;
}

/* Rounded up, so that a little is not rounded down to nothing. */
static guint64
percent_of (guint64 bytes,
            guint64 percent)
{
  return bytes / 100 * percent + (bytes % 100 * percent + 99) / 100;
}

static GPtrArray *
plan_choose_list (MgrCleanupPlan       *plan,
                  const MgrCleanupStep *step,
                  gboolean              force,
                  gint64                deadline)
{
  if (step->safety == MGR_SAFETY_PROTECTED)
    return plan->protected;
  if (!mgr_safety_allows (step->safety, force)
      || step->size == 0
      || !mgr_resource_can_reclaim (step->resource)
      || mgr_resource_is_pinned (step->resource)
      || mgr_resource_query_veto (step->resource, MGR_PRESSURE_LEVEL_NORMAL, deadline))
    return plan->barred;

  return plan->steps;
}

MgrCleanupPlan *
mgr_cleanup_plan_new (GPtrArray          *snapshot,
                      MgrCleanupStrategy  strategy,
                      gboolean            force)
{
  MgrCleanupPlan *plan = g_new0 (MgrCleanupPlan, 1);
  GDestroyNotify free_step = (GDestroyNotify) mgr_cleanup_step_free;
  gint64 deadline = g_get_monotonic_time () + VETO_DEADLINE;

  plan->steps = g_ptr_array_new_with_free_func (free_step);
  plan->protected = g_ptr_array_new_with_free_func (free_step);
  plan->barred = g_ptr_array_new_with_free_func (free_step);

  g_ptr_array_sort (snapshot, compare_registration);
  for (guint i = 0; i < snapshot->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (snapshot, i);

      step_read (step);
      g_ptr_array_add (plan_choose_list (plan, step, force, deadline), step);
    }

  g_ptr_array_set_size (snapshot, 0);

  g_ptr_array_sort (plan->steps, compare_turns);
  plan->target = percent_of (steps_get_total (plan->steps),
                             mgr_cleanup_limits_get (strategy)->percent);
  return plan;
}

void
mgr_cleanup_plan_free (MgrCleanupPlan *plan)
{
  g_ptr_array_unref (plan->steps);
  g_ptr_array_unref (plan->protected);
  g_ptr_array_unref (plan->barred);
  g_free (plan);
}
