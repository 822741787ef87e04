/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-core-private.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"

#define FIRST_ROOM 8

G_DEFINE_QUARK (mgr-object-core, mgr_object_core)

MgrObjectCore *
mgr_object_core_new (GMainContext *context)
{
  MgrObjectCore *self = g_new0 (MgrObjectCore, 1);

  self->context = g_main_context_ref (context);
  self->thread = g_thread_ref (g_thread_self ());
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  g_queue_init (&self->chores);
  return self;
}

gboolean
mgr_object_core_is_owner (MgrObjectCore *self)
{
  return self->thread == g_thread_self () || g_main_context_is_owner (self->context);
}

gboolean
mgr_object_core_may_call (MgrObjectCore *self)
{
  return self->thread_safe || mgr_object_core_is_owner (self);
}

static void
core_changed (MgrObjectCore *self,
              gboolean       crossed)
{
  if (self->pool == NULL)
    return;

  if (G_UNLIKELY (crossed))
    mgr_pool_say_water (MGR_POOL (self->pool), self->gauge.is_high, self->gauge.used);
  mgr_pool_changed (MGR_POOL (self->pool));
}

MgrLease *
mgr_object_core_take (MgrObjectCore *self)
{
  if (self->n_free == 0)
    return NULL;

  self->n_free--;
  if (self->n_free < self->lowest)
    self->lowest = self->n_free;
  return mgr_object_core_lease (self, self->free[self->n_free]);
}

GObject *
mgr_object_core_end_lease (MgrObjectCore *self,
                           MgrLease      *lease)
{
  GObject *object = lease->object;

  if (object == NULL)
    return NULL;

  __atomic_store_n (&lease->object, NULL, __ATOMIC_RELAXED);
  core_changed (self, mgr_pool_gauge_remove (&self->gauge, self->object_size));
  return object;
}

/* What there is fits, and what goes is never refused. */
static void
core_charge (MgrObjectCore *self)
{
  if (self->pool != NULL)
    mgr_pool_charge (MGR_POOL (self->pool), self->n_objects * self->object_size, NULL);
}

gboolean
mgr_object_core_claim (MgrObjectCore  *self,
                       GError        **error)
{
  if (self->n_objects >= self->max
      || !mgr_pool_charge (MGR_POOL (self->pool), (self->n_objects + 1) * self->object_size, error))
    return FALSE;

  self->n_objects++;
  return TRUE;
}

void
mgr_object_core_abandon (MgrObjectCore *self)
{
  if (self->waiting.length > 0 && self->active && self->n_objects <= self->max)
    {
      mgr_object_queue_offer_place (self);
      return;
    }

  self->n_objects--;
  core_charge (self);
}

static void
core_push (MgrObjectCore *self,
           GObject       *object)
{
  if (G_UNLIKELY (self->n_free == self->n_room))
    {
      self->n_room = self->n_room > 0 ? 2 * self->n_room : FIRST_ROOM;
      self->free = g_renew (GObject *, self->free, self->n_room);
    }

  self->free[self->n_free++] = object;
  if (G_UNLIKELY (self->idle_timeout > 0))
    mgr_object_core_arm (self);
}

GObject *
mgr_object_core_give (MgrObjectCore *self,
                      GObject       *object)
{
  if (G_UNLIKELY (!self->active || self->n_objects > self->max))
    {
      self->n_objects--;
      core_charge (self);
      return object;
    }

  if (G_UNLIKELY (self->waiting.length > 0))
    mgr_object_queue_offer (self, object);
  else
    core_push (self, object);
  return NULL;
}

guint
mgr_object_core_count_surplus (MgrObjectCore *self)
{
  return self->n_objects > self->min ? MIN (self->n_objects - self->min, self->n_free) : 0;
}

GPtrArray *
mgr_object_core_trim (MgrObjectCore *self,
                      guint          n)
{
  GPtrArray *dropped = g_ptr_array_sized_new (n);

  n = MIN (n, self->n_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (dropped, self->free[i]);
  if (n == 0)
    return dropped;

  self->n_free -= n;
  memmove (self->free, self->free + n, self->n_free * sizeof *self->free);
  self->lowest -= MIN (self->lowest, n);
  for (guint i = 0; i < MGR_OBJECT_IDLE_TICKS; i++)
    self->lows[i] -= MIN (self->lows[i], n);

  self->n_objects -= n;
  self->gauge.trimmed_bytes += n * self->object_size;
  core_charge (self);
  return dropped;
}

void
mgr_object_core_drop (MgrObjectCore *self,
                      GObject       *object)
{
  g_object_set_qdata (object, mgr_object_core_quark (), NULL);

  if (mgr_object_core_may_call (self))
    g_object_unref (object);
  else
    mgr_owner_context_unref (self->context, object);
}

void
mgr_object_core_drop_all (MgrObjectCore *self,
                          GPtrArray     *objects)
{
  for (guint i = 0; i < objects->len; i++)
    mgr_object_core_drop (self, objects->pdata[i]);
  g_ptr_array_unref (objects);
}

gint64
mgr_object_core_get_create_time (MgrObjectCore *self)
{
  return self->n_created > 0 ? self->create_time / (gint64) self->n_created : 0;
}
