/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-candidate-private.h"

#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-resource-private.h"

MgrCleanupCandidate *
mgr_cleanup_candidate_new (MgrResource *resource,
                           guint64      serial)
{
  MgrCleanupCandidate *self = g_new0 (MgrCleanupCandidate, 1);

  self->resource = g_object_ref (resource);
  self->serial = serial;
  return self;
}

void
mgr_cleanup_candidate_forget (MgrCleanupCandidate *self)
{
  g_clear_object (&self->resource);
}

void
mgr_cleanup_candidate_free (MgrCleanupCandidate *self)
{
  g_clear_object (&self->resource);
  g_clear_pointer (&self->step, mgr_cleanup_step_unref);
  g_free (self);
}

void
mgr_cleanup_candidate_read (MgrCleanupCandidate *self)
{
  MgrResourceState state;

  mgr_resource_get_state (self->resource, &state);
  self->by_hand = state.safety_set;
  self->size_serial = state.size_serial;
  self->can_reclaim = mgr_resource_can_reclaim (self->resource);
  self->prior.bytes = state.size;
  self->prior.lossy = TRUE;

  self->step = mgr_cleanup_step_new (mgr_resource_get_name (self->resource));
  self->step->safety = state.safety;
  self->step->priority = state.priority;
  self->step->expected = state.size;
}

const char *
mgr_cleanup_candidate_compare (MgrCleanupCandidate *self,
                               MgrResource         *resource)
{
  MgrResourceState state;

  mgr_resource_get_state (resource, &state);
  if (state.safety != self->step->safety || state.safety_set != self->by_hand)
    return "was reclassified";
  if (state.size_serial != self->size_serial)
    return "was given another size by its owner";
  if (state.size == 0 || !mgr_resource_can_reclaim (resource))
    return "has nothing to give any more";

  return NULL;
}

int
mgr_cleanup_candidate_compare_registration (gconstpointer a,
                                            gconstpointer b)
{
  const MgrCleanupCandidate *left = *(const MgrCleanupCandidate *const *) a;
  const MgrCleanupCandidate *right = *(const MgrCleanupCandidate *const *) b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

int
mgr_cleanup_candidate_compare_turns (gconstpointer a,
                                     gconstpointer b)
{
  const MgrCleanupCandidate *left = *(const MgrCleanupCandidate *const *) a;
  const MgrCleanupCandidate *right = *(const MgrCleanupCandidate *const *) b;
  guint left_rank = mgr_safety_get_rank (left->step->safety);
  guint right_rank = mgr_safety_get_rank (right->step->safety);

  if (left_rank != right_rank)
    return left_rank < right_rank ? -1 : 1;
  if (left->step->priority != right->step->priority)
    return left->step->priority < right->step->priority ? -1 : 1;
  if (left->yield < right->yield || left->yield > right->yield)
    return left->yield > right->yield ? -1 : 1;
  if (left->prior.bytes != right->prior.bytes)
    return left->prior.bytes > right->prior.bytes ? -1 : 1;

  return mgr_cleanup_candidate_compare_registration (a, b);
}
