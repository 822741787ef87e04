/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-private.h"

void
mgr_resource_get_state (MgrResource      *self,
                        MgrResourceState *out_state)
{
  out_state->is_heap = self->reclaimer_is_heap;

  g_mutex_lock (&self->lock);
  out_state->size = self->size;
  out_state->size_serial = self->size_serial;
  out_state->limit = self->limit;
  out_state->safety = self->safety;
  out_state->safety_set = self->safety_set;
  out_state->priority = self->priority;
  out_state->pinned = self->accesses > 0;
  out_state->lossy = self->lossy;
  out_state->rebuild_cost = self->rebuild_cost;
  out_state->walk_cost = self->walk_cost;
  g_mutex_unlock (&self->lock);
}
