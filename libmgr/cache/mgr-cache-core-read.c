/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-table-private.h"

/* The policy is told of so many at a time, if nobody else is at it. */
#define BATCH 32

/* Who walks farther without a lock may be in a chain that is being changed. */
#define LONGEST_WALK 32

static inline MgrCacheBuffer *
core_buffer (MgrCacheCore *self)
{
  guint slot = mgr_cache_slot_get ();

  return &self->buffers[G_LIKELY (slot < self->n_buffers) ? slot : 0];
}

/* @figure: of @buffer */
static inline void
buffer_count (const MgrCacheCore *self,
              MgrCacheBuffer     *buffer,
              guint64            *figure)
{
  if (G_LIKELY (buffer != self->buffers))
    __atomic_store_n (figure, __atomic_load_n (figure, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
  else
    __atomic_fetch_add (figure, 1, __ATOMIC_RELAXED);
}

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
  core_drain_buffer (self, core_buffer (self));
}

void
mgr_cache_core_drain_all (MgrCacheCore *self)
{
  for (guint i = 0; i < self->n_buffers; i++)
    core_drain_buffer (self, &self->buffers[i]);
}

/* An entry may be gone and its number another's by the time the policy hears of it: that
 * one is then taken for a little warmer than it is. */
static void
core_note (MgrCacheCore   *self,
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
}

/* What was found, and when its use was last told. */
typedef struct
{
  guint32 id; /* 0 if it is not there */
  guint8 stamp;
  MgrCacheValue value;
} Finding;

/* Of keys that are numbers. Returns: the entry, or 0; while something changes perhaps another */
static inline guint32
core_walk (const MgrCacheCore   *self,
           const MgrCacheStripe *stripe,
           const MgrCacheKey    *key,
           guint                *steps)
{
  guint32 id = mgr_cache_index_first (&stripe->index, key->hash);

  for (*steps = 0; id != 0 && *steps < LONGEST_WALK; ++*steps)
    {
      const MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

      if (mgr_cache_node_get_hash (&entry->node) == key->hash
          && __atomic_load_n (&entry->key.number, __ATOMIC_ACQUIRE) == key->number)
        break;
      id = mgr_cache_node_get_chain (&entry->node);
    }

  return id;
}

/* Looks without a lock. Returns: %FALSE if that does not tell */
static inline __attribute__ ((always_inline)) gboolean
core_glance (const MgrCacheCore   *self,
             const MgrCacheStripe *stripe,
             const MgrCacheKey    *key,
             gint64                now,
             Finding              *finding)
{
  guint32 version = __atomic_load_n (&stripe->version, __ATOMIC_ACQUIRE);
  gint64 deadline = 0;
  guint steps;

  finding->id = core_walk (self, stripe, key, &steps);
  if (finding->id != 0)
    {
      const MgrCacheEntry *entry = mgr_cache_core_entry (self, finding->id);

      finding->stamp = mgr_cache_node_get_stamp (&entry->node);
      finding->value.data = __atomic_load_n (&entry->data, __ATOMIC_ACQUIRE);
      deadline = mgr_cache_entry_get_deadline (entry);
      finding->value.note = mgr_cache_deadline_get_note (deadline);
    }

  if (version % 2 == 1 || steps == LONGEST_WALK
      || version != __atomic_load_n (&stripe->version, __ATOMIC_RELAXED))
    return FALSE;

  if (mgr_cache_deadline_is_over (deadline, now))
    finding->id = 0;
  return finding->id == 0 || deadline < 0 || self->value_ref == NULL;
}

/* @wants_value: whether it is to be referenced */
static G_GNUC_NO_INLINE void
core_look (MgrCacheCore      *self,
           MgrCacheStripe    *stripe,
           const MgrCacheKey *key,
           gint64             now,
           gboolean           wants_value,
           Finding           *finding)
{
  MgrCacheLock *lock = g_atomic_int_get (&self->has_pointers) ? &stripe->lock : &self->lock;
  const MgrCacheEntry *entry;

  mgr_cache_lock_take (lock);
  finding->id = mgr_cache_core_find (self, stripe, key);
  entry = mgr_cache_core_entry (self, finding->id);
  if (finding->id != 0 && mgr_cache_entry_is_expired (entry, now))
    finding->id = 0;
  if (finding->id != 0)
    {
      finding->stamp = mgr_cache_node_get_stamp (&entry->node);
      finding->value = mgr_cache_entry_get_value (entry);
      if (wants_value)
        mgr_cache_core_ref (self, finding->value);
    }
  mgr_cache_lock_give (lock);
}

static inline gboolean
core_may_glance (const MgrCacheCore *self,
                 const MgrCacheKey  *key)
{
  return key->type == MGR_CACHE_KEY_TYPE_INT64 && self->key_type == MGR_CACHE_KEY_TYPE_INT64;
}

static inline __attribute__ ((always_inline)) void
core_search (MgrCacheCore      *self,
             const MgrCacheKey *key,
             gint64             now,
             gboolean           wants_value,
             Finding           *finding)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);

  if (G_UNLIKELY (!core_may_glance (self, key)) || !core_glance (self, stripe, key, now, finding))
    core_look (self, stripe, key, now, wants_value, finding);
}

gboolean
mgr_cache_core_get (MgrCacheCore      *self,
                    const MgrCacheKey *key,
                    gint64             now,
                    MgrCacheValue     *value)
{
  MgrCacheBuffer *buffer = core_buffer (self);
  Finding finding;

  core_search (self, key, now, TRUE, &finding);
  if (finding.id == 0)
    {
      buffer_count (self, buffer, &buffer->misses);
      return FALSE;
    }

  /* Word by word, as it came: all at once it would have to wait for both. */
  value->data = finding.value.data;
  value->note = finding.value.note;
  buffer_count (self, buffer, &buffer->hits);
  if (finding.stamp != __atomic_load_n (&self->epoch, __ATOMIC_RELAXED))
    core_note (self, buffer, finding.id);
  return TRUE;
}

gboolean
mgr_cache_core_peek (MgrCacheCore      *self,
                     const MgrCacheKey *key,
                     gint64             now,
                     MgrCacheValue     *value)
{
  Finding finding;

  core_search (self, key, now, value != NULL, &finding);
  if (finding.id != 0 && value != NULL)
    *value = finding.value;

  return finding.id != 0;
}
