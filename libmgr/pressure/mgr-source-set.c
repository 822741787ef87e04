/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-source-set-private.h"

#include "pressure/mgr-source-reader-private.h"

/* Ten times what a careful driver takes to answer, and little beside the usual
 * interval. */
#define DEFAULT_PATIENCE (100 * G_TIME_SPAN_MILLISECOND)

struct _MgrSourceSet
{
  MgrClock *clock;     /* (owned) */
  GMainContext *owner; /* (owned) */
  GThread *maker;      /* (owned) */

  GMutex lock;         /* guards what follows */
  GPtrArray *readers;  /* (owned) (element-type MgrSourceReader) */
  gint64 interval;     /* µs by clock */
  gint64 patience;     /* µs, real time */
};

MgrSourceSet *
mgr_source_set_new (MgrClock     *clock,
                    GMainContext *owner,
                    gint64        interval)
{
  MgrSourceSet *self = g_new0 (MgrSourceSet, 1);

  g_mutex_init (&self->lock);
  self->clock = g_object_ref (clock);
  self->owner = g_main_context_ref (owner);
  self->maker = g_thread_ref (g_thread_self ());
  self->readers = g_ptr_array_new_with_free_func (g_object_unref);
  self->interval = interval;
  self->patience = DEFAULT_PATIENCE;
  return self;
}

static void
close_reader (gpointer reader,
              gpointer user_data)
{
  mgr_source_reader_close (reader);
}

void
mgr_source_set_free (MgrSourceSet *self)
{
  g_ptr_array_foreach (self->readers, close_reader, NULL);
  g_ptr_array_unref (self->readers);
  g_thread_unref (self->maker);
  g_main_context_unref (self->owner);
  g_object_unref (self->clock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
mgr_source_set_set_interval (MgrSourceSet *self,
                             gint64        interval)
{
  g_mutex_lock (&self->lock);
  self->interval = interval;
  g_mutex_unlock (&self->lock);
}

void
mgr_source_set_set_patience (MgrSourceSet *self,
                             gint64        patience)
{
  g_mutex_lock (&self->lock);
  self->patience = patience;
  g_mutex_unlock (&self->lock);
}

static gboolean
reader_has_source (gconstpointer reader,
                   gconstpointer source)
{
  return mgr_source_reader_has_source ((gpointer) reader, (gpointer) source);
}

void
mgr_source_set_add (MgrSourceSet      *self,
                    MgrPressureSource *source)
{
  g_autoptr (MgrSourceReader) reader =
    mgr_source_reader_new (source, self->clock, self->owner, self->maker);

  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find_with_equal_func (self->readers, source, reader_has_source, NULL))
    g_ptr_array_add (self->readers, g_steal_pointer (&reader));
  g_mutex_unlock (&self->lock);
}

gboolean
mgr_source_set_remove (MgrSourceSet      *self,
                       MgrPressureSource *source)
{
  g_autoptr (MgrSourceReader) reader = NULL;
  guint index = 0;

  g_mutex_lock (&self->lock);
  if (g_ptr_array_find_with_equal_func (self->readers, source, reader_has_source, &index))
    reader = g_ptr_array_steal_index (self->readers, index);
  g_mutex_unlock (&self->lock);

  if (reader == NULL)
    return FALSE;

  mgr_source_reader_close (reader);
  return TRUE;
}

static MgrNamedReading *
named_reading_new (const char         *name,
                   MgrPressureReading *reading)
{
  MgrNamedReading *named = g_new0 (MgrNamedReading, 1);

  named->name = g_strdup (name);
  named->reading = mgr_pressure_reading_ref (reading);
  return named;
}

static void
named_reading_free (gpointer data)
{
  MgrNamedReading *named = data;

  g_free (named->name);
  mgr_pressure_reading_unref (named->reading);
  g_free (named);
}

static gpointer
copy_object (gconstpointer object,
             gpointer      user_data)
{
  return g_object_ref ((gpointer) object);
}

static GPtrArray *
gather_answers (GPtrArray *readers,
                gint64     now,
                gint64     interval,
                GStrv     *missing)
{
  GPtrArray *readings = g_ptr_array_new_with_free_func (named_reading_free);
  g_autoptr (GStrvBuilder) silent = g_strv_builder_new ();

  for (guint i = 0; i < readers->len; i++)
    {
      MgrSourceReader *reader = g_ptr_array_index (readers, i);
      g_autoptr (MgrPressureReading) reading = mgr_source_reader_answer (reader, now, interval);

      if (reading != NULL)
        g_ptr_array_add (readings, named_reading_new (mgr_source_reader_get_name (reader), reading));
      else
        g_strv_builder_add (silent, mgr_source_reader_get_name (reader));
    }

  *missing = g_strv_builder_end (silent);
  return readings;
}

GPtrArray *
mgr_source_set_collect (MgrSourceSet *self,
                        GStrv        *missing)
{
  g_autoptr (GPtrArray) readers = NULL;
  gint64 now = mgr_clock_get_time (self->clock);
  gint64 interval;
  gint64 patience;

  g_mutex_lock (&self->lock);
  readers = g_ptr_array_copy (self->readers, copy_object, NULL);
  interval = self->interval;
  patience = MIN (self->patience, interval / 2);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < readers->len; i++)
    mgr_source_reader_ask (g_ptr_array_index (readers, i), patience);

  return gather_answers (readers, now, interval, missing);
}
