/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-pair-private.h"

MgrRingResult
mgr_ring_pair_retreat (MgrRingCore  *self,
                       MgrRingSeat **place,
                       MgrRingSeat  *seat,
                       guint         closed)
{
  guint signs = mgr_ring_get (&self->signs);

  if (seat->thread == &mgr_ring_here)
    mgr_ring_pair_leave (self, seat, 0);
  if (signs & closed)
    return MGR_RING_CLOSED;
  if (mgr_ring_acquire (place)->thread != &mgr_ring_here)
    return mgr_ring_core_sit_down (self, place);

  g_mutex_lock (&self->halt_lock);
  g_mutex_unlock (&self->halt_lock);
  return MGR_RING_DONE;
}

static void
pair_note_use (MgrRingCore *self)
{
  g_mutex_lock (&self->lock);
  mgr_ring_core_note_use (self, TRUE);
  g_mutex_unlock (&self->lock);
}

MgrRingResult
mgr_ring_writer_look_again (MgrRingCore *self,
                            gsize        size)
{
  gsize span = mgr_ring_span (size);
  guint64 used;

  if (span > self->size)
    return MGR_RING_TOO_LARGE;

  self->writer.tail_seen = mgr_ring_acquire (&self->tail);
  used = mgr_ring_get (&self->head) + span - self->writer.tail_seen;
  if (used > self->size)
    {
      mgr_ring_put (&self->writer.wanted, span);
      return MGR_RING_AGAIN;
    }

  if (used > mgr_ring_get (&self->writer.watch))
    {
      mgr_ring_put (&self->writer.reserved, span);
      pair_note_use (self);
    }

  return MGR_RING_DONE;
}

/* Outside, where another thread may have become the reader. */
static gboolean
reader_is_low (MgrRingCore *self)
{
  guint64 tail = mgr_ring_acquire (&self->tail);
  guint64 low = mgr_ring_get (&self->low_watch);
  guint64 head = mgr_ring_get (&self->reader.low_seen);

  if (head > tail && head - tail >= low)
    return FALSE;

  head = mgr_ring_acquire (&self->head);
  mgr_ring_put (&self->reader.low_seen, head);
  return head - tail < low;
}

void
mgr_ring_pair_heed_signs (MgrRingCore *self,
                          guint        heeded)
{
  guint signs = mgr_ring_acquire (&self->signs) & (heeded | MGR_RING_SIGN_CLOSED);

  if ((signs & MGR_RING_SIGN_HIGH) && reader_is_low (self))
    pair_note_use (self);
  if (signs & ~(guint) MGR_RING_SIGN_HIGH)
    mgr_ring_core_heed_signs (self);
}

MgrRingResult
mgr_ring_reader_leave_empty (MgrRingCore *self)
{
  MgrRingResult result = MGR_RING_AGAIN;

  mgr_ring_pair_leave (self, mgr_ring_get (&self->reader.seat), 0);
  if ((mgr_ring_get (&self->signs) & MGR_RING_SIGN_CLOSED) == 0)
    return result;

  g_mutex_lock (&self->lock);
  if (self->map == NULL)
    result = MGR_RING_CLOSED;
  g_mutex_unlock (&self->lock);

  return result;
}

MgrRingResult
mgr_ring_pair_reserve (MgrRingCore *self,
                       gsize        size,
                       gpointer    *out_frame)
{
  MgrRingResult result = mgr_ring_pair_enter (self, &self->writer.seat, MGR_RING_WRITER_CLOSED);

  if (result != MGR_RING_DONE)
    return result;

  result = mgr_ring_writer_make_room (self, size);
  if (result != MGR_RING_DONE)
    {
      mgr_ring_pair_leave (self, mgr_ring_get (&self->writer.seat), 0);
      return result;
    }

  mgr_ring_put (&self->writer.reserved, mgr_ring_span (size));
  self->writer.asked = size;
  *out_frame = mgr_ring_frame_at (self, self->writer.offset) + 1;
  mgr_ring_release (&mgr_ring_get (&self->writer.seat)->mark, MGR_RING_HOLDING);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_abandon (MgrRingCore   *self,
                       gconstpointer  frame)
{
  if (!mgr_ring_writer_holds (self, frame))
    return MGR_RING_UNKNOWN;

  mgr_ring_put (&self->writer.reserved, 0);
  mgr_ring_pair_leave (self, mgr_ring_get (&self->writer.seat), MGR_RING_SIGN_WRITER_WAITS);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_read (MgrRingCore *self,
                    gpointer     buffer,
                    gsize        size,
                    gsize       *out_size)
{
  MgrRingResult result = mgr_ring_reader_begin (self);
  gsize length = 0;

  if (result != MGR_RING_DONE)
    return result;

  do
    {
      gsize left;
      const guint8 *data = mgr_ring_reader_get_frame (self, &left);
      gsize step = MIN (left, size - length);

      memcpy ((guint8 *) buffer + length, data, step);
      length += step;
      if (step < left)
        {
          self->reader.skip += step;
          break;
        }
      mgr_ring_reader_free_frame (self);
    }
  while (mgr_ring_reader_find_frame (self));

  mgr_ring_pair_leave (self, mgr_ring_get (&self->reader.seat), MGR_RING_READER_HEEDS);
  *out_size = length;
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_take (MgrRingCore  *self,
                    GBytes      **out_frame)
{
  MgrRingResult result = mgr_ring_reader_begin (self);
  const guint8 *data;
  gsize size;

  if (result != MGR_RING_DONE)
    return result;

  data = mgr_ring_reader_get_frame (self, &size);
  *out_frame = g_bytes_new (data, size);
  mgr_ring_reader_free_frame (self);
  mgr_ring_pair_leave (self, mgr_ring_get (&self->reader.seat), MGR_RING_READER_HEEDS);
  return MGR_RING_DONE;
}
