/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-meminfo-source.h"

#include "base/mgr-error.h"
#include "pressure/mgr-system-source-private.h"

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
 * A #MgrPressureSource called “meminfo”, of the scope %MGR_PRESSURE_SCOPE_MACHINE.
 *
 * Since: 1.0
 */
struct _MgrMeminfoSource
{
  MgrSystemSource parent_instance;

  gboolean user_memory;
};

typedef enum
{
  PROP_USER_MEMORY = 1,
} MgrMeminfoSourceProperty;

static GParamSpec *props[PROP_USER_MEMORY + 1] = { NULL, };

G_DEFINE_FINAL_TYPE (MgrMeminfoSource, mgr_meminfo_source, MGR_TYPE_SYSTEM_SOURCE)

static const char *
mgr_meminfo_source_source_name (MgrSystemSource *source)
{
  return "meminfo";
}

static MgrPressureReading *
read_user_memory (MgrSystemFiles    *files,
                  const MgrMeminfo  *host,
                  GError           **error)
{
  if (host->anonymous > host->total)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable AnonPages",
                   mgr_system_files_get_meminfo_path (files));
      return NULL;
    }

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_MACHINE,
                                             host->anonymous, host->available,
                                             host->anonymous + host->available, 0.0);
}

static MgrPressureReading *
mgr_meminfo_source_measure (MgrSystemSource  *source,
                            gint64            now,
                            GError          **error)
{
  MgrSystemFiles *files = mgr_system_source_get_files (source);
  const MgrMeminfo *host = mgr_system_files_read_meminfo (files, error);

  if (host == NULL)
    return NULL;

  if (MGR_MEMINFO_SOURCE (source)->user_memory)
    return read_user_memory (files, host, error);

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_MACHINE,
                                             host->total - host->available, host->available,
                                             host->total, 0.0);
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
    case PROP_USER_MEMORY:
      g_value_set_boolean (value, self->user_memory);
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
    case PROP_USER_MEMORY:
      self->user_memory = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_meminfo_source_class_init (MgrMeminfoSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrSystemSourceClass *source_class = MGR_SYSTEM_SOURCE_CLASS (klass);

  object_class->get_property = mgr_meminfo_source_get_property;
  object_class->set_property = mgr_meminfo_source_set_property;
  source_class->source_name = mgr_meminfo_source_source_name;
  source_class->measure = mgr_meminfo_source_measure;

  /**
   * MgrMeminfoSource:user-memory:
   *
   * Whether only the memory of programs counts: AnonPages as used, and AnonPages +
   * MemAvailable as the limit. What the kernel, huge pages and tmpfs hold, and no
   * program can give back, is then neither.
   *
   * Since: 1.0
   */
  props[PROP_USER_MEMORY] =
    g_param_spec_boolean ("user-memory", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_meminfo_source_init (MgrMeminfoSource *self)
{
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
