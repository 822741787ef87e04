/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-lease.h"

#include "pool/mgr-object-core-private.h"
#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"

/**
 * SECTION:mgr-lease
 * @title: MgrLease
 * @short_description: an object of a pool, for a while
 *
 * A lease is what mgr_object_pool_acquire() hands out: it says whose turn it is with
 * mgr_lease_get_object(), and mgr_lease_release() ends it. It is reference-counted, and
 * may outlive its pool.
 *
 * A lease whose last reference goes before it was released gives the object back as
 * well, but counts in #MgrObjectPool:n-leaked: in a language that collects garbage that
 * may be much later.
 *
 * References may be taken and dropped, and leases released, in any thread.
 */

/**
 * MgrLease:
 *
 * An object of a #MgrObjectPool, for a while.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrLease, mgr_lease, mgr_lease_ref, mgr_lease_unref)

/* Whether the calling thread is the one that ends the lease. */
static gboolean
lease_claim (MgrLease *self)
{
  return __atomic_exchange_n (&self->object, NULL, __ATOMIC_ACQ_REL) != NULL;
}

/* Whether nobody but the caller can end it, or take a reference. */
static gboolean
lease_is_only (MgrLease *self)
{
  return __atomic_load_n (&self->ref_count, __ATOMIC_ACQUIRE) == 2
         && mgr_lease_get_object (self) != NULL;
}

static gboolean
lease_check_pool (MgrLease       *self,
                  MgrObjectCore  *core,
                  GError        **error)
{
  if (self->core == core)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "Pool “%s” has no such lease: it is of pool “%s”. Release it there",
               core->name, self->core->name);
  return FALSE;
}

/* Takes what was leased out of its slot. */
static GObject *
core_take_out (MgrObjectCore *core,
               MgrObjectSlot *slot)
{
  GObject *object;

  g_mutex_lock (&core->lock);
  object = mgr_object_core_vacate (core, slot);
  mgr_object_core_unlock (core);

  return object;
}

/* What a lease held goes back, though nobody said so. */
static void
lease_leak (MgrLease *self)
{
  MgrObjectCore *core = self->core;
  GObject *object;

  if (!lease_claim (self))
    return;

  g_mutex_lock (&core->lock);
  object = mgr_object_core_vacate (core, self->slot);
  core->n_leaked++;
  /* The last reference may go while a garbage collector works, which runs no code of the
   * program's. */
  if (core->resets && core->active && !core->thread_safe)
    mgr_object_queue_post_reset (core, g_steal_pointer (&object));
  mgr_object_core_unlock (core);

  if (object != NULL)
    mgr_object_core_return (core, object);
}

void
mgr_lease_discard (gpointer lease)
{
  MgrLease *self = lease;
  MgrObjectCore *core = self->core;
  GObject *object = NULL;

  if (lease_claim (self))
    {
      g_mutex_lock (&core->lock);
      object = mgr_object_core_give (core, mgr_object_core_vacate (core, self->slot));
      mgr_object_core_unlock (core);
    }

  if (object != NULL)
    mgr_object_core_drop (core, object);
  mgr_lease_unref (self);
}

/**
 * mgr_lease_ref:
 * @self: a lease
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrLease *
mgr_lease_ref (MgrLease *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * mgr_lease_unref:
 * @self: (transfer full): a lease
 *
 * Drops a reference. Where the last one goes before mgr_lease_release(), the object goes
 * back to its pool all the same, and #MgrObjectPool:n-leaked grows. May be called from
 * any thread.
 *
 * Since: 1.0
 */
void
mgr_lease_unref (MgrLease *self)
{
  int refs;

  g_return_if_fail (self != NULL);

  /* The reference of the slot stays as long as the object is leased. While it is, two
   * are that one and the caller's, and nobody else can release the lease, or take a
   * reference. */
  refs = __atomic_load_n (&self->ref_count, __ATOMIC_ACQUIRE);
  while (mgr_lease_get_object (self) != NULL)
    {
      if (refs > 2 && __atomic_compare_exchange_n (&self->ref_count, &refs, refs - 1, FALSE,
                                                   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
      if (refs == 2)
        lease_leak (self);
    }

  mgr_lease_drop (self);
}

/**
 * mgr_lease_get_object:
 * @self: a lease
 *
 * Gets the object. It is the pool's: who keeps a reference for longer than the lease
 * will find that others use it. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the object, or %NULL once the lease was released
 *
 * Since: 1.0
 */
GObject *
mgr_lease_get_object (MgrLease *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return __atomic_load_n (&self->object, __ATOMIC_RELAXED);
}

/**
 * mgr_lease_is_released:
 * @self: a lease
 *
 * Asks whether the lease is over. May be called from any thread.
 *
 * Returns: %TRUE after mgr_lease_release()
 *
 * Since: 1.0
 */
gboolean
mgr_lease_is_released (MgrLease *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return mgr_lease_get_object (self) == NULL;
}

/**
 * mgr_lease_release:
 * @self: a lease
 * @error: return location for a #GError
 *
 * Ends the lease: the object is reset and goes to who waits for one, or stays in the
 * pool until it is wanted. Where the pool is gone, or holds more than it may by now, the
 * object is dropped. A second release is %MGR_ERROR_DOUBLE_RELEASE and changes nothing.
 *
 * #MgrObjectPool::reset is called before this returns, unless the pool is not
 * #MgrObjectPool:thread-safe and lives in another thread: then that one is asked to, and
 * the object is to be had once it has. May be called from any thread, and never waits.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_lease_release (MgrLease  *self,
                   GError   **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!lease_claim (self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
                   "A lease of pool “%s” was released before: release each one once",
                   self->core->name);
      return FALSE;
    }

  if (!mgr_object_core_put (self->core, self->slot))
    mgr_object_core_return (self->core, core_take_out (self->core, self->slot));
  return TRUE;
}

/**
 * mgr_object_pool_release:
 * @self: a pool
 * @lease: (transfer full): a lease of this pool
 * @error: return location for a #GError
 *
 * As mgr_lease_release(), and drops the reference with it: what mgr_object_pool_acquire()
 * gave is given back, in the shortest way. A lease of another pool is
 * %MGR_ERROR_NOT_FOUND: where that was its last reference, the object goes back to the
 * pool that it came from, and counts as leaked there. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_release (MgrObjectPool  *self,
                         MgrLease       *lease,
                         GError        **error)
{
  MgrObjectCore *core;
  MgrObjectSlot *slot;
  gboolean released;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);
  g_return_val_if_fail (lease != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  core = mgr_object_pool_get_core (self);
  if (G_LIKELY (lease->core == core && lease_is_only (lease)))
    {
      slot = lease->slot;
      __atomic_store_n (&lease->object, NULL, __ATOMIC_RELAXED);
      __atomic_store_n (&lease->ref_count, 1, __ATOMIC_RELAXED);
      if (G_UNLIKELY (!mgr_object_core_put (core, slot)))
        mgr_object_core_return (core, core_take_out (core, slot));
      return TRUE;
    }

  released = lease_check_pool (lease, core, error) && mgr_lease_release (lease, error);
  mgr_lease_unref (lease);
  return released;
}
