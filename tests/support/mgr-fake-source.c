/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-source.h"

typedef struct
{
  char *name;             /* (owned) */
  MgrFakeSourceFunc func; /* (nullable) */
  gpointer user_data;     /* (unowned) */
  int calls;              /* atomic: of its name */

  GMutex lock;            /* guards what follows */
  GCond changed;
  MgrFakeAnswer answer;
  guint64 used;
  guint64 limit;
  double stall;
  guint reads;
  GThread *reader;        /* (unowned) (nullable): only compared */
} MgrFakeSourcePrivate;

static void mgr_fake_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_TYPE_WITH_CODE (MgrFakeSource, mgr_fake_source, G_TYPE_OBJECT,
                         G_ADD_PRIVATE (MgrFakeSource)
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                mgr_fake_source_iface_init))

static const char *
mgr_fake_source_get_name (MgrPressureSource *source)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (MGR_FAKE_SOURCE (source));

  g_atomic_int_inc (&priv->calls);
  return priv->name;
}

static MgrPressureReading *
fake_source_answer (MgrFakeSourcePrivate  *priv,
                    GError               **error)
{
  if (priv->answer == MGR_FAKE_ANSWER_READING)
    return mgr_pressure_reading_new (priv->used,
                                     priv->limit > priv->used ? priv->limit - priv->used : 0,
                                     priv->limit, priv->stall);

  if (priv->answer == MGR_FAKE_ANSWER_ERROR)
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "The source “%s” fails", priv->name);
  return NULL;
}

static MgrPressureReading *
mgr_fake_source_read (MgrPressureSource  *source,
                      GError            **error)
{
  MgrFakeSource *self = MGR_FAKE_SOURCE (source);
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = NULL;

  if (priv->func != NULL)
    priv->func (self, priv->user_data);

  locker = g_mutex_locker_new (&priv->lock);
  priv->reads++;
  priv->reader = g_thread_self ();
  g_cond_broadcast (&priv->changed);

  while (priv->answer == MGR_FAKE_ANSWER_NEVER)
    g_cond_wait (&priv->changed, &priv->lock);

  return fake_source_answer (priv, error);
}

static gboolean
mgr_fake_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_fake_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_fake_source_get_name;
  iface->read = mgr_fake_source_read;
  iface->is_thread_safe = mgr_fake_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_fake_source_finalize (GObject *object)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (MGR_FAKE_SOURCE (object));

  g_free (priv->name);
  g_cond_clear (&priv->changed);
  g_mutex_clear (&priv->lock);

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
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  g_mutex_init (&priv->lock);
  g_cond_init (&priv->changed);
}

typedef MgrFakeSource MgrFakeForeignSource;
typedef MgrFakeSourceClass MgrFakeForeignSourceClass;

static void
mgr_fake_foreign_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->prompt = FALSE;
}

static GType mgr_fake_foreign_source_get_type (void);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrFakeForeignSource, mgr_fake_foreign_source,
                               MGR_TYPE_FAKE_SOURCE,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_fake_foreign_source_iface_init))

static void
mgr_fake_foreign_source_class_init (MgrFakeForeignSourceClass *klass)
{
}

static void
mgr_fake_foreign_source_init (MgrFakeForeignSource *self)
{
}

typedef MgrFakeSource MgrFakeUnsafeSource;
typedef MgrFakeSourceClass MgrFakeUnsafeSourceClass;

static void
mgr_fake_unsafe_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->is_thread_safe = NULL;
  iface->prompt = FALSE;
}

static GType mgr_fake_unsafe_source_get_type (void);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrFakeUnsafeSource, mgr_fake_unsafe_source,
                               MGR_TYPE_FAKE_SOURCE,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_fake_unsafe_source_iface_init))

static void
mgr_fake_unsafe_source_class_init (MgrFakeUnsafeSourceClass *klass)
{
}

static void
mgr_fake_unsafe_source_init (MgrFakeUnsafeSource *self)
{
}

static MgrFakeSource *
fake_source_new (GType       type,
                 const char *name)
{
  MgrFakeSource *self = g_object_new (type, NULL);
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  priv->name = g_strdup (name);
  return self;
}

MgrFakeSource *
mgr_fake_source_new (const char *name)
{
  return fake_source_new (MGR_TYPE_FAKE_SOURCE, name);
}

MgrFakeSource *
mgr_fake_source_new_foreign (const char *name)
{
  return fake_source_new (mgr_fake_foreign_source_get_type (), name);
}

MgrFakeSource *
mgr_fake_source_new_unsafe (const char *name)
{
  return fake_source_new (mgr_fake_unsafe_source_get_type (), name);
}

void
mgr_fake_source_call (MgrFakeSource     *self,
                      MgrFakeSourceFunc  func,
                      gpointer           user_data)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  priv->func = func;
  priv->user_data = user_data;
}

void
mgr_fake_source_set (MgrFakeSource *self,
                     guint64        used,
                     guint64        limit,
                     double         stall)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  g_mutex_lock (&priv->lock);
  priv->used = used;
  priv->limit = limit;
  priv->stall = stall;
  g_mutex_unlock (&priv->lock);
}

void
mgr_fake_source_answer (MgrFakeSource *self,
                        MgrFakeAnswer  answer)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  g_mutex_lock (&priv->lock);
  priv->answer = answer;
  g_cond_broadcast (&priv->changed);
  g_mutex_unlock (&priv->lock);
}

void
mgr_fake_source_wait (MgrFakeSource *self,
                      guint          reads)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  g_mutex_lock (&priv->lock);
  while (priv->reads < reads)
    g_cond_wait (&priv->changed, &priv->lock);
  g_mutex_unlock (&priv->lock);
}

guint
mgr_fake_source_get_reads (MgrFakeSource *self)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  return priv->reads;
}

GThread *
mgr_fake_source_get_reader (MgrFakeSource *self)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&priv->lock);

  return priv->reader;
}

guint
mgr_fake_source_get_calls (MgrFakeSource *self)
{
  MgrFakeSourcePrivate *priv = mgr_fake_source_get_instance_private (self);

  return (guint) g_atomic_int_get (&priv->calls);
}
