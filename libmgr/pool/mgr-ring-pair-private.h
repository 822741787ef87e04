/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-ring-core-private.h"

G_BEGIN_DECLS

/* What every frame of a pair goes through. It is inlined where it is used: a call costs
 * as much as a third of it. */

#define MGR_RING_WRITER_CLOSED (MGR_RING_SIGN_CLOSED | MGR_RING_SIGN_FLUSHING)
#define MGR_RING_READER_CLOSED MGR_RING_SIGN_FLUSHING

/* What each side looks out for when it has done something. */
#define MGR_RING_WRITER_HEEDS MGR_RING_SIGN_READER_WAITS
#define MGR_RING_READER_HEEDS (MGR_RING_SIGN_WRITER_WAITS | MGR_RING_SIGN_HIGH)

/* What is rare. */
void          mgr_ring_pair_heed_signs    (MgrRingCore    *self,
                                           guint           heeded);
MgrRingResult mgr_ring_writer_look_again  (MgrRingCore    *self,
                                           gsize           size);
/* After a side could not enter from @seat: %MGR_RING_DONE if it may try again. */
MgrRingResult mgr_ring_pair_retreat       (MgrRingCore    *self,
                                           MgrRingSeat   **place,
                                           MgrRingSeat    *seat,
                                           guint           closed);
/* After a reader found nothing: whether more may come. */
MgrRingResult mgr_ring_reader_leave_empty (MgrRingCore    *self);

MgrRingResult mgr_ring_pair_reserve       (MgrRingCore    *self,
                                           gsize           size,
                                           gpointer       *out_frame);
MgrRingResult mgr_ring_pair_abandon       (MgrRingCore    *self,
                                           gconstpointer   frame);
MgrRingResult mgr_ring_pair_read          (MgrRingCore    *self,
                                           gpointer        buffer,
                                           gsize           size,
                                           gsize          *out_size);
MgrRingResult mgr_ring_pair_take          (MgrRingCore    *self,
                                           GBytes        **out_frame);

/* Publishes all that was done inside. Whoever closes the ring leaves it to us to give
 * the memory back, where we were in it then. */
static inline void
mgr_ring_pair_leave (MgrRingCore *self,
                     MgrRingSeat *seat,
                     guint        heeded)
{
  mgr_ring_release (&seat->mark, MGR_RING_IDLE);
  mgr_ring_light_barrier ();
  if (G_UNLIKELY ((mgr_ring_acquire (&self->signs) & (heeded | MGR_RING_SIGN_CLOSED)) != 0))
    mgr_ring_pair_heed_signs (self, heeded);
}

/* Says that this thread is inside, unless one of the signs of @closed is set, or another
 * one is. From then on nobody takes its place. */
static inline MgrRingResult
mgr_ring_pair_enter (MgrRingCore  *self,
                     MgrRingSeat **place,
                     guint         closed)
{
  MgrRingResult result;
  MgrRingSeat *seat;

  do
    {
      seat = mgr_ring_acquire (place);
      if (G_LIKELY (seat->thread == &mgr_ring_here))
        {
          if (G_UNLIKELY (mgr_ring_get (&seat->mark) == MGR_RING_HOLDING))
            return MGR_RING_TAKEN;

          mgr_ring_put (&seat->mark, MGR_RING_INSIDE);
          mgr_ring_light_barrier ();
          if (G_LIKELY ((mgr_ring_acquire (&self->signs) & (closed | MGR_RING_SIGN_HALTED)) == 0
                        && mgr_ring_get (place) == seat))
            return MGR_RING_DONE;
        }
      result = mgr_ring_pair_retreat (self, place, seat, closed);
    }
  while (result == MGR_RING_DONE);

  return result;
}

/* Whether this thread holds what there is at its side. */
static inline gboolean
mgr_ring_pair_holds (MgrRingSeat *seat)
{
  return seat->thread == &mgr_ring_here && mgr_ring_get (&seat->mark) == MGR_RING_HOLDING;
}

/* For the most part what is used is below all lines: that of the water, of the peak, and
 * of the size, which is never below the others. */
static inline MgrRingResult
mgr_ring_writer_make_room (MgrRingCore *self,
                           gsize        size)
{
  guint64 end = mgr_ring_get (&self->head) + mgr_ring_span (size);

  if (G_UNLIKELY (size > MGR_RING_FRAME_MAX))
    return MGR_RING_TOO_LARGE;
  if (G_LIKELY (end - self->writer.tail_seen <= mgr_ring_get (&self->writer.watch)))
    return MGR_RING_DONE;

  return mgr_ring_writer_look_again (self, size);
}

static inline void
mgr_ring_writer_publish (MgrRingCore *self,
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
  mgr_ring_pair_leave (self, mgr_ring_get (&self->writer.seat), MGR_RING_WRITER_HEEDS);
}

