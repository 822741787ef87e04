/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-allocation-private.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-refusal-private.h"
#include "ledger/mgr-waiter-private.h"

/**
 * SECTION:mgr-allocation
 * @title: MgrAllocation
 * @short_description: memory charged to a component
 *
 * An allocation says that so many bytes of a component's budget are in use. It
 * holds no memory itself: what the bytes are is the program's own affair. The
 * charge is given back by mgr_allocation_release(), or when the last reference
 * goes. All functions may be called from any thread.
 */

/**
 * MgrAllocation:
 *
 * A charge of some bytes to a component.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrAllocation, mgr_allocation, mgr_allocation_ref, mgr_allocation_unref)

/* With the component lock held, the bytes claimed and a slot free. */
static MgrAllocation *
allocation_fill (MgrComponent *component,
                 MgrRequest   *request)
{
  MgrAllocation *self = mgr_slot_take (component);

  component->direct += request->size;
  self->kept = request->kept;
  self->size = request->size;
  self->priority = (guint8) request->priority;
  self->description = request->description;
  self->tags = request->tags;
  self->text = g_steal_pointer (&request->text);
  self->created = mgr_ledger_now (component->ledger);
  component->charged = self->created;
  return self;
}

MgrAllocation *
mgr_allocation_new_locked (MgrComponent  *component,
                           MgrRequest    *request,
                           MgrComponent **out_obstacle)
{
  MgrAllocation *self;

  mgr_charge_drain_one (component);
  *out_obstacle = mgr_charge_claim (component, request->size);
  if (*out_obstacle != NULL)
    return NULL;

  g_mutex_lock (&component->lock);
  while (component->free_slots == NULL)
    {
      g_mutex_unlock (&component->lock);
      if (!mgr_slot_table_grow (component))
        {
          mgr_charge_unclaim (component, request->size);
          return NULL;
        }
      g_mutex_lock (&component->lock);
    }
  self = allocation_fill (component, request);
  g_mutex_unlock (&component->lock);

  return self;
}

static MgrAllocation *
allocation_new_slow (MgrComponent  *component,
                     MgrRequest    *request,
                     GError       **error)
{
  MgrLedger *ledger = component->ledger;
  MgrComponent *obstacle = NULL;
  MgrAllocation *self = NULL;

  g_mutex_lock (&ledger->tree_lock);
  if (component->detached)
    {
      mgr_refusal_set_detached (component, error);
    }
  else
    {
      self = mgr_allocation_new_locked (component, request, &obstacle);
      if (self == NULL)
        mgr_refusal_set_error (component, obstacle, request->size, error);
    }
  g_mutex_unlock (&ledger->tree_lock);

  return self;
}

MgrAllocation *
mgr_allocation_new (MgrComponent  *component,
                    MgrRequest    *request,
                    GError       **error)
{
  MgrAllocation *self = NULL;

  if (!mgr_request_check (request, component, error))
    return NULL;

  g_mutex_lock (&component->lock);
  if (component->stock >= request->size && component->free_slots != NULL)
    {
      component->stock -= request->size;
      self = allocation_fill (component, request);
    }
  g_mutex_unlock (&component->lock);

  if (self == NULL)
    self = allocation_new_slow (component, request, error);

  mgr_ledger_changed (component->ledger);
  return self;
}

/* With the component lock held. Nobody looks at the claims of a detached
 * component any more. */
static void
allocation_uncharge (MgrComponent *component,
                     guint64       size)
{
  component->direct -= size;
  if (!component->detached)
    mgr_charge_stock (component, size);
}

/* With the component lock held: what is left to do once it is dropped. Then the
 * component may be gone, so the ledger is held, but only where it is needed.
 *
 * Returns: (transfer full) (nullable) */
static MgrLedger *
allocation_begin_settle (MgrComponent *component)
{
  MgrLedger *ledger = component->ledger;

  if (component->detached || mgr_ledger_wants_changes (ledger))
    return mgr_ledger_ref (ledger);

  return NULL;
}

static void
allocation_settle (MgrLedger *ledger)
{
  if (ledger == NULL)
    return;

  if (g_atomic_int_get (&ledger->n_waiters) > 0)
    mgr_waiters_serve (ledger);
  mgr_ledger_changed (ledger);
  mgr_ledger_sweep (ledger);
  mgr_ledger_unref (ledger);
}

/**
 * mgr_allocation_ref:
 * @self: an allocation
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_allocation_ref (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

MgrAllocation *
mgr_allocation_try_ref (MgrAllocation *self)
{
  int count = g_atomic_int_get (&self->ref_count);

  while (count > 0)
    {
      if (g_atomic_int_compare_and_exchange (&self->ref_count, count, count + 1))
        return self;
      count = g_atomic_int_get (&self->ref_count);
    }

  return NULL;
}

/* Drops the last reference if @self is the only one. Then only a listing could
 * take another, and that holds the component lock: so no atomic operation, which
 * would cost as much as all the rest. With the component lock held. */
