/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-table-private.h"

G_BEGIN_DECLS

/* What a thread writes into its own buffer, without a lock and within its own code. */

/* @slot: that of the thread, from mgr_cache_slot_get() */
static inline MgrCacheBuffer *
mgr_cache_core_buffer (MgrCacheCore *self,
                       guint         slot)
{
  return &self->buffers[G_LIKELY (slot < self->n_buffers) ? slot : 0];
}

/* @figure: of @buffer */
static inline void
mgr_cache_core_count (const MgrCacheCore   *self,
                      const MgrCacheBuffer *buffer,
                      guint64              *figure,
                      guint64               by)
{
  if (G_LIKELY (buffer != self->buffers))
    __atomic_store_n (figure, __atomic_load_n (figure, __ATOMIC_RELAXED) + by, __ATOMIC_RELAXED);
  else
    __atomic_fetch_add (figure, by, __ATOMIC_RELAXED);
}

/* For who knows how long what was evicted had been there; with no lock held. */
static inline void
mgr_cache_core_book_age (const MgrCacheCore *self,
                         MgrCacheBuffer     *buffer,
                         gint64              age)
{
  mgr_cache_core_count (self, buffer, &buffer->evicted_age, (guint64) age);
}

/* Keeps in mind that a number has gone from under a number, for later. Returns: %FALSE if
 * @buffer, which is that of the thread, has no room for it */
static inline gboolean
mgr_cache_core_defer (const MgrCacheCore    *self,
                      MgrCacheBuffer        *buffer,
                      const MgrCacheRemoval *removal)
{
  guint32 end = __atomic_load_n (&buffer->deferred_end, __ATOMIC_RELAXED);
  guint32 begin = __atomic_load_n (&buffer->deferred_begin, __ATOMIC_ACQUIRE);
  MgrCacheDeferred *deferred = &buffer->deferred[end % MGR_CACHE_MAX_DEFERRED];

  /* The first buffer is that of several threads. */
  if (G_UNLIKELY (buffer == self->buffers || end - begin == MGR_CACHE_MAX_DEFERRED))
    return FALSE;

  __atomic_store_n (&deferred->key, removal->key.number, __ATOMIC_RELAXED);
  __atomic_store_n (&deferred->data, removal->value.data, __ATOMIC_RELAXED);
  __atomic_store_n (&deferred->note, removal->value.note, __ATOMIC_RELAXED);
  __atomic_store_n (&deferred->cause, removal->cause, __ATOMIC_RELAXED);
  __atomic_store_n (&buffer->deferred_end, end + 1, __ATOMIC_RELEASE);
  return TRUE;
}

G_END_DECLS
