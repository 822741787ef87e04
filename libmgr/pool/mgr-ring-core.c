/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-core-private.h"

#include "pool/mgr-ring-wait-private.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

gboolean mgr_ring_has_membarrier;
__thread char mgr_ring_here __attribute__ ((tls_model ("initial-exec")));

/* Where the kernel, or what guards it, has none, the sides of a pair pay for a barrier
 * of their own. */
static void
set_up_membarrier (void)
{
  static gsize done;

  if (!g_once_init_enter (&done))
    return;

  mgr_ring_has_membarrier =
    syscall (SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  g_once_init_leave (&done, 1);
}

void
mgr_ring_heavy_barrier (void)
{
  if (mgr_ring_has_membarrier)
    syscall (SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  else
    __sync_synchronize ();
}

MgrRingCore *
mgr_ring_core_new (gboolean            pair,
                   gboolean            drops_oldest,
                   const MgrRingFuncs *funcs,
                   gpointer            owner)
{
  MgrRingCore *self = g_aligned_alloc0 (1, sizeof (MgrRingCore), MGR_RING_LINE);

  set_up_membarrier ();
  self->pair = pair && !drops_oldest;
  self->drops_oldest = drops_oldest;
  self->funcs = funcs;
  self->owner = owner;
  self->signs = MGR_RING_SIGN_CLOSED;
  self->writer.seat = &self->vacant;
  self->reader.seat = &self->vacant;
  self->writer_seats = g_ptr_array_new_with_free_func (g_aligned_free);
  self->reader_seats = g_ptr_array_new_with_free_func (g_aligned_free);
  self->gauge.high_at = G_MAXUINT64;
  g_mutex_init (&self->halt_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->readers.changed);
  g_cond_init (&self->writers.changed);
  self->watches = g_ptr_array_new ();
  self->reservations = g_array_new (FALSE, FALSE, sizeof (MgrRingHold));
  self->claims = g_array_new (FALSE, FALSE, sizeof (MgrRingHold));
  return self;
}

void
mgr_ring_core_free (MgrRingCore *self)
{
  g_assert (self->watches->len == 0);

  g_clear_pointer (&self->map, mgr_mirror_map_unref);
  g_ptr_array_unref (self->reader_seats);
  g_ptr_array_unref (self->writer_seats);
  g_array_unref (self->claims);
  g_array_unref (self->reservations);
  g_ptr_array_unref (self->watches);
  g_cond_clear (&self->writers.changed);
  g_cond_clear (&self->readers.changed);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->halt_lock);
  g_aligned_free (self);
}

/* With the lock held. */
static void
core_change_signs (MgrRingCore *self,
                   guint        set,
                   guint        unset)
{
  __atomic_fetch_or (&self->signs, set, __ATOMIC_SEQ_CST);
  __atomic_fetch_and (&self->signs, ~unset, __ATOMIC_SEQ_CST);
  if (self->pair)
    mgr_ring_heavy_barrier ();
}

gboolean
mgr_ring_core_reopen (MgrRingCore *self)
{
  gboolean reopened;

  g_mutex_lock (&self->lock);
  reopened = self->map != NULL;
  if (reopened)
    {
      core_change_signs (self, 0, MGR_RING_SIGN_CLOSED);
      mgr_ring_core_wake_all (self);
    }
  g_mutex_unlock (&self->lock);

  return reopened;
}

gboolean
mgr_ring_core_open (MgrRingCore  *self,
                    gsize         size,
                    GError      **error)
{
  MgrMirrorMap *map = mgr_mirror_map_new (size, error);

  if (map == NULL)
    return FALSE;

  /* Nobody is inside: writers are shut out, and readers find nothing. */
  g_mutex_lock (&self->lock);
  self->map = map;
  self->data = map->data;
  mgr_ring_put (&self->size, size);
  self->writer.offset = 0;
  mgr_ring_put (&self->reader.offset, 0);
  self->next_offset = 0;
  core_change_signs (self, 0, MGR_RING_SIGN_CLOSED);
  mgr_ring_core_wake_all (self);
  g_mutex_unlock (&self->lock);

  return TRUE;
}

void
mgr_ring_core_drain (MgrRingCore *self)
{
  guint signs = mgr_ring_get (&self->signs);

  if (self->map == NULL || (signs & MGR_RING_SIGN_CLOSED) == 0 || mgr_ring_used (self) > 0
      || mgr_ring_get_mark (&self->writer.seat) != MGR_RING_IDLE)
    return;

  /* Who kept a view beyond its time keeps the addresses, not the memory. */
  if (!g_atomic_ref_count_compare (&self->map->ref_count, 1))
    mgr_mirror_map_cut (self->map, 0);
  g_clear_pointer (&self->map, mgr_mirror_map_unref);
  self->funcs->drained (self->owner);
  mgr_ring_core_wake_all (self);
}

void
mgr_ring_core_close (MgrRingCore *self)
{
  g_mutex_lock (&self->lock);
  core_change_signs (self, MGR_RING_SIGN_CLOSED, 0);
  mgr_ring_core_wake_all (self);
  mgr_ring_core_drain (self);
  g_mutex_unlock (&self->lock);
}

void
mgr_ring_core_flush (MgrRingCore *self,
                     gboolean     flushing)
{
  g_mutex_lock (&self->lock);
  if (flushing)
    core_change_signs (self, MGR_RING_SIGN_FLUSHING, 0);
  else
    core_change_signs (self, 0, MGR_RING_SIGN_FLUSHING);
  mgr_ring_core_wake_all (self);
  g_mutex_unlock (&self->lock);
}

void
mgr_ring_core_heed_signs (MgrRingCore *self)
{
  g_mutex_lock (&self->lock);
  mgr_ring_core_wake (self, MGR_RING_READABLE | MGR_RING_WRITABLE);
  mgr_ring_core_drain (self);
  g_mutex_unlock (&self->lock);
}

/* What the sides have to look out for from here on. */
static void
core_set_watches (MgrRingCore *self)
{
  const MgrPoolGauge *gauge = &self->gauge;
  guint64 watch = gauge->is_high ? gauge->peak : MIN (gauge->peak, gauge->high_at - 1);

  mgr_ring_put (&self->writer.watch, MIN (watch, self->size));
  mgr_ring_put (&self->low_watch, gauge->is_high ? gauge->low_at : 0);
  if (gauge->is_high)
    __atomic_fetch_or (&self->signs, MGR_RING_SIGN_HIGH, __ATOMIC_SEQ_CST);
  else
    __atomic_fetch_and (&self->signs, ~(guint) MGR_RING_SIGN_HIGH, __ATOMIC_SEQ_CST);
}

void
mgr_ring_core_note_use (MgrRingCore *self,
                        gboolean     exact)
{
  gboolean crossed;

  do
    {
      self->gauge.used = mgr_ring_used (self);
      if (exact)
        self->gauge.peak = MAX (self->gauge.peak, self->gauge.used);
      else
        self->gauge.used = MIN (self->gauge.used, self->gauge.peak);
      crossed = mgr_pool_gauge_cross (&self->gauge);
      core_set_watches (self);
      if (crossed)
        {
          self->funcs->crossed (self->owner, self->gauge.is_high, self->gauge.used);
          /* The other side may have gone by before it knew of the line. */
          if (self->pair)
            mgr_ring_heavy_barrier ();
        }
    }
  while (crossed);
}

void
mgr_ring_core_set_waters (MgrRingCore *self,
                          guint64      low_at,
                          guint64      high_at)
{
  g_mutex_lock (&self->lock);
  self->gauge.low_at = low_at;
  self->gauge.high_at = high_at;
  mgr_ring_core_note_use (self, FALSE);
  g_mutex_unlock (&self->lock);
}

void
mgr_ring_core_count_loss (MgrRingCore *self,
                          gsize        size,
                          gboolean     dropped)
{
  g_mutex_lock (&self->lock);
  if (dropped)
    {
      self->dropped++;
      self->dropped_bytes += size;
      self->funcs->dropped (self->owner);
    }
  else
    self->gauge.refused++;
  g_mutex_unlock (&self->lock);
}

void
mgr_ring_core_read_gauge (MgrRingCore *self)
{
  guint64 freed = mgr_ring_get (&self->reader.frames);
  guint64 written = mgr_ring_get (&self->writer.frames);

  self->gauge.used = MIN (mgr_ring_used (self), self->gauge.peak);
  self->gauge.total = written;
  self->gauge.count = written - MIN (freed, written);
}

/* Whether somebody is inside, who leaves without our help, after a few instructions and
 * a copy. */
static gboolean
core_is_entered (MgrRingCore *self)
{
  gboolean entered;

  if (self->pair)
    return mgr_ring_get_mark (&self->writer.seat) == MGR_RING_INSIDE
           || mgr_ring_get_mark (&self->reader.seat) == MGR_RING_INSIDE;

  g_mutex_lock (&self->lock);
  entered = self->inside > 0;
  g_mutex_unlock (&self->lock);

  return entered;
}

/* With the lock held, and nobody inside. */
static gboolean
core_is_held (MgrRingCore *self)
{
  return mgr_ring_get_mark (&self->writer.seat) == MGR_RING_HOLDING
         || mgr_ring_get_mark (&self->reader.seat) == MGR_RING_HOLDING
         || self->reservations->len > 0
         || self->claims->len > 0;
}

/* Moves what lies before the end of the mapping to before its new end: what goes on at
 * the start is in its place then, and both are in one piece again. */
static void
core_move_contents (MgrRingCore *self,
                    guint8      *data,
                    gsize        size,
                    gsize        used)
{
  gsize offset = self->reader.offset;
  gsize before_end = self->size - offset;
  gsize to = offset;

  if (used > before_end)
    to = size - before_end;
  else if (offset + used > size)
    to = 0;

  if (to != offset)
    memmove (data + to, data + offset, MIN (used, before_end));

  mgr_ring_put (&self->reader.offset, to);
  self->next_offset = to;
  self->writer.offset = used > 0 ? (to + used) % size : to;
}

/* With the lock held, and nobody inside. */
static MgrRingResult
core_replace_map (MgrRingCore  *self,
                  gsize         size,
                  GError      **error)
{
  guint64 used = mgr_ring_used (self);
  MgrMirrorMap *map;

  if (used > size)
    return MGR_RING_TOO_LARGE;

  map = mgr_mirror_map_resize (self->map, size, error);
  if (map == NULL)
    return MGR_RING_UNKNOWN;

  core_move_contents (self, size > self->size ? map->data : self->data, size, used);
  mgr_mirror_map_unref (self->map);
  self->map = map;
  self->data = map->data;
  mgr_ring_put (&self->size, size);
  mgr_ring_put (&self->writer.wanted, 0);
  core_set_watches (self);
  mgr_mirror_map_cut (map, size);
  mgr_ring_core_wake (self, MGR_RING_WRITABLE);
  return MGR_RING_DONE;
}

MgrRingResult
mgr_ring_core_resize (MgrRingCore  *self,
                      gsize         size,
                      GError      **error)
{
  MgrRingResult result;

  g_mutex_lock (&self->halt_lock);
  g_mutex_lock (&self->lock);
  core_change_signs (self, MGR_RING_SIGN_HALTED, 0);
  g_mutex_unlock (&self->lock);

  while (core_is_entered (self))
    g_thread_yield ();

  g_mutex_lock (&self->lock);
  result = core_is_held (self) ? MGR_RING_TAKEN : core_replace_map (self, size, error);
  core_change_signs (self, 0, MGR_RING_SIGN_HALTED);
  g_mutex_unlock (&self->lock);
  g_mutex_unlock (&self->halt_lock);

  return result;
}

/* With the lock held. */
static MgrRingSeat *
core_find_seat (GPtrArray *seats)
{
  MgrRingSeat *seat;

  for (guint i = 0; i < seats->len; i++)
    {
      seat = seats->pdata[i];
      if (seat->thread == &mgr_ring_here)
        return seat;
    }

  seat = g_aligned_alloc0 (1, MGR_RING_LINE, MGR_RING_LINE);
  seat->thread = &mgr_ring_here;
  g_ptr_array_add (seats, seat);
  return seat;
}

MgrRingResult
mgr_ring_core_sit_down (MgrRingCore  *self,
                        MgrRingSeat **place)
{
  GPtrArray *seats = place == &self->writer.seat ? self->writer_seats : self->reader_seats;
  MgrRingResult result = MGR_RING_CROWDED;

  g_mutex_lock (&self->halt_lock);
  g_mutex_lock (&self->lock);
  core_change_signs (self, MGR_RING_SIGN_HALTED, 0);
  if (mgr_ring_get_mark (place) == MGR_RING_IDLE)
    {
      mgr_ring_release (place, core_find_seat (seats));
      result = MGR_RING_DONE;
    }
  core_change_signs (self, 0, MGR_RING_SIGN_HALTED);
  g_mutex_unlock (&self->lock);
  g_mutex_unlock (&self->halt_lock);

  return result;
}
