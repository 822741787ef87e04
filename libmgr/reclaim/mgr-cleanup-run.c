/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-run-private.h"

#include "base/mgr-size.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-cleanup-trim-private.h"
#include "reclaim/mgr-reclaim-private.h"
#include "reclaim/mgr-resource-private.h"

#define REASON_CANCELLED "the cleanup was cancelled"
#define REASON_SILENT "its owner did not answer in time"

/* So much of the time box all owners together who do not answer may use up, and each of
 * them half of what is left of that: so the next ones are asked too. */
#define SILENT_PART 2

/* And inside of a main loop no more than this: one that does not turn for a second counts
 * as blocked. */
#define LOOP_PATIENCE (500 * G_TIME_SPAN_MILLISECOND)

/* An owner who has begun is at work, but may hang: half of the time that is left. */
#define RUNNING_PART 2

/* One slice says how large the next may be, but not by a multiple. */
#define SLICE_STEP 4
#define SMALLEST_SLICE 4096

/* What a slice frees may have to be trimmed from the heap, which takes its time too. */
#define LARGEST_SLICE ((guint64) 8 << 20)

/* Who gives less than a quarter of what is wanted, so often in a row, has hardly more. */
#define SHORT_ANSWERS 64
#define SHORT_PART 4

/* What came of a turn, beside its step. */
typedef struct
{
  guint64 asked;   /* bytes */
  guint64 claimed; /* bytes, however much it held */
  guint64 size;    /* bytes it held afterwards */
  gint64 time;     /* when it was asked */
  gint64 waited;   /* µs, for an owner that did not answer; 0: it did */
} Turn;

/* What the process and the budgets were at one moment. */
typedef struct
{
  guint64 ledger;
  guint64 resident;
  gboolean measured; /* whether resident is known */
  gint64 time;
} Measure;

struct _MgrCleanupRun
{
  MgrCleaner *cleaner;            /* (owned) */
  MgrCleanupPlan *plan;           /* (owned) */
  const MgrCleanupLimits *limits; /* (unowned) */
  MgrCleanupRunMode mode;
  guint n_turns;

  MgrReclaimRequest request;
  GPtrArray *steps; /* (owned) (element-type MgrCleanupStep) one for each turn; those of the
                     * plan until there is something to say that it did not */
  Turn *turns;      /* (owned) as many */
  guint next;       /* whose turn it is */
  guint64 planned;  /* bytes that were expected of those before */
  guint64 claimed;
  gint64 start;
  gint64 worked;    /* µs, in this thread */
  gboolean cancelled;

  gint64 patience;    /* µs, left for owners that do not answer */
  GHashTable *silent; /* (owned) (element-type GMainContext int) of these owners, and for how
                       * many µs each was waited for */

  /* While a turn lasts */
  MgrResource *resource; /* (owned) (nullable) */
  MgrReclaimCall *call;  /* (owned) (nullable) while its owner is asked */
  Measure before;        /* of the call */
  guint64 slice;         /* bytes to ask for at a time */
  guint short_answers;   /* in a row */
  gboolean is_far;       /* its owner is another thread, and has to be asked there */
  gint64 owner_patience; /* µs, for that to begin */

  MgrCleanupTrim trim;
};

static GPtrArray *
share_steps (MgrCleanupPlan *plan)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cleanup_step_unref);

  for (guint i = 0; i < plan->turns->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);

      g_ptr_array_add (steps, mgr_cleanup_step_ref (candidate->step));
    }

  return steps;
}

static gint64
run_get_box (MgrCleanupRun *self)
{
  return self->mode == MGR_CLEANUP_RUN_BACKGROUND ? MGR_CLEANUP_BACKGROUND_BOX : self->limits->box;
}

static gint64
run_get_patience (MgrCleanupRun *self)
{
  gint64 patience = run_get_box (self) / SILENT_PART;
  gboolean stops_loop = self->mode != MGR_CLEANUP_RUN_BACKGROUND && g_main_depth () > 0;

  return stops_loop ? MIN (patience, LOOP_PATIENCE) : patience;
}

