/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-plan-private.h"

#include "base/mgr-size.h"
#include "reclaim/mgr-cleanup-limits-private.h"

typedef enum
{
  REASON_SAFE,
  REASON_CAUTIOUS_FORCED,
  REASON_PROTECTED_UNSAFE, /* by which rule is said besides */
  REASON_PROTECTED_ALLOWED,
  REASON_OVER_LIMIT, /* of how much is said besides */
  REASON_CAUTIOUS,
  REASON_PROTECTED_BY_RULE, /* by which is said besides */
  REASON_PROTECTED_BY_HAND,
  REASON_PROTECTED_ELSEWHERE,
  REASON_PINNED,
  REASON_VETOED,
  REASON_OUT_OF_REACH,
  REASON_NOBODY_ANSWERS,
  REASON_EMPTY,
  REASON_TARGET_MET,
  N_REASONS
} Reason;

static const char *const reason_texts[N_REASONS] = {
  [REASON_SAFE] = "SAFE",
  [REASON_CAUTIOUS_FORCED] = "CAUTIOUS, and the cleanup is forced",
  [REASON_PROTECTED_UNSAFE] = ", and the cleanup is unsafe",
  [REASON_PROTECTED_ALLOWED] = "PROTECTED by hand, and the cleanup allows for it",
  [REASON_CAUTIOUS] = "CAUTIOUS, and the cleanup is not forced",
  [REASON_PROTECTED_BY_RULE] = "",
  [REASON_PROTECTED_BY_HAND] = "PROTECTED by hand",
  [REASON_PROTECTED_ELSEWHERE] = "PROTECTED by the rules of another cleaner",
  [REASON_PINNED] = "pinned",
  [REASON_VETOED] = "vetoed by its owner",
  [REASON_OUT_OF_REACH] = "its owner's main loop is blocked",
  [REASON_NOBODY_ANSWERS] = "gives nothing back: nothing answers its “reclaim”",
  [REASON_EMPTY] = "gives nothing back: it holds nothing",
  [REASON_TARGET_MET] = MGR_REASON_TARGET_MET,
};

/* A plan of 10,000 steps has few different reasons, and each text is there once. */
typedef struct
{
  MgrCleanupPlan *plan;   /* (unowned) */
  char *texts[N_REASONS]; /* (owned) (nullable) GRefStrings */
  GHashTable *by_rule;    /* (owned) (element-type MgrProtectionRule utf8) GRefStrings */
} Planner;

static char *
describe_rule (MgrProtectionRule *rule,
               Reason             reason)
{
  g_autofree char *text = g_strdup_printf ("PROTECTED by rule “%s”%s",
                                           mgr_protection_rule_get_pattern (rule),
                                           reason_texts[reason]);

  return g_ref_string_new (text);
}

static char *
describe_limit (guint64 limit)
{
  g_autofree char *size = mgr_size_format (limit);
  g_autofree char *text = g_strdup_printf ("over its limit of %s", size);

  return g_ref_string_new (text);
}

/* All that one rule protects is in one plan for one reason. */
static char *
planner_describe_rule (Planner           *planner,
                       MgrProtectionRule *rule,
                       Reason             reason)
{
  char *text = g_hash_table_lookup (planner->by_rule, rule);

  if (text == NULL)
    {
      text = describe_rule (rule, reason);
      g_hash_table_insert (planner->by_rule, mgr_protection_rule_ref (rule), text);
    }

  return g_ref_string_acquire (text);
}

static char *
planner_share (Planner *planner,
               Reason   reason)
{
  if (planner->texts[reason] == NULL)
    planner->texts[reason] = g_ref_string_new (reason_texts[reason]);

  return g_ref_string_acquire (planner->texts[reason]);
}

static void
planner_explain (Planner             *planner,
                 MgrCleanupCandidate *candidate,
                 Reason               reason)
{
  gboolean by_rule = reason == REASON_PROTECTED_BY_RULE || reason == REASON_PROTECTED_UNSAFE;
  char *text;

  if (by_rule && candidate->rule != NULL)
    text = planner_describe_rule (planner, candidate->rule, reason);
  else if (reason == REASON_OVER_LIMIT)
    text = describe_limit (candidate->limit);
  else
    text = planner_share (planner, by_rule ? REASON_PROTECTED_ELSEWHERE : reason);

  mgr_cleanup_step_take_reason (candidate->step, text);
}

