/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-thread-reader-private.h"

struct _MgrThreadReader
{
  MgrSourceReader parent_instance;

  GMutex lock;     /* guards what follows */
  GCond changed;
  gboolean asked;  /* and not answered yet */
  gboolean late;   /* the last answer was */
  gboolean closed;
  gint64 due;      /* µs, real time: until when to wait for what was asked */
  gboolean alive;  /* there is a thread */
  GThread *thread; /* (unowned) (nullable): only compared */
};

G_DEFINE_FINAL_TYPE (MgrThreadReader, mgr_thread_reader, MGR_TYPE_SOURCE_READER)

/* Waits until somebody asks, FALSE once the source has been let go. */
static gboolean
thread_wait (MgrThreadReader *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->thread = g_thread_self ();
  while (!self->asked && !self->closed)
    g_cond_wait (&self->changed, &self->lock);

  return !self->closed;
}

static void
thread_answered (MgrThreadReader *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->asked = FALSE;
  self->late = g_get_monotonic_time () > self->due;
  g_cond_broadcast (&self->changed);
}

/* Never joined, since a read may never return: it has a reference of its own. */
static gpointer
reader_thread (gpointer data)
{
  g_autoptr (MgrThreadReader) self = data;

  while (thread_wait (self))
    {
      mgr_source_reader_read (MGR_SOURCE_READER (self));
      thread_answered (self);
    }

  return NULL;
}

/* With the lock held. */
static gboolean
reader_start_thread (MgrThreadReader *self)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_try_new ("mgr-source", reader_thread, g_object_ref (self), &error);

  if (thread == NULL)
    {
      g_debug ("No thread to read a pressure source in: %s", error->message);
      g_object_unref (self);
      return FALSE;
    }

  g_thread_unref (thread);
  return TRUE;
}

static void
mgr_thread_reader_ask (MgrSourceReader *reader,
                       gint64           patience)
{
  MgrThreadReader *self = MGR_THREAD_READER (reader);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->asked || self->closed)
    return;

  if (!self->alive)
    self->alive = reader_start_thread (self);
  if (!self->alive)
    return;

  self->asked = TRUE;
  self->due = g_get_monotonic_time () + patience;
  g_cond_broadcast (&self->changed);
}

static MgrPressureReading *
mgr_thread_reader_answer (MgrSourceReader *reader,
                          gint64           now,
                          gint64           interval)
{
  MgrThreadReader *self = MGR_THREAD_READER (reader);
  gint64 span;

  /* A source that asks its own monitor would wait for itself. */
  g_mutex_lock (&self->lock);
  while (self->asked && !self->closed && self->thread != g_thread_self ()
         && g_cond_wait_until (&self->changed, &self->lock, self->due))
    continue;

  /* A source that takes longer than an interval would else be missing from every
   * second sample. */
  span = self->late ? 2 * interval : interval;
  g_mutex_unlock (&self->lock);

  return mgr_source_reader_get_last (reader, now - span);
}

static void
mgr_thread_reader_close (MgrSourceReader *reader)
{
  MgrThreadReader *self = MGR_THREAD_READER (reader);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->closed = TRUE;
  g_cond_broadcast (&self->changed);
}

static void
mgr_thread_reader_finalize (GObject *object)
{
  MgrThreadReader *self = MGR_THREAD_READER (object);

  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_thread_reader_parent_class)->finalize (object);
}

static void
mgr_thread_reader_class_init (MgrThreadReaderClass *klass)
{
  MgrSourceReaderClass *reader_class = MGR_SOURCE_READER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mgr_thread_reader_finalize;
  reader_class->ask = mgr_thread_reader_ask;
  reader_class->answer = mgr_thread_reader_answer;
  reader_class->close = mgr_thread_reader_close;
}

static void
mgr_thread_reader_init (MgrThreadReader *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

MgrSourceReader *
mgr_thread_reader_new (void)
{
  return g_object_new (MGR_TYPE_THREAD_READER, NULL);
}
