/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-pool.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-ring-pool-private.h"

#include "mgr-enum-types.h"

/**
 * SECTION:mgr-ring-pool
 * @title: MgrRingPool
 * @short_description: a stream of frames from thread to thread
 *
 * Frames of any size go in at one end and come out at the other in the same order. Each
 * lies in one piece, so it can be written and read in place: mgr_ring_pool_reserve() and
 * mgr_ring_pool_commit(), mgr_ring_pool_peek() and mgr_ring_pool_consume(). For that the
 * memory is mapped twice, side by side; it is there, and charged, once.
 *
 * The capacity is rounded up to whole pages. A frame takes 8 bytes more than was asked
 * for, rounded up to a multiple of 8, and at most 4 GiB.
 *
 * What happens to a frame for which there is no room is up to the #MgrRingPolicy. Where
 * one thread writes and one reads, with %MGR_RING_SHARING_PAIR, they share no lock, but
 * each side holds at most one frame at a time. Another thread may take the place of one
 * that is not inside of a function and holds no frame; one that is, is not disturbed, and
 * the other is told %MGR_ERROR_BUSY. With %MGR_RING_POLICY_DROP_OLDEST the
 * writer takes frames from the reader's end, which needs the lock whatever the sharing
 * is; a frame that a reader has peeked at is never taken, and where it is in the way, the
 * new frame is dropped instead.
 *
 * A main loop listens with mgr_ring_pool_create_source() or mgr_ring_pool_read_async(),
 * a thread waits with mgr_ring_pool_read(). Nothing is polled: a side that finds nobody
 * waiting makes no system call.
 *
 * A ring that is stopped takes no more frames; those that are in it can be read, then
 * reading fails with %MGR_ERROR_CLOSED and the memory is given back. While a ring is
 * flushing both fail. It has nothing to give back under pressure: its memory is in use as
 * long as it is active.
 *
 * All functions may be called from any thread, as far as the sharing allows. After fork()
 * the ring belongs to the parent: the child must not use it.
 */

