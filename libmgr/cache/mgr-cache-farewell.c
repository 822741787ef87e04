/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "cache/mgr-cache-buffer-private.h"
#include "cache/mgr-cache-number-private.h"

/* Those entries that are lost to want of room or memory say whether the cache is large
 * enough. */
static inline void
cache_book (MgrCache              *self,
            MgrCacheBuffer        *buffer,
            const MgrCacheRemoval *removal,
            gint64                 now)
{
  const MgrCacheHolder *holder = removal->value.data;
  gint64 created = removal->value.note != 0 ? mgr_cache_number_get_time (removal->value) : holder->created;

  if ((removal->cause == MGR_CACHE_CAUSE_SIZE || removal->cause == MGR_CACHE_CAUSE_PRESSURE) && now > created)
    mgr_cache_core_book_age (self->core, buffer, now - created);
}

/* Most often it is one number, of which nothing has to be let go. */
static inline gboolean
is_one_number (const MgrCache         *self,
               const MgrCacheRemovals *removals)
{
  return removals->n == 1 && removals->first[0].value.note != 0
         && self->key_type == MGR_CACHE_KEY_TYPE_INT64 && self->tier == NULL;
}

static inline void
cache_bid_farewell_to_one (MgrCache         *self,
                           MgrCacheBuffer   *buffer,
                           MgrCacheRemovals *removals,
                           gint64            now)
{
  const MgrCacheRemoval *removal = removals->first;

  cache_book (self, buffer, removal, now);
  if (self->component != NULL)
    mgr_cache_charge_give (&self->charge, removal->weight);

  if (g_atomic_int_get (&self->is_heard) || !mgr_cache_core_defer (self->core, buffer, removal))
    mgr_cache_tell (self, removals);
  else if (G_UNLIKELY (!g_atomic_int_get (&self->is_look_due)))
    mgr_cache_expect_look (self);
  removals->n = 0;
}

static G_GNUC_NO_INLINE void
cache_bid_farewell_to_all (MgrCache         *self,
                           MgrCacheBuffer   *buffer,
                           MgrCacheRemovals *removals,
                           gint64            now)
{
  guint64 bytes = 0;

  for (guint i = 0; i < removals->n; i++)
    {
      const MgrCacheRemoval *removal = mgr_cache_removals_get (removals, i);

      bytes += removal->weight;
      cache_book (self, buffer, removal, now);
      if (self->tier != NULL)
        mgr_cache_spill (self, removal);
    }
  if (self->component != NULL)
    mgr_cache_charge_give (&self->charge, bytes);

  mgr_cache_tell (self, removals);
  mgr_cache_removals_clear (removals, self->key_type, mgr_cache_holder_unref);
}

void
mgr_cache_bid_farewell (MgrCache         *self,
                        MgrCacheRemovals *removals)
{
  if (removals->n > 0)
    mgr_cache_bid_farewell_at (self, removals, mgr_cache_get_rough_time (self));
}

void
mgr_cache_bid_farewell_at (MgrCache         *self,
                           MgrCacheRemovals *removals,
                           gint64            now)
{
  MgrCacheBuffer *buffer = mgr_cache_core_buffer (self->core, mgr_cache_slot_get ());

  if (is_one_number (self, removals))
    cache_bid_farewell_to_one (self, buffer, removals, now);
  else if (removals->n > 0)
    cache_bid_farewell_to_all (self, buffer, removals, now);
}