MgrCleanupRun *
mgr_cleanup_run_new (MgrCleaner        *cleaner,
                     MgrCleanupPlan    *plan,
                     MgrCleanupRunMode  mode)
{
  MgrCleanupRun *self = g_new0 (MgrCleanupRun, 1);

  self->cleaner = g_object_ref (cleaner);
  self->plan = mgr_cleanup_plan_ref (plan);
  self->limits = mgr_cleanup_limits_get (plan->strategy);
  self->mode = mode;
  self->n_turns = mode == MGR_CLEANUP_RUN_EXACT ? plan->steps->len : plan->turns->len;
  self->steps = share_steps (plan);
  self->turns = g_new0 (Turn, plan->turns->len);
  self->patience = run_get_patience (self);
  self->silent = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_main_context_unref, NULL);
  self->trim = (MgrCleanupTrim) { .heap = cleaner->heap, .steps = self->steps };
  self->start = mgr_clock_get_time (cleaner->clock);
  mgr_reclaim_request_init (&self->request, plan->strategy, plan->flags,
                            mgr_cleaner_get_level (cleaner), self->start,
                            mgr_resource_registry_get_records (cleaner->registry));
  self->request.cause = mgr_journal_get_cause (cleaner->journal);
  return self;
}

void
mgr_cleanup_run_free (MgrCleanupRun *self)
{
  g_clear_pointer (&self->call, mgr_reclaim_call_free);
  g_clear_object (&self->resource);
  mgr_reclaim_request_clear (&self->request);
  g_hash_table_unref (self->silent);
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
  measure->measured = mgr_process_memory_read_resident (cleaner->memory, &measure->resident, NULL);
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

/* Microseconds that a step may take; 0 once the time is up. In the background only
 * work counts, for the loop may have other things to do; that of others is not its own. */
static gint64
run_get_time_left (MgrCleanupRun *self)
{
  gint64 spent = self->mode == MGR_CLEANUP_RUN_BACKGROUND
                   ? self->worked
                   : mgr_clock_get_time (self->cleaner->clock) - self->start;

  return MAX (run_get_box (self) - spent, 0);
}

/* Whether the resource was not asked, or did not answer: that is no failure of it. */
static gboolean
is_kept_error (const GError *error)
{
  return g_error_matches (error, MGR_ERROR, MGR_ERROR_BUSY)
         || g_error_matches (error, MGR_ERROR, MGR_ERROR_CLOSED)
         || g_error_matches (error, MGR_ERROR, MGR_ERROR_STALE_PLAN)
         || g_error_matches (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
}

static void
run_note_error (MgrCleanupRun  *self,
                MgrCleanupStep *step,
                const GError   *error)
{
  step->error = g_strdup (error->message);
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_TIMED_OUT))
    mgr_cleanup_step_set_reason (step, REASON_SILENT);
  else if (is_kept_error (error))
    mgr_cleanup_step_set_reason (step, "kept when its turn came");
  else
    mgr_cleanup_step_set_reason (step, MGR_REASON_FAILED);

  if (!is_kept_error (error)
      && mgr_score_table_warns (self->cleaner->scores, step->name, self->start))
    g_message ("“%s” failed to give memory back: %s", step->name, error->message);
}

/* Returns (transfer none): the step of the turn, for whoever has something to say. */
static MgrCleanupStep *
run_get_step (MgrCleanupRun *self)
{
  const MgrCleanupCandidate *candidate = g_ptr_array_index (self->plan->turns, self->next);
  MgrCleanupStep *step = g_ptr_array_index (self->steps, self->next);

  if (step != candidate->step)
    return step;

  self->steps->pdata[self->next] = mgr_cleanup_step_copy (step);
  mgr_cleanup_step_unref (step);
  return self->steps->pdata[self->next];
}

