/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-charge-private.h"

/* The ledger is asked for as much more at a time; of large caches, for this part. */
#define MIN_STEP (64 * 1024)
#define STEP_SHARE 16

void
mgr_cache_charge_init (MgrCacheCharge *self,
                       const char     *description,
                       MgrComponent   *component)
{
  self->description = g_strdup (description);
  self->component = component != NULL ? g_object_ref (component) : NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

void
mgr_cache_charge_clear (MgrCacheCharge *self)
{
  if (self->allocation != NULL)
    mgr_allocation_release (self->allocation, NULL);
  g_clear_pointer (&self->allocation, mgr_allocation_unref);
  g_clear_object (&self->component);
  g_clear_pointer (&self->description, g_free);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

guint64
mgr_cache_charge_get_held (MgrCacheCharge *self)
{
  return __atomic_load_n (&self->held, __ATOMIC_SEQ_CST);
}

guint64
mgr_cache_charge_get_charged (MgrCacheCharge *self)
{
  return __atomic_load_n (&self->charged, __ATOMIC_SEQ_CST);
}

static guint64
charge_step (guint64 held)
{
  return MAX (MIN_STEP, held / STEP_SHARE);
}

static guint64
charge_round (guint64 held)
{
  return held + charge_step (held);
}

/* As the changer. */
static gboolean
charge_ask (MgrCacheCharge  *self,
            guint64          size,
            GError         **error)
{
  if (self->allocation != NULL)
    return mgr_allocation_resize (self->allocation, size, error);

  self->allocation = mgr_component_allocate_static (self->component, size, self->description,
                                                    MGR_PRIORITY_DEFAULT, error);
  return self->allocation != NULL;
}

/* With the lock held, which is let go meanwhile. */
static gboolean
charge_change (MgrCacheCharge  *self,
               guint64          size,
               GError         **error)
{
  gboolean changed;

  self->changer = g_thread_self ();
  g_mutex_unlock (&self->lock);
  changed = charge_ask (self, size, error);
  g_mutex_lock (&self->lock);
  self->changer = NULL;
  g_cond_broadcast (&self->changed);

  if (changed)
    __atomic_store_n (&self->charged, size, __ATOMIC_SEQ_CST);
  return changed;
}

/* With the lock held. */
static gboolean
charge_grow (MgrCacheCharge  *self,
             GError         **error)
{
  while (mgr_cache_charge_get_held (self) > mgr_cache_charge_get_charged (self))
    {
      guint64 held = mgr_cache_charge_get_held (self);

      if (self->changer == g_thread_self ())
        {
          g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                       "Cache “%s” is being made room for, and whoever makes room puts more into "
                       "it: put it there later", self->description);
          return FALSE;
        }

      if (self->changer != NULL)
        g_cond_wait (&self->changed, &self->lock);
      else if (!charge_change (self, charge_round (held), NULL) && !charge_change (self, held, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
mgr_cache_charge_take (MgrCacheCharge  *self,
                       guint64          bytes,
                       GError         **error)
{
  gboolean grown;

  if (self->component == NULL
      || __atomic_add_fetch (&self->held, bytes, __ATOMIC_SEQ_CST) <= mgr_cache_charge_get_charged (self))
    return TRUE;

  g_mutex_lock (&self->lock);
  grown = charge_grow (self, error);
  g_mutex_unlock (&self->lock);

  if (!grown)
    __atomic_sub_fetch (&self->held, bytes, __ATOMIC_SEQ_CST);
  return grown;
}

/* With the lock held: what is taken meanwhile sees the lower figure, or is seen here. */
static void
charge_shrink (MgrCacheCharge *self)
{
  guint64 charged = mgr_cache_charge_get_charged (self);
  guint64 size = charge_round (mgr_cache_charge_get_held (self));

  if (size >= charged)
    return;

  __atomic_store_n (&self->charged, size, __ATOMIC_SEQ_CST);
  if (mgr_cache_charge_get_held (self) > size || !charge_change (self, size, NULL))
    __atomic_store_n (&self->charged, charged, __ATOMIC_SEQ_CST);
}

void
mgr_cache_charge_give (MgrCacheCharge *self,
                       guint64         bytes)
{
  guint64 held;

  if (self->component == NULL)
    return;

  held = __atomic_sub_fetch (&self->held, bytes, __ATOMIC_SEQ_CST);
  if (mgr_cache_charge_get_charged (self) < held + 3 * charge_step (held))
    return;

  g_mutex_lock (&self->lock);
  if (self->changer == NULL)
    charge_shrink (self);
  g_mutex_unlock (&self->lock);
}
