/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-core-private.h"

/* Says that this side is inside, unless one of the signs of @shut is set. */
static inline gboolean
pair_enter (MgrRingCore *self,
            int         *mark,
            guint        shut)
{
  mgr_ring_put (mark, MGR_RING_INSIDE);
  mgr_ring_light_barrier ();
  return G_LIKELY ((mgr_ring_acquire (&self->signs) & shut) == 0);
}

/* Publishes all that was done inside. Whoever closes the ring leaves it to us to give
 * the memory back, where we were in it then. */
static inline void
pair_leave (MgrRingCore *self,
            int         *mark,
            guint        heeded)
{
  mgr_ring_release (mark, MGR_RING_IDLE);
  mgr_ring_light_barrier ();
  if (G_UNLIKELY ((mgr_ring_acquire (&self->signs) & (heeded | MGR_RING_SIGN_CLOSED)) != 0))
    mgr_ring_core_heed_signs (self);
}

/* After it could not enter: %TRUE if it may try again. */
static gboolean
pair_retreat (MgrRingCore *self,
              int         *mark,
              guint        closed)
{
  guint signs = mgr_ring_get (&self->signs);

  pair_leave (self, mark, 0);
  if (signs & closed)
    return FALSE;

  g_mutex_lock (&self->halt_lock);
  g_mutex_unlock (&self->halt_lock);
  return TRUE;
}

static const guint writer_closed = MGR_RING_SIGN_CLOSED | MGR_RING_SIGN_FLUSHING;

static inline gboolean
writer_enter (MgrRingCore *self)
{
  while (!pair_enter (self, &self->writer.mark, writer_closed | MGR_RING_SIGN_HALTED))
    {
      if (!pair_retreat (self, &self->writer.mark, writer_closed))
        return FALSE;
    }

  return TRUE;
}

static inline gboolean
reader_enter (MgrRingCore *self)
{
  const guint closed = MGR_RING_SIGN_FLUSHING;

  while (!pair_enter (self, &self->reader.mark, closed | MGR_RING_SIGN_HALTED))
    {
      if (!pair_retreat (self, &self->reader.mark, closed))
        return FALSE;
    }

  return TRUE;
}

static void
pair_note_use (MgrRingCore *self)
{
  g_mutex_lock (&self->lock);
  mgr_ring_core_note_use (self);
  g_mutex_unlock (&self->lock);
}

static inline MgrRingResult
writer_make_room (MgrRingCore *self,
                  gsize        size)
{
  guint64 head = mgr_ring_get (&self->head);
  gsize span = mgr_ring_span (size);

  if (G_UNLIKELY (mgr_ring_is_too_large (self, size)))
    return MGR_RING_TOO_LARGE;

  if (G_UNLIKELY (head + span - self->writer.tail_seen > self->size))
    {
      self->writer.tail_seen = mgr_ring_acquire (&self->tail);
      if (head + span - self->writer.tail_seen > self->size)
        {
          mgr_ring_put (&self->writer.wanted, span);
          return MGR_RING_AGAIN;
        }
    }

  mgr_ring_put (&self->writer.reserved, span);
  if (G_UNLIKELY (head + span - self->writer.tail_seen > mgr_ring_get (&self->writer.watch)))
    {
      self->writer.tail_seen = mgr_ring_acquire (&self->tail);
      if (head + span - self->writer.tail_seen > mgr_ring_get (&self->writer.watch))
        pair_note_use (self);
    }

  return MGR_RING_DONE;
}

static inline void
writer_publish (MgrRingCore *self,
                gsize        size)
{
  gsize span = mgr_ring_span (size);

  mgr_ring_frame_at (self, self->writer.offset)->length = (guint32) size;
  self->writer.offset = mgr_ring_advance (self, self->writer.offset, span);
  mgr_ring_put (&self->writer.frames, mgr_ring_get (&self->writer.frames) + 1);
  mgr_ring_put (&self->writer.reserved, 0);
  if (G_UNLIKELY (mgr_ring_get (&self->writer.wanted) != 0))
    mgr_ring_put (&self->writer.wanted, 0);
  mgr_ring_release (&self->head, mgr_ring_get (&self->head) + span);
  pair_leave (self, &self->writer.mark, MGR_RING_SIGN_READER_WAITS);
}

MgrRingResult
mgr_ring_pair_reserve (MgrRingCore *self,
                       gsize        size,
                       gpointer    *out_frame)
{
  MgrRingResult result;

  if (mgr_ring_get (&self->writer.mark) == MGR_RING_HOLDING)
    return MGR_RING_TAKEN;
  if (!writer_enter (self))
    return MGR_RING_CLOSED;

  result = writer_make_room (self, size);
  if (result != MGR_RING_DONE)
    {
      pair_leave (self, &self->writer.mark, 0);
      return result;
    }

  self->writer.asked = size;
  *out_frame = mgr_ring_frame_at (self, self->writer.offset) + 1;
  mgr_ring_release (&self->writer.mark, MGR_RING_HOLDING);
  return MGR_RING_DONE;
}

static inline gboolean
writer_holds (MgrRingCore   *self,
              gconstpointer  frame)
{
  return mgr_ring_get (&self->writer.mark) == MGR_RING_HOLDING
         && frame == mgr_ring_frame_at (self, self->writer.offset) + 1;
}

