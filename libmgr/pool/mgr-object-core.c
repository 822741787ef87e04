/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-core-private.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-object-queue-private.h"

G_DEFINE_QUARK (mgr-object-core, mgr_object_core)

MgrObjectCore *
mgr_object_core_new (GMainContext *context)
{
  MgrObjectCore *self = g_new0 (MgrObjectCore, 1);

  self->ref_count = 1;
  self->attention = MGR_OBJECT_CLOSED | MGR_OBJECT_SIFT;
  self->untold = TRUE;
  self->context = g_main_context_ref (context);
  self->thread = g_thread_ref (g_thread_self ());
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  g_queue_init (&self->chores);
  return self;
}

MgrObjectCore *
mgr_object_core_ref (MgrObjectCore *self)
{
  __atomic_add_fetch (&self->ref_count, 1, __ATOMIC_RELAXED);
  return self;
}

void
mgr_object_core_unref (MgrObjectCore *self)
{
  if (__atomic_sub_fetch (&self->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  mgr_object_slots_clear (&self->slots);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self);
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

/* How many leases make so many bytes. */
static guint
core_count_bytes (MgrObjectCore *self,
                  guint64        bytes)
{
  guint64 count = bytes / self->object_size + (bytes % self->object_size > 0);

  return (guint) MIN (count, G_MAXUINT);
}

/* From where on a thread has to say how many leases there are. */
static void
core_set_bounds (MgrObjectCore *self)
{
  const MgrPoolGauge *gauge = &self->gauge;
  guint peak = core_count_bytes (self, gauge->peak) + 1;
  guint high = gauge->is_high ? G_MAXUINT : core_count_bytes (self, gauge->high_at);
  guint low = gauge->is_high ? core_count_bytes (self, gauge->low_at) : 0;

  __atomic_store_n (&self->use_peak, MIN (peak, high), __ATOMIC_SEQ_CST);
  __atomic_store_n (&self->use_low, low, __ATOMIC_SEQ_CST);
}

void
mgr_object_core_look (MgrObjectCore *self)
{
  MgrPoolGauge *gauge = &self->gauge;

  gauge->count = __atomic_load_n (&self->n_inside, __ATOMIC_SEQ_CST)
                 - mgr_object_slots_count (&self->slots);
  gauge->used = gauge->count * self->object_size;
  gauge->peak = MAX (gauge->peak, gauge->used);

  if (mgr_pool_gauge_cross (gauge) && self->pool != NULL)
    mgr_pool_say_water (MGR_POOL (self->pool), gauge->is_high, gauge->used);
  core_set_bounds (self);
}

static void
core_set_attention (MgrObjectCore *self)
{
  guint attention = 0;

  if (!self->open || self->pool == NULL)
    attention |= MGR_OBJECT_CLOSED;
  if (self->waiting.length > 0)
    attention |= MGR_OBJECT_WAITING;
  if (!self->active || self->resets || self->n_objects > self->max)
    attention |= MGR_OBJECT_SIFT;
  if (self->untold)
    attention |= MGR_OBJECT_UNTOLD;
  if (self->idle_timeout > 0 && !self->ticking && self->n_objects > self->min)
    attention |= MGR_OBJECT_TICKS;

  __atomic_store_n (&self->attention, attention, __ATOMIC_SEQ_CST);
}

void
mgr_object_core_hear (MgrObjectCore *self)
{
  g_mutex_lock (&self->lock);
  self->untold = TRUE;
  core_set_attention (self);
  g_mutex_unlock (&self->lock);
}

void
mgr_object_core_unlock (MgrObjectCore *self)
{
  GObject *object;

  if (self->pool != NULL)
    mgr_pool_changed (MGR_POOL (self->pool));
  self->untold = FALSE;
  mgr_object_core_arm (self);
  core_set_attention (self);

  /* Who gives something back from here on finds out that somebody waits; what was given
   * back before is found here. */
  while (self->waiting.length > 0 && (object = mgr_object_core_pop (self)) != NULL)
    {
      mgr_object_queue_offer (self, object);
      core_set_attention (self);
    }

  mgr_object_queue_watch_room (self);
  mgr_object_core_look (self);
  g_mutex_unlock (&self->lock);
}

/* Without the lock: something happened that is more than one object that came or went. */
static void
core_settle (MgrObjectCore *self)
{
  GPtrArray *dropped = NULL;

  g_mutex_lock (&self->lock);
  if (!self->active)
    dropped = mgr_object_core_trim (self, G_MAXUINT, -1);
  else if (self->n_objects > self->max)
    dropped = mgr_object_core_trim (self, self->n_objects - self->max, -1);
  mgr_object_core_unlock (self);

  if (dropped != NULL)
    mgr_object_core_drop_all (self, dropped);
}

void
mgr_lease_drop (MgrLease *lease)
{
  MgrObjectCore *core = lease->core;

  if (__atomic_sub_fetch (&lease->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  g_free (lease);
  mgr_object_core_unref (core);
}

/* The last lease of the slot is held by somebody still, or there was none. */
static MgrLease *
slot_renew_lease (MgrObjectCore *self,
                  MgrObjectSlot *slot)
{
  MgrLease *lease = g_new0 (MgrLease, 1);

  lease->core = mgr_object_core_ref (self);
  lease->slot = slot;
  if (slot->lease != NULL)
    mgr_lease_drop (slot->lease);
  slot->lease = lease;
  return lease;
}

/* Of a slot that is the caller's alone. */
static MgrLease *
slot_lease (MgrObjectCore *self,
            MgrObjectSlot *slot)
{
  MgrLease *lease = slot->lease;
  guint64 n_taken = __atomic_load_n (&slot->n_taken, __ATOMIC_RELAXED);

  if (G_UNLIKELY (lease == NULL || __atomic_load_n (&lease->ref_count, __ATOMIC_ACQUIRE) != 1))
    lease = slot_renew_lease (self, slot);

  __atomic_store_n (&lease->object, slot->object, __ATOMIC_RELAXED);
  __atomic_store_n (&lease->ref_count, 2, __ATOMIC_RELAXED);
  __atomic_store_n (&slot->n_taken, n_taken + 1, __ATOMIC_RELAXED);
  return lease;
}

MgrLease *
mgr_object_core_take (MgrObjectCore *self)
{
  guint attention = __atomic_load_n (&self->attention, __ATOMIC_ACQUIRE);
  MgrObjectSlot *slot;
  MgrLease *lease;
  guint n_leases;
  guint left;

  if (G_UNLIKELY ((attention & (MGR_OBJECT_CLOSED | MGR_OBJECT_WAITING)) != 0))
    return NULL;

  slot = mgr_object_slots_pop (&self->slots, &left);
  if (G_UNLIKELY (slot == NULL))
    return NULL;

  lease = slot_lease (self, slot);
  n_leases = __atomic_load_n (&self->n_inside, __ATOMIC_SEQ_CST) - left;
  if (G_UNLIKELY ((attention & MGR_OBJECT_UNTOLD) != 0
                  || n_leases >= __atomic_load_n (&self->use_peak, __ATOMIC_RELAXED)))
    core_settle (self);
  return lease;
}

gboolean
mgr_object_core_put (MgrObjectCore *self,
                     MgrObjectSlot *slot)
{
  const guint more = MGR_OBJECT_SIFT | MGR_OBJECT_WAITING | MGR_OBJECT_UNTOLD | MGR_OBJECT_TICKS;
  guint n_leases;
  guint n_free;

  if (G_UNLIKELY ((__atomic_load_n (&self->attention, __ATOMIC_ACQUIRE) & MGR_OBJECT_SIFT) != 0))
    return FALSE;

  __atomic_store_n (&slot->tick, __atomic_load_n (&self->tick, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
  n_free = mgr_object_slots_push (&self->slots, slot);

  /* Whoever wanted to know of it before said so, or will find it. */
  n_leases = __atomic_load_n (&self->n_inside, __ATOMIC_SEQ_CST) - n_free;
  if (G_UNLIKELY ((__atomic_load_n (&self->attention, __ATOMIC_SEQ_CST) & more) != 0
                  || n_leases < __atomic_load_n (&self->use_low, __ATOMIC_RELAXED)))
    core_settle (self);
  return TRUE;
}

static MgrObjectSlot *
core_occupy (MgrObjectCore *self,
             GObject       *object)
{
  MgrObjectSlot *slot = mgr_object_slots_add (&self->slots);

  slot->object = object;
  __atomic_add_fetch (&self->n_inside, 1, __ATOMIC_SEQ_CST);
  return slot;
}

GObject *
mgr_object_core_vacate (MgrObjectCore *self,
                        MgrObjectSlot *slot)
{
  GObject *object = g_steal_pointer (&slot->object);

  __atomic_sub_fetch (&self->n_inside, 1, __ATOMIC_SEQ_CST);
  if (self->finalized)
    mgr_lease_drop (g_steal_pointer (&slot->lease));
  mgr_object_slots_remove (&self->slots, slot);
  return object;
}

GObject *
mgr_object_core_pop (MgrObjectCore *self)
{
  guint left;
  MgrObjectSlot *slot = mgr_object_slots_pop (&self->slots, &left);

  return slot != NULL ? mgr_object_core_vacate (self, slot) : NULL;
}

MgrLease *
mgr_object_core_lease (MgrObjectCore *self,
                       GObject       *object)
{
  return slot_lease (self, core_occupy (self, object));
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

GObject *
mgr_object_core_give (MgrObjectCore *self,
                      GObject       *object)
{
  MgrObjectSlot *slot;

  if (!self->active || self->n_objects > self->max)
    {
      self->n_objects--;
      core_charge (self);
      return object;
    }

  slot = core_occupy (self, object);
  __atomic_store_n (&slot->tick, self->tick, __ATOMIC_RELAXED);
  mgr_object_slots_push (&self->slots, slot);
  return NULL;
}

guint
mgr_object_core_count_surplus (MgrObjectCore *self)
{
  guint n_free = mgr_object_slots_count (&self->slots);

  return self->n_objects > self->min ? MIN (self->n_objects - self->min, n_free) : 0;
}

static gboolean
core_is_idle (MgrObjectCore *self,
              MgrObjectSlot *slot,
              int            ticks)
{
  return (int) (self->tick - __atomic_load_n (&slot->tick, __ATOMIC_RELAXED)) > ticks;
}

GPtrArray *
mgr_object_core_trim (MgrObjectCore *self,
                      guint          n,
                      int            ticks)
{
  GPtrArray *dropped = g_ptr_array_new ();
  g_autoptr (GPtrArray) slots = g_ptr_array_new ();
  MgrObjectSlot *slot;
  guint left;

  if (n == 0)
    return dropped;

  while ((slot = mgr_object_slots_pop (&self->slots, &left)) != NULL)
    g_ptr_array_add (slots, slot);
  while (slots->len > 0 && dropped->len < n
         && core_is_idle (self, slots->pdata[slots->len - 1], ticks))
    g_ptr_array_add (dropped, mgr_object_core_vacate (self, g_ptr_array_steal_index (slots, slots->len - 1)));
  for (guint i = slots->len; i-- > 0;)
    mgr_object_slots_push (&self->slots, slots->pdata[i]);

  self->n_objects -= dropped->len;
  self->gauge.trimmed_bytes += dropped->len * self->object_size;
  core_charge (self);
  return dropped;
}

GPtrArray *
mgr_object_core_close (MgrObjectCore *self)
{
  self->active = FALSE;
  self->open = FALSE;
  mgr_object_queue_fail (self);

  /* What comes back from here on is looked at first. */
  core_set_attention (self);
  return mgr_object_core_trim (self, G_MAXUINT, -1);
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

guint64
mgr_object_core_count_taken (MgrObjectCore *self)
{
  guint64 n_taken = 0;

  for (guint i = 1; i <= self->slots.n_slots; i++)
    n_taken += __atomic_load_n (&mgr_object_slots_get (&self->slots, i)->n_taken, __ATOMIC_RELAXED);

  return n_taken;
}

/* The references of slots to leases that nobody has an object by any more go now, the
 * others when it comes back. */
void
mgr_object_core_release (MgrObjectCore *self)
{
  g_mutex_lock (&self->lock);
  self->finalized = TRUE;
  for (guint i = 1; i <= self->slots.n_slots; i++)
    {
      MgrObjectSlot *slot = mgr_object_slots_get (&self->slots, i);

      if (slot->lease != NULL && slot->object == NULL)
        mgr_lease_drop (g_steal_pointer (&slot->lease));
    }
  g_mutex_unlock (&self->lock);

  mgr_object_core_unref (self);
}
