/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-candidate-private.h"

#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-resource-private.h"

MgrCleanupCandidate *
mgr_cleanup_candidate_new (MgrResource       *resource,
                           guint64            serial,
                           MgrProtectionRule *rule)
{
  MgrCleanupCandidate *self = g_new0 (MgrCleanupCandidate, 1);

  self->resource = g_object_ref (resource);
  self->serial = serial;
  self->rule = rule != NULL ? mgr_protection_rule_ref (rule) : NULL;
  return self;
}

void
mgr_cleanup_candidate_forget (MgrCleanupCandidate *self)
{
  g_clear_object (&self->resource);
  g_clear_pointer (&self->rule, mgr_protection_rule_unref);
}

void
mgr_cleanup_candidate_free (MgrCleanupCandidate *self)
{
  mgr_cleanup_candidate_forget (self);
  g_clear_pointer (&self->step, mgr_cleanup_step_unref);
  g_free (self);
}

/* All that is said of the order in one number: the heap last, then the class, who is
 * over its limit, and the priority. */
static guint
candidate_get_rank (const MgrCleanupCandidate *self)
{
  guint rank = self->is_heap;

  rank = 4 * rank + mgr_safety_get_rank (self->step->safety);
  rank = 2 * rank + (self->limit == 0);
  return 16 * rank + self->step->priority;
}

static void
candidate_take_state (MgrCleanupCandidate    *self,
                      const MgrResourceState *state)
{
  self->by_hand = state->safety_set;
  self->size_serial = state->size_serial;
  self->pinned = state->pinned;
  self->is_heap = state->is_heap;
  self->limit = state->limit > 0 && state->size > state->limit ? state->limit : 0;
  self->prior.bytes = state->size;
  self->prior.lossy = state->lossy;
  self->prior.rebuild_cost = state->rebuild_cost;
  self->prior.walk_cost = state->walk_cost;

  self->step->safety = state->safety;
  self->step->priority = state->priority;
  self->step->expected = state->size;
  self->rank = candidate_get_rank (self);
}

void
mgr_cleanup_candidate_read (MgrCleanupCandidate *self,
                            MgrCleanupFlags      flags,
                            MgrPressureLevel     level,
                            gint64               deadline)
{
  MgrResourceState state;

  mgr_resource_get_state (self->resource, &state);
  self->step = mgr_cleanup_step_new (mgr_resource_get_name (self->resource));
  candidate_take_state (self, &state);
  self->can_reclaim = mgr_resource_can_reclaim (self->resource);

  /* Who would be left alone anyway is not bothered. */
  if (mgr_cleanup_flags_allow (flags, state.safety, state.safety_set)
      && self->can_reclaim && !self->out_of_reach && !state.pinned && state.size > 0)
    self->vetoed = mgr_resource_query_veto (self->resource, level, deadline);
  else
    mgr_resource_may_veto (self->resource);
}

const char *
mgr_cleanup_candidate_compare (MgrCleanupCandidate *self,
                               MgrResource         *resource,
                               MgrPressureLevel     level,
                               gint64               deadline)
{
  MgrResourceState state;

  mgr_resource_get_state (resource, &state);
  if (state.safety != self->step->safety || state.safety_set != self->by_hand)
    return "was reclassified";
  if (state.pinned)
    return "was pinned";
  if (state.size_serial != self->size_serial)
    return "was given another size by its owner";
  if (state.size == 0 || !mgr_resource_can_reclaim (resource))
    return "has nothing to give any more";
  if (mgr_resource_query_veto (resource, level, deadline))
    return "was vetoed by its owner";

  return NULL;
}

int
mgr_cleanup_candidate_compare_registration (gconstpointer a,
                                            gconstpointer b)
{
  const MgrCleanupCandidate *left = *(const MgrCleanupCandidate *const *) a;
  const MgrCleanupCandidate *right = *(const MgrCleanupCandidate *const *) b;

  if (left->is_heap != right->is_heap)
    return right->is_heap ? -1 : 1;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}