static guint64
add_up (guint64 sum,
        guint64 more)
{
  return sum + MIN (more, G_MAXUINT64 - sum);
}

static guint64
take_away (guint64 from,
           guint64 bytes)
{
  return from - MIN (from, bytes);
}

/* What is lacking still. A plan that is to be done exactly asks for what it said even
 * where somebody gave more than was expected. */
static guint64
run_get_wanted (MgrCleanupRun *self)
{
  guint64 lacking = take_away (self->plan->target, self->claimed);

  if (self->mode != MGR_CLEANUP_RUN_EXACT)
    return lacking;

  return MAX (lacking, take_away (self->plan->target, self->planned));
}

/* Why nobody is asked any more, or %NULL. */
static const char *
run_find_obstacle (MgrCleanupRun *self)
{
  if (run_get_wanted (self) == 0)
    return MGR_REASON_TARGET_MET;
  if (self->cancelled)
    return REASON_CANCELLED;

  return run_get_time_left (self) == 0 ? "time was up" : NULL;
}

static void
run_begin_turn (MgrCleanupRun *self)
{
  MgrReclaimScore score = mgr_score_table_lookup (self->cleaner->scores,
                                                  run_get_step (self)->name);

  self->short_answers = 0;
  self->slice = MIN (mgr_reclaim_score_get_slice (&score, self->limits->slice), LARGEST_SLICE);
  self->owner_patience = mgr_reclaim_score_get_patience (&score, self->start, self->patience / 2);
  self->turns[self->next].time = mgr_clock_get_time (self->cleaner->clock);
}

/* Where the owner of the resource has kept silent already, it is not asked again. */
static gboolean
run_is_silent (MgrCleanupRun *self)
{
  gpointer waited = g_hash_table_lookup (self->silent, mgr_resource_get_context (self->resource));

  if (waited == NULL || mgr_reclaim_may_ask (self->resource))
    return FALSE;

  self->turns[self->next].time = self->start;
  self->turns[self->next].waited = GPOINTER_TO_INT (waited);
  return TRUE;
}

/* The owner of the resource did not answer. */
static void
run_note_silence (MgrCleanupRun *self)
{
  GMainContext *context = mgr_resource_get_context (self->resource);

  self->turns[self->next].waited = self->owner_patience;
  self->patience -= self->owner_patience;
  g_hash_table_insert (self->silent, g_main_context_ref (context),
                       GINT_TO_POINTER ((int) self->owner_patience));
}

static void
run_go_on (MgrCleanupRun *self)
{
  const MgrCleanupCandidate *candidate = g_ptr_array_index (self->plan->turns, self->next);

  self->planned = add_up (self->planned, candidate->step->expected);
  self->next++;
}

/* Begins the next turn, or says why there is none. */
static void
run_consider (MgrCleanupRun *self)
{
  const MgrCleanupCandidate *candidate = g_ptr_array_index (self->plan->turns, self->next);
  const char *obstacle = run_find_obstacle (self);

  if (obstacle == NULL && !candidate->is_heap)
    {
      self->resource = mgr_resource_registry_lookup_serial (self->cleaner->registry,
                                                            candidate->step->name,
                                                            candidate->serial);
      if (self->resource != NULL && !run_is_silent (self))
        {
          run_begin_turn (self);
          return;
        }
      obstacle = self->resource != NULL ? REASON_SILENT : "unregistered before its turn";
      g_clear_object (&self->resource);
    }

  if (obstacle == NULL)
    self->trim.heap_step = run_get_step (self);
  else if (!g_str_equal (candidate->step->reason, obstacle))
    mgr_cleanup_step_set_reason (run_get_step (self), obstacle);
  run_go_on (self);
}

