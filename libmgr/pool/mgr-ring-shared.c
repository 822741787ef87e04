/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-core-private.h"

#include "pool/mgr-ring-wait-private.h"

/* Up to here a copy takes less than to let the lock go and to take it again. */
#define COPY_LOCKED_MAX 4096

/* A frame's span is kept in units, with its state in the lowest bits. */
#define STATE_BITS 2
#define STATE_MASK ((1u << STATE_BITS) - 1)

G_STATIC_ASSERT (MGR_RING_FREE <= STATE_MASK);
/* The longest frame fits. */
G_STATIC_ASSERT ((G_MAXUINT32 / MGR_RING_ALIGN + 2) <= G_MAXUINT32 >> STATE_BITS);

static gsize
frame_get_span (const MgrRingFrame *frame)
{
  return (gsize) (frame->span >> STATE_BITS) * MGR_RING_ALIGN;
}

static void
frame_set_span (MgrRingFrame *frame,
                gsize         span)
{
  frame->span = (guint32) (span / MGR_RING_ALIGN) << STATE_BITS | (frame->span & STATE_MASK);
}

static MgrRingState
frame_get_state (const MgrRingFrame *frame)
{
  return (MgrRingState) (frame->span & STATE_MASK);
}

static void
frame_set_state (MgrRingFrame *frame,
                 MgrRingState  state)
{
  frame->span = (frame->span & ~STATE_MASK) | state;
}

/* Takes the lock, but not while the ring is being resized: who is inside then is waited
 * for, and there has to be an end to that. */
static void
shared_enter (MgrRingCore *self)
{
  g_mutex_lock (&self->lock);
  while (G_UNLIKELY ((mgr_ring_get (&self->signs) & MGR_RING_SIGN_HALTED) != 0))
    {
      g_mutex_unlock (&self->lock);
      g_mutex_lock (&self->halt_lock);
      g_mutex_unlock (&self->halt_lock);
      g_mutex_lock (&self->lock);
    }
}

/* Lets go of what is free at both ends of what was written. */
static void
shared_settle (MgrRingCore *self)
{
  while (self->next < self->head)
    {
      const MgrRingFrame *frame = mgr_ring_frame_at (self, self->next_offset);

      if (frame_get_state (frame) != MGR_RING_FREE)
        break;
      self->next_offset = mgr_ring_advance (self, self->next_offset, frame_get_span (frame));
      self->next += frame_get_span (frame);
    }

  while (self->tail < self->next)
    {
      const MgrRingFrame *frame = mgr_ring_frame_at (self, self->reader.offset);
      gsize span = frame_get_span (frame);

      if (frame_get_state (frame) != MGR_RING_FREE)
        break;
      self->reader.offset = mgr_ring_advance (self, self->reader.offset, span);
      self->reader.frames++;
      mgr_ring_put (&self->tail, self->tail + span);
    }
}

/* After something has changed. */
static void
shared_tell (MgrRingCore *self,
             guint        conditions)
{
  guint64 used = self->head - self->tail;

  if (G_UNLIKELY (used > self->writer.watch || used < self->low_watch))
    mgr_ring_core_note_use (self, TRUE);
  mgr_ring_core_wake (self, conditions);
  if (G_UNLIKELY ((mgr_ring_get (&self->signs) & MGR_RING_SIGN_CLOSED) != 0))
    mgr_ring_core_drain (self);
}

gboolean
mgr_ring_shared_is_readable (MgrRingCore *self)
{
  return self->next < self->head
         && frame_get_state (mgr_ring_frame_at (self, self->next_offset)) == MGR_RING_READY;
}

/* Whether frames that are free, or may be dropped, make room for @span. */
static gboolean
shared_can_drop (MgrRingCore *self,
                 gsize        span)
{
  guint64 tail = self->tail;
  gsize offset = self->reader.offset;

  while (self->head + span - tail > self->size)
    {
      const MgrRingFrame *frame = mgr_ring_frame_at (self, offset);
      MgrRingState state = frame_get_state (frame);

      if (tail == self->head || state == MGR_RING_RESERVED || state == MGR_RING_CLAIMED)
        return FALSE;
      tail += frame_get_span (frame);
      offset = mgr_ring_advance (self, offset, frame_get_span (frame));
    }

  return TRUE;
}

