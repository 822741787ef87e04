/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-ring-wait-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A few microseconds, which is less than to sleep and to be woken. */
#define SPIN_ROUNDS 100

static void
relax (void)
{
#if defined (__x86_64__) || defined (__i386__)
  __builtin_ia32_pause ();
#else
  __atomic_signal_fence (__ATOMIC_SEQ_CST);
#endif
}

static gboolean
pair_is_readable (MgrRingCore *self)
{
  return mgr_ring_acquire (&self->head) != mgr_ring_get (&self->tail)
         && mgr_ring_get_mark (&self->reader.seat) != MGR_RING_HOLDING;
}

static gboolean
core_has_room (MgrRingCore *self,
               gsize        wanted)
{
  guint64 used = mgr_ring_used (self);

  if (self->pair && mgr_ring_get_mark (&self->writer.seat) == MGR_RING_HOLDING)
    return FALSE;

  return used + MAX (wanted, mgr_ring_span (0)) <= mgr_ring_get (&self->size);
}

gboolean
mgr_ring_core_is_ready (MgrRingCore      *self,
                        MgrRingCondition  condition)
{
  guint signs = mgr_ring_get (&self->signs);

  if (signs & MGR_RING_SIGN_FLUSHING)
    return FALSE;

  if (condition == MGR_RING_READABLE)
    return self->pair ? pair_is_readable (self) : mgr_ring_shared_is_readable (self);

  return (signs & MGR_RING_SIGN_CLOSED) == 0
         && core_has_room (self, mgr_ring_get (&self->writer.wanted));
}

/* Whether it is of any use to wait on: with the lock held. */
static gboolean
core_is_over (MgrRingCore      *self,
              MgrRingCondition  condition)
{
  guint signs = mgr_ring_get (&self->signs);

  if (condition == MGR_RING_READABLE)
    return (signs & MGR_RING_SIGN_FLUSHING) != 0 || self->map == NULL;

  return (signs & (MGR_RING_SIGN_FLUSHING | MGR_RING_SIGN_CLOSED)) != 0;
}

/* With the lock held: from here on the other side says so when something has changed. */
static void
core_ask_for_signs (MgrRingCore *self,
                    guint        conditions)
{
  guint signs = 0;

  if (conditions & MGR_RING_READABLE)
    signs |= MGR_RING_SIGN_READER_WAITS;
  if (conditions & MGR_RING_WRITABLE)
    signs |= MGR_RING_SIGN_WRITER_WAITS;

  __atomic_fetch_or (&self->signs, signs, __ATOMIC_SEQ_CST);
  if (self->pair)
    mgr_ring_heavy_barrier ();
}

static gboolean
watch_is_ready (MgrRingWatch *self)
{
  return self->cancelled || self->epoch != self->core->epoch
         || ((self->conditions & MGR_RING_READABLE)
             && mgr_ring_core_is_ready (self->core, MGR_RING_READABLE))
         || ((self->conditions & MGR_RING_WRITABLE)
             && mgr_ring_core_is_ready (self->core, MGR_RING_WRITABLE));
}

static void
watch_signal (MgrRingWatch *self)
{
  self->armed = FALSE;
  self->signalled = TRUE;
  eventfd_write (self->fd, 1);
}

static void
queue_wake (MgrRingQueue *queue)
{
  if (!queue->waits)
    return;

  queue->waits = FALSE;
  g_cond_broadcast (&queue->changed);
}

/* Who waits on is asked for again; nobody needs to look after the others. */
static void
core_settle_signs (MgrRingCore *self)
{
  guint conditions = 0;
  guint unset = 0;

  for (guint i = 0; i < self->watches->len; i++)
    {
      MgrRingWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->armed)
        conditions |= watch->conditions;
    }

  if (!self->readers.waits && (conditions & MGR_RING_READABLE) == 0)
    unset |= MGR_RING_SIGN_READER_WAITS;
  if (!self->writers.waits && (conditions & MGR_RING_WRITABLE) == 0)
    unset |= MGR_RING_SIGN_WRITER_WAITS;
  if (mgr_ring_get (&self->signs) & unset)
    __atomic_fetch_and (&self->signs, ~unset, __ATOMIC_SEQ_CST);
}

static void
core_wake_watches (MgrRingCore *self,
                   guint        conditions)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      MgrRingWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->armed && (watch->conditions & conditions) && watch_is_ready (watch))
        watch_signal (watch);
    }
}

void
mgr_ring_core_wake (MgrRingCore *self,
                    guint        conditions)
{
  guint signs = mgr_ring_get (&self->signs);

  if ((signs & (MGR_RING_SIGN_READER_WAITS | MGR_RING_SIGN_WRITER_WAITS)) == 0)
    return;

  if ((conditions & MGR_RING_READABLE) && mgr_ring_core_is_ready (self, MGR_RING_READABLE))
    queue_wake (&self->readers);
  if ((conditions & MGR_RING_WRITABLE) && core_has_room (self, self->writers.wanted))
    queue_wake (&self->writers);
  core_wake_watches (self, conditions);
  core_settle_signs (self);
}

