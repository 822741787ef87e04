/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-object-pool-private.h"

/* A tick is a share of the time to live; there is no need to look more often. */
#define SHORTEST_TICK G_TIME_SPAN_MILLISECOND

/* One tick has passed. Returns (transfer full): as mgr_object_core_trim() */
static GPtrArray *
core_tick (MgrObjectCore *self)
{
  guint surplus = self->ticking ? mgr_object_core_count_surplus (self) : 0;

  __atomic_store_n (&self->tick, self->tick + 1, __ATOMIC_RELAXED);
  return mgr_object_core_trim (self, surplus, MGR_OBJECT_IDLE_TICKS);
}

static gboolean
core_has_idle (MgrObjectCore *self)
{
  return self->idle_timeout > 0 && self->pool != NULL && mgr_object_core_count_surplus (self) > 0;
}

void
mgr_object_core_arm (MgrObjectCore *self)
{
  if (self->ticking || !core_has_idle (self))
    return;

  self->ticking = TRUE;
  mgr_owner_context_post (self->context, self->pool, mgr_object_pool_set_timer_cb, NULL, NULL);
}

void
mgr_object_core_begin_idle (MgrObjectCore *self)
{
  self->ticking = FALSE;
  for (guint i = 1; i <= self->slots.n_slots; i++)
    __atomic_store_n (&mgr_object_slots_get (&self->slots, i)->tick, self->tick, __ATOMIC_RELAXED);
}

/* How long the next tick takes; 0 if there is nothing to wait for. */
static gint64
core_begin_tick (MgrObjectCore *self)
{
  self->ticking = core_has_idle (self);
  return self->ticking ? MAX (self->idle_timeout / MGR_OBJECT_IDLE_TICKS, SHORTEST_TICK) : 0;
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (MgrObjectPool) self = g_weak_ref_get (user_data);
  MgrObjectCore *core;
  GPtrArray *dropped;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  dropped = core_tick (core);
  mgr_object_core_unlock (core);

  mgr_object_core_drop_all (core, dropped);
  mgr_object_pool_set_timer_cb (self, NULL);
  return G_SOURCE_REMOVE;
}

/* A source is let go without the lock: what it holds may be the program's. */
static void
core_exchange_timer (MgrObjectCore *self,
                     GSource       *timer)
{
  GSource *before;

  g_mutex_lock (&self->lock);
  before = self->timer;
  self->timer = timer;
  g_mutex_unlock (&self->lock);

  if (before != NULL)
    {
      g_source_destroy (before);
      g_source_unref (before);
    }
}

void
mgr_object_core_clear_timer (MgrObjectCore *self)
{
  core_exchange_timer (self, NULL);
}

void
mgr_object_pool_set_timer_cb (gpointer object,
                              gpointer user_data)
{
  MgrObjectCore *core = mgr_object_pool_get_core (object);
  MgrClock *clock = mgr_pool_get_clock (object);
  GSource *timer = NULL;
  gint64 tick;

  g_mutex_lock (&core->lock);
  tick = core_begin_tick (core);
  mgr_object_core_unlock (core);

  if (tick > 0)
    {
      timer = mgr_clock_create_timer (clock, mgr_clock_get_time (clock) + tick);
      g_source_set_callback (timer, tick_cb, mgr_weak_box_new (object), mgr_weak_box_free);
      g_source_set_static_name (timer, "[libmgr] idle objects");
      g_source_attach (timer, core->context);
    }
  core_exchange_timer (core, timer);
}
