/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner.h"

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-run-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* How long a plan waits for owners in other threads to object, all of them together:
 * no longer than the shortest of the time boxes. */
#define VETO_DEADLINE (5 * G_TIME_SPAN_MILLISECOND)

#define ALL_FLAGS \
  (MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE | MGR_CLEANUP_FLAGS_ALLOW_PROTECTED)

gboolean
mgr_cleaner_check_arguments (MgrCleanupStrategy   strategy,
                             MgrCleanupFlags      flags,
                             GError             **error)
{
  if ((guint) strategy > MGR_CLEANUP_STRATEGY_EMERGENCY)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no cleanup strategy %d: "
                   "use LIGHT, MODERATE, AGGRESSIVE or EMERGENCY", (int) strategy);
      return FALSE;
    }

  if (((guint) flags & ~(guint) ALL_FLAGS) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There are no cleanup flags 0x%x: use FORCE, UNSAFE and ALLOW_PROTECTED",
                   (guint) flags);
      return FALSE;
    }

  return TRUE;
}

/* @here: nobody is asked but who may be in the calling thread. */
static MgrCleanupPlan *
cleaner_survey (MgrCleaner         *self,
                MgrCleanupStrategy  strategy,
                MgrCleanupFlags     flags,
                const guint64      *target,
                gboolean            here)
{
  gint64 time = mgr_clock_get_time (self->clock);
  g_autoptr (GPtrArray) candidates = mgr_resource_registry_snapshot (self->registry, time, here);
  gint64 deadline = g_get_monotonic_time () + VETO_DEADLINE;
  MgrCleanupPlan *plan;

  for (guint i = 0; i < candidates->len; i++)
    mgr_cleanup_candidate_read (g_ptr_array_index (candidates, i), flags,
                                mgr_cleaner_get_level (self), deadline);

  mgr_score_table_rate (self->scores, candidates, time);
  plan = mgr_cleanup_plan_new (candidates, strategy, flags, target);
  plan->cleaner = self->id;
  plan->time = time;
  plan->here = here;
  return plan;
}

MgrCleanupPlan *
mgr_cleaner_make_plan (MgrCleaner         *self,
                       MgrCleanupStrategy  strategy,
                       MgrCleanupFlags     flags,
                       const guint64      *target)
{
  return cleaner_survey (self, strategy, flags, target, FALSE);
}

/**
 * mgr_cleaner_plan:
 * @self: a cleaner
 * @strategy: how far to go
 * @flags: what may be touched
 * @error: return location for a #GError
 *
 * Says what a cleanup would do if every resource freed what it holds and the time
 * sufficed. Nothing is touched.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @strategy or @flags are none. May be
 * called from any thread, a handler of #MgrResource::reclaim too.
 *
 * Returns: (transfer full): the plan, for mgr_cleaner_execute() or to be shown
 *
 * Since: 1.0
 */
MgrCleanupPlan *
mgr_cleaner_plan (MgrCleaner          *self,
                  MgrCleanupStrategy   strategy,
                  MgrCleanupFlags      flags,
                  GError             **error)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!mgr_cleaner_check_arguments (strategy, flags, error))
    return NULL;

  mgr_cleaner_prepare (self);
  return mgr_cleaner_make_plan (self, strategy, flags, NULL);
}

/**
 * mgr_cleaner_plan_bytes:
 * @self: a cleaner
 * @target: how many bytes are wanted
 * @strategy: how far to go, but for the target
 * @flags: what may be touched
 * @error: return location for a #GError
 *
 * Says what a cleanup would do to free @target bytes, as mgr_cleaner_plan() does for
 * the share of a strategy: for who knows how much is to go, down to some watermark.
 * The plan may expect less where there is no more.
 *
 * Fails where mgr_cleaner_plan() does. May be called from any thread, a handler of
 * #MgrResource::reclaim too.
 *
 * Returns: (transfer full): the plan, for mgr_cleaner_execute() or to be shown
 *
 * Since: 1.0
 */
MgrCleanupPlan *
mgr_cleaner_plan_bytes (MgrCleaner          *self,
                        guint64              target,
                        MgrCleanupStrategy   strategy,
                        MgrCleanupFlags      flags,
                        GError             **error)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!mgr_cleaner_check_arguments (strategy, flags, error))
    return NULL;

  mgr_cleaner_prepare (self);
  return mgr_cleaner_make_plan (self, strategy, flags, &target);
}

