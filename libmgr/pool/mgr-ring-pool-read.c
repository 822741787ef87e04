/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-pool.h"

#include "pool/mgr-ring-pair-private.h"
#include "pool/mgr-ring-pool-private.h"

/* %TRUE with NULL where there is nothing. */
static gboolean
ring_pool_take (MgrRingPool  *self,
                GBytes      **out_frame,
                GError      **error)
{
  MgrRingResult result;

  *out_frame = NULL;
  do
    result = MGR_RING_CALL (self->core, take, out_frame);
  while (result != MGR_RING_DONE && result != MGR_RING_AGAIN
         && mgr_ring_pool_set_error (self, result, 0, error));

  if (result == MGR_RING_DONE)
    mgr_ring_pool_changed (self);
  return result == MGR_RING_DONE || result == MGR_RING_AGAIN;
}

/**
 * mgr_ring_pool_try_read:
 * @self: a ring
 * @error: return location for a #GError
 *
 * Reads the next frame, if there is one. A ring that is flushing, or stopped and empty,
 * says %MGR_ERROR_CLOSED; a pair whose reader holds a frame %MGR_ERROR_BUSY. May be called
 * from any thread; of a pair, from one.
 *
 * Returns: (transfer full) (nullable): a copy of the frame, or %NULL, without an error if
 *    there is none
 *
 * Since: 1.0
 */
GBytes *
mgr_ring_pool_try_read (MgrRingPool  *self,
                        GError      **error)
{
  GBytes *frame;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  ring_pool_take (self, &frame, error);
  return frame;
}

/**
 * mgr_ring_pool_read:
 * @self: a ring
 * @timeout: how long to wait for a frame, in microseconds of real time; 0 for as long as
 *    it takes
 * @cancellable: (nullable): what ends the wait early
 * @error: return location for a #GError
 *
 * Reads the next frame, and waits in the calling thread until there is one. After
 * @timeout the error is %MGR_ERROR_TIMED_OUT; others are as those of
 * mgr_ring_pool_try_read(). May be called from any thread; of a pair, from one.
 *
 * Returns: (transfer full): a copy of the frame, or %NULL on error
 *
 * Since: 1.0
 */
