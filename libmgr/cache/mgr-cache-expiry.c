/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-owner-context-private.h"

#include <time.h>

/* So many entries go in a turn of the main loop, which takes less than a millisecond. */
#define TURN 512

/* And so many in passing. */
#define PASSING 16

gint64
mgr_cache_get_time (MgrCache *self)
{
  return mgr_clock_get_time (self->clock);
}

gint64
mgr_cache_get_rough_time (MgrCache *self)
{
#ifdef CLOCK_MONOTONIC_COARSE
  struct timespec now;

  if (self->is_system_clock && clock_gettime (CLOCK_MONOTONIC_COARSE, &now) == 0)
    return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
#endif

  return mgr_cache_get_time (self);
}

static gboolean
cache_expire (MgrCache *self,
              gint64    now,
              guint     work)
{
  MgrCacheRemovals removals = { 0, };
  gboolean more = mgr_cache_core_expire (self->core, now, work, &removals);

  mgr_cache_bid_farewell (self, &removals);
  return more;
}

static gboolean expire_cb (gpointer box);

/* With the lock held. */
static void
cache_set_timer (MgrCache *self,
                 gint64    due)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);

  __atomic_store_n (&self->timer_due, due, __ATOMIC_SEQ_CST);
  if (due == G_MAXINT64)
    return;

  self->timer = mgr_clock_create_timer (self->clock, due);
  g_source_set_callback (self->timer, expire_cb, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (self->timer, "[libmgr] what expires in a cache");
  g_source_attach (self->timer, self->context);
}

/* A source of its own for each turn lets others have theirs in between. */
static gboolean
expire_cb (gpointer box)
{
  g_autoptr (MgrCache) self = g_weak_ref_get (box);
  gint64 now;
  gboolean more;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  now = mgr_cache_get_time (self);
  more = cache_expire (self, now, TURN);

  g_mutex_lock (&self->lock);
  cache_set_timer (self, more ? now : mgr_cache_core_get_next (self->core, now));
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

void
mgr_cache_expect (MgrCache *self,
                  gint64    deadline)
{
  if (__atomic_load_n (&self->timer_due, __ATOMIC_SEQ_CST) <= deadline)
    return;

  g_mutex_lock (&self->lock);
  if (self->timer_due > deadline)
    cache_set_timer (self, deadline);
  g_mutex_unlock (&self->lock);
}

void
mgr_cache_expire_in_passing (MgrCache *self,
                             gint64    now)
{
  if (__atomic_load_n (&self->timer_due, __ATOMIC_SEQ_CST) <= now)
    cache_expire (self, now, PASSING);
}

void
mgr_cache_stop_expiry (MgrCache *self)
{
  g_mutex_lock (&self->lock);
  cache_set_timer (self, G_MAXINT64);
  g_mutex_unlock (&self->lock);
}
