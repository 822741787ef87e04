/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-owner-context-private.h"

/* Telling of what has left. GObject says whether anybody listens only under a lock of the whole
 * process, which takes as long as all else that a put does. So where nobody did the last time,
 * numbers that leave are put off, and it is asked once for many of them: when a thread has no
 * room for more, and after this time. */
#define LOOK_INTERVAL 20 /* ms */

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

/* With the lock held: takes those that somebody wants to know of out of @removals.
 *
 * Returns: whether they are the first that wait to be told of */
static gboolean
cache_append (MgrCache         *self,
              MgrCacheRemovals *removals)
{
  guint before = self->departures->len;

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

  return before == 0 && self->departures->len > 0;
}

static void
cache_post (MgrCache *self)
{
  mgr_owner_context_post (self->context, self, emit_departures_cb, NULL, NULL);
}

/* With the lock held, so that nobody comes between what was put off and what left later.
 *
 * Returns: as cache_append() */
static gboolean
cache_append_deferred (MgrCache *self,
                       gboolean *any)
{
  MgrCacheRemovals removals = { 0, };
  gboolean first = FALSE;

  mgr_cache_core_take_deferred (self->core, &removals);
  *any = removals.n > 0;
  if (*any && mgr_cache_is_removed_wanted (self))
    {
      g_atomic_int_set (&self->is_heard, TRUE);
      first = cache_append (self, &removals);
    }
  mgr_cache_removals_clear (&removals, self->key_type, NULL);
  return first;
}

static gboolean look_cb (gpointer box);

void
mgr_cache_expect_look (MgrCache *self)
{
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->is_look_due, TRUE);
  if (self->look == NULL)
    {
      self->look = g_timeout_source_new (LOOK_INTERVAL);
      g_source_set_callback (self->look, look_cb, mgr_weak_box_new (self), mgr_weak_box_free);
      g_source_set_static_name (self->look, "[libmgr] what has gone from a cache");
      g_source_attach (self->look, self->context);
    }
  g_mutex_unlock (&self->lock);
}

/* Returns: whether there was anything */
static gboolean
cache_look (MgrCache *self)
{
  gboolean found, first;

  g_mutex_lock (&self->lock);
  first = cache_append_deferred (self, &found);
  g_mutex_unlock (&self->lock);

  if (first)
    cache_post (self);
  return found;
}

/* Who notes something while the flag is cleared may not see that: so there is another look
 * before the last. */
static gboolean
look_cb (gpointer box)
{
  g_autoptr (MgrCache) self = g_weak_ref_get (box);
  gboolean ends = FALSE;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  if (cache_look (self))
    return G_SOURCE_CONTINUE;

  g_mutex_lock (&self->lock);
  ends = !g_atomic_int_get (&self->is_look_due);
  if (ends)
    g_clear_pointer (&self->look, g_source_unref);
  g_atomic_int_set (&self->is_look_due, FALSE);
  g_mutex_unlock (&self->lock);
  return ends ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
mgr_cache_tell (MgrCache         *self,
                MgrCacheRemovals *removals)
{
  gboolean is_heard = mgr_cache_is_removed_wanted (self);
  gboolean first, any;

  g_atomic_int_set (&self->is_heard, is_heard);
  if (!is_heard)
    {
      mgr_cache_core_forget_deferred (self->core);
      return;
    }

  g_mutex_lock (&self->lock);
  first = cache_append_deferred (self, &any);
  first = cache_append (self, removals) || first;
  g_mutex_unlock (&self->lock);

  if (first)
    cache_post (self);
}
