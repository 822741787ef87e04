/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-room-watch-private.h"

#include "ledger/mgr-charge-private.h"

struct _MgrRoomWatch
{
  gatomicrefcount ref_count; /* of who made it, and of the ledger while it is queued */
  MgrLedger *ledger;         /* (owned) */
  MgrComponent *component;   /* (owned) */
  guint64 size;              /* bytes */
  MgrRoomFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean queued;           /* guarded by the ledger's tree_lock */
};

static void
room_watch_unref (MgrRoomWatch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  self->destroy (self->user_data);
  g_object_unref (self->component);
  mgr_ledger_unref (self->ledger);
  g_free (self);
}

/* With the tree_lock held. The ledger's reference is the caller's then. */
static void
room_watch_dequeue (MgrRoomWatch *self)
{
  self->queued = FALSE;
  g_queue_remove (&self->ledger->room_watches, self);
  g_atomic_int_add (&self->ledger->n_waiters, -1);
}

/* With the tree_lock held. */
static GPtrArray *
room_watches_take_told (MgrLedger *ledger)
{
  GPtrArray *told = g_ptr_array_new ();
  GList *next;

  if (ledger->room_watches.length > 0)
    mgr_charge_drain (ledger);

  for (GList *link = ledger->room_watches.head; link != NULL; link = next)
    {
      MgrRoomWatch *watch = link->data;

      next = link->next;
      if (!watch->component->detached
          && mgr_charge_find_obstacle (watch->component, watch->size) != NULL)
        continue;

      room_watch_dequeue (watch);
      g_ptr_array_add (told, watch);
    }

  return told;
}

void
mgr_room_watches_tell (MgrLedger *ledger)
{
  g_autoptr (GPtrArray) told = NULL;

  g_mutex_lock (&ledger->tree_lock);
  told = room_watches_take_told (ledger);
  g_mutex_unlock (&ledger->tree_lock);

  for (guint i = 0; i < told->len; i++)
    {
      MgrRoomWatch *watch = told->pdata[i];

      watch->func (watch->user_data);
      room_watch_unref (watch);
    }
}

MgrRoomWatch *
mgr_room_watch_new (MgrComponent   *component,
                    guint64         size,
                    MgrRoomFunc     func,
                    gpointer        user_data,
                    GDestroyNotify  destroy)
{
  MgrLedger *ledger = component->ledger;
  MgrRoomWatch *self = g_new0 (MgrRoomWatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->ledger = mgr_ledger_ref (ledger);
  self->component = g_object_ref (component);
  self->size = size;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  g_mutex_lock (&ledger->tree_lock);
  self->queued = !component->detached;
  if (self->queued)
    {
      g_atomic_ref_count_inc (&self->ref_count);
      g_queue_push_tail (&ledger->room_watches, self);
      /* From here on releases look for it; what was released before is found below. */
      g_atomic_int_inc (&ledger->n_waiters);
    }
  g_mutex_unlock (&ledger->tree_lock);

  mgr_room_watches_tell (ledger);
  return self;
}

void
mgr_room_watch_cancel (MgrRoomWatch *self)
{
  gboolean queued;

  g_mutex_lock (&self->ledger->tree_lock);
  queued = self->queued;
  if (queued)
    room_watch_dequeue (self);
  g_mutex_unlock (&self->ledger->tree_lock);

  if (queued)
    room_watch_unref (self);
  room_watch_unref (self);
}
