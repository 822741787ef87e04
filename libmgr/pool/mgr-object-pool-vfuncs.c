/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"

/* What MgrPool asks of a pool of objects. */

gboolean
mgr_object_pool_check_limits (MgrObjectPool  *self,
                              guint           min,
                              guint64         max,
                              GError        **error)
{
  guint64 object_size = mgr_object_pool_get_object_size (self);

  if (max >= 1 && max <= MGR_OBJECT_SLOTS_MAX && max <= G_MAXUINT64 / object_size && min <= max)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot hold %u to %" G_GUINT64_FORMAT " objects of %" G_GUINT64_FORMAT
               " bytes: it takes a maximum of 1 to %u, a minimum of no more than that, and a size "
               "that can be counted",
               mgr_pool_get_name (MGR_POOL (self)), min, max, object_size, MGR_OBJECT_SLOTS_MAX);
  return FALSE;
}

static gboolean
mgr_object_pool_start (MgrPool  *pool,
                       GError  **error)
{
  MgrObjectPool *self = MGR_OBJECT_POOL (pool);
  MgrObjectCore *core = mgr_object_pool_get_core (self);
  guint64 capacity = mgr_pool_get_capacity (pool);
  guint64 max = capacity / core->object_size;

  /* What was asked for at first may be more than a capacity can say. */
  if (capacity > G_MAXUINT64 - core->object_size)
    max = MAX (max, mgr_object_pool_get_first_max (self));
  if (!mgr_object_pool_check_limits (self, mgr_object_pool_get_min (self), max, error))
    return FALSE;

  g_mutex_lock (&core->lock);
  core->max = (guint) max;
  core->active = core->pool != NULL;
  core->open = core->active && !mgr_pool_get_flushing (pool);
  mgr_object_core_unlock (core);

  return TRUE;
}

static void
mgr_object_pool_stop (MgrPool *pool)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));
  GPtrArray *dropped;

  g_mutex_lock (&core->lock);
  dropped = mgr_object_core_close (core);
  mgr_object_core_unlock (core);

  mgr_object_core_drop_all (core, dropped);
}

static void
mgr_object_pool_flush (MgrPool  *pool,
                       gboolean  flushing)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));

  g_mutex_lock (&core->lock);
  core->open = core->active && !flushing;
  if (flushing)
    mgr_object_queue_fail (core);
  mgr_object_core_unlock (core);
}

static gboolean
core_fits (MgrObjectCore  *core,
           guint64         max,
           GError        **error)
{
  mgr_object_core_look (core);
  if (core->gauge.count <= max)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
               "Pool “%s” cannot shrink to %" G_GUINT64_FORMAT " objects: %" G_GUINT64_FORMAT
               " are leased. Release some first", core->name, max, core->gauge.count);
  return FALSE;
}

static gboolean
mgr_object_pool_resize (MgrPool  *pool,
                        guint64   capacity,
                        GError  **error)
{
  MgrObjectPool *self = MGR_OBJECT_POOL (pool);
  MgrObjectCore *core = mgr_object_pool_get_core (self);
  guint64 max = capacity / core->object_size;
  GPtrArray *dropped;
  gboolean fits;

  if (!mgr_object_pool_check_limits (self, mgr_object_pool_get_min (self), max, error))
    return FALSE;

  g_mutex_lock (&core->lock);
  fits = core_fits (core, max, error);
  if (fits)
    core->max = (guint) max;
  dropped = mgr_object_core_trim (core, core->n_objects - MIN (core->n_objects, core->max), -1);
  mgr_object_queue_serve (core);
  mgr_object_core_unlock (core);

  mgr_object_core_drop_all (core, dropped);
  if (fits)
    mgr_object_pool_notify (self, MGR_OBJECT_POOL_PROP_MAX);
  return fits;
}

static void
mgr_object_pool_place_waters (MgrPool *pool,
                              guint64  low_at,
                              guint64  high_at)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));

  g_mutex_lock (&core->lock);
  if (mgr_pool_gauge_set_waters (&core->gauge, low_at, high_at))
    mgr_pool_say_water (pool, core->gauge.is_high, core->gauge.used);
  mgr_object_core_unlock (core);
}

static guint64
mgr_object_pool_trim (MgrPool *pool,
                      guint64  target)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));
  guint64 wanted = target / core->object_size + (target % core->object_size > 0);
  GPtrArray *dropped;
  guint64 freed;

  g_mutex_lock (&core->lock);
  dropped = mgr_object_core_trim (core, (guint) MIN (wanted, mgr_object_core_count_surplus (core)),
                                  -1);
  mgr_object_core_unlock (core);

  freed = dropped->len * core->object_size;
  mgr_object_core_drop_all (core, dropped);
  return freed;
}

static MgrReclaimEstimate *
mgr_object_pool_estimate (MgrPool *pool)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));
  gint64 create_time;
  guint surplus;

  g_mutex_lock (&core->lock);
  surplus = mgr_object_core_count_surplus (core);
  create_time = mgr_object_core_get_create_time (core);
  g_mutex_unlock (&core->lock);

  /* They are made again when they are wanted, but somebody waits for that. */
  return mgr_reclaim_estimate_new (surplus * core->object_size, TRUE, surplus * create_time, 0);
}

static MgrPoolStatistics *
mgr_object_pool_get_statistics (MgrPool *pool)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (pool));
  MgrPoolStatistics *statistics;
  guint64 capacity = mgr_pool_get_capacity (pool);

  /* No object is in the way of another. */
  g_mutex_lock (&core->lock);
  mgr_object_core_look (core);
  core->gauge.total = mgr_object_core_count_taken (core);
  statistics = mgr_pool_make_statistics (pool, &core->gauge,
                                         capacity - MIN (core->gauge.used, capacity));
  g_mutex_unlock (&core->lock);

  return statistics;
}

static gboolean
mgr_object_pool_is_thread_safe (MgrPool *pool)
{
  return mgr_object_pool_get_thread_safe (MGR_OBJECT_POOL (pool));
}

/* A part of an object is of no use. */
static guint64
mgr_object_pool_round_capacity (MgrPool *pool,
                                guint64  capacity)
{
  guint64 object_size = mgr_object_pool_get_object_size (MGR_OBJECT_POOL (pool));

  return capacity > object_size ? capacity - capacity % object_size : capacity;
}

void
mgr_object_pool_install_vfuncs (MgrPoolClass *klass)
{
  klass->start = mgr_object_pool_start;
  klass->stop = mgr_object_pool_stop;
  klass->flush = mgr_object_pool_flush;
  klass->resize = mgr_object_pool_resize;
  klass->place_waters = mgr_object_pool_place_waters;
  klass->trim = mgr_object_pool_trim;
  klass->get_statistics = mgr_object_pool_get_statistics;
  klass->estimate = mgr_object_pool_estimate;
  klass->is_thread_safe = mgr_object_pool_is_thread_safe;
  klass->round_capacity = mgr_object_pool_round_capacity;
}
