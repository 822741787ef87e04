/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-source.h"

#include "pressure/mgr-cgroup-memory-private.h"
#include "pressure/mgr-meminfo-private.h"
#include "pressure/mgr-proc-file-private.h"

/**
 * SECTION:mgr-cgroup-source
 * @title: MgrCgroupSource
 * @short_description: how short memory is in the cgroup of this process
 *
 * It reads the memory cgroup of this process and all its visible ancestors, on
 * v1, v2 or a mixture of both. In each group, what counts as used is the current
 * use less what the kernel gives back unasked (the inactive files, half of the
 * active ones and half of the slab it can reclaim), and the limit is memory.max
 * or, where it is less, memory.high, from which on the group is throttled;
 * memory.low and memory.min are protections and no limits.
 *
 * A reading tells use and limit of the group that is filled to the largest share,
 * and as available the smallest room that is left in any group and on the
 * machine. A process without limits gets a reading with a limit of 0.
 */

/**
 * MgrCgroupSource:
 *
 * A #MgrPressureSource called “cgroup”.
 *
 * Since: 1.0
 */
struct _MgrCgroupSource
{
  GObject parent_instance;

  char *proc_path;         /* (owned) */
  char *cgroup_path;       /* (owned) (nullable) */
  GMutex lock;
  MgrCgroupMemory *memory; /* (owned), guarded by lock */
  MgrProcFile *meminfo;    /* (owned), guarded by lock */
};

typedef enum
{
  PROP_PROC_PATH = 1,
  PROP_CGROUP_PATH,
} MgrCgroupSourceProperty;

static GParamSpec *props[PROP_CGROUP_PATH + 1] = { NULL, };

static void mgr_cgroup_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrCgroupSource, mgr_cgroup_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_cgroup_source_iface_init))

static const char *
mgr_cgroup_source_get_name (MgrPressureSource *source)
{
  return "cgroup";
}

static MgrPressureReading *
cgroup_source_read_unlocked (MgrCgroupSource  *self,
                             GError          **error)
{
  MgrCgroupSummary summary;
  guint64 host_total = 0;
  guint64 host_available = G_MAXUINT64;

  if (!mgr_cgroup_memory_read (self->memory, &summary, error))
    return NULL;

  if (summary.fullest_limit == MGR_NO_LIMIT)
    return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, 0, 0, 0, 0.0);

  /* Without meminfo the groups' own room has to do. */
  if (!mgr_meminfo_read (self->meminfo, &host_total, &host_available, NULL))
    host_available = G_MAXUINT64;

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP,
                                             summary.fullest_used,
                                             MIN (summary.headroom, host_available),
                                             summary.fullest_limit, 0.0);
}

static MgrPressureReading *
mgr_cgroup_source_read (MgrPressureSource  *source,
                        GError            **error)
{
  MgrCgroupSource *self = MGR_CGROUP_SOURCE (source);
  MgrPressureReading *reading;

  g_mutex_lock (&self->lock);
  reading = cgroup_source_read_unlocked (self, error);
  g_mutex_unlock (&self->lock);

  return reading;
}

static gboolean
mgr_cgroup_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_cgroup_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_cgroup_source_get_name;
  iface->read = mgr_cgroup_source_read;
  iface->is_thread_safe = mgr_cgroup_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_cgroup_source_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrCgroupSource *self = MGR_CGROUP_SOURCE (object);

  switch ((MgrCgroupSourceProperty) id)
    {
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, self->cgroup_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_cgroup_source_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrCgroupSource *self = MGR_CGROUP_SOURCE (object);

  switch ((MgrCgroupSourceProperty) id)
    {
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      self->cgroup_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_cgroup_source_constructed (GObject *object)
{
  MgrCgroupSource *self = MGR_CGROUP_SOURCE (object);

  G_OBJECT_CLASS (mgr_cgroup_source_parent_class)->constructed (object);

  if (self->proc_path == NULL)
    self->proc_path = g_strdup (MGR_DEFAULT_PROC_PATH);
  self->memory = mgr_cgroup_memory_new (self->proc_path, self->cgroup_path);
  self->meminfo = mgr_proc_file_new (self->proc_path, "meminfo");
}

static void
mgr_cgroup_source_finalize (GObject *object)
{
  MgrCgroupSource *self = MGR_CGROUP_SOURCE (object);

  g_clear_pointer (&self->memory, mgr_cgroup_memory_free);
  g_clear_pointer (&self->meminfo, mgr_proc_file_free);
  g_free (self->proc_path);
  g_free (self->cgroup_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_cgroup_source_parent_class)->finalize (object);
}

static void
mgr_cgroup_source_class_init (MgrCgroupSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_cgroup_source_get_property;
  object_class->set_property = mgr_cgroup_source_set_property;
  object_class->constructed = mgr_cgroup_source_constructed;
  object_class->finalize = mgr_cgroup_source_finalize;

  /**
   * MgrCgroupSource:proc-path:
   *
   * The directory that stands for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrCgroupSource:cgroup-path:
   *
   * A directory under which the mount points that mountinfo names are looked for,
   * or %NULL for the root directory.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] =
    g_param_spec_string ("cgroup-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_cgroup_source_init (MgrCgroupSource *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_cgroup_source_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for the cgroup of this process. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrCgroupSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_cgroup_source_new (const char *proc_path,
                       const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_CGROUP_SOURCE,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