static void
run_end_turn (MgrCleanupRun *self)
{
  MgrCleanupStep *step = run_get_step (self);

  if (step->claimed == 0 && step->error == NULL)
    mgr_cleanup_step_set_reason (step, self->cancelled ? REASON_CANCELLED : "gave nothing back");

  self->turns[self->next].size = mgr_resource_get_size (self->resource);
  g_clear_object (&self->resource);
  run_go_on (self);
  mgr_cleanup_trim_settle (&self->trim, self->next);
}

/* How long the next slice may be, for it to take as long as it should. */
static void
run_adapt_slice (MgrCleanupRun *self,
                 gint64         duration)
{
  guint64 asked = self->request.target;
  double fitting = (double) asked * (double) self->limits->slice / (double) MAX (duration, 1);
  guint64 largest = asked > G_MAXUINT64 / SLICE_STEP ? G_MAXUINT64 : asked * SLICE_STEP;

  self->slice = fitting >= (double) largest ? largest : (guint64) fitting;
  self->slice = MAX (self->slice, MAX (asked / SLICE_STEP, SMALLEST_SLICE));
  self->slice = MIN (self->slice, LARGEST_SLICE);
}

/* Of a claim counts what the resource held when it was asked: no more can have been
 * freed. Where that is not known, what was expected of it. */
static guint64
run_believe (MgrCleanupRun *self,
             guint64        claimed,
             guint64        held)
{
  MgrCleanupStep *step = run_get_step (self);
  g_autofree char *claim = NULL;
  g_autofree char *most = NULL;
  g_autofree char *reason = NULL;

  if (held == 0)
    held = take_away (step->expected, step->claimed);
  if (claimed <= held)
    return claimed;

  claim = mgr_size_format (claimed);
  most = mgr_size_format (held);
  reason = g_strdup_printf ("claimed %s, more than the %s that it held", claim, most);
  mgr_cleanup_step_set_reason (step, reason);
  return held;
}

/* In the background an owner in another thread takes none of the time of this one, but
 * others wait for their turns. */
static gboolean
run_is_overdue (MgrCleanupRun *self)
{
  return self->is_far && run_get_step (self)->duration >= run_get_box (self) / RUNNING_PART;
}

/* Takes what the resource answered. */
static void
run_take (MgrCleanupRun *self,
          guint64        claimed,
          guint64        held,
          const GError  *error)
{
  MgrCleanupStep *step = run_get_step (self);
  Turn *turn = &self->turns[self->next];
  gboolean is_whole = self->mode != MGR_CLEANUP_RUN_BACKGROUND;
  guint64 believed = run_believe (self, claimed, held);
  Measure after;

  run_measure (self, &after);
  step_add_measures (step, &self->before, &after);
  step->claimed = add_up (step->claimed, believed);
  turn->asked = add_up (turn->asked, self->request.target);
  turn->claimed = add_up (turn->claimed, claimed);
  self->claimed = add_up (self->claimed, believed);
  if (!self->is_far)
    self->worked += after.time - self->before.time;

  if (error != NULL)
    run_note_error (self, step, error);
  if (self->is_far && g_error_matches (error, MGR_ERROR, MGR_ERROR_TIMED_OUT))
    run_note_silence (self);
  if (!is_whole)
    mgr_cleanup_trim_in_passing (&self->trim, self->next + 1, self->claimed);
  self->short_answers = believed < self->request.target / SHORT_PART ? self->short_answers + 1 : 0;
  if (is_whole || error != NULL || believed == 0 || self->short_answers == SHORT_ANSWERS
      || step->claimed >= step->expected || self->claimed >= self->plan->target
      || run_is_overdue (self))
    run_end_turn (self);
  else
    run_adapt_slice (self, after.time - self->before.time);
}

/* Until when the resource may take its time, and its owner until it begins. */
static void
run_set_deadlines (MgrCleanupRun *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 time = run_get_time_left (self);

  if (self->is_far)
    time = time / RUNNING_PART;
  else if (self->mode == MGR_CLEANUP_RUN_BACKGROUND)
    time = MIN (time, self->limits->slice);

  time = MIN (time, self->cleaner->owner_deadline);
  self->owner_patience = CLAMP (self->owner_patience, 1, MAX (time, 1));
  self->request.deadline = now + time;
  self->request.patience = now + self->owner_patience;
}

