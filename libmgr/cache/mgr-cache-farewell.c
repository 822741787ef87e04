/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

/* Those entries that are lost to want of room or memory say whether the cache is large
 * enough. */
static void
cache_book (MgrCache              *self,
            const MgrCacheRemoval *removal,
            gint64                 now)
{
  const MgrCacheHolder *holder = removal->value.data;
  gint64 created = removal->value.note != 0 ? mgr_cache_number_get_time (removal->value) : holder->created;

  if (removal->cause != MGR_CACHE_CAUSE_SIZE && removal->cause != MGR_CACHE_CAUSE_PRESSURE)
    return;

  if (now > created)
    mgr_cache_core_book_age (self->core, now - created);
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
  guint64 bytes = 0;

  if (removals->n == 0)
    return;

  for (guint i = 0; i < removals->n; i++)
    {
      const MgrCacheRemoval *removal = mgr_cache_removals_get (removals, i);

      bytes += removal->weight;
      cache_book (self, removal, now);
      if (self->tier != NULL)
        mgr_cache_spill (self, removal);
    }
  if (self->component != NULL)
    mgr_cache_charge_give (&self->charge, bytes);

  mgr_cache_tell (self, removals);
  mgr_cache_removals_clear (removals, self->key_type, mgr_cache_holder_unref);
}
