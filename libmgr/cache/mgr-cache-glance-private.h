/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-buffer-private.h"

G_BEGIN_DECLS

/* A get without a lock, within the code of who gets, and without a call that it would have to
 * come back from: those are a good part of what it takes. */

/* What was found. */
typedef struct
{
  guint32 id;      /* 0 if it is not there; then the rest is of nothing */
  guint8 stamp;    /* when its use was last told */
  gpointer data;
  gint64 deadline; /* as in the entry: it may be a note */
} MgrCacheFinding;

/* As mgr_cache_core_get(), with a lock. */
gboolean mgr_cache_core_get_locked (MgrCacheCore      *self,
                                    const MgrCacheKey *key,
                                    gint64             now,
                                    MgrCacheValue     *value);

/* Has the policy be told of a use of @id, in time.
 *
 * Returns: %TRUE, for whoever has no more to do */
gboolean mgr_cache_core_note       (MgrCacheCore      *self,
                                    MgrCacheBuffer    *buffer,
                                    guint32            id);

static inline void
mgr_cache_finding_read (MgrCacheFinding     *self,
                        const MgrCacheEntry *entry)
{
  self->stamp = mgr_cache_node_get_stamp (&entry->node);
  self->data = __atomic_load_n (&entry->data, __ATOMIC_ACQUIRE);
  self->deadline = mgr_cache_entry_get_deadline (entry);
}

static inline void
mgr_cache_finding_give (const MgrCacheFinding *self,
                        MgrCacheValue         *value)
{
  value->data = self->data;
  value->note = mgr_cache_deadline_get_note (self->deadline);
}

/* Of keys that are numbers. As long as the version is that one, a chain leads on and ends.
 *
 * @id: (inout): the first of its chain; 0 where it is not there
 *
 * Returns: (nullable): the entry */
static inline const MgrCacheEntry *
mgr_cache_core_walk (const MgrCacheCore   *self,
                     const MgrCacheStripe *stripe,
                     guint32               version,
                     gint64                number,
                     guint32              *id)
{
  while (*id != 0)
    {
      const MgrCacheEntry *entry = mgr_cache_core_entry (self, *id);

      if (__atomic_load_n (&entry->key.number, __ATOMIC_ACQUIRE) == number)
        return entry;

      *id = mgr_cache_node_get_chain (&entry->node);
      if (version != __atomic_load_n (&stripe->version, __ATOMIC_RELAXED))
        break;
    }

  return NULL;
}

/* Returns: %FALSE if that does not tell */
static inline __attribute__ ((always_inline)) gboolean
mgr_cache_core_glance (const MgrCacheCore *self,
                       const MgrCacheKey  *key,
                       gint64              now,
                       MgrCacheFinding    *finding)
{
  const MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  guint32 version = __atomic_load_n (&stripe->version, __ATOMIC_ACQUIRE);
  const MgrCacheEntry *entry;

  if (G_UNLIKELY (version % 2 == 1 || key->type != MGR_CACHE_KEY_TYPE_INT64)
      || mgr_cache_core_has_pointers (self))
    return FALSE;

  finding->id = mgr_cache_index_first (&stripe->index, key->hash);
  entry = mgr_cache_core_walk (self, stripe, version, key->number, &finding->id);
  if (entry != NULL)
    mgr_cache_finding_read (finding, entry);
  if (G_UNLIKELY (version != __atomic_load_n (&stripe->version, __ATOMIC_RELAXED)))
    return FALSE;

  if (entry == NULL || finding->deadline < 0)
    return TRUE;

  if (mgr_cache_deadline_is_over (finding->deadline, now))
    finding->id = 0;
  return self->value_ref == NULL;
}

static inline gboolean
mgr_cache_core_take (MgrCacheCore          *self,
                     guint                  slot,
                     const MgrCacheFinding *finding,
                     MgrCacheValue         *value)
{
  MgrCacheBuffer *buffer = mgr_cache_core_buffer (self, slot);

  if (finding->id == 0)
    {
      mgr_cache_core_count (self, buffer, &buffer->misses, 1);
      return FALSE;
    }

  mgr_cache_finding_give (finding, value);
  mgr_cache_core_count (self, buffer, &buffer->hits, 1);
  if (finding->stamp == __atomic_load_n (&self->epoch, __ATOMIC_RELAXED))
    return TRUE;

  return mgr_cache_core_note (self, buffer, finding->id);
}

/* As mgr_cache_core_get(). */
static inline __attribute__ ((always_inline)) gboolean
mgr_cache_core_get_here (MgrCacheCore      *self,
                         const MgrCacheKey *key,
                         gint64             now,
                         MgrCacheValue     *value)
{
  MgrCacheFinding finding = { 0, };

  if (G_UNLIKELY (!mgr_cache_slot_is_known ()) || !mgr_cache_core_glance (self, key, now, &finding))
    return mgr_cache_core_get_locked (self, key, now, value);

  return mgr_cache_core_take (self, mgr_cache_slot_get_known (), &finding, value);
}

G_END_DECLS