static void
run_prepare_request (MgrCleanupRun *self)
{
  MgrCleanupStep *step = run_get_step (self);
  guint64 target = MIN (take_away (step->expected, step->claimed), run_get_wanted (self));
  gboolean is_slice = self->mode == MGR_CLEANUP_RUN_BACKGROUND;

  self->request.target = is_slice ? MIN (target, self->slice) : target;
  self->is_far = !mgr_reclaim_may_ask (self->resource);
  run_set_deadlines (self);
}

/* Before it looks: the owner makes @wake ready from another thread. */
static MgrCleanupRunState
run_poll (MgrCleanupRun *self,
          GSource       *wake)
{
  g_autoptr (GError) error = NULL;
  guint64 claimed = 0;
  guint64 held = 0;

  g_source_set_ready_time (wake, self->request.deadline);
  if (!mgr_reclaim_call_poll (self->call, &claimed, &held, &error))
    return MGR_CLEANUP_RUN_WAITING;

  g_clear_pointer (&self->call, mgr_reclaim_call_free);
  run_take (self, claimed, held, error);
  return MGR_CLEANUP_RUN_MORE;
}

MgrCleanupRunState
mgr_cleanup_run_next (MgrCleanupRun *self,
                      GSource       *wake)
{
  g_autoptr (GError) error = NULL;
  guint64 held = 0;
  guint64 claimed;

  if (self->call != NULL)
    return run_poll (self, wake);

  while (self->resource == NULL && self->next < self->n_turns)
    run_consider (self);
  if (self->resource == NULL)
    return MGR_CLEANUP_RUN_DONE;

  run_prepare_request (self);
  run_measure (self, &self->before);
  if (self->mode == MGR_CLEANUP_RUN_BACKGROUND && self->is_far)
    {
      g_source_set_ready_time (wake, self->request.patience);
      self->call = mgr_reclaim_call_post (self->resource, &self->request, wake);
      return MGR_CLEANUP_RUN_WAITING;
    }

  claimed = mgr_reclaim_call (self->resource, &self->request, &held, &error);
  run_take (self, claimed, held, error);
  return MGR_CLEANUP_RUN_MORE;
}

void
mgr_cleanup_run_cancel (MgrCleanupRun *self)
{
  self->cancelled = TRUE;
  g_clear_pointer (&self->call, mgr_reclaim_call_free);
  if (self->resource != NULL)
    run_end_turn (self);
  while (self->next < self->n_turns)
    run_consider (self);
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
        .claimed = turn->claimed,
        .returned = step->returned,
        .size = turn->size,
        .waited = turn->waited,
      };

      if (turn->asked > 0)
        mgr_score_table_add (self->cleaner->scores, step->name, &outcome);
      else if (turn->waited > 0)
        mgr_score_table_note_silence (self->cleaner->scores, step->name, turn->time,
                                      turn->waited);
    }
}

MgrCleanupReport *
mgr_cleanup_run_finish (MgrCleanupRun *self)
{
  MgrCleanupReport *report;
  gboolean background = self->mode == MGR_CLEANUP_RUN_BACKGROUND;
  gint64 box = run_get_time_left (self);

  mgr_cleanup_trim_finish (&self->trim, self->next, self->claimed,
                           self->limits->trim && !background,
                           background ? MIN (box, MGR_CLEANUP_TRIM_BACKGROUND) : box);
  run_teach (self);

  report = mgr_cleanup_report_new (self->plan, self->steps);
  report->heap_trimmed = self->trim.trimmed;
  report->returned += (gint64) self->trim.unclaimed;
  report->time = self->start;
  report->duration = mgr_clock_get_time (self->cleaner->clock) - self->start;
  return report;
}