/**
 * MgrRingPool:
 *
 * A stream of frames from thread to thread.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrRingPool, mgr_ring_pool, MGR_TYPE_POOL)

typedef enum
{
  PROP_POLICY = 1,
  PROP_SHARING,
  PROP_DROPPED_FRAMES,
  PROP_DROPPED_BYTES,
} MgrRingPoolProperty;

static GParamSpec *props[PROP_DROPPED_BYTES + 1] = { NULL, };

typedef enum
{
  SIGNAL_DROPPED,
} MgrRingPoolSignal;

static guint signals[SIGNAL_DROPPED + 1] = { 0, };

gpointer mgr_ring_pool_class;

void
mgr_ring_pool_sum_dropped (MgrRingPool *self,
                           guint64     *out_frames,
                           guint64     *out_bytes)
{
  const MgrRingCore *core = self->core;

  *out_frames = core->gauge.evicted + core->dropped;
  *out_bytes = core->gauge.evicted_bytes + core->dropped_bytes;
}

static void
say_dropped_cb (gpointer object,
                gpointer user_data)
{
  MgrRingPool *self = object;
  guint64 frames;
  guint64 bytes;
  guint64 new_frames;
  guint64 new_bytes;

  g_mutex_lock (&self->core->lock);
  mgr_ring_pool_sum_dropped (self, &frames, &bytes);
  new_frames = frames - self->told_frames;
  new_bytes = bytes - self->told_bytes;
  self->told_frames = frames;
  self->told_bytes = bytes;
  self->drop_posted = FALSE;
  g_mutex_unlock (&self->core->lock);

  g_object_notify_by_pspec (object, props[PROP_DROPPED_FRAMES]);
  g_object_notify_by_pspec (object, props[PROP_DROPPED_BYTES]);
  g_signal_emit (self, signals[SIGNAL_DROPPED], 0, new_frames, new_bytes);
}

static void
ring_dropped (gpointer owner)
{
  MgrRingPool *self = owner;

  if (self->drop_posted)
    return;

  self->drop_posted = TRUE;
  mgr_owner_context_post (mgr_pool_get_context (MGR_POOL (self)), self, say_dropped_cb, NULL, NULL);
}

static void
ring_crossed (gpointer owner,
              gboolean high,
              guint64  used)
{
  mgr_pool_say_water (owner, high, used);
}

static void
ring_drained (gpointer owner)
{
  mgr_pool_charge (owner, 0, NULL);
}

static const MgrRingFuncs ring_funcs = {
  .crossed = ring_crossed,
  .dropped = ring_dropped,
  .drained = ring_drained,
};

static guint64
mgr_ring_pool_round_capacity (MgrPool *pool,
                              guint64  capacity)
{
  return mgr_mirror_map_round (capacity);
}

static gboolean
mgr_ring_pool_start (MgrPool  *pool,
                     GError  **error)
{
  MgrRingPool *self = MGR_RING_POOL (pool);
  guint64 capacity = mgr_pool_get_capacity (pool);

  if (mgr_ring_core_reopen (self->core))
    return TRUE;

  if (!mgr_pool_charge (pool, capacity, error))
    return FALSE;

  if (!mgr_ring_core_open (self->core, capacity, error))
    {
      g_prefix_error (error, "Pool “%s”: ", mgr_pool_get_name (pool));
      mgr_pool_charge (pool, 0, NULL);
      return FALSE;
    }

  return TRUE;
}

static void
mgr_ring_pool_stop (MgrPool *pool)
{
  mgr_ring_core_close (MGR_RING_POOL (pool)->core);
}

static void
mgr_ring_pool_flush (MgrPool  *pool,
                     gboolean  flushing)
{
  mgr_ring_core_flush (MGR_RING_POOL (pool)->core, flushing);
}

static gboolean
ring_pool_set_busy (MgrRingPool    *self,
                    MgrRingResult   result,
                    guint64         capacity,
                    GError        **error)
{
  const char *name = mgr_pool_get_name (MGR_POOL (self));

  if (result == MGR_RING_TAKEN)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Pool “%s” keeps its capacity while a frame is reserved or peeked at: "
                 "commit, abandon or consume it first", name);
  else if (result == MGR_RING_TOO_LARGE)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Pool “%s” holds %" G_GUINT64_FORMAT " bytes, which a capacity of %"
                 G_GUINT64_FORMAT " cannot: read some first",
                 name, mgr_pool_get_used (MGR_POOL (self)), capacity);
  else
    g_prefix_error (error, "Pool “%s”: ", name);

  return FALSE;
}

static gboolean
mgr_ring_pool_resize (MgrPool  *pool,
                      guint64   capacity,
                      GError  **error)
{
  MgrRingPool *self = MGR_RING_POOL (pool);
  guint64 before = mgr_pool_get_capacity (pool);
  MgrRingResult result;

  if (capacity > before && !mgr_pool_charge (pool, capacity, error))
    return FALSE;

  result = mgr_ring_core_resize (self->core, capacity, error);
  if (result != MGR_RING_DONE)
    {
      mgr_pool_charge (pool, before, NULL);
      return ring_pool_set_busy (self, result, capacity, error);
    }

  return mgr_pool_charge (pool, capacity, error);
}

static void
mgr_ring_pool_place_waters (MgrPool *pool,
                            guint64  low_at,
                            guint64  high_at)
{
  mgr_ring_core_set_waters (MGR_RING_POOL (pool)->core, low_at, high_at);
}

static MgrPoolStatistics *
mgr_ring_pool_get_statistics (MgrPool *pool)
{
  MgrRingCore *core = MGR_RING_POOL (pool)->core;
  guint64 capacity = mgr_pool_get_capacity (pool);
  MgrPoolStatistics *statistics;
  MgrPoolGauge gauge;

  g_mutex_lock (&core->lock);
  mgr_ring_core_read_gauge (core);
  gauge = core->gauge;
  gauge.refused += core->dropped;
  /* What is free is in one piece, whichever way round it lies. */
  statistics = mgr_pool_make_statistics (pool, &gauge, capacity - MIN (gauge.used, capacity));
  g_mutex_unlock (&core->lock);

  return statistics;
}

static void
mgr_ring_pool_draw (MgrPool *pool,
                    double  *cells,
                    guint    n_cells)
{
  MgrRingCore *core = MGR_RING_POOL (pool)->core;
  guint64 used;
  guint64 size;
  guint64 offset;

  g_mutex_lock (&core->lock);
  mgr_ring_core_read_gauge (core);
  used = core->gauge.used;
  size = mgr_ring_get (&core->size);
  offset = mgr_ring_get (&core->reader.offset);
  g_mutex_unlock (&core->lock);

  mgr_pool_cells_add (cells, n_cells, size, offset, MIN (used, size - offset));
  if (used > size - offset)
    mgr_pool_cells_add (cells, n_cells, size, 0, used - (size - offset));
}

