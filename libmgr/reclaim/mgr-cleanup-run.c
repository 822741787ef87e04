/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-run-private.h"

#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-heap-reclaimer-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* Less than this is not worth looking for in the heap. */
#define WORTH_TRIMMING ((guint64) 1 << 20)

/* What came of a turn, beside its step. */
typedef struct
{
  guint64 asked; /* bytes */
  guint64 size;  /* bytes it held afterwards */
  gint64 time;   /* when it was asked */
} Turn;

struct _MgrCleanupRun
{
  MgrCleaner *cleaner;            /* (owned) */
  MgrCleanupPlan *plan;           /* (owned) */
  const MgrCleanupLimits *limits; /* (unowned) */
  guint n_turns;

  GPtrArray *steps; /* (owned) (element-type MgrCleanupStep) one for each turn of the plan */
  Turn *turns;      /* (owned) as many */
  guint next;       /* whose turn it is */
  guint64 claimed;
  guint64 trimmed;   /* bytes that trimming the heap returned */
  guint64 unclaimed; /* bytes of these that no step had freed */
  gint64 start;
};

/* What the process and the budgets were at one moment. */
typedef struct
{
  guint64 ledger;
  guint64 resident;
  gboolean measured; /* whether resident is known */
  gint64 time;
} Measure;

static GPtrArray *
copy_steps (MgrCleanupPlan *plan)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cleanup_step_unref);

  for (guint i = 0; i < plan->turns->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);

      g_ptr_array_add (steps, mgr_cleanup_step_copy (candidate->step));
    }

  return steps;
}

MgrCleanupRun *
mgr_cleanup_run_new (MgrCleaner     *cleaner,
                     MgrCleanupPlan *plan,
                     gboolean        exact)
{
  MgrCleanupRun *self = g_new0 (MgrCleanupRun, 1);

  self->cleaner = g_object_ref (cleaner);
  self->plan = mgr_cleanup_plan_ref (plan);
  self->limits = mgr_cleanup_limits_get (plan->strategy);
  self->n_turns = exact ? plan->steps->len : plan->turns->len;
  self->steps = copy_steps (plan);
  self->turns = g_new0 (Turn, plan->turns->len);
  self->start = mgr_clock_get_time (cleaner->clock);
  return self;
}

void
mgr_cleanup_run_free (MgrCleanupRun *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self->turns);
  mgr_cleanup_plan_unref (self->plan);
  g_object_unref (self->cleaner);
  g_free (self);
}

static void
run_measure (MgrCleanupRun *self,
             Measure       *measure)
{
  MgrCleaner *cleaner = self->cleaner;

  measure->ledger = cleaner->root != NULL ? mgr_component_get_used (cleaner->root) : 0;
  measure->measured = mgr_process_memory_read_resident (cleaner->memory, &measure->resident);
  measure->time = mgr_clock_get_time (cleaner->clock);
}

static void
step_add_measures (MgrCleanupStep *step,
                   const Measure  *before,
                   const Measure  *after)
{
  step->ledger += (gint64) (before->ledger - after->ledger);
  if (before->measured && after->measured)
    step->returned += (gint64) (before->resident - after->resident);
  step->duration += after->time - before->time;
}

/* Microseconds that a step may take; 0 once the time is up. */
static gint64
run_get_time_left (MgrCleanupRun *self)
{
  gint64 end = self->start + self->limits->box;
  gint64 left = end - mgr_clock_get_time (self->cleaner->clock);

  return CLAMP (left, 0, self->cleaner->owner_deadline);
}

static void
run_ask (MgrCleanupRun  *self,
         MgrCleanupStep *step,
         Turn           *turn,
         MgrResource    *resource)
{
  guint64 target = MIN (step->expected, self->plan->target - self->claimed);
  guint64 claimed;
  Measure before;
  Measure after;

  run_measure (self, &before);
  claimed = mgr_reclaim_call (resource, target, self->plan->flags, run_get_time_left (self));
  run_measure (self, &after);

  step->claimed = claimed;
  step_add_measures (step, &before, &after);
  if (claimed == 0)
    mgr_cleanup_step_set_reason (step, "gave nothing back");

  turn->asked = target;
  turn->size = mgr_resource_get_size (resource);
  turn->time = before.time;
  self->claimed += MIN (claimed, G_MAXUINT64 - self->claimed);
}

