/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-pool.h"

#include "base/mgr-cancel-watch-private.h"
#include "base/mgr-size.h"
#include "pool/mgr-ring-pool-private.h"
#include "pool/mgr-ring-wait-private.h"

gint64
mgr_ring_pool_get_deadline (MgrRingPool  *self,
                            gint64        timeout,
                            GError      **error)
{
  if (timeout > 0)
    return g_get_monotonic_time () + MIN (timeout, G_MAXINT64 / 2);
  if (timeout == 0)
    return 0;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "A timeout of %" G_GINT64_FORMAT " µs for pool “%s”: use 0 for none",
               timeout, mgr_pool_get_name (MGR_POOL (self)));
  return -1;
}

static void
ring_pool_set_too_large (MgrRingPool  *self,
                         gsize         size,
                         GError      **error)
{
  g_autofree char *asked = NULL;

  if (size <= MGR_RING_FRAME_MAX)
    {
      mgr_pool_set_full (MGR_POOL (self), mgr_ring_span (size), 0, error);
      return;
    }

  asked = mgr_size_format (size);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "A frame of %s for pool “%s”: a frame holds less than 4 GiB. Write it in parts",
               asked, mgr_pool_get_name (MGR_POOL (self)));
}

gboolean
mgr_ring_pool_set_error (MgrRingPool    *self,
                         MgrRingResult   result,
                         gsize           size,
                         GError        **error)
{
  MgrPool *pool = MGR_POOL (self);
  guint64 room;

  switch (result)
    {
    case MGR_RING_AGAIN:
      room = mgr_pool_get_available (pool);
      mgr_pool_set_full (pool, mgr_ring_span (size), room, error);
      return FALSE;
    case MGR_RING_CLOSED:
      return mgr_pool_check_open (pool, error);
    case MGR_RING_TOO_LARGE:
      ring_pool_set_too_large (self, size, error);
      return FALSE;
    case MGR_RING_TAKEN:
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Pool “%s” is shared by a pair, where each side holds one frame at a time: "
                   "commit, abandon or consume that first, or share it among any number of "
                   "threads", mgr_pool_get_name (pool));
      return FALSE;
    case MGR_RING_CROWDED:
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Pool “%s” is shared by a pair, and another thread is at this side of it: "
                   "let one thread at a time write, and one read, or share it among any number "
                   "of threads (MGR_RING_SHARING_ANY)", mgr_pool_get_name (pool));
      return FALSE;
    case MGR_RING_UNKNOWN:
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   "Pool “%s” holds no such frame: it was committed, abandoned or consumed "
                   "before, or is not of this pool", mgr_pool_get_name (pool));
      return FALSE;
    case MGR_RING_DONE:
    default:
      g_assert_not_reached ();
    }
}

static void
ring_pool_set_timed_out (MgrRingPool       *self,
                         MgrRingCondition   condition,
                         gsize              size,
                         gint64             timeout,
                         GError           **error)
{
  const char *name = mgr_pool_get_name (MGR_POOL (self));
  double seconds = (double) timeout / G_USEC_PER_SEC;

  if (condition == MGR_RING_READABLE)
    g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                 "Nothing came into pool “%s” within %.3f s: write to it, or wait longer",
                 name, seconds);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                 "Pool “%s” had no room for %" G_GSIZE_FORMAT " bytes within %.3f s: read from "
                 "it, raise its capacity, or wait longer", name, size, seconds);
}

gboolean
mgr_ring_pool_wait_for (MgrRingPool       *self,
                        MgrRingCondition   condition,
                        gsize              size,
                        gint64             timeout,
                        gint64             deadline,
                        GCancellable      *cancellable,
                        GError           **error)
{
  gboolean ready = mgr_ring_core_wait (self->core, condition, size, deadline, cancellable);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (!ready)
    ring_pool_set_timed_out (self, condition, size, timeout, error);
  return ready;
}

static gboolean
condition_check (MgrRingPool  *self,
                 GIOCondition  condition,
                 GIOCondition  allowed,
                 GError      **error)
{
  if (condition != 0 && (condition & ~allowed) == 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot be waited for with a condition of %d: use G_IO_IN to read or "
               "G_IO_OUT to write", mgr_pool_get_name (MGR_POOL (self)), (int) condition);
  return FALSE;
}

