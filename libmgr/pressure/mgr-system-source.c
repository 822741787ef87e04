/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-system-source-private.h"

/**
 * SECTION:mgr-system-source
 * @title: MgrSystemSource
 * @short_description: what reads the kernel's files
 *
 * What the sources have in common that read files of the kernel's: where these files
 * are, and the time by which they are read. Sources that look at the same files share
 * them: within a sample no file is read twice. They may be read from any thread, and
 * never wait.
 *
 * mgr_pressure_monitor_add_system_sources() adds all of them to a monitor.
 */

/**
 * MgrSystemSource:
 *
 * A #MgrPressureSource that reads files of the kernel's. Only classes of the library
 * are derived from it.
 *
 * Since: 1.0
 */

/**
 * MgrSystemSourceClass:
 *
 * The class of what reads the kernel's files. There is nothing in it for others.
 *
 * Since: 1.0
 */
typedef struct
{
  MgrClock *clock;       /* (owned) */
  char *proc_path;       /* (owned) */
  char *cgroup_path;     /* (owned) (nullable) */
  MgrSystemFiles *files; /* (owned) */
} MgrSystemSourcePrivate;

typedef enum
{
  PROP_CLOCK = 1,
  PROP_PROC_PATH,
  PROP_CGROUP_PATH,
} MgrSystemSourceProperty;

static GParamSpec *props[PROP_CGROUP_PATH + 1] = { NULL, };

static void mgr_system_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (MgrSystemSource, mgr_system_source, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (MgrSystemSource)
                                  G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                         mgr_system_source_iface_init))

#define PRIVATE(self) \
  ((MgrSystemSourcePrivate *) mgr_system_source_get_instance_private ((MgrSystemSource *) (self)))

MgrClock *
mgr_system_source_get_clock (MgrSystemSource *self)
{
  return PRIVATE (self)->clock;
}

const char *
mgr_system_source_get_proc_path (MgrSystemSource *self)
{
  return PRIVATE (self)->proc_path;
}

const char *
mgr_system_source_get_cgroup_path (MgrSystemSource *self)
{
  return PRIVATE (self)->cgroup_path;
}

MgrSystemFiles *
mgr_system_source_get_files (MgrSystemSource *self)
{
  return PRIVATE (self)->files;
}

static const char *
mgr_system_source_get_name (MgrPressureSource *source)
{
  MgrSystemSource *self = MGR_SYSTEM_SOURCE (source);

  return MGR_SYSTEM_SOURCE_GET_CLASS (self)->source_name (self);
}

static MgrPressureReading *
mgr_system_source_read (MgrPressureSource  *source,
                        GError            **error)
{
  MgrSystemSource *self = MGR_SYSTEM_SOURCE (source);
  MgrSystemSourcePrivate *priv = PRIVATE (self);
  gint64 now = mgr_clock_get_time (priv->clock);
  MgrPressureReading *reading;

  mgr_system_files_lock (priv->files);
  reading = MGR_SYSTEM_SOURCE_GET_CLASS (self)->measure (self, now, error);
  mgr_system_files_unlock (priv->files);

  return reading;
}

static gboolean
mgr_system_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_system_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_system_source_get_name;
  iface->read = mgr_system_source_read;
  iface->is_thread_safe = mgr_system_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_system_source_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrSystemSourcePrivate *priv = PRIVATE (object);

  switch ((MgrSystemSourceProperty) id)
    {
    case PROP_CLOCK:
      g_value_set_object (value, priv->clock);
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, priv->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, priv->cgroup_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_system_source_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrSystemSourcePrivate *priv = PRIVATE (object);

  switch ((MgrSystemSourceProperty) id)
    {
    case PROP_CLOCK:
      priv->clock = g_value_dup_object (value);
      break;
    case PROP_PROC_PATH:
      priv->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      priv->cgroup_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_system_source_constructed (GObject *object)
{
  MgrSystemSourcePrivate *priv = PRIVATE (object);

  G_OBJECT_CLASS (mgr_system_source_parent_class)->constructed (object);

  if (priv->clock == NULL)
    priv->clock = g_object_ref (mgr_clock_get_default ());
  if (priv->proc_path == NULL)
    priv->proc_path = g_strdup (MGR_DEFAULT_PROC_PATH);
  priv->files = mgr_system_files_get (priv->proc_path, priv->cgroup_path);
}

static void
mgr_system_source_finalize (GObject *object)
{
  MgrSystemSourcePrivate *priv = PRIVATE (object);

  g_clear_pointer (&priv->files, mgr_system_files_unref);
  g_clear_object (&priv->clock);
  g_free (priv->proc_path);
  g_free (priv->cgroup_path);

  G_OBJECT_CLASS (mgr_system_source_parent_class)->finalize (object);
}

static void
mgr_system_source_class_init (MgrSystemSourceClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_system_source_get_property;
  object_class->set_property = mgr_system_source_set_property;
  object_class->constructed = mgr_system_source_constructed;
  object_class->finalize = mgr_system_source_finalize;

  /**
   * MgrSystemSource:clock:
   *
   * The clock by which the source is read; %NULL for the default one.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrSystemSource:proc-path:
   *
   * The directory that stands for /proc; %NULL for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] = g_param_spec_string ("proc-path", NULL, NULL, NULL, flags);

  /**
   * MgrSystemSource:cgroup-path:
   *
   * A directory under which the mount points that mountinfo names are looked for,
   * or %NULL for the root directory.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] = g_param_spec_string ("cgroup-path", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_system_source_init (MgrSystemSource *self)
{
}
