/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-source.h"

struct _MgrFakeSource
{
  GObject parent_instance;

  char *name;      /* (owned) */
  GMutex lock;     /* guards what follows */
  GCond changed;
  MgrFakeAnswer answer;
  guint64 used;
  guint64 limit;
  double stall;
  guint reads;
  GThread *reader; /* (unowned) (nullable): only compared */
};

static void mgr_fake_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrFakeSource, mgr_fake_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_fake_source_iface_init))

static const char *
mgr_fake_source_get_name (MgrPressureSource *source)
{
  return MGR_FAKE_SOURCE (source)->name;
}

static MgrPressureReading *
mgr_fake_source_read (MgrPressureSource  *source,
                      GError            **error)
{
  MgrFakeSource *self = MGR_FAKE_SOURCE (source);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->reads++;
  self->reader = g_thread_self ();
  g_cond_broadcast (&self->changed);

  while (self->answer == MGR_FAKE_ANSWER_NEVER)
    g_cond_wait (&self->changed, &self->lock);

  if (self->answer == MGR_FAKE_ANSWER_READING)
    return mgr_pressure_reading_new (self->used,
                                     self->limit > self->used ? self->limit - self->used : 0,
                                     self->limit, self->stall);

  if (self->answer == MGR_FAKE_ANSWER_ERROR)
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "The source “%s” fails", self->name);
  return NULL;
}

static void
mgr_fake_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_fake_source_get_name;
  iface->read = mgr_fake_source_read;
}

static void
mgr_fake_source_finalize (GObject *object)
{
  MgrFakeSource *self = MGR_FAKE_SOURCE (object);

  g_free (self->name);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_fake_source_parent_class)->finalize (object);
}

static void
mgr_fake_source_class_init (MgrFakeSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_fake_source_finalize;
}

static void
mgr_fake_source_init (MgrFakeSource *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

MgrFakeSource *
mgr_fake_source_new (const char *name)
{
  MgrFakeSource *self = g_object_new (MGR_TYPE_FAKE_SOURCE, NULL);

  self->name = g_strdup (name);
  return self;
}

void
mgr_fake_source_set (MgrFakeSource *self,
                     guint64        used,
                     guint64        limit,
                     double         stall)
{
  g_mutex_lock (&self->lock);
  self->used = used;
  self->limit = limit;
  self->stall = stall;
  g_mutex_unlock (&self->lock);
}

void
mgr_fake_source_answer (MgrFakeSource *self,
                        MgrFakeAnswer  answer)
{
  g_mutex_lock (&self->lock);
  self->answer = answer;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
mgr_fake_source_wait (MgrFakeSource *self,
                      guint          reads)
{
  g_mutex_lock (&self->lock);
  while (self->reads < reads)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
mgr_fake_source_get_reads (MgrFakeSource *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->reads;
}

GThread *
mgr_fake_source_get_reader (MgrFakeSource *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->reader;
}