void
mgr_ring_core_wake_all (MgrRingCore *self)
{
  self->epoch++;
  queue_wake (&self->readers);
  queue_wake (&self->writers);
  core_wake_watches (self, MGR_RING_READABLE | MGR_RING_WRITABLE);
  core_settle_signs (self);
}

MgrRingWatch *
mgr_ring_watch_new (MgrRingCore  *core,
                    guint         conditions,
                    GError      **error)
{
  MgrRingWatch *self;
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  if (fd < 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "A ring cannot be listened to: eventfd() says “%s”. Close some files, or "
                   "raise “ulimit -n”", g_strerror (errno));
      return NULL;
    }

  self = g_new0 (MgrRingWatch, 1);
  self->core = core;
  self->conditions = conditions;
  self->fd = fd;

  g_mutex_lock (&core->lock);
  self->epoch = core->epoch;
  /* One that comes late is told too. */
  if (mgr_ring_get (&core->signs) & (MGR_RING_SIGN_CLOSED | MGR_RING_SIGN_FLUSHING))
    self->epoch--;
  g_ptr_array_add (core->watches, self);
  g_mutex_unlock (&core->lock);

  return self;
}

void
mgr_ring_watch_free (MgrRingWatch *self)
{
  g_mutex_lock (&self->core->lock);
  g_ptr_array_remove_fast (self->core->watches, self);
  g_mutex_unlock (&self->core->lock);

  close (self->fd);
  g_free (self);
}

/* With the lock held. */
static gboolean
watch_arm_locked (MgrRingWatch *self)
{
  eventfd_t value;

  if (watch_is_ready (self))
    return TRUE;

  if (self->signalled)
    eventfd_read (self->fd, &value);
  self->signalled = FALSE;
  self->armed = TRUE;
  core_ask_for_signs (self->core, self->conditions);

  /* What came just before the sign was set was told to nobody. */
  self->armed = !watch_is_ready (self);
  return !self->armed;
}

gboolean
mgr_ring_watch_arm (MgrRingWatch *self)
{
  gboolean ready;

  g_mutex_lock (&self->core->lock);
  ready = (self->armed && !watch_is_ready (self)) ? FALSE : watch_arm_locked (self);
  g_mutex_unlock (&self->core->lock);

  return ready;
}

gboolean
mgr_ring_watch_is_ready (MgrRingWatch *self)
{
  gboolean ready;

  g_mutex_lock (&self->core->lock);
  ready = watch_is_ready (self);
  g_mutex_unlock (&self->core->lock);

  return ready;
}

void
mgr_ring_watch_cancel (MgrRingWatch *self)
{
  g_mutex_lock (&self->core->lock);
  self->cancelled = TRUE;
  watch_signal (self);
  g_mutex_unlock (&self->core->lock);
}

void
mgr_ring_watch_told (MgrRingWatch *self)
{
  g_mutex_lock (&self->core->lock);
  self->cancelled = FALSE;
  self->epoch = self->core->epoch;
  g_mutex_unlock (&self->core->lock);
}

/* One side of a pair sees without the lock what the other one does. */
static gboolean
pair_spin (MgrRingCore      *self,
           MgrRingCondition  condition,
           gsize             span)
{
  for (guint i = 0; i < SPIN_ROUNDS; i++)
    {
      if (condition == MGR_RING_READABLE ? pair_is_readable (self) : core_has_room (self, span))
        return TRUE;
      relax ();
    }

  return FALSE;
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  MgrRingCore *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->readers.changed);
  g_cond_broadcast (&self->writers.changed);
  g_mutex_unlock (&self->lock);
}

/* With the lock held. */
static gboolean
core_is_worth_a_try (MgrRingCore      *self,
                     MgrRingCondition  condition,
                     gsize             span)
{
  if (core_is_over (self, condition))
    return TRUE;

  return condition == MGR_RING_READABLE ? mgr_ring_core_is_ready (self, condition)
                                        : core_has_room (self, span);
}

/* With the lock held. */
static gboolean
core_sleep (MgrRingCore      *self,
            MgrRingCondition  condition,
            gsize             span,
            gint64            deadline)
{
  MgrRingQueue *queue = condition == MGR_RING_READABLE ? &self->readers : &self->writers;

  queue->wanted = queue->waits ? MIN (queue->wanted, span) : span;
  queue->waits = TRUE;
  core_ask_for_signs (self, condition);
  if (core_is_worth_a_try (self, condition, span))
    return TRUE;

  if (deadline > 0)
    return g_cond_wait_until (&queue->changed, &self->lock, deadline);

  g_cond_wait (&queue->changed, &self->lock);
  return TRUE;
}

gboolean
mgr_ring_core_wait (MgrRingCore      *self,
                    MgrRingCondition  condition,
                    gsize             size,
                    gint64            deadline,
                    GCancellable     *cancellable)
{
  gsize span = mgr_ring_span (size);
  gulong handler = 0;
  gboolean ready;

  if (self->pair && pair_spin (self, condition, span))
    return TRUE;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
  g_mutex_lock (&self->lock);
  while (!(ready = core_is_worth_a_try (self, condition, span))
         && !g_cancellable_is_cancelled (cancellable)
         && core_sleep (self, condition, span, deadline))
    continue;
  ready = ready || core_is_worth_a_try (self, condition, span);
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, handler);

  return ready;
}
