/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-source-reader-private.h"

#include "pressure/mgr-owner-reader-private.h"
#include "pressure/mgr-prompt-reader-private.h"
#include "pressure/mgr-thread-reader-private.h"

typedef struct
{
  MgrClock *clock;           /* (owned) */
  char *name;                /* (owned) */

  GMutex lock;               /* guards what follows */
  MgrPressureSource *source; /* (owned) (nullable): let go */
  gboolean closed;
  gboolean busy;             /* somebody is reading, without the lock */
  MgrPressureReading *last;  /* (owned) (nullable): none, or it failed */
  gint64 last_time;          /* µs by the clock: when last came */
} MgrSourceReaderPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MgrSourceReader, mgr_source_reader, G_TYPE_OBJECT)

static void
mgr_source_reader_real_let_go (MgrSourceReader   *self,
                               MgrPressureSource *source)
{
  g_object_unref (source);
}

static void
mgr_source_reader_dispose (GObject *object)
{
  mgr_source_reader_close (MGR_SOURCE_READER (object));

  G_OBJECT_CLASS (mgr_source_reader_parent_class)->dispose (object);
}

static void
mgr_source_reader_finalize (GObject *object)
{
  MgrSourceReaderPrivate *priv =
    mgr_source_reader_get_instance_private (MGR_SOURCE_READER (object));

  g_clear_object (&priv->clock);
  g_free (priv->name);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (mgr_source_reader_parent_class)->finalize (object);
}

static void
mgr_source_reader_class_init (MgrSourceReaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mgr_source_reader_dispose;
  object_class->finalize = mgr_source_reader_finalize;
  klass->let_go = mgr_source_reader_real_let_go;
}

static void
mgr_source_reader_init (MgrSourceReader *self)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);

  g_mutex_init (&priv->lock);
}

MgrSourceReader *
mgr_source_reader_new (MgrPressureSource *source,
                       MgrClock          *clock,
                       GMainContext      *owner,
                       GThread           *maker)
{
  MgrSourceReader *self;
  MgrSourceReaderPrivate *priv;

  if (MGR_PRESSURE_SOURCE_GET_IFACE (source)->prompt)
    self = mgr_prompt_reader_new ();
  else if (mgr_pressure_source_is_thread_safe (source))
    self = mgr_thread_reader_new ();
  else
    self = mgr_owner_reader_new (owner, maker);

  /* The name is asked for once, here, since another thread may not ask. */
  priv = mgr_source_reader_get_instance_private (self);
  priv->clock = g_object_ref (clock);
  priv->source = g_object_ref (source);
  priv->name = g_strdup (mgr_pressure_source_get_name (source));
  return self;
}

const char *
mgr_source_reader_get_name (MgrSourceReader *self)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);

  return priv->name;
}

gboolean
mgr_source_reader_has_source (MgrSourceReader   *self,
                              MgrPressureSource *source)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  return priv->source == source;
}

void
mgr_source_reader_ask (MgrSourceReader *self,
                       gint64           patience)
{
  MGR_SOURCE_READER_GET_CLASS (self)->ask (self, patience);
}

MgrPressureReading *
mgr_source_reader_answer (MgrSourceReader *self,
                          gint64           now,
                          gint64           interval)
{
  return MGR_SOURCE_READER_GET_CLASS (self)->answer (self, now, interval);
}

void
mgr_source_reader_close (MgrSourceReader *self)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);
  MgrSourceReaderClass *klass = MGR_SOURCE_READER_GET_CLASS (self);
  g_autoptr (MgrPressureReading) last = NULL;
  MgrPressureSource *source = NULL;

  g_mutex_lock (&priv->lock);
  priv->closed = TRUE;
  last = g_steal_pointer (&priv->last);
  if (!priv->busy)
    source = g_steal_pointer (&priv->source);
  g_mutex_unlock (&priv->lock);

  if (klass->close != NULL)
    klass->close (self);
  if (source != NULL)
    klass->let_go (self, source);
}

/* Returns: (transfer none) (nullable): the source, which stays until reader_end(). No
 * reference is taken: one would wake the language that an object belongs to. */
static MgrPressureSource *
reader_begin (MgrSourceReaderPrivate *priv)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  if (priv->closed || priv->busy)
    return NULL;

  priv->busy = TRUE;
  return priv->source;
}

/* Takes over @reading. Returns: (transfer full) (nullable): a source to let go. */
static MgrPressureSource *
reader_end (MgrSourceReaderPrivate *priv,
            MgrPressureReading     *reading,
            gint64                  now)
{
  g_autoptr (MgrPressureReading) old = reading;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  priv->busy = FALSE;
  if (priv->closed)
    return g_steal_pointer (&priv->source);

  old = g_steal_pointer (&priv->last);
  priv->last = reading;
  priv->last_time = now;
  return NULL;
}

void
mgr_source_reader_read (MgrSourceReader *self)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);
  MgrPressureSource *source = reader_begin (priv);
  g_autoptr (GError) error = NULL;
  MgrPressureReading *reading;

  if (source == NULL)
    return;

  reading = mgr_pressure_source_read (source, &error);
  if (reading == NULL)
    g_debug ("No pressure reading from “%s”: %s", priv->name, error->message);

  source = reader_end (priv, reading, mgr_clock_get_time (priv->clock));
  if (source != NULL)
    MGR_SOURCE_READER_GET_CLASS (self)->let_go (self, source);
}

MgrPressureReading *
mgr_source_reader_get_last (MgrSourceReader *self,
                            gint64           oldest)
{
  MgrSourceReaderPrivate *priv = mgr_source_reader_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  if (priv->last == NULL || priv->last_time <= oldest)
    return NULL;

  return mgr_pressure_reading_ref (priv->last);
}