gboolean
mgr_cleanup_run_next (MgrCleanupRun *self)
{
  const MgrCleanupCandidate *candidate;
  g_autoptr (MgrResource) resource = NULL;
  MgrCleanupStep *step;
  guint turn = self->next;

  if (turn >= self->n_turns)
    return FALSE;

  self->next++;
  candidate = g_ptr_array_index (self->plan->turns, turn);
  step = g_ptr_array_index (self->steps, turn);
  resource = mgr_resource_registry_lookup (self->cleaner->registry, step->name, candidate->serial);
  if (resource == NULL)
    mgr_cleanup_step_set_reason (step, "unregistered before its turn");
  else if (self->claimed >= self->plan->target)
    mgr_cleanup_step_set_reason (step, MGR_REASON_TARGET_MET);
  else if (run_get_time_left (self) == 0)
    mgr_cleanup_step_set_reason (step, "time was up");
  else
    run_ask (self, step, &self->turns[turn], resource);

  return TRUE;
}

/* What a step claimed and the system did not get. */
static guint64
step_get_missing (const MgrCleanupStep *step)
{
  guint64 returned = (guint64) MAX (step->returned, 0);

  return step->claimed > returned ? step->claimed - returned : 0;
}

static guint64
run_get_missing (MgrCleanupRun *self)
{
  guint64 missing = 0;

  for (guint i = 0; i < self->next; i++)
    {
      guint64 more = step_get_missing (g_ptr_array_index (self->steps, i));

      missing += MIN (more, G_MAXUINT64 - missing);
    }

  return missing;
}

/* What the heap gave back is what the steps had put there; each gets its part.
 * Returns what is left. */
static guint64
run_credit (MgrCleanupRun *self,
            guint64        gain,
            guint64        missing)
{
  double share = missing > 0 ? MIN ((double) gain / (double) missing, 1) : 0;
  guint64 left = gain;

  for (guint i = 0; i < self->next; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (self->steps, i);
      guint64 credit = MIN ((guint64) (share * (double) step_get_missing (step)), left);

      step->returned += (gint64) credit;
      left -= credit;
    }

  return left;
}

static void
run_trim (MgrCleanupRun *self)
{
  MgrHeapReclaimer *heap = self->cleaner->heap;
  guint64 missing = run_get_missing (self);
  gboolean suspicious = missing >= WORTH_TRIMMING && missing > self->claimed / 2;

  if (missing >= WORTH_TRIMMING)
    mgr_heap_reclaimer_suspect (heap, missing);

  if (self->limits->trim)
    self->trimmed = mgr_heap_reclaimer_trim (heap);
  else if (suspicious)
    self->trimmed = mgr_heap_reclaimer_trim_for (heap, missing, run_get_time_left (self));

  self->unclaimed = run_credit (self, self->trimmed, missing);
}

static void
run_teach (MgrCleanupRun *self)
{
  for (guint i = 0; i < self->next; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (self->steps, i);
      const Turn *turn = &self->turns[i];
      MgrReclaimOutcome outcome = {
        .time = turn->time,
        .duration = step->duration,
        .asked = turn->asked,
        .claimed = step->claimed,
        .returned = step->returned,
        .size = turn->size,
      };

      if (turn->asked > 0)
        mgr_score_table_add (self->cleaner->scores, step->name, &outcome);
    }
}

MgrCleanupReport *
mgr_cleanup_run_finish (MgrCleanupRun *self)
{
  MgrCleanupReport *report;

  run_trim (self);
  run_teach (self);

  report = mgr_cleanup_report_new (self->plan, self->steps);
  report->heap_trimmed = self->trimmed;
  report->returned += (gint64) self->unclaimed;
  report->time = self->start;
  report->duration = mgr_clock_get_time (self->cleaner->clock) - self->start;
  return report;
}