static MgrReclaimEstimate *
mgr_ring_pool_estimate (MgrPool *pool)
{
  return mgr_reclaim_estimate_new (0, FALSE, 0, 0);
}

static void
mgr_ring_pool_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MgrRingPool *self = MGR_RING_POOL (object);

  switch ((MgrRingPoolProperty) id)
    {
    case PROP_POLICY:
      g_value_set_enum (value, (int) self->policy);
      break;
    case PROP_SHARING:
      g_value_set_enum (value, (int) self->sharing);
      break;
    case PROP_DROPPED_FRAMES:
      g_value_set_uint64 (value, mgr_ring_pool_get_dropped_frames (self));
      break;
    case PROP_DROPPED_BYTES:
      g_value_set_uint64 (value, mgr_ring_pool_get_dropped_bytes (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_ring_pool_set_property (GObject      *object,
                            guint         id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  MgrRingPool *self = MGR_RING_POOL (object);

  switch ((MgrRingPoolProperty) id)
    {
    case PROP_POLICY:
      self->policy = (MgrRingPolicy) g_value_get_enum (value);
      break;
    case PROP_SHARING:
      self->sharing = (MgrRingSharing) g_value_get_enum (value);
      break;
    case PROP_DROPPED_FRAMES:
    case PROP_DROPPED_BYTES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_ring_pool_constructed (GObject *object)
{
  MgrRingPool *self = MGR_RING_POOL (object);

  G_OBJECT_CLASS (mgr_ring_pool_parent_class)->constructed (object);

  self->changed_flag = mgr_pool_get_changed_flag (MGR_POOL (self));
  self->core = mgr_ring_core_new (self->sharing == MGR_RING_SHARING_PAIR,
                                  self->policy == MGR_RING_POLICY_DROP_OLDEST,
                                  &ring_funcs, self);
}

static void
mgr_ring_pool_finalize (GObject *object)
{
  mgr_ring_core_free (MGR_RING_POOL (object)->core);

  G_OBJECT_CLASS (mgr_ring_pool_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags made = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags told = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrRingPool:policy:
   *
   * What happens to a frame for which there is no room.
   *
   * Since: 1.0
   */
  props[PROP_POLICY] = g_param_spec_enum ("policy", NULL, NULL, MGR_TYPE_RING_POLICY,
                                          MGR_RING_POLICY_BLOCK, made);

  /**
   * MgrRingPool:sharing:
   *
   * Which threads use the ring.
   *
   * Since: 1.0
   */
  props[PROP_SHARING] = g_param_spec_enum ("sharing", NULL, NULL, MGR_TYPE_RING_SHARING,
                                           MGR_RING_SHARING_ANY, made);

  /**
   * MgrRingPool:dropped-frames:
   *
   * How many frames were dropped, as the policy had it. Notified with
   * #MgrRingPool::dropped.
   *
   * Since: 1.0
   */
  props[PROP_DROPPED_FRAMES] =
    g_param_spec_uint64 ("dropped-frames", NULL, NULL, 0, G_MAXUINT64, 0, told);

  /**
   * MgrRingPool:dropped-bytes:
   *
   * How much was in the frames that were dropped, in bytes.
   *
   * Since: 1.0
   */
  props[PROP_DROPPED_BYTES] =
    g_param_spec_uint64 ("dropped-bytes", NULL, NULL, 0, G_MAXUINT64, 0, told);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_ring_pool_class_init (MgrRingPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrPoolClass *pool_class = MGR_POOL_CLASS (klass);

  mgr_ring_pool_class = klass;
  object_class->get_property = mgr_ring_pool_get_property;
  object_class->set_property = mgr_ring_pool_set_property;
  object_class->constructed = mgr_ring_pool_constructed;
  object_class->finalize = mgr_ring_pool_finalize;

  pool_class->round_capacity = mgr_ring_pool_round_capacity;
  pool_class->start = mgr_ring_pool_start;
  pool_class->stop = mgr_ring_pool_stop;
  pool_class->flush = mgr_ring_pool_flush;
  pool_class->resize = mgr_ring_pool_resize;
  pool_class->place_waters = mgr_ring_pool_place_waters;
  pool_class->get_statistics = mgr_ring_pool_get_statistics;
  pool_class->draw = mgr_ring_pool_draw;
  pool_class->estimate = mgr_ring_pool_estimate;

  install_properties (object_class);

  /**
   * MgrRingPool::dropped:
   * @self: the ring
   * @frames: how many frames were dropped since the last emission
   * @bytes: how much was in them, in bytes
   *
   * Frames were dropped, as the policy has it. Emitted in the owner's context, once for
   * all that were dropped before it came to that.
   *
   * Since: 1.0
   */
  signals[SIGNAL_DROPPED] =
    g_signal_new ("dropped", MGR_TYPE_RING_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
mgr_ring_pool_init (MgrRingPool *self)
{
}

/**
 * mgr_ring_pool_new:
 * @component: (nullable): who is charged for the capacity, or %NULL for nobody
 * @name: the name, see #MgrPool:name
 * @capacity: how much it holds, in bytes; it is rounded up to whole pages
 * @policy: what happens to a frame for which there is no room
 * @sharing: which threads use it
 * @error: return location for a #GError
 *
 * Makes a ring and reserves its memory, so that nothing that limits memory can hit it
 * later. The error is %MGR_ERROR_NO_BUDGET or %MGR_ERROR_INFEASIBLE where the component,
 * or what limits this process, has no room for it, now or ever. May be called from any
 * thread.
 *
 * Returns: (transfer full): the ring, or %NULL on error
 *
 * Since: 1.0
 */
MgrRingPool *
mgr_ring_pool_new (MgrComponent    *component,
                   const char      *name,
                   guint64          capacity,
                   MgrRingPolicy    policy,
                   MgrRingSharing   sharing,
                   GError         **error)
{
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_RING_POOL, NULL, error,
                         "component", component,
                         "name", name,
                         "capacity", capacity,
                         "policy", policy,
                         "sharing", sharing,
                         NULL);
}

/**
 * mgr_ring_pool_get_policy:
 * @self: a ring
 *
 * Gets #MgrRingPool:policy. May be called from any thread.
 *
 * Returns: what happens to a frame for which there is no room
 *
 * Since: 1.0
 */
MgrRingPolicy
mgr_ring_pool_get_policy (MgrRingPool *self)
{
  g_return_val_if_fail (MGR_IS_RING_POOL (self), MGR_RING_POLICY_BLOCK);

  return self->policy;
}

/**
 * mgr_ring_pool_get_sharing:
 * @self: a ring
 *
 * Gets #MgrRingPool:sharing. May be called from any thread.
 *
 * Returns: which threads use the ring
 *
 * Since: 1.0
 */
MgrRingSharing
mgr_ring_pool_get_sharing (MgrRingPool *self)
{
  g_return_val_if_fail (MGR_IS_RING_POOL (self), MGR_RING_SHARING_ANY);

  return self->sharing;
}

/**
 * mgr_ring_pool_get_dropped_frames:
 * @self: a ring
 *
 * Gets #MgrRingPool:dropped-frames. May be called from any thread.
 *
 * Returns: how many frames were dropped
 *
 * Since: 1.0
 */
guint64
mgr_ring_pool_get_dropped_frames (MgrRingPool *self)
{
  guint64 frames;
  guint64 bytes;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), 0);

  g_mutex_lock (&self->core->lock);
  mgr_ring_pool_sum_dropped (self, &frames, &bytes);
  g_mutex_unlock (&self->core->lock);

  return frames;
}

/**
 * mgr_ring_pool_get_dropped_bytes:
 * @self: a ring
 *
 * Gets #MgrRingPool:dropped-bytes. May be called from any thread.
 *
 * Returns: how much was in the frames that were dropped, in bytes
 *
 * Since: 1.0
 */
guint64
mgr_ring_pool_get_dropped_bytes (MgrRingPool *self)
{
  guint64 frames;
  guint64 bytes;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), 0);

  g_mutex_lock (&self->core->lock);
  mgr_ring_pool_sum_dropped (self, &frames, &bytes);
  g_mutex_unlock (&self->core->lock);

  return bytes;
}