static gboolean
allocation_drop_only_ref (MgrAllocation *self)
{
  if (__atomic_load_n (&self->ref_count, __ATOMIC_RELAXED) != 1)
    return FALSE;

  __atomic_store_n (&self->ref_count, 0, __ATOMIC_RELAXED);
  return TRUE;
}

/**
 * mgr_allocation_unref:
 * @self: (transfer full): an allocation
 *
 * Drops a reference. The last one gives the charge back, unless
 * mgr_allocation_release() did.
 *
 * Since: 1.0
 */
void
mgr_allocation_unref (MgrAllocation *self)
{
  MgrComponent *component;
  MgrLedger *ledger;
  gpointer text;

  g_return_if_fail (self != NULL);

  component = self->component;
  g_mutex_lock (&component->lock);
  if (!allocation_drop_only_ref (self) && !g_atomic_int_dec_and_test (&self->ref_count))
    {
      g_mutex_unlock (&component->lock);
      return;
    }

  if (self->state == MGR_SLOT_LIVE)
    {
      component->n_live--;
      allocation_uncharge (component, self->size);
    }
  text = mgr_slot_put (component, self);
  ledger = allocation_begin_settle (component);
  g_mutex_unlock (&component->lock);

  g_free (text);
  allocation_settle (ledger);
}

/* Gives back the charge of @self if it still is the live allocation @id. */
static gboolean
allocation_release_live (MgrAllocation *self,
                         MgrComponent  *component,
                         guint64        id)
{
  MgrLedger *ledger = NULL;
  gboolean kept = FALSE;
  gboolean live;

  g_mutex_lock (&component->lock);
  live = g_atomic_pointer_get (&self->component) == component
         && self->id == id && self->state == MGR_SLOT_LIVE;
  if (live)
    {
      self->state = MGR_SLOT_RELEASED;
      component->n_live--;
      allocation_uncharge (component, self->size);
      kept = self->kept;
      ledger = allocation_begin_settle (component);
    }
  g_mutex_unlock (&component->lock);

  allocation_settle (ledger);
  if (kept)
    mgr_allocation_unref (self);
  return live;
}

/**
 * mgr_allocation_release:
 * @self: an allocation
 * @error: return location for a #GError
 *
 * Gives the charge back now. What @self says of itself can still be read. A
 * second release is %MGR_ERROR_DOUBLE_RELEASE and changes nothing.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_allocation_release (MgrAllocation  *self,
                        GError        **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!allocation_release_live (self, self->component, self->id))
    {
      mgr_refusal_set_double_release (self->component, self->id, error);
      return FALSE;
    }

  return TRUE;
}

gboolean
mgr_allocation_release_id (MgrLedger     *ledger,
                           MgrComponent  *component,
                           guint64        id,
                           GError       **error)
{
  MgrAllocation *slot = mgr_slot_find (ledger, id);

  if (slot == NULL || !allocation_release_live (slot, component, id))
    {
      mgr_refusal_set_double_release (component, id, error);
      return FALSE;
    }

  return TRUE;
}

MgrComponent *
mgr_allocation_dup_owner (MgrLedger *ledger,
                          guint64    id)
{
  MgrAllocation *slot = mgr_slot_find (ledger, id);
  MgrComponent *owner = NULL;

  g_mutex_lock (&ledger->tree_lock);
  if (slot != NULL && slot->component != NULL)
    owner = g_object_ref (slot->component);
  g_mutex_unlock (&ledger->tree_lock);

  return owner;
}

/* Returns whether the allocation is live; then it is of @size if that is less
 * than it was, and in @out_growth is what is still to be claimed. */
static gboolean
allocation_shrink (MgrAllocation *self,
                   MgrComponent  *component,
                   guint64        size,
                   guint64       *out_growth)
{
  gboolean live;

  g_mutex_lock (&component->lock);
  live = self->state == MGR_SLOT_LIVE;
  *out_growth = size > self->size ? size - self->size : 0;
  if (live && *out_growth == 0)
    {
      allocation_uncharge (component, self->size - size);
      self->size = size;
    }
  g_mutex_unlock (&component->lock);

  return live;
}

/* With the tree_lock held. */
static gboolean
allocation_grow (MgrAllocation  *self,
                 MgrComponent   *component,
                 guint64         growth,
                 GError        **error)
{
  MgrComponent *obstacle;

  if (component->detached)
    {
      mgr_refusal_set_detached (component, error);
      return FALSE;
    }

  mgr_charge_drain_one (component);
  obstacle = mgr_charge_claim (component, growth);
  if (obstacle != NULL)
    {
      mgr_refusal_set_error (component, obstacle, growth, error);
      return FALSE;
    }

  g_mutex_lock (&component->lock);
  component->direct += growth;
  self->size += growth;
  g_mutex_unlock (&component->lock);
  return TRUE;
}