static void
planner_clear (Planner *planner)
{
  g_hash_table_unref (planner->by_rule);
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

  if (candidate->pinned)
    return REASON_PINNED;
  if (!candidate->can_reclaim)
    return REASON_NOBODY_ANSWERS;
  if (candidate->out_of_reach)
    return REASON_OUT_OF_REACH;
  if (candidate->prior.bytes == 0)
    return REASON_EMPTY;

  return candidate->vetoed ? REASON_VETOED : N_REASONS;
}

static Reason
find_reason_to_ask (const MgrCleanupCandidate *candidate)
{
  if (candidate->limit > 0)
    return REASON_OVER_LIMIT;

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

/* Only those that stay are told in the order of registration. */
static void
planner_keep_all (Planner   *planner,
                  GPtrArray *barred)
{
  g_ptr_array_sort (barred, mgr_cleanup_candidate_compare_registration);
  for (guint i = 0; i < barred->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (barred, i);

      planner_keep (planner, candidate, find_reason_to_keep (candidate, planner->plan->flags));
    }

  planner->plan->n_barred = planner->plan->kept->len;
}

static void
planner_sort_out (Planner   *planner,
                  GPtrArray *candidates)
{
  MgrCleanupPlan *plan = planner->plan;
  g_autoptr (GPtrArray) barred = g_ptr_array_new ();

  for (guint i = 0; i < candidates->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);
      Reason reason = find_reason_to_keep (candidate, plan->flags);

      /* A heap that holds nothing free is nothing to tell of each time. */
      if (candidate->is_heap && reason == REASON_EMPTY)
        mgr_cleanup_candidate_free (candidate);
      else
        g_ptr_array_add (reason != N_REASONS ? barred : plan->turns, candidate);
    }

  g_ptr_array_set_size (candidates, 0);
  planner_keep_all (planner, barred);
}

/* What decides about the order, side by side in memory: to sort 10,000 is most of what
 * a plan takes. */
typedef struct
{
  guint rank;
  double yield;
  guint64 bytes;
  guint64 serial;
  MgrCleanupCandidate *candidate; /* (unowned) */
} TurnKey;

static int
compare_turns (gconstpointer a,
               gconstpointer b)
{
  const TurnKey *left = a;
  const TurnKey *right = b;

  if (left->rank != right->rank)
    return left->rank < right->rank ? -1 : 1;
  if (left->yield < right->yield || left->yield > right->yield)
    return left->yield > right->yield ? -1 : 1;
  if (left->bytes != right->bytes)
    return left->bytes > right->bytes ? -1 : 1;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

static void
sort_turns (GPtrArray *turns)
{
  g_autoptr (GArray) keys = g_array_sized_new (FALSE, FALSE, sizeof (TurnKey), turns->len);

  for (guint i = 0; i < turns->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (turns, i);
      TurnKey key = {
        candidate->rank, candidate->yield, candidate->prior.bytes, candidate->serial, candidate,
      };

      g_array_append_val (keys, key);
    }

  g_array_sort (keys, compare_turns);
  for (guint i = 0; i < turns->len; i++)
    turns->pdata[i] = g_array_index (keys, TurnKey, i).candidate;
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
      mgr_cleanup_candidate_forget (candidate);
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
                      MgrCleanupFlags     flags,
                      const guint64      *target)
{
  Planner planner = { .plan = plan_new_empty () };
  MgrCleanupPlan *plan = planner.plan;

  planner.by_rule = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) mgr_protection_rule_unref,
                                           (GDestroyNotify) g_ref_string_release);
  plan->strategy = strategy;
  plan->flags = flags;
  planner_sort_out (&planner, candidates);
  sort_turns (plan->turns);
  plan->by_bytes = target != NULL;
  plan->target = target != NULL
                   ? *target
                   : percent_of (turns_get_total (plan->turns),
                                 mgr_cleanup_limits_get (strategy)->percent);
  planner_fill (&planner);
  planner_clear (&planner);
  return plan;
}