static void
shared_drop (MgrRingCore *self,
             gsize        span)
{
  while (self->head + span - self->tail > self->size)
    {
      MgrRingFrame *frame = mgr_ring_frame_at (self, self->next_offset);

      self->gauge.evicted++;
      self->gauge.evicted_bytes += frame->length - self->reader.skip;
      self->reader.skip = 0;
      frame_set_state (frame, MGR_RING_FREE);
      shared_settle (self);
    }
  self->funcs->dropped (self->owner);
}

static MgrRingResult
shared_make_room (MgrRingCore *self,
                  gsize        size)
{
  gsize span = mgr_ring_span (size);

  if (mgr_ring_get (&self->signs) & (MGR_RING_SIGN_CLOSED | MGR_RING_SIGN_FLUSHING))
    return MGR_RING_CLOSED;
  if (G_UNLIKELY (mgr_ring_is_too_large (self, size)))
    return MGR_RING_TOO_LARGE;
  if (G_LIKELY (self->head + span - self->tail <= self->size))
    return MGR_RING_DONE;

  if (self->drops_oldest && shared_can_drop (self, span))
    {
      shared_drop (self, span);
      return MGR_RING_DONE;
    }

  mgr_ring_put (&self->writer.wanted, span);
  return MGR_RING_AGAIN;
}

/* Room has been made. */
static MgrRingHold
shared_append (MgrRingCore  *self,
               gsize         size,
               MgrRingState  state)
{
  MgrRingFrame *frame = mgr_ring_frame_at (self, self->writer.offset);
  gsize span = mgr_ring_span (size);
  MgrRingHold hold = { (guint8 *) (frame + 1), self->head, self->writer.offset };

  frame->length = (guint32) size;
  frame->span = state;
  frame_set_span (frame, span);
  self->writer.offset = mgr_ring_advance (self, self->writer.offset, span);
  self->writer.wanted = 0;
  self->writer.frames++;
  mgr_ring_put (&self->head, self->head + span);
  return hold;
}

/* Takes the hold of @frame out of @holds. */
static gboolean
holds_take (GArray        *holds,
            gconstpointer  frame,
            MgrRingHold   *out_hold)
{
  for (guint i = 0; i < holds->len; i++)
    {
      MgrRingHold *hold = &g_array_index (holds, MgrRingHold, i);

      if (hold->data != frame)
        continue;

      *out_hold = *hold;
      g_array_remove_index_fast (holds, i);
      return TRUE;
    }

  return FALSE;
}

static MgrRingResult
shared_reserve_locked (MgrRingCore *self,
                       gsize        size,
                       gpointer    *out_frame)
{
  MgrRingResult result = shared_make_room (self, size);
  MgrRingHold hold;

  if (result != MGR_RING_DONE)
    return result;

  hold = shared_append (self, size, MGR_RING_RESERVED);
  g_array_append_val (self->reservations, hold);
  shared_tell (self, 0);
  *out_frame = hold.data;
  return MGR_RING_DONE;
}

/* What was asked for and is not needed goes back, where nothing came behind it. */
static void
shared_shrink (MgrRingCore       *self,
               const MgrRingHold *hold,
               gsize              span)
{
  MgrRingFrame *frame = mgr_ring_frame_at (self, hold->offset);

  if (hold->position + frame_get_span (frame) != self->head)
    return;

  frame_set_span (frame, span);
  mgr_ring_put (&self->head, hold->position + span);
  self->writer.offset = mgr_ring_advance (self, hold->offset, span);
}