static inline gboolean
mgr_ring_writer_holds (MgrRingCore   *self,
                       gconstpointer  frame)
{
  return mgr_ring_pair_holds (mgr_ring_acquire (&self->writer.seat))
         && frame == mgr_ring_frame_at (self, self->writer.offset) + 1;
}

static inline MgrRingResult
mgr_ring_pair_commit (MgrRingCore   *self,
                      gconstpointer  frame,
                      gsize          size)
{
  if (G_UNLIKELY (!mgr_ring_writer_holds (self, frame)))
    return MGR_RING_UNKNOWN;
  if (G_UNLIKELY (size > self->writer.asked))
    return MGR_RING_TOO_LARGE;

  mgr_ring_writer_publish (self, size);
  return MGR_RING_DONE;
}

static inline MgrRingResult
mgr_ring_pair_write (MgrRingCore   *self,
                     gconstpointer  data,
                     gsize          size)
{
  MgrRingResult result = mgr_ring_pair_enter (self, &self->writer.seat, MGR_RING_WRITER_CLOSED);

  if (G_UNLIKELY (result != MGR_RING_DONE))
    return result;

  result = mgr_ring_writer_make_room (self, size);
  if (G_UNLIKELY (result != MGR_RING_DONE))
    {
      mgr_ring_pair_leave (self, mgr_ring_get (&self->writer.seat), 0);
      return result;
    }

  memcpy (mgr_ring_frame_at (self, self->writer.offset) + 1, data, size);
  mgr_ring_writer_publish (self, size);
  return MGR_RING_DONE;
}

/* %FALSE if there is none. Only then the memory may be gone. */
static inline gboolean
mgr_ring_reader_find_frame (MgrRingCore *self)
{
  guint64 tail = mgr_ring_get (&self->tail);

  if (G_LIKELY (self->reader.head_seen != tail))
    return TRUE;

  self->reader.head_seen = mgr_ring_acquire (&self->head);
  return self->reader.head_seen != tail;
}

static inline MgrRingResult
mgr_ring_reader_begin (MgrRingCore *self)
{
  MgrRingResult result = mgr_ring_pair_enter (self, &self->reader.seat, MGR_RING_READER_CLOSED);

  if (G_UNLIKELY (result != MGR_RING_DONE))
    return result;
  if (G_LIKELY (mgr_ring_reader_find_frame (self)))
    return MGR_RING_DONE;

  return mgr_ring_reader_leave_empty (self);
}

static inline const guint8 *
mgr_ring_reader_get_frame (MgrRingCore *self,
                           gsize       *out_size)
{
  const MgrRingFrame *frame = mgr_ring_frame_at (self, mgr_ring_get (&self->reader.offset));

  *out_size = frame->length - self->reader.skip;
  return (const guint8 *) (frame + 1) + self->reader.skip;
}

static inline void
mgr_ring_reader_free_frame (MgrRingCore *self)
{
  gsize offset = mgr_ring_get (&self->reader.offset);
  gsize span = mgr_ring_span (mgr_ring_frame_at (self, offset)->length);
  guint64 tail = mgr_ring_get (&self->tail) + span;

  mgr_ring_put (&self->reader.offset, mgr_ring_advance (self, offset, span));
  self->reader.skip = 0;
  mgr_ring_put (&self->reader.frames, mgr_ring_get (&self->reader.frames) + 1);
  mgr_ring_release (&self->tail, tail);
}

static inline MgrRingResult
mgr_ring_pair_peek (MgrRingCore   *self,
                    gconstpointer *out_frame,
                    gsize         *out_size)
{
  MgrRingResult result = mgr_ring_reader_begin (self);

  if (G_UNLIKELY (result != MGR_RING_DONE))
    return result;

  *out_frame = mgr_ring_reader_get_frame (self, out_size);
  mgr_ring_release (&mgr_ring_get (&self->reader.seat)->mark, MGR_RING_HOLDING);
  return MGR_RING_DONE;
}

static inline MgrRingResult
mgr_ring_pair_consume (MgrRingCore   *self,
                       gconstpointer  frame)
{
  gsize size;

  if (G_UNLIKELY (!mgr_ring_pair_holds (mgr_ring_acquire (&self->reader.seat))
                  || frame != mgr_ring_reader_get_frame (self, &size)))
    return MGR_RING_UNKNOWN;

  mgr_ring_reader_free_frame (self);
  mgr_ring_pair_leave (self, mgr_ring_get (&self->reader.seat), MGR_RING_READER_HEEDS);
  return MGR_RING_DONE;
}

/* One of the operations: of a pair, or of any number of threads. */
#define MGR_RING_CALL(self, operation, ...) \
  (G_LIKELY ((self)->pair) ? mgr_ring_pair_##operation (self, __VA_ARGS__) \
                : mgr_ring_shared_##operation (self, __VA_ARGS__))

G_END_DECLS
