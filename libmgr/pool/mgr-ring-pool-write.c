/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-pool.h"

#include "pool/mgr-ring-pair-private.h"
#include "pool/mgr-ring-pool-private.h"

/* Copies @data into a frame, or reserves one where @out_frame is not NULL. */
static MgrRingResult
ring_pool_put (MgrRingPool   *self,
               gconstpointer  data,
               gsize          size,
               gpointer      *out_frame)
{
  return out_frame != NULL ? MGR_RING_CALL (self->core, reserve, size, out_frame)
                           : MGR_RING_CALL (self->core, write, data, size);
}

/* As ring_pool_put(), which has ended with @result; waits where that is the policy. */
static MgrRingResult
ring_pool_put_patiently (MgrRingPool    *self,
                         gconstpointer   data,
                         gsize           size,
                         gpointer       *out_frame,
                         gint64          timeout,
                         GCancellable   *cancellable,
                         MgrRingResult   result,
                         GError        **error)
{
  gint64 deadline = mgr_ring_pool_get_deadline (self, timeout, error);

  while (result != MGR_RING_DONE && deadline >= 0)
    {
      if (result == MGR_RING_AGAIN && self->policy == MGR_RING_POLICY_BLOCK)
        {
          if (!mgr_ring_pool_wait_for (self, MGR_RING_WRITABLE, size, timeout, deadline,
                                       cancellable, error))
            break;
        }
      else if (!mgr_ring_pool_set_error (self, result, size, error))
        {
          break;
        }

      result = ring_pool_put (self, data, size, out_frame);
    }

  return result;
}

static gboolean
ring_pool_drops (MgrRingPool *self)
{
  return self->policy == MGR_RING_POLICY_DROP_OLDEST
         || self->policy == MGR_RING_POLICY_DROP_NEWEST;
}

/* What did not work at once. %TRUE too where the frame was dropped, as was agreed. */
G_NO_INLINE static gboolean
ring_pool_write_slowly (MgrRingPool    *self,
                        gconstpointer   data,
                        gsize           size,
                        gint64          timeout,
                        GCancellable   *cancellable,
                        MgrRingResult   result,
                        GError        **error)
{
  gboolean dropped = result == MGR_RING_AGAIN && ring_pool_drops (self);

  if (!dropped)
    result = ring_pool_put_patiently (self, data, size, NULL, timeout, cancellable, result, error);
  if (result != MGR_RING_DONE)
    mgr_ring_core_count_loss (self->core, size, dropped);

  mgr_ring_pool_changed (self);
  return dropped || result == MGR_RING_DONE;
}

/**
 * mgr_ring_pool_write:
 * @self: a ring
 * @data: (array length=size): what to write
 * @size: how much that is, in bytes; 0 makes an empty frame
 * @timeout: how long to wait for room where that is the policy, in microseconds of real
 *    time; 0 for as long as it takes
 * @cancellable: (nullable): what ends the wait early
 * @error: return location for a #GError
 *
 * Writes a frame. Where there is no room, the #MgrRingPool:policy says what happens: it
 * waits, and @timeout is %MGR_ERROR_TIMED_OUT; or it fails with %MGR_ERROR_NO_BUDGET; or
 * frames are dropped and counted, which is no error. A frame that is larger than the ring
 * is %MGR_ERROR_INFEASIBLE. A ring that is stopped or flushing says %MGR_ERROR_CLOSED, and
 * whoever waits is told so. May be called from any thread; of a pair, from one.
 *
 * Returns: %TRUE if all was done that the policy asks for
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_write (MgrRingPool   *self,
                     const guint8  *data,
                     gsize          size,
                     gint64         timeout,
                     GCancellable  *cancellable,
                     GError       **error)
{
  MgrRingResult result;

  g_return_val_if_fail (mgr_ring_pool_is (self), FALSE);
  g_return_val_if_fail (data != NULL || size == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (G_UNLIKELY (cancellable != NULL)
      && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  result = MGR_RING_CALL (self->core, write, data, size);
  if (G_UNLIKELY (result != MGR_RING_DONE))
    return ring_pool_write_slowly (self, data, size, timeout, cancellable, result, error);

  mgr_ring_pool_changed (self);
  return TRUE;
}

/**
 * mgr_ring_pool_reserve: (skip)
 * @self: a ring
 * @size: how much to write at most, in bytes
 * @timeout: how long to wait for room where that is the policy, in microseconds of real
 *    time; 0 for as long as it takes
 * @cancellable: (nullable): what ends the wait early
 * @error: return location for a #GError
 *
 * Reserves a frame to be written in place, in one piece and aligned to 8 bytes. It ends
 * with mgr_ring_pool_commit() or mgr_ring_pool_abandon(); until then readers get nothing
 * that was reserved later. Of a pair, the writer holds one at a time: %MGR_ERROR_BUSY
 * otherwise. Further errors are as those of mgr_ring_pool_write(), but a frame for which
 * there is no room is %MGR_ERROR_NO_BUDGET also where it counts as dropped. May be called
 * from any thread; of a pair, from one.
 *
 * Returns: (transfer none) (nullable): @size bytes, which hold what was there before, or
 *    %NULL on error
 *
 * Since: 1.0
 */
