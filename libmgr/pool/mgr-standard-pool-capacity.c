/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "pool/mgr-standard-pool-private.h"

/* So much of a pool may lie in the stocks of all stripes together. */
#define STOCK_SHARE 8

/* As many as JavaScript counts. */
#define OFFSET_BITS 53

/* A capacity that some budget above can never hold would be refused bit by bit later. */
static gboolean
pool_check_budget (MgrStandardPool  *self,
                   guint64           capacity,
                   GError          **error)
{
  MgrComponent *component = mgr_pool_get_component (MGR_POOL (self));
  g_autofree char *asked = mgr_size_format (capacity);
  g_autofree char *most = NULL;
  guint64 budget = 0;

  while (component != NULL)
    {
      budget = mgr_component_get_budget (component);
      if (budget > 0 && budget < capacity)
        break;
      component = mgr_component_get_parent (component);
    }
  if (component == NULL)
    return TRUE;

  most = mgr_size_format (budget);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "A capacity of %s for pool “%s” is beyond the budget of %s of “%s” "
               "(%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes): ask for less, or raise "
               "that budget", asked, mgr_pool_get_name (MGR_POOL (self)), most,
               mgr_component_display_path (component), capacity, budget);
  return FALSE;
}

/* Where memory is overcommitted, as is usual, the kernel promises more than there is, and
 * kills whoever takes it at its word. What is no memory may be larger. */
static gboolean
pool_check_machine (MgrStandardPool  *self,
                    guint64           capacity,
                    GError          **error)
{
  g_autofree char *asked = mgr_size_format (capacity);
  g_autofree char *explanation = NULL;
  guint64 limit;

  if ((self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) != 0)
    return TRUE;

  mgr_memory_limits_refresh (self->limits, NULL);
  limit = mgr_memory_limits_get_limit (self->limits);
  if (limit == 0 || capacity <= limit)
    return TRUE;

  explanation = mgr_memory_limits_explain (self->limits);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "A capacity of %s for pool “%s” is more than this process may ever have, so ask "
               "for less:\n%s", asked, mgr_pool_get_name (MGR_POOL (self)),
               g_strchomp (explanation));
  return FALSE;
}

static gboolean
pool_check_capacity (MgrStandardPool  *self,
                     guint64           capacity,
                     GError          **error)
{
  if (capacity >> OFFSET_BITS != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "Pool “%s” cannot have a capacity of %" G_GUINT64_FORMAT " bytes: ask for less "
                   "than 2^%d, which is as far as offsets go", mgr_pool_get_name (MGR_POOL (self)), capacity, OFFSET_BITS);
      return FALSE;
    }

  if (self->max_capacity > 0 && capacity > self->max_capacity)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "Pool “%s” cannot have a capacity of %" G_GUINT64_FORMAT " bytes: its "
                   "“max-capacity” is %" G_GUINT64_FORMAT,
                   mgr_pool_get_name (MGR_POOL (self)), capacity, self->max_capacity);
      return FALSE;
    }

  return pool_check_budget (self, capacity, error);
}

guint64
mgr_standard_pool_round_capacity (MgrPool *pool,
                                  guint64  capacity)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);

  return (MIN (capacity, G_MAXUINT64 - self->unit) + self->unit - 1) & ~(self->unit - 1);
}

/* What was there before it was stopped stays where it is; otherwise all is made anew. */
static gboolean
pool_make_space (MgrStandardPool  *self,
                 guint64           capacity,
                 GError          **error)
{
  gboolean huge = (self->flags & MGR_STANDARD_POOL_FLAGS_HUGE_PAGES) != 0;
  g_autoptr (MgrArena) arena = NULL;

  if (self->gauge.used > 0)
    return TRUE;

  if ((self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) == 0)
    {
      arena = mgr_arena_new (capacity, self->max_capacity, huge, error);
      if (arena == NULL)
        {
          g_prefix_error (error, "Pool “%s”: ", mgr_pool_get_name (MGR_POOL (self)));
          return FALSE;
        }
    }

  g_clear_pointer (&self->arena, mgr_arena_free);
  g_clear_pointer (&self->allocator, mgr_offset_allocator_free);
  self->arena = g_steal_pointer (&arena);
  self->allocator = mgr_offset_allocator_new (capacity, self->unit);
  return TRUE;
}

