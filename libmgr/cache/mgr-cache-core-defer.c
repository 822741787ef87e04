/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-glance-private.h"

static void
deferred_write (MgrCacheDeferred      *self,
                const MgrCacheRemoval *removal)
{
  __atomic_store_n (&self->key, removal->key.number, __ATOMIC_RELAXED);
  __atomic_store_n (&self->data, removal->value.data, __ATOMIC_RELAXED);
  __atomic_store_n (&self->note, removal->value.note, __ATOMIC_RELAXED);
  __atomic_store_n (&self->cause, removal->cause, __ATOMIC_RELAXED);
}

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

gboolean
mgr_cache_core_defer (MgrCacheCore          *self,
                      const MgrCacheRemoval *removal)
{
  MgrCacheBuffer *buffer = mgr_cache_core_buffer (self, mgr_cache_slot_get ());
  guint32 end = __atomic_load_n (&buffer->deferred_end, __ATOMIC_RELAXED);
  guint32 begin = __atomic_load_n (&buffer->deferred_begin, __ATOMIC_ACQUIRE);

  /* The first buffer is that of several threads. */
  if (G_UNLIKELY (buffer == self->buffers || end - begin == MGR_CACHE_MAX_DEFERRED)
      || self->key_type != MGR_CACHE_KEY_TYPE_INT64 || removal->value.note == 0)
    return FALSE;

  deferred_write (&buffer->deferred[end % MGR_CACHE_MAX_DEFERRED], removal);
  __atomic_store_n (&buffer->deferred_end, end + 1, __ATOMIC_RELEASE);
  return TRUE;
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