static MgrRingResult
shared_commit_locked (MgrRingCore   *self,
                      gconstpointer  data,
                      gsize          size)
{
  MgrRingFrame *frame;
  MgrRingHold hold;

  if (!holds_take (self->reservations, data, &hold))
    return MGR_RING_UNKNOWN;

  frame = mgr_ring_frame_at (self, hold.offset);
  if (size > frame->length)
    {
      g_array_append_val (self->reservations, hold);
      return MGR_RING_TOO_LARGE;
    }

  frame->length = (guint32) size;
  shared_shrink (self, &hold, mgr_ring_span (size));
  frame_set_state (frame, MGR_RING_READY);
  shared_tell (self, MGR_RING_READABLE | MGR_RING_WRITABLE);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_shared_reserve (MgrRingCore *self,
                         gsize        size,
                         gpointer    *out_frame)
{
  MgrRingResult result;

  shared_enter (self);
  result = shared_reserve_locked (self, size, out_frame);
  g_mutex_unlock (&self->lock);

  return result;
}

MgrRingResult
mgr_ring_shared_commit (MgrRingCore   *self,
                        gconstpointer  frame,
                        gsize          size)
{
  MgrRingResult result;

  g_mutex_lock (&self->lock);
  result = shared_commit_locked (self, frame, size);
  g_mutex_unlock (&self->lock);

  return result;
}

MgrRingResult
mgr_ring_shared_abandon (MgrRingCore   *self,
                         gconstpointer  frame)
{
  MgrRingHold hold;
  gboolean found;

  g_mutex_lock (&self->lock);
  found = holds_take (self->reservations, frame, &hold);
  if (found)
    {
      frame_set_state (mgr_ring_frame_at (self, hold.offset), MGR_RING_FREE);
      shared_settle (self);
      shared_tell (self, MGR_RING_READABLE | MGR_RING_WRITABLE);
    }
  g_mutex_unlock (&self->lock);

  return found ? MGR_RING_DONE : MGR_RING_UNKNOWN;
}

/* With the lock held, which is let go while a large frame is copied. */
static MgrRingResult
shared_write_locked (MgrRingCore   *self,
                     gconstpointer  data,
                     gsize          size)
{
  MgrRingResult result;
  gpointer frame;

  if (size <= COPY_LOCKED_MAX)
    {
      result = shared_make_room (self, size);
      if (result != MGR_RING_DONE)
        return result;

      memcpy (shared_append (self, size, MGR_RING_READY).data, data, size);
      shared_tell (self, MGR_RING_READABLE);
      return MGR_RING_DONE;
    }

  result = shared_reserve_locked (self, size, &frame);
  if (result != MGR_RING_DONE)
    return result;

  self->inside++;
  g_mutex_unlock (&self->lock);
  memcpy (frame, data, size);
  g_mutex_lock (&self->lock);
  self->inside--;
  return shared_commit_locked (self, frame, size);
}

MgrRingResult
mgr_ring_shared_write (MgrRingCore   *self,
                       gconstpointer  data,
                       gsize          size)
{
  MgrRingResult result;

  shared_enter (self);
  result = shared_write_locked (self, data, size);
  g_mutex_unlock (&self->lock);

  return result;
}

/* Of the first frame that nobody has claimed, what is not read yet. */
static MgrRingResult
shared_find_frame (MgrRingCore   *self,
                   const guint8 **out_data,
                   gsize         *out_size)
{
  const MgrRingFrame *frame;

  if (mgr_ring_get (&self->signs) & MGR_RING_SIGN_FLUSHING)
    return MGR_RING_CLOSED;
  if (self->map == NULL)
    return MGR_RING_CLOSED;
  if (!mgr_ring_shared_is_readable (self))
    return MGR_RING_AGAIN;

  frame = mgr_ring_frame_at (self, self->next_offset);
  *out_data = (const guint8 *) (frame + 1) + self->reader.skip;
  *out_size = frame->length - self->reader.skip;
  return MGR_RING_DONE;
}

static void
shared_claim (MgrRingCore  *self,
              const guint8 *data)
{
  MgrRingFrame *frame = mgr_ring_frame_at (self, self->next_offset);
  MgrRingHold hold = { (guint8 *) data, self->next, self->next_offset };

  frame_set_state (frame, MGR_RING_CLAIMED);
  self->next += frame_get_span (frame);
  self->next_offset = mgr_ring_advance (self, self->next_offset, frame_get_span (frame));
  self->reader.skip = 0;
  g_array_append_val (self->claims, hold);
  shared_settle (self);
}

static MgrRingResult
shared_consume_locked (MgrRingCore   *self,
                       gconstpointer  frame)
{
  MgrRingHold hold;

  if (!holds_take (self->claims, frame, &hold))
    return MGR_RING_UNKNOWN;

  frame_set_state (mgr_ring_frame_at (self, hold.offset), MGR_RING_FREE);
  shared_settle (self);
  shared_tell (self, MGR_RING_WRITABLE);
  return MGR_RING_DONE;
}

/* The first frame is read to its end. */
static void
shared_free_first (MgrRingCore *self)
{
  frame_set_state (mgr_ring_frame_at (self, self->next_offset), MGR_RING_FREE);
  self->reader.skip = 0;
  shared_settle (self);
}

MgrRingResult
mgr_ring_shared_peek (MgrRingCore   *self,
                      gconstpointer *out_frame,
                      gsize         *out_size)
{
  MgrRingResult result;
  const guint8 *data;

  shared_enter (self);
  result = shared_find_frame (self, &data, out_size);
  if (result == MGR_RING_DONE)
    {
      shared_claim (self, data);
      *out_frame = data;
    }
  g_mutex_unlock (&self->lock);

  return result;
}

MgrRingResult
mgr_ring_shared_consume (MgrRingCore   *self,
                         gconstpointer  frame)
{
  MgrRingResult result;

  g_mutex_lock (&self->lock);
  result = shared_consume_locked (self, frame);
  g_mutex_unlock (&self->lock);

  return result;
}

/* The first frame is there, @left bytes of it from @data on. */
static gsize
shared_read_locked (MgrRingCore  *self,
                    const guint8 *data,
                    gsize         left,
                    guint8       *buffer,
                    gsize         size)
{
  gsize length = 0;

  do
    {
      gsize step = MIN (left, size - length);

      memcpy (buffer + length, data, step);
      length += step;
      if (step < left)
        {
          self->reader.skip += step;
          break;
        }
      shared_free_first (self);
    }
  while (shared_find_frame (self, &data, &left) == MGR_RING_DONE);

  shared_tell (self, MGR_RING_WRITABLE);
  return length;
}

MgrRingResult
mgr_ring_shared_read (MgrRingCore *self,
                      gpointer     buffer,
                      gsize        size,
                      gsize       *out_size)
{
  MgrRingResult result;
  const guint8 *data;
  gsize left;

  shared_enter (self);
  result = shared_find_frame (self, &data, &left);
  if (result == MGR_RING_DONE)
    *out_size = shared_read_locked (self, data, left, buffer, size);
  g_mutex_unlock (&self->lock);

  return result;
}

/* With the lock held, which is let go while a large frame is copied. */
static GBytes *
shared_copy_first (MgrRingCore  *self,
                   const guint8 *data,
                   gsize         size)
{
  GBytes *bytes;

  if (size <= COPY_LOCKED_MAX)
    {
      bytes = g_bytes_new (data, size);
      shared_free_first (self);
      shared_tell (self, MGR_RING_WRITABLE);
      return bytes;
    }

  shared_claim (self, data);
  self->inside++;
  g_mutex_unlock (&self->lock);
  bytes = g_bytes_new (data, size);
  g_mutex_lock (&self->lock);
  self->inside--;
  shared_consume_locked (self, data);
  return bytes;
}

MgrRingResult
mgr_ring_shared_take (MgrRingCore  *self,
                      GBytes      **out_frame)
{
  MgrRingResult result;
  const guint8 *data;
  gsize size;

  shared_enter (self);
  result = shared_find_frame (self, &data, &size);
  if (result == MGR_RING_DONE)
    *out_frame = shared_copy_first (self, data, size);
  g_mutex_unlock (&self->lock);

  return result;
}
