/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-plan-private.h"

#include "reclaim/mgr-cleanup-limits-private.h"

typedef enum
{
  REASON_SAFE,
  REASON_CAUTIOUS_FORCED,
  REASON_PROTECTED_UNSAFE,
  REASON_PROTECTED_ALLOWED,
  REASON_CAUTIOUS,
  REASON_PROTECTED_BY_RULE,
  REASON_PROTECTED_BY_HAND,
  REASON_NOBODY_ANSWERS,
  REASON_EMPTY,
  REASON_TARGET_MET,
  N_REASONS
} Reason;

static const char *const reason_texts[N_REASONS] = {
  [REASON_SAFE] = "SAFE",
  [REASON_CAUTIOUS_FORCED] = "CAUTIOUS, and the cleanup is forced",
  [REASON_PROTECTED_UNSAFE] = "PROTECTED by a rule, and the cleanup is unsafe",
  [REASON_PROTECTED_ALLOWED] = "PROTECTED by hand, and the cleanup allows for it",
  [REASON_CAUTIOUS] = "CAUTIOUS, and the cleanup is not forced",
  [REASON_PROTECTED_BY_RULE] = "PROTECTED by a rule",
  [REASON_PROTECTED_BY_HAND] = "PROTECTED by hand",
  [REASON_NOBODY_ANSWERS] = "gives nothing back: nothing answers its “reclaim”",
  [REASON_EMPTY] = "gives nothing back: it holds nothing",
  [REASON_TARGET_MET] = MGR_REASON_TARGET_MET,
};

/* A plan of 10,000 steps has few different reasons, and each text is there once. */
typedef struct
{
  MgrCleanupPlan *plan; /* (unowned) */
  char *texts[N_REASONS]; /* (owned) (nullable) GRefStrings */
} Planner;

static void
planner_explain (Planner             *planner,
                 MgrCleanupCandidate *candidate,
                 Reason               reason)
{
  if (planner->texts[reason] == NULL)
    planner->texts[reason] = g_ref_string_new (reason_texts[reason]);

  mgr_cleanup_step_take_reason (candidate->step, g_ref_string_acquire (planner->texts[reason]));
}

static void
planner_clear (Planner *planner)
{
  for (guint i = 0; i < N_REASONS; i++)
    g_clear_pointer (&planner->texts[i], g_ref_string_release);
}

static Reason
find_reason_to_keep (const MgrCleanupCandidate *candidate,
                     MgrCleanupFlags            flags)
{
  MgrSafety safety = candidate->step->safety;

  if (!mgr_cleanup_flags_allow (flags, safety, candidate->by_hand))
    {
      if (safety == MGR_SAFETY_CAUTIOUS)
        return REASON_CAUTIOUS;
      return candidate->by_hand ? REASON_PROTECTED_BY_HAND : REASON_PROTECTED_BY_RULE;
    }

  if (!candidate->can_reclaim)
    return REASON_NOBODY_ANSWERS;

  return candidate->prior.bytes == 0 ? REASON_EMPTY : N_REASONS;
}

static Reason
find_reason_to_ask (const MgrCleanupCandidate *candidate)
{
  switch (candidate->step->safety)
    {
    case MGR_SAFETY_SAFE:
      return REASON_SAFE;
    case MGR_SAFETY_CAUTIOUS:
      return REASON_CAUTIOUS_FORCED;
    case MGR_SAFETY_PROTECTED:
    default:
      return candidate->by_hand ? REASON_PROTECTED_ALLOWED : REASON_PROTECTED_UNSAFE;
    }
}

static void
planner_keep (Planner             *planner,
              MgrCleanupCandidate *candidate,
              Reason               reason)
{
  gboolean is_protected = reason == REASON_PROTECTED_BY_RULE || reason == REASON_PROTECTED_BY_HAND;
  GPtrArray *list = is_protected ? planner->plan->protected : planner->plan->kept;

  planner_explain (planner, candidate, reason);
  g_ptr_array_add (list, mgr_cleanup_step_ref (candidate->step));
  mgr_cleanup_candidate_free (candidate);
}

static void
planner_sort_out (Planner   *planner,
                  GPtrArray *candidates)
{
  MgrCleanupPlan *plan = planner->plan;

  g_ptr_array_sort (candidates, mgr_cleanup_candidate_compare_registration);
  for (guint i = 0; i < candidates->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);
      Reason reason = find_reason_to_keep (candidate, plan->flags);

      mgr_cleanup_candidate_forget (candidate);
      if (reason != N_REASONS)
        planner_keep (planner, candidate, reason);
      else
        g_ptr_array_add (plan->turns, candidate);
    }

  g_ptr_array_set_size (candidates, 0);
  plan->n_barred = plan->kept->len;
}

static guint64
turns_get_total (GPtrArray *turns)
{
  guint64 total = 0;

  for (guint i = 0; i < turns->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (turns, i);

      total += MIN (candidate->prior.bytes, G_MAXUINT64 - total);
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

static void
planner_fill (Planner *planner)
{
  MgrCleanupPlan *plan = planner->plan;

  for (guint i = 0; i < plan->turns->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);
      gboolean wanted = plan->expected < plan->target;

      planner_explain (planner, candidate,
                       wanted ? find_reason_to_ask (candidate) : REASON_TARGET_MET);
      g_ptr_array_add (wanted ? plan->steps : plan->kept, mgr_cleanup_step_ref (candidate->step));
      if (wanted)
        plan->expected += MIN (candidate->prior.bytes, G_MAXUINT64 - plan->expected);
    }
}

static MgrCleanupPlan *
plan_new_empty (void)
{
  MgrCleanupPlan *plan = g_new0 (MgrCleanupPlan, 1);
  GDestroyNotify unref_step = (GDestroyNotify) mgr_cleanup_step_unref;

  g_atomic_ref_count_init (&plan->ref_count);
  plan->steps = g_ptr_array_new_with_free_func (unref_step);
  plan->protected = g_ptr_array_new_with_free_func (unref_step);
  plan->kept = g_ptr_array_new_with_free_func (unref_step);
  plan->turns = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cleanup_candidate_free);
  return plan;
}

MgrCleanupPlan *
mgr_cleanup_plan_new (GPtrArray          *candidates,
                      MgrCleanupStrategy  strategy,
                      MgrCleanupFlags     flags)
{
  Planner planner = { .plan = plan_new_empty () };
  MgrCleanupPlan *plan = planner.plan;

  plan->strategy = strategy;
  plan->flags = flags;
  planner_sort_out (&planner, candidates);
  g_ptr_array_sort (plan->turns, mgr_cleanup_candidate_compare_turns);
  plan->target = percent_of (turns_get_total (plan->turns),
                             mgr_cleanup_limits_get (strategy)->percent);
  planner_fill (&planner);
  planner_clear (&planner);
  return plan;
}