gboolean
mgr_standard_pool_start (MgrPool  *pool,
                         GError  **error)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  guint64 capacity = mgr_pool_get_capacity (pool);
  gboolean made;

  if (!pool_check_capacity (self, capacity, error) || !pool_check_machine (self, capacity, error))
    return FALSE;

  mgr_standard_pool_lock_all (self);
  made = pool_make_space (self, capacity, error);
  if (made)
    {
      self->returning = FALSE;
      self->stock_bytes_max = capacity / STOCK_SHARE / self->n_stripes;
      mgr_standard_pool_follow_gauge (self, FALSE);
    }
  mgr_standard_pool_unlock_all (self);

  return made;
}

void
mgr_standard_pool_stop (MgrPool *pool)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);

  mgr_standard_pool_lock_all (self);
  self->returning = TRUE;
  mgr_standard_pool_follow_gauge (self, FALSE);
  mgr_standard_pool_release_granules (self, G_MAXUINT64);
  mgr_standard_pool_unlock_all (self);
}

void
mgr_standard_pool_flush (MgrPool  *pool,
                         gboolean  flushing)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);

  mgr_standard_pool_lock_all (self);
  self->flushing = flushing;
  mgr_standard_pool_follow_gauge (self, FALSE);
  mgr_standard_pool_unlock_all (self);
}

/* With all locks held. Where a block is in the way, the rest has to be moved first. */
static gboolean
pool_resize_locked (MgrStandardPool  *self,
                    guint64           capacity,
                    gboolean         *out_blocked,
                    GError          **error)
{
  gboolean grows = capacity > mgr_offset_allocator_get_size (self->allocator);

  *out_blocked = FALSE;
  if (grows && self->arena != NULL && !mgr_arena_resize (self->arena, capacity, error))
    {
      g_prefix_error (error, "Pool “%s”: ", mgr_pool_get_name (MGR_POOL (self)));
      return FALSE;
    }

  *out_blocked = !mgr_offset_allocator_resize (self->allocator, capacity);
  if (*out_blocked)
    return FALSE;

  if (!grows && self->arena != NULL)
    {
      mgr_arena_resize (self->arena, capacity, NULL);
      mgr_standard_pool_follow_charge (self);
    }
  self->stock_bytes_max = capacity / STOCK_SHARE / self->n_stripes;
  return TRUE;
}

static void
pool_set_blocked (MgrStandardPool  *self,
                  guint64           capacity,
                  GError          **error)
{
  g_autofree char *asked = mgr_size_format (capacity);
  g_autofree char *used = mgr_size_format (mgr_pool_get_used (MGR_POOL (self)));

  g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
               "Pool “%s” cannot shrink to %s: %s are in use, and a block that is pinned or "
               "has no room further down lies beyond. Free or unpin it first",
               mgr_pool_get_name (MGR_POOL (self)), asked, used);
}

gboolean
mgr_standard_pool_resize (MgrPool  *pool,
                          guint64   capacity,
                          GError  **error)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  gboolean grows = capacity > mgr_pool_get_capacity (pool);
  gboolean blocked;
  gboolean done;

  if (!pool_check_capacity (self, capacity, error)
      || (grows && !pool_check_machine (self, capacity, error)))
    return FALSE;

  mgr_standard_pool_lock_all (self);
  done = pool_resize_locked (self, capacity, &blocked, error);
  mgr_standard_pool_unlock_all (self);
  if (!blocked)
    return done;

  /* Who makes a pool smaller has its blocks moved for it. */
  mgr_standard_pool_compact_fully (self);
  mgr_standard_pool_lock_all (self);
  done = pool_resize_locked (self, capacity, &blocked, error);
  mgr_standard_pool_unlock_all (self);
  if (blocked)
    pool_set_blocked (self, capacity, error);

  return done;
}

void
mgr_standard_pool_place_waters (MgrPool *pool,
                              guint64  low_at,
                              guint64  high_at)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);

  mgr_standard_pool_lock_all (self);
  mgr_standard_pool_follow_gauge (self,
                                  mgr_pool_gauge_set_waters (&self->gauge, low_at, high_at));
  mgr_standard_pool_unlock_all (self);
}
