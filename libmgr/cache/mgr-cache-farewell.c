/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-owner-context-private.h"

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

/* @value: as the core had it
 *
 * Returns: (transfer full) */
static MgrCacheHolder *
holder_hold (MgrCacheValue value)
{
  return value.note != 0 ? mgr_cache_holder_take (value) : mgr_cache_holder_ref (value.data);
}

static void
departure_clear (MgrCache          *self,
                 MgrCacheDeparture *departure)
{
  mgr_cache_key_data_free (self->key_type, departure->key);
  mgr_cache_holder_unref (departure->holder);
}

static void
emit_departures_cb (gpointer object,
                    gpointer user_data)
{
  MgrCache *self = object;
  g_autoptr (GArray) departures = NULL;

  g_mutex_lock (&self->lock);
  departures = g_steal_pointer (&self->departures);
  self->departures = g_array_new (FALSE, FALSE, sizeof (MgrCacheDeparture));
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < departures->len; i++)
    {
      MgrCacheDeparture *departure = &g_array_index (departures, MgrCacheDeparture, i);
      MgrKey read = mgr_cache_key_of_data (self, departure->key);
      g_auto (GValue) key = G_VALUE_INIT;

      mgr_key_write (&read, &key);
      mgr_cache_emit_removed (self, &key, &departure->holder->value, departure->cause);
      departure_clear (self, departure);
    }
}

/* Takes those that somebody wants to know of out of @removals. */
static void
cache_announce (MgrCache         *self,
                MgrCacheRemovals *removals)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->departures->len == 0;
  for (guint i = 0; i < removals->n; i++)
    {
      MgrCacheRemoval *removal = mgr_cache_removals_get (removals, i);
      MgrCacheDeparture departure = {
        .key = mgr_cache_key_data_copy (self->key_type, removal->key),
        .holder = holder_hold (removal->value),
        .cause = removal->cause,
      };

      if (mgr_cache_holder_is_failure (departure.holder))
        departure_clear (self, &departure);
      else
        g_array_append_val (self->departures, departure);
    }
  first = first && self->departures->len > 0;
  g_mutex_unlock (&self->lock);

  if (first)
    mgr_owner_context_post (self->context, self, emit_departures_cb, NULL, NULL);
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

  /* Without anybody who listens nothing waits to be told, also where no loop ever runs. */
  if (mgr_cache_is_removed_wanted (self))
    cache_announce (self, removals);
  mgr_cache_removals_clear (removals, self->key_type, mgr_cache_holder_unref);
}