/**
 * mgr_ring_pool_wait:
 * @self: a ring
 * @condition: %G_IO_IN until there is a frame to be read, or %G_IO_OUT until there is
 *    room for the one that was refused last
 * @timeout: how long, in microseconds of real time; 0 for as long as it takes
 * @cancellable: (nullable): what ends the wait early
 * @error: return location for a #GError
 *
 * Waits in the calling thread. Others may be faster to read or to write. It returns as
 * well where there is no use in waiting on, since the ring is flushing or stopped: what is
 * tried then says so. After @timeout the error is %MGR_ERROR_TIMED_OUT. May be called from
 * any thread.
 *
 * Returns: %TRUE if it is time for another try
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_wait (MgrRingPool   *self,
                    GIOCondition   condition,
                    gint64         timeout,
                    GCancellable  *cancellable,
                    GError       **error)
{
  gsize size;
  gint64 deadline;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  deadline = mgr_ring_pool_get_deadline (self, timeout, error);
  if (deadline < 0)
    return FALSE;

  if (!condition_check (self, condition, condition & G_IO_OUT ? G_IO_OUT : G_IO_IN, error))
    return FALSE;

  if (condition == G_IO_IN)
    return mgr_ring_pool_wait_for (self, MGR_RING_READABLE, 0, timeout, deadline, cancellable,
                                   error);

  size = mgr_ring_get (&self->core->writer.wanted);
  size -= MIN (size, sizeof (MgrRingFrame));
  return mgr_ring_pool_wait_for (self, MGR_RING_WRITABLE, size, timeout, deadline, cancellable,
                                 error);
}

/* Told by a main context when the ring has become what it waits for. */
typedef struct
{
  GSource parent;
  MgrRingPool *pool;         /* (owned) */
  MgrRingWatch *watch;       /* (owned) */
  MgrCancelWatch *cancelled; /* (owned) (nullable) */
} RingSource;

static gboolean
ring_source_prepare (GSource *source,
                     int     *timeout)
{
  *timeout = -1;
  return mgr_ring_watch_arm (((RingSource *) source)->watch);
}

static gboolean
ring_source_check (GSource *source)
{
  return mgr_ring_watch_is_ready (((RingSource *) source)->watch);
}

static gboolean
ring_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  mgr_ring_watch_told (((RingSource *) source)->watch);
  return callback != NULL ? callback (user_data) : G_SOURCE_REMOVE;
}

static void
ring_source_finalize (GSource *source)
{
  RingSource *self = (RingSource *) source;

  mgr_cancel_watch_free (self->cancelled);
  mgr_ring_watch_free (self->watch);
  g_object_unref (self->pool);
}

static GSourceFuncs ring_source_funcs = {
  .prepare = ring_source_prepare,
  .check = ring_source_check,
  .dispatch = ring_source_dispatch,
  .finalize = ring_source_finalize,
};

static void
ring_cancelled_cb (gpointer user_data)
{
  mgr_ring_watch_cancel (user_data);
}

/**
 * mgr_ring_pool_create_source:
 * @self: a ring
 * @condition: %G_IO_IN for when there is a frame to be read, %G_IO_OUT for when there is
 *    room for the one that was refused last, or both
 * @cancellable: (nullable): what dispatches the source too
 * @error: return location for a #GError
 *
 * Makes a source for a main context, which calls a #GSourceFunc. That reads or writes what
 * it can, without waiting, and finds out that way whether the ring is flushing, is stopped
 * or has room: of each of these it is told once, with whatever condition. The source keeps
 * the ring alive, until it is destroyed. A ring that is shared by a pair is listened to in
 * the thread of that side.
 *
 * The error is %MGR_ERROR_FAILED where the process has too many files open. May be called
 * from any thread.
 *
 * Returns: (transfer full): the source, or %NULL on error
 *
 * Since: 1.0
 */
GSource *
mgr_ring_pool_create_source (MgrRingPool   *self,
                             GIOCondition   condition,
                             GCancellable  *cancellable,
                             GError       **error)
{
  guint conditions = 0;
  MgrRingWatch *watch;
  RingSource *ring_source;
  GSource *source;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!condition_check (self, condition, G_IO_IN | G_IO_OUT, error))
    return NULL;

  if (condition & G_IO_IN)
    conditions |= MGR_RING_READABLE;
  if (condition & G_IO_OUT)
    conditions |= MGR_RING_WRITABLE;
  watch = mgr_ring_watch_new (self->core, conditions, error);
  if (watch == NULL)
    return NULL;

  source = g_source_new (&ring_source_funcs, sizeof (RingSource));
  ring_source = (RingSource *) source;
  ring_source->pool = g_object_ref (self);
  ring_source->watch = watch;
  ring_source->cancelled = mgr_cancel_watch_new (cancellable, ring_cancelled_cb, watch);
  g_source_set_static_name (source, "[libmgr] ring");
  g_source_add_unix_fd (source, watch->fd, G_IO_IN);

  return source;
}