MgrRingResult
mgr_ring_pair_commit (MgrRingCore   *self,
                      gconstpointer  frame,
                      gsize          size)
{
  if (!writer_holds (self, frame))
    return MGR_RING_UNKNOWN;
  if (size > self->writer.asked)
    return MGR_RING_TOO_LARGE;

  writer_publish (self, size);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_abandon (MgrRingCore   *self,
                       gconstpointer  frame)
{
  if (!writer_holds (self, frame))
    return MGR_RING_UNKNOWN;

  mgr_ring_put (&self->writer.reserved, 0);
  pair_leave (self, &self->writer.mark, MGR_RING_SIGN_WRITER_WAITS);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_write (MgrRingCore   *self,
                     gconstpointer  data,
                     gsize          size)
{
  MgrRingResult result;

  if (mgr_ring_get (&self->writer.mark) == MGR_RING_HOLDING)
    return MGR_RING_TAKEN;
  if (!writer_enter (self))
    return MGR_RING_CLOSED;

  result = writer_make_room (self, size);
  if (result != MGR_RING_DONE)
    {
      pair_leave (self, &self->writer.mark, 0);
      return result;
    }

  memcpy (mgr_ring_frame_at (self, self->writer.offset) + 1, data, size);
  writer_publish (self, size);
  return MGR_RING_DONE;
}

/* %FALSE if there is none. Only then the memory may be gone. */
static inline gboolean
reader_find_frame (MgrRingCore *self)
{
  guint64 tail = mgr_ring_get (&self->tail);

  if (G_LIKELY (self->reader.head_seen != tail))
    return TRUE;

  self->reader.head_seen = mgr_ring_acquire (&self->head);
  return self->reader.head_seen != tail;
}

/* After nothing was found: whether more may come. */
static MgrRingResult
reader_leave_empty (MgrRingCore *self)
{
  MgrRingResult result = MGR_RING_AGAIN;

  pair_leave (self, &self->reader.mark, 0);
  if ((mgr_ring_get (&self->signs) & MGR_RING_SIGN_CLOSED) == 0)
    return result;

  g_mutex_lock (&self->lock);
  if (self->map == NULL)
    result = MGR_RING_CLOSED;
  g_mutex_unlock (&self->lock);

  return result;
}

static inline MgrRingResult
reader_begin (MgrRingCore *self)
{
  if (mgr_ring_get (&self->reader.mark) == MGR_RING_HOLDING)
    return MGR_RING_TAKEN;
  if (!reader_enter (self))
    return MGR_RING_CLOSED;

  return G_LIKELY (reader_find_frame (self)) ? MGR_RING_DONE : reader_leave_empty (self);
}

static inline const guint8 *
reader_get_frame (MgrRingCore *self,
                  gsize       *out_size)
{
  const MgrRingFrame *frame = mgr_ring_frame_at (self, self->reader.offset);

  *out_size = frame->length - self->reader.skip;
  return (const guint8 *) (frame + 1) + self->reader.skip;
}

static inline void
reader_free_frame (MgrRingCore *self)
{
  gsize span = mgr_ring_span (mgr_ring_frame_at (self, self->reader.offset)->length);
  guint64 tail = mgr_ring_get (&self->tail) + span;

  self->reader.offset = mgr_ring_advance (self, self->reader.offset, span);
  self->reader.skip = 0;
  mgr_ring_put (&self->reader.frames, mgr_ring_get (&self->reader.frames) + 1);
  mgr_ring_release (&self->tail, tail);
}

static inline gboolean
reader_is_low (MgrRingCore *self)
{
  guint64 tail = mgr_ring_get (&self->tail);
  guint64 low = mgr_ring_get (&self->low_watch);

  if (G_LIKELY (self->reader.head_seen - tail >= low))
    return FALSE;

  self->reader.head_seen = mgr_ring_acquire (&self->head);
  return self->reader.head_seen - tail < low;
}

static inline void
reader_end (MgrRingCore *self)
{
  /* Whoever sets low_watch finds the new tail, or we find low_watch. */
  mgr_ring_light_barrier ();
  if (G_UNLIKELY (reader_is_low (self)))
    pair_note_use (self);
  pair_leave (self, &self->reader.mark, MGR_RING_SIGN_WRITER_WAITS);
}

MgrRingResult
mgr_ring_pair_peek (MgrRingCore   *self,
                    gconstpointer *out_frame,
                    gsize         *out_size)
{
  MgrRingResult result = reader_begin (self);

  if (result != MGR_RING_DONE)
    return result;

  *out_frame = reader_get_frame (self, out_size);
  mgr_ring_release (&self->reader.mark, MGR_RING_HOLDING);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_consume (MgrRingCore   *self,
                       gconstpointer  frame)
{
  gsize size;

  if (mgr_ring_get (&self->reader.mark) != MGR_RING_HOLDING
      || frame != reader_get_frame (self, &size))
    return MGR_RING_UNKNOWN;

  reader_free_frame (self);
  reader_end (self);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_read (MgrRingCore *self,
                    gpointer     buffer,
                    gsize        size,
                    gsize       *out_size)
{
  MgrRingResult result = reader_begin (self);
  gsize length = 0;

  if (result != MGR_RING_DONE)
    return result;

  do
    {
      gsize left;
      const guint8 *data = reader_get_frame (self, &left);
      gsize step = MIN (left, size - length);

      memcpy ((guint8 *) buffer + length, data, step);
      length += step;
      if (step < left)
        {
          self->reader.skip += step;
          break;
        }
      reader_free_frame (self);
    }
  while (reader_find_frame (self));

  reader_end (self);
  *out_size = length;
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_pair_take (MgrRingCore  *self,
                    GBytes      **out_frame)
{
  MgrRingResult result = reader_begin (self);
  const guint8 *data;
  gsize size;

  if (result != MGR_RING_DONE)
    return result;

  data = reader_get_frame (self, &size);
  *out_frame = g_bytes_new (data, size);
  reader_free_frame (self);
  reader_end (self);
  return MGR_RING_DONE;
}