static gboolean
cleaner_begin (MgrCleaner  *self,
               GError     **error)
{
  if (mgr_reclaim_in_progress ())
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                           "A cleanup was asked for inside a “reclaim” handler, which is part of "
                           "one: free what the resource holds and return");
      return FALSE;
    }

  if (!g_atomic_int_compare_and_exchange (&self->busy, 0, 1))
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_BUSY,
                           "A cleanup is running in another thread: "
                           "wait for “cleanup-finished” before asking for another one");
      return FALSE;
    }

  return TRUE;
}

void
mgr_cleaner_warn_of_flags (MgrCleanupFlags flags)
{
  if ((flags & MGR_CLEANUP_FLAGS_FORCE) == 0 || (flags & MGR_CLEANUP_FLAGS_UNSAFE) == 0)
    return;

  if ((flags & MGR_CLEANUP_FLAGS_ALLOW_PROTECTED) != 0)
    g_message ("Safe mode is off: this cleanup takes all but what is pinned, PROTECTED by hand "
               "or not");
  else
    g_message ("Safe mode is off: this cleanup takes all but what is pinned or PROTECTED by hand");
}

static MgrCleanupReport *
cleaner_do (MgrCleaner        *self,
            MgrCleanupPlan    *plan,
            MgrCleanupRunMode  mode)
{
  g_autoptr (MgrCleanupRun) run = NULL;
  guint64 planned = mgr_cleaner_record_plan (self, plan);
  MgrJournalScope scope;
  MgrCleanupReport *report;

  mgr_cleaner_warn_of_flags (plan->flags);
  mgr_cleaner_post_started (self, plan->strategy);

  /* What the handlers are refused, say, came of this cleanup. */
  mgr_journal_scope_open (&scope, self->journal, planned);
  run = mgr_cleanup_run_new (self, plan, mode);
  while (mgr_cleanup_run_next (run, NULL) != MGR_CLEANUP_RUN_DONE)
    continue;
  mgr_journal_scope_close (&scope);

  report = mgr_cleanup_run_finish (run);
  mgr_cleaner_record_report (self, report, planned);
  return report;
}

/* The cleaner is busy when this begins, and no longer when it ends. */
static MgrCleanupReport *
cleaner_run (MgrCleaner        *self,
             MgrCleanupPlan    *plan,
             MgrCleanupRunMode  mode)
{
  guint64 pss = mgr_pss_verifier_estimate_pss (self->verifier);
  MgrCleanupReport *report = cleaner_do (self, plan, mode);

  g_atomic_int_set (&self->busy, 0);
  mgr_cleaner_post_finished (self, report);
  mgr_pss_verifier_verify (self->verifier, report, pss);
  return report;
}

void
mgr_cleaner_clean_here (MgrCleaner         *self,
                        MgrCleanupStrategy  strategy)
{
  g_autoptr (MgrCleanupPlan) plan =
    cleaner_survey (self, strategy, MGR_CLEANUP_FLAGS_NONE, NULL, TRUE);
  g_autoptr (MgrCleanupReport) report = cleaner_do (self, plan, MGR_CLEANUP_RUN_TOLERANT);

  mgr_cleaner_post_finished (self, report);
}

static gboolean
fail_stale (GError     **error,
            const char  *name,
            const char  *what)
{
  if (name != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN,
                 "The plan no longer holds: “%s” %s since it was made: make a new one",
                 name, what);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN,
                 "The plan no longer holds: it was %s: make a new one", what);

  return FALSE;
}

static gboolean
cleaner_check_steps (MgrCleaner      *self,
                     MgrCleanupPlan  *plan,
                     GError         **error)
{
  gint64 deadline = g_get_monotonic_time () + VETO_DEADLINE;

  for (guint i = 0; i < plan->steps->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);
      const char *name = candidate->step->name;
      g_autoptr (MgrResource) resource =
        mgr_resource_registry_lookup_serial (self->registry, name, candidate->serial);
      const char *change = "went, or was unregistered,";

      if (resource != NULL)
        change = mgr_cleanup_candidate_compare (candidate, resource,
                                                mgr_cleaner_get_level (self), deadline);

      if (change != NULL)
        return fail_stale (error, name, change);
    }

  return TRUE;
}

