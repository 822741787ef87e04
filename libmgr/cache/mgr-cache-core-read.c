/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-glance-private.h"

/* The policy is told of so many at a time, if nobody else is at it. */
#define BATCH 32

static inline guint32
buffer_get (const MgrCacheBuffer *buffer,
            guint32               place)
{
  return __atomic_load_n (&buffer->ids[place % MGR_CACHE_BUFFER_SIZE], __ATOMIC_RELAXED);
}

static void
core_drain_buffer (MgrCacheCore   *self,
                   MgrCacheBuffer *buffer)
{
  guint32 tail = __atomic_load_n (&buffer->tail, __ATOMIC_ACQUIRE);
  guint32 head = __atomic_load_n (&buffer->head, __ATOMIC_RELAXED);

  if (head == tail)
    return;

  /* Threads that share it can have counted twice, or back. */
  if (tail - head > MGR_CACHE_BUFFER_SIZE)
    head = tail;

  for (guint32 i = head; i != tail; i++)
    mgr_cache_policy_expect_hit (&self->policy, buffer_get (buffer, i));
  for (; head != tail; head++)
    mgr_cache_policy_hit (&self->policy, buffer_get (buffer, head));

  __atomic_store_n (&buffer->head, head, __ATOMIC_RELEASE);
  mgr_cache_core_follow (self);
}

void
mgr_cache_core_drain (MgrCacheCore *self)
{
  core_drain_buffer (self, mgr_cache_core_buffer (self, mgr_cache_slot_get ()));
}

void
mgr_cache_core_drain_all (MgrCacheCore *self)
{
  for (guint i = 0; i < self->n_buffers; i++)
    core_drain_buffer (self, &self->buffers[i]);
}

/* An entry may be gone and its number another's by the time the policy hears of it: that
 * one is then taken for a little warmer than it is. */
gboolean
mgr_cache_core_note (MgrCacheCore   *self,
                     MgrCacheBuffer *buffer,
                     guint32         id)
{
  guint32 tail = __atomic_load_n (&buffer->tail, __ATOMIC_RELAXED);
  guint32 n = tail - __atomic_load_n (&buffer->head, __ATOMIC_ACQUIRE);

  if (n < MGR_CACHE_BUFFER_SIZE)
    {
      __atomic_store_n (&buffer->ids[tail % MGR_CACHE_BUFFER_SIZE], id, __ATOMIC_RELAXED);
      __atomic_store_n (&buffer->tail, tail + 1, __ATOMIC_RELEASE);
    }

  if (n >= BATCH && mgr_cache_lock_try (&self->lock))
    {
      core_drain_buffer (self, buffer);
      mgr_cache_lock_give (&self->lock);
    }
  return TRUE;
}

static MgrCacheFinding
core_look (MgrCacheCore      *self,
           const MgrCacheKey *key,
           gint64             now,
           gboolean           wants_reference)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  MgrCacheLock *lock = mgr_cache_core_has_pointers (self) ? &stripe->lock : &self->lock;
  MgrCacheFinding finding = { 0, };

  mgr_cache_lock_take (lock);
  finding.id = mgr_cache_core_find (self, stripe, key);
  if (finding.id != 0)
    mgr_cache_finding_read (&finding, mgr_cache_core_entry (self, finding.id));
  if (mgr_cache_deadline_is_over (finding.deadline, now))
    finding.id = 0;
  if (finding.id != 0 && finding.deadline >= 0 && wants_reference && self->value_ref != NULL)
    self->value_ref (finding.data);
  mgr_cache_lock_give (lock);

  return finding;
}

gboolean
mgr_cache_core_get_locked (MgrCacheCore      *self,
                           const MgrCacheKey *key,
                           gint64             now,
                           MgrCacheValue     *value)
{
  MgrCacheFinding finding = core_look (self, key, now, TRUE);

  return mgr_cache_core_take (self, mgr_cache_slot_get (), &finding, value);
}

gboolean
mgr_cache_core_get (MgrCacheCore      *self,
                    const MgrCacheKey *key,
                    gint64             now,
                    MgrCacheValue     *value)
{
  return mgr_cache_core_get_here (self, key, now, value);
}

gboolean
mgr_cache_core_peek (MgrCacheCore      *self,
                     const MgrCacheKey *key,
                     gint64             now,
                     MgrCacheValue     *value)
{
  MgrCacheFinding finding = { 0, };

  if (!mgr_cache_core_glance (self, key, now, &finding))
    finding = core_look (self, key, now, value != NULL);
  if (finding.id != 0 && value != NULL)
    mgr_cache_finding_give (&finding, value);

  return finding.id != 0;
}
