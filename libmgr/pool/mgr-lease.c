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

/* In MgrObjectCore.returned, once the pool is gone. */
#define CORE_IS_DEAD ((MgrLease *) 1)

/* With the lock of the core held. */
static MgrLease *
lease_get_spare (MgrObjectCore *core)
{
  MgrLease *lease = core->spare;

  if (lease == NULL && __atomic_load_n (&core->returned, __ATOMIC_RELAXED) != NULL)
    lease = __atomic_exchange_n (&core->returned, NULL, __ATOMIC_ACQUIRE);

  if (lease == NULL)
    {
      lease = g_new0 (MgrLease, 1);
      lease->core = core;
      core->n_leases++;
    }

  core->spare = lease->next;
  return lease;
}

MgrLease *
mgr_object_core_lease (MgrObjectCore *self,
                       GObject       *object)
{
  MgrLease *lease = lease_get_spare (self);

  __atomic_store_n (&lease->object, object, __ATOMIC_RELAXED);
  /* Nobody else knows of the lease yet; a full barrier would cost more than the rest. */
  __atomic_store_n (&lease->ref_count, 1, __ATOMIC_RELAXED);

  if (mgr_pool_gauge_add (&self->gauge, self->object_size))
    mgr_pool_say_water (MGR_POOL (self->pool), self->gauge.is_high, self->gauge.used);
  mgr_pool_changed (MGR_POOL (self->pool));
  return lease;
}

static void
core_free (MgrObjectCore *core)
{
  g_main_context_unref (core->context);
  g_thread_unref (core->thread);
  g_mutex_clear (&core->lock);
  g_free (core->free);
  g_free (core->name);
  g_free (core);
}

/* With the lock held. */
static void
core_free_leases (MgrObjectCore *core,
                  MgrLease      *first)
{
  MgrLease *next;

  for (MgrLease *lease = first; lease != NULL; lease = next)
    {
      next = lease->next;
      g_free (lease);
      core->n_leases--;
    }
}

void
mgr_object_core_release (MgrObjectCore *self)
{
  gboolean is_last;

  g_mutex_lock (&self->lock);
  core_free_leases (self, g_steal_pointer (&self->spare));
  core_free_leases (self, __atomic_exchange_n (&self->returned, CORE_IS_DEAD, __ATOMIC_ACQUIRE));
  is_last = self->n_leases == 0;
  g_mutex_unlock (&self->lock);

  if (is_last)
    core_free (self);
}

static void
lease_bury (MgrLease *self)
{
  MgrObjectCore *core = self->core;
  gboolean is_last;

  g_free (self);
  g_mutex_lock (&core->lock);
  is_last = --core->n_leases == 0;
  g_mutex_unlock (&core->lock);

  if (is_last)
    core_free (core);
}

/* Until its last lease is here the core is there; once it is, the core may be gone. */
static void
lease_go_home (MgrLease *self)
{
  MgrLease **home = &self->core->returned;
  MgrLease *first = __atomic_load_n (home, __ATOMIC_RELAXED);

  do
    {
      if (first == CORE_IS_DEAD)
        {
          lease_bury (self);
          return;
        }
      self->next = first;
    }
  while (!__atomic_compare_exchange_n (home, &first, self, TRUE,
                                       __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* Whether that was the last reference. Who holds the only one need not lock the bus:
 * nobody else can take another. */
static gboolean
lease_drop_ref (MgrLease *self)
{
  return __atomic_load_n (&self->ref_count, __ATOMIC_ACQUIRE) == 1
         || __atomic_sub_fetch (&self->ref_count, 1, __ATOMIC_ACQ_REL) == 0;
}

/* What a lease held goes back, though nobody said so. */
static void
lease_leak (MgrLease *self)
{
  MgrObjectCore *core = self->core;
  GObject *object;

  g_mutex_lock (&core->lock);
  object = mgr_object_core_end_lease (core, self);
  core->n_leaked++;
  /* The last reference may go while a garbage collector works, which runs no code of the
   * program's. */
  if (core->resets && core->active && !core->thread_safe)
    mgr_object_queue_post_reset (core, g_steal_pointer (&object));
  g_mutex_unlock (&core->lock);

  if (object != NULL)
    mgr_object_core_return (core, object);
}

void
mgr_lease_discard (gpointer lease)
{
  MgrLease *self = lease;
  MgrObjectCore *core = self->core;
  GObject *object;

  g_mutex_lock (&core->lock);
  object = mgr_object_core_end_lease (core, self);
  if (object != NULL)
    object = mgr_object_core_give (core, object);
  g_mutex_unlock (&core->lock);

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
  g_return_if_fail (self != NULL);

  if (!lease_drop_ref (self))
    return;

  if (G_UNLIKELY (__atomic_load_n (&self->object, __ATOMIC_RELAXED) != NULL))
    lease_leak (self);
  lease_go_home (self);
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
  MgrObjectCore *core;
  GObject *object;
  gboolean plain;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  core = self->core;
  g_mutex_lock (&core->lock);
  object = mgr_object_core_end_lease (core, self);
  plain = object != NULL && !core->resets;
  if (G_LIKELY (plain))
    object = mgr_object_core_give (core, object);
  g_mutex_unlock (&core->lock);

  if (G_LIKELY (plain && object == NULL))
    return TRUE;

  if (plain)
    mgr_object_core_drop (core, object);
  else if (object != NULL)
    mgr_object_core_return (core, object);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
                 "A lease of pool “%s” was released before: release each one once", core->name);
  return plain || object != NULL;
}
