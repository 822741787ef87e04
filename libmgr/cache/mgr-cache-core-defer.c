/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-buffer-private.h"

static void
deferred_read (const MgrCacheDeferred *self,
               MgrCacheRemoval        *removal)
{
  removal->key.number = __atomic_load_n (&self->key, __ATOMIC_RELAXED);
  removal->value.data = __atomic_load_n (&self->data, __ATOMIC_RELAXED);
  removal->value.note = __atomic_load_n (&self->note, __ATOMIC_RELAXED);
  removal->cause = __atomic_load_n (&self->cause, __ATOMIC_RELAXED);
  removal->weight = 0;
}

/* With the lock held. */
static void
buffer_take_deferred (MgrCacheBuffer   *self,
                      MgrCacheRemovals *removals)
{
  guint32 end = __atomic_load_n (&self->deferred_end, __ATOMIC_ACQUIRE);

  for (guint32 i = self->deferred_begin; i != end; i++)
    deferred_read (&self->deferred[i % MGR_CACHE_MAX_DEFERRED],
                   mgr_cache_removals_append (removals));
  __atomic_store_n (&self->deferred_begin, end, __ATOMIC_RELEASE);
}

void
mgr_cache_core_take_deferred (MgrCacheCore     *self,
                              MgrCacheRemovals *removals)
{
  mgr_cache_lock_take (&self->lock);
  for (guint i = 0; i < self->n_buffers; i++)
    buffer_take_deferred (&self->buffers[i], removals);
  mgr_cache_lock_give (&self->lock);
}

void
mgr_cache_core_forget_deferred (MgrCacheCore *self)
{
  MgrCacheBuffer *buffer = mgr_cache_core_buffer (self, mgr_cache_slot_get ());

  mgr_cache_lock_take (&self->lock);
  __atomic_store_n (&buffer->deferred_begin, buffer->deferred_end, __ATOMIC_RELEASE);
  mgr_cache_lock_give (&self->lock);
}