/* Takes the plan, if it can be executed. */
static gboolean
cleaner_check_plan (MgrCleaner      *self,
                    MgrCleanupPlan  *plan,
                    GError         **error)
{
  if (plan->cleaner != self->id)
    return fail_stale (error, NULL, "made by another cleaner");
  if (g_atomic_int_get (&plan->executed))
    return fail_stale (error, NULL, "executed before");
  if (!cleaner_check_steps (self, plan, error))
    return FALSE;
  if (!g_atomic_int_compare_and_exchange (&plan->executed, FALSE, TRUE))
    return fail_stale (error, NULL, "executed before");

  return TRUE;
}

/* The cleaner is busy once this has returned %TRUE. */
static gboolean
cleaner_begin_plan (MgrCleaner      *self,
                    MgrCleanupPlan  *plan,
                    GError         **error)
{
  if (!cleaner_begin (self, error))
    return FALSE;
  if (cleaner_check_plan (self, plan, error))
    return TRUE;

  g_atomic_int_set (&self->busy, 0);
  return FALSE;
}

/**
 * mgr_cleaner_execute:
 * @self: the cleaner that made @plan
 * @plan: a plan that has not been executed yet
 * @error: return location for a #GError
 *
 * Does what @plan says, and nothing else: asks its steps in their order, all of them
 * unless the time of its strategy is up before. Where a step gives more than was
 * expected of it, or says so, those after it are asked all the same; where one gives
 * less, no others are.
 *
 * Fails with %MGR_ERROR_STALE_PLAN, naming what has changed, where a resource of its
 * steps has gone, was unregistered, reclassified, pinned, vetoed or given another size
 * by its owner, or has nothing to give any more; where the plan was executed before, or was
 * made by another cleaner. Nothing has been touched then, and unless it was executed
 * the plan stays as good as it was. What changes only while the cleanup runs is
 * skipped, and said in the report. A refusal is an entry of the journal.
 *
 * Fails as well where mgr_cleaner_cleanup() does. May be called from any thread.
 *
 * Returns: (transfer full): what was done
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleaner_execute (MgrCleaner      *self,
                     MgrCleanupPlan  *plan,
                     GError         **error)
{
  g_autoptr (MgrCleaner) keep_alive = NULL;
  g_autoptr (GError) refusal = NULL;

  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (plan != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  keep_alive = g_object_ref (self);
  if (cleaner_begin_plan (self, plan, &refusal))
    return cleaner_run (self, plan, MGR_CLEANUP_RUN_EXACT);

  mgr_cleaner_record_refusal (self, plan, refusal);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return NULL;
}

/**
 * mgr_cleaner_cleanup:
 * @self: a cleaner
 * @strategy: how far to go
 * @force: whether %MGR_SAFETY_CAUTIOUS resources may be cleaned too
 * @safe_mode: whether what a rule calls %MGR_SAFETY_PROTECTED stays all the same
 * @error: return location for a #GError
 *
 * Asks the resources for memory until the target of @strategy is met or its time is
 * up. It is mgr_cleaner_plan() with %MGR_CLEANUP_FLAGS_FORCE where @force is %TRUE and
 * %MGR_CLEANUP_FLAGS_UNSAFE where @safe_mode is %FALSE, but what has become impossible
 * is skipped, and where a step gives less than was expected the next one is asked. Of
 * what a resource claims counts no more than it held when it was asked.
 * With @force and without @safe_mode a message in the log says once per call that
 * more than temporary things are given up.
 *
 * Fails with %MGR_ERROR_WOULD_DEADLOCK inside a handler of #MgrResource::reclaim,
 * with %MGR_ERROR_BUSY while another thread runs a cleanup, and with
 * %MGR_ERROR_INVALID_ARGUMENT where @strategy is none. May be called from any
 * thread.
 *
 * Returns: (transfer full): what was done
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleaner_cleanup (MgrCleaner          *self,
                     MgrCleanupStrategy   strategy,
                     gboolean             force,
                     gboolean             safe_mode,
                     GError             **error)
{
  g_autoptr (MgrCleaner) keep_alive = NULL;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  MgrCleanupFlags flags = MGR_CLEANUP_FLAGS_NONE;

  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (force)
    flags |= MGR_CLEANUP_FLAGS_FORCE;
  if (!safe_mode)
    flags |= MGR_CLEANUP_FLAGS_UNSAFE;

  if (!mgr_cleaner_check_arguments (strategy, flags, error) || !cleaner_begin (self, error))
    return NULL;

  keep_alive = g_object_ref (self);
  plan = mgr_cleaner_make_plan (self, strategy, flags, NULL);
  return cleaner_run (self, plan, MGR_CLEANUP_RUN_TOLERANT);
}