gpointer
mgr_ring_pool_reserve (MgrRingPool   *self,
                       gsize          size,
                       gint64         timeout,
                       GCancellable  *cancellable,
                       GError       **error)
{
  MgrRingResult result;
  gpointer frame = NULL;
  gboolean dropped;

  g_return_val_if_fail (mgr_ring_pool_is (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  result = MGR_RING_CALL (self->core, reserve, size, &frame);
  if (G_LIKELY (result == MGR_RING_DONE))
    return frame;

  dropped = result == MGR_RING_AGAIN && ring_pool_drops (self);
  result = ring_pool_put_patiently (self, NULL, size, &frame, timeout, cancellable, result, error);
  if (result != MGR_RING_DONE)
    mgr_ring_core_count_loss (self->core, size, dropped);
  return frame;
}

/**
 * mgr_ring_pool_commit: (skip)
 * @self: a ring
 * @frame: what mgr_ring_pool_reserve() gave
 * @size: how much was written, in bytes: at most what was reserved
 * @error: return location for a #GError
 *
 * Hands a frame to the readers. It works while the ring is flushing or stopped, too. What
 * is no reservation, or no more, is %MGR_ERROR_NOT_FOUND; more than was reserved is
 * %MGR_ERROR_INVALID_ARGUMENT, and the reservation stays. May be called from any thread;
 * of a pair, from that of the writer.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_commit (MgrRingPool  *self,
                      gpointer      frame,
                      gsize         size,
                      GError      **error)
{
  MgrRingResult result;

  g_return_val_if_fail (mgr_ring_pool_is (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  result = MGR_RING_CALL (self->core, commit, frame, size);
  if (G_LIKELY (result == MGR_RING_DONE))
    {
      mgr_ring_pool_changed (self);
      return TRUE;
    }

  if (result == MGR_RING_TOO_LARGE)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "%" G_GSIZE_FORMAT " bytes of a frame of pool “%s” are more than was reserved: "
                 "reserve as much as may be written",
                 size, mgr_pool_get_name (MGR_POOL (self)));
  else
    mgr_ring_pool_set_error (self, result, size, error);
  return FALSE;
}

/**
 * mgr_ring_pool_abandon: (skip)
 * @self: a ring
 * @frame: what mgr_ring_pool_reserve() gave
 * @error: return location for a #GError
 *
 * Gives a reservation back, as if it had not been. What is none, or none any more, is
 * %MGR_ERROR_NOT_FOUND. May be called from any thread; of a pair, from that of the writer.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_abandon (MgrRingPool  *self,
                       gpointer      frame,
                       GError      **error)
{
  MgrRingResult result;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  result = MGR_RING_CALL (self->core, abandon, frame);
  if (result != MGR_RING_DONE)
    return mgr_ring_pool_set_error (self, result, 0, error);

  mgr_ring_pool_changed (self);
  return TRUE;
}