GBytes *
mgr_ring_pool_read (MgrRingPool   *self,
                    gint64         timeout,
                    GCancellable  *cancellable,
                    GError       **error)
{
  GBytes *frame = NULL;
  gint64 deadline;

  g_return_val_if_fail (MGR_IS_RING_POOL (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  deadline = mgr_ring_pool_get_deadline (self, timeout, error);
  if (deadline < 0 || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  while (ring_pool_take (self, &frame, error) && frame == NULL
         && mgr_ring_pool_wait_for (self, MGR_RING_READABLE, 0, timeout, deadline, cancellable,
                                    error))
    continue;

  return frame;
}

/**
 * mgr_ring_pool_try_read_into: (skip)
 * @self: a ring
 * @buffer: (out caller-allocates) (array length=size): where to
 * @size: how much there is room for, in bytes
 * @error: return location for a #GError
 *
 * Reads as from a stream: as many frames as there are and fit, and as much of the next one
 * as fits, the rest of which is read next. A ring that is flushing, or stopped and empty,
 * says %MGR_ERROR_CLOSED; a pair whose reader holds a frame %MGR_ERROR_BUSY. May be called
 * from any thread; of a pair, from one.
 *
 * Returns: how many bytes were read, 0 if there are none, or -1 on error
 *
 * Since: 1.0
 */
gssize
mgr_ring_pool_try_read_into (MgrRingPool  *self,
                             guint8       *buffer,
                             gsize         size,
                             GError      **error)
{
  MgrRingResult result;
  gsize length = 0;

  g_return_val_if_fail (mgr_ring_pool_is (self), -1);
  g_return_val_if_fail (buffer != NULL || size == 0, -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  do
    result = MGR_RING_CALL (self->core, read, buffer, MIN (size, G_MAXSSIZE), &length);
  while (result != MGR_RING_DONE && result != MGR_RING_AGAIN
         && mgr_ring_pool_set_error (self, result, 0, error));

  if (result != MGR_RING_DONE)
    return result == MGR_RING_AGAIN ? 0 : -1;

  mgr_ring_pool_changed (self);
  return (gssize) length;
}

/* Ends the task if it can: %FALSE if there is nothing yet. */
static gboolean
read_task_try (GTask *task)
{
  MgrRingPool *self = g_task_get_source_object (task);
  GError *error = NULL;
  GBytes *frame;

  if (g_task_return_error_if_cancelled (task))
    return TRUE;

  if (!ring_pool_take (self, &frame, &error))
    g_task_return_error (task, error);
  else if (frame != NULL)
    g_task_return_pointer (task, frame, (GDestroyNotify) g_bytes_unref);
  else
    return FALSE;

  return TRUE;
}

static gboolean
read_ready_cb (gpointer user_data)
{
  return read_task_try (user_data) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/**
 * mgr_ring_pool_read_async:
 * @self: a ring
 * @cancellable: (nullable): what ends the wait early
 * @callback: (scope async): called in the thread-default context of the caller
 * @user_data: what @callback is called with
 *
 * Reads the next frame once there is one, as mgr_ring_pool_read() does. Several such reads
 * get frames in the order in which they were asked for. May be called from any thread; of
 * a pair, from one, in whose thread-default context it reads.
 *
 * Since: 1.0
 */
void
mgr_ring_pool_read_async (MgrRingPool         *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GSource) source = NULL;
  GError *error = NULL;

  g_return_if_fail (MGR_IS_RING_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_ring_pool_read_async);
  source = mgr_ring_pool_create_source (self, G_IO_IN, cancellable, &error);
  if (source == NULL)
    g_task_return_error (task, error);
  else
    g_task_attach_source (task, source, read_ready_cb);
}

/**
 * mgr_ring_pool_read_finish:
 * @self: a ring
 * @result: what the callback got
 * @error: return location for a #GError
 *
 * Ends mgr_ring_pool_read_async().
 *
 * Returns: (transfer full): a copy of the frame, or %NULL on error
 *
 * Since: 1.0
 */
GBytes *
mgr_ring_pool_read_finish (MgrRingPool   *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_ring_pool_read_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mgr_ring_pool_peek: (skip)
 * @self: a ring
 * @size: (out): how long the frame is, in bytes
 * @error: return location for a #GError
 *
 * Claims the next frame, if there is one, to be read in place. Nobody else gets it, and
 * it is not dropped, until mgr_ring_pool_consume(). Of a pair, the reader holds one at a
 * time: %MGR_ERROR_BUSY otherwise. A ring that is flushing, or stopped and empty, says
 * %MGR_ERROR_CLOSED. May be called from any thread; of a pair, from one.
 *
 * Returns: (transfer none) (nullable): the frame, or %NULL, without an error if there is
 *    none
 *
 * Since: 1.0
 */
gconstpointer
mgr_ring_pool_peek (MgrRingPool  *self,
                    gsize        *size,
                    GError      **error)
{
  gconstpointer frame = NULL;
  MgrRingResult result;

  g_return_val_if_fail (mgr_ring_pool_is (self), NULL);
  g_return_val_if_fail (size != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  do
    result = MGR_RING_CALL (self->core, peek, &frame, size);
  while (G_UNLIKELY (result != MGR_RING_DONE) && result != MGR_RING_AGAIN
         && mgr_ring_pool_set_error (self, result, 0, error));

  return frame;
}

/**
 * mgr_ring_pool_consume: (skip)
 * @self: a ring
 * @frame: what mgr_ring_pool_peek() gave
 * @error: return location for a #GError
 *
 * Frees a frame that was read. It works while the ring is flushing or stopped, too. What
 * is no frame that was peeked at, or was consumed before, is %MGR_ERROR_NOT_FOUND. May be
 * called from any thread; of a pair, from that of the reader.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_consume (MgrRingPool    *self,
                       gconstpointer   frame,
                       GError        **error)
{
  MgrRingResult result;

  g_return_val_if_fail (mgr_ring_pool_is (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  result = MGR_RING_CALL (self->core, consume, frame);
  if (G_UNLIKELY (result != MGR_RING_DONE))
    return mgr_ring_pool_set_error (self, result, 0, error);

  mgr_ring_pool_changed (self);
  return TRUE;
}

static void
map_unref (gpointer data)
{
  mgr_mirror_map_unref (data);
}

/**
 * mgr_ring_pool_peek_bytes:
 * @self: a ring
 * @error: return location for a #GError
 *
 * Claims the next frame as mgr_ring_pool_peek() does, and gives it without copying it. It
 * ends with mgr_ring_pool_consume_bytes(). Whoever keeps the bytes beyond that is safe, but
 * finds something else in them. May be called from any thread; of a pair, from one.
 *
 * Returns: (transfer full) (nullable): the frame, or %NULL, without an error if there is
 *    none
 *
 * Since: 1.0
 */
GBytes *
mgr_ring_pool_peek_bytes (MgrRingPool  *self,
                          GError      **error)
{
  gsize size;
  gconstpointer frame = mgr_ring_pool_peek (self, &size, error);

  if (frame == NULL)
    return NULL;

  /* While the frame is claimed the ring keeps its mapping. */
  return g_bytes_new_with_free_func (frame, size, map_unref,
                                     mgr_mirror_map_ref (self->core->map));
}

/**
 * mgr_ring_pool_consume_bytes:
 * @self: a ring
 * @frame: what mgr_ring_pool_peek_bytes() gave
 * @error: return location for a #GError
 *
 * Frees a frame that was read, as mgr_ring_pool_consume() does.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_ring_pool_consume_bytes (MgrRingPool  *self,
                             GBytes       *frame,
                             GError      **error)
{
  g_return_val_if_fail (frame != NULL, FALSE);

  return mgr_ring_pool_consume (self, g_bytes_get_data (frame, NULL), error);
}
