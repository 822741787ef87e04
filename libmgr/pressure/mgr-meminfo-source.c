/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-meminfo-source.h"

#include "pressure/mgr-meminfo-private.h"
#include "pressure/mgr-proc-file-private.h"

/**
 * SECTION:mgr-meminfo-source
 * @title: MgrMeminfoSource
 * @short_description: how short memory is on the whole machine
 *
 * It reads /proc/meminfo: used is MemTotal less MemAvailable, so that the page
 * cache, which the kernel gives back unasked, does not count as used. In a
 * container whose meminfo comes from lxcfs the figures are the container's.
 */

/**
 * MgrMeminfoSource:
 *
 * A #MgrPressureSource called “meminfo”.
 *
 * Since: 1.0
 */
struct _MgrMeminfoSource
{
  GObject parent_instance;

  char *proc_path;   /* (owned) */
  GMutex lock;
  MgrProcFile *file; /* (owned), guarded by lock */
};

typedef enum
{
  PROP_PROC_PATH = 1,
} MgrMeminfoSourceProperty;

static GParamSpec *props[PROP_PROC_PATH + 1] = { NULL, };

static void mgr_meminfo_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrMeminfoSource, mgr_meminfo_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_meminfo_source_iface_init))

static const char *
mgr_meminfo_source_get_name (MgrPressureSource *source)
{
  return "meminfo";
}

static MgrPressureReading *
mgr_meminfo_source_read (MgrPressureSource  *source,
                         GError            **error)
{
  MgrMeminfoSource *self = MGR_MEMINFO_SOURCE (source);
  guint64 total = 0;
  guint64 available = 0;
  gboolean success;

  g_mutex_lock (&self->lock);
  success = mgr_meminfo_read (self->file, &total, &available, error);
  g_mutex_unlock (&self->lock);

  return success
    ? mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_MACHINE,
                                          total - available, available, total, 0.0)
    : NULL;
}

static gboolean
mgr_meminfo_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_meminfo_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_meminfo_source_get_name;
  iface->read = mgr_meminfo_source_read;
  iface->is_thread_safe = mgr_meminfo_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_meminfo_source_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrMeminfoSource *self = MGR_MEMINFO_SOURCE (object);

  switch ((MgrMeminfoSourceProperty) id)
    {
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_meminfo_source_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrMeminfoSource *self = MGR_MEMINFO_SOURCE (object);

  switch ((MgrMeminfoSourceProperty) id)
    {
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_meminfo_source_constructed (GObject *object)
{
  MgrMeminfoSource *self = MGR_MEMINFO_SOURCE (object);

  G_OBJECT_CLASS (mgr_meminfo_source_parent_class)->constructed (object);

  if (self->proc_path == NULL)
    self->proc_path = g_strdup (MGR_DEFAULT_PROC_PATH);
  self->file = mgr_proc_file_new (self->proc_path, "meminfo");
}

static void
mgr_meminfo_source_finalize (GObject *object)
{
  MgrMeminfoSource *self = MGR_MEMINFO_SOURCE (object);

  g_clear_pointer (&self->file, mgr_proc_file_free);
  g_free (self->proc_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_meminfo_source_parent_class)->finalize (object);
}

static void
mgr_meminfo_source_class_init (MgrMeminfoSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_meminfo_source_get_property;
  object_class->set_property = mgr_meminfo_source_set_property;
  object_class->constructed = mgr_meminfo_source_constructed;
  object_class->finalize = mgr_meminfo_source_finalize;

  /**
   * MgrMeminfoSource:proc-path:
   *
   * The directory that stands for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_meminfo_source_init (MgrMeminfoSource *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_meminfo_source_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 *
 * Makes a source for the whole machine. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrMeminfoSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_meminfo_source_new (const char *proc_path)
{
  return g_object_new (MGR_TYPE_MEMINFO_SOURCE, "proc-path", proc_path, NULL);
}