/**
 * mgr_allocation_resize:
 * @self: an allocation
 * @size: the new size in bytes, 1 at least
 * @error: return location for a #GError
 *
 * Changes the size in one step: it is granted whole, or everything stays as it
 * was. Growth can fail as an allocation can. Two threads must not resize or
 * release the same allocation at the same time.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_allocation_resize (MgrAllocation  *self,
                       guint64         size,
                       GError        **error)
{
  MgrRequest request;
  MgrComponent *component;
  MgrLedger *ledger;
  gboolean resized = TRUE;
  guint64 growth;

  g_return_val_if_fail (self != NULL, FALSE);

  component = self->component;
  mgr_request_init (&request, size, "", self->priority, NULL);
  if (!mgr_request_check (&request, component, error))
    return FALSE;

  if (!allocation_shrink (self, component, size, &growth))
    {
      mgr_refusal_set_double_release (component, self->id, error);
      return FALSE;
    }

  ledger = component->ledger;
  if (growth > 0)
    {
      g_mutex_lock (&ledger->tree_lock);
      resized = allocation_grow (self, component, growth, error);
      g_mutex_unlock (&ledger->tree_lock);
    }

  allocation_settle (mgr_ledger_ref (ledger));
  return resized;
}

/**
 * mgr_allocation_keep:
 * @self: an allocation
 *
 * Makes the manager hold a reference of its own, until mgr_manager_deallocate()
 * is called with the id, or the allocation is released: for those who keep ids
 * and not handles.
 *
 * Returns: the id
 *
 * Since: 1.0
 */
guint64
mgr_allocation_keep (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->component->lock);
  if (self->state == MGR_SLOT_LIVE && !self->kept)
    {
      self->kept = TRUE;
      mgr_allocation_ref (self);
    }
  g_mutex_unlock (&self->component->lock);

  return self->id;
}

/**
 * mgr_allocation_is_released:
 * @self: an allocation
 *
 * Whether the charge was given back.
 *
 * Returns: %TRUE after mgr_allocation_release() or mgr_manager_deallocate()
 *
 * Since: 1.0
 */
gboolean
mgr_allocation_is_released (MgrAllocation *self)
{
  gboolean released;

  g_return_val_if_fail (self != NULL, TRUE);

  g_mutex_lock (&self->component->lock);
  released = self->state == MGR_SLOT_RELEASED;
  g_mutex_unlock (&self->component->lock);

  return released;
}

/**
 * mgr_allocation_get_id:
 * @self: an allocation
 *
 * Gets the id. No other allocation of the same manager ever has it, and it is
 * below 2^53, so that JavaScript can count it.
 *
 * Returns: the id, never 0
 *
 * Since: 1.0
 */
guint64
mgr_allocation_get_id (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

/**
 * mgr_allocation_get_size:
 * @self: an allocation
 *
 * Gets the size.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
mgr_allocation_get_size (MgrAllocation *self)
{
  guint64 size;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_lock (&self->component->lock);
  size = self->size;
  g_mutex_unlock (&self->component->lock);

  return size;
}

/**
 * mgr_allocation_get_component:
 * @self: an allocation
 *
 * Gets the component that is charged.
 *
 * Returns: (transfer none): the component
 *
 * Since: 1.0
 */
MgrComponent *
mgr_allocation_get_component (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->component;
}

/**
 * mgr_allocation_get_description:
 * @self: an allocation
 *
 * Gets what the allocation is for.
 *
 * Returns: the description, empty if none was given
 *
 * Since: 1.0
 */
const char *
mgr_allocation_get_description (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->description;
}

/**
 * mgr_allocation_get_priority:
 * @self: an allocation
 *
 * Gets the priority.
 *
 * Returns: 1 (can wait) to 10 (must not fail)
 *
 * Since: 1.0
 */
guint
mgr_allocation_get_priority (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->priority;
}

/**
 * mgr_allocation_get_tags:
 * @self: an allocation
 *
 * Gets the tags.
 *
 * Returns: (array zero-terminated=1) (transfer none): the tags
 *
 * Since: 1.0
 */
const char * const *
mgr_allocation_get_tags (MgrAllocation *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (self != NULL, NULL);

  return self->tags != NULL ? self->tags : none;
}

/**
 * mgr_allocation_get_created:
 * @self: an allocation
 *
 * Gets when the allocation was made, by the manager's clock. On the system's
 * clock it is rounded to the kernel's tick (1 to 10 ms).
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_allocation_get_created (MgrAllocation *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->created;
}
