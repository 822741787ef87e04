/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-gpu-source.h"

#include "pressure/mgr-nvml-private.h"

/**
 * SECTION:mgr-gpu-source
 * @title: MgrGpuSource
 * @short_description: how short the memory of a GPU is
 *
 * It asks NVIDIA's management library, which comes with the driver and is loaded only
 * at the first reading. What all programs together hold on the device counts as used.
 * A driver may answer late or never, so a monitor reads the source in a thread of its
 * own.
 */

/**
 * MgrGpuSource:
 *
 * A #MgrPressureSource called “gpu0”, “gpu1” and so on, by its device.
 *
 * Since: 1.0
 */
struct _MgrGpuSource
{
  GObject parent_instance;

  guint device;
  char *library; /* (owned) */
  char *name;    /* (owned) */

  GMutex lock;
  MgrNvml *nvml; /* (owned) (nullable): not open, guarded by lock */
};

typedef enum
{
  PROP_DEVICE = 1,
  PROP_LIBRARY,
} MgrGpuSourceProperty;

static GParamSpec *props[PROP_LIBRARY + 1] = { NULL, };

static void mgr_gpu_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrGpuSource, mgr_gpu_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_gpu_source_iface_init))

static const char *
mgr_gpu_source_get_name (MgrPressureSource *source)
{
  return MGR_GPU_SOURCE (source)->name;
}

/* What failed is opened anew at the next reading: the driver may have been restarted. */
static gboolean
gpu_source_read_unlocked (MgrGpuSource  *self,
                          guint64       *total,
                          guint64       *available,
                          GError       **error)
{
  if (self->nvml == NULL)
    self->nvml = mgr_nvml_open (self->library, error);
  if (self->nvml == NULL)
    return FALSE;

  if (mgr_nvml_read_memory (self->nvml, self->device, total, available, error))
    return TRUE;

  g_clear_pointer (&self->nvml, mgr_nvml_close);
  return FALSE;
}

static MgrPressureReading *
mgr_gpu_source_read (MgrPressureSource  *source,
                     GError            **error)
{
  MgrGpuSource *self = MGR_GPU_SOURCE (source);
  guint64 total = 0;
  guint64 available = 0;
  gboolean success;

  g_mutex_lock (&self->lock);
  success = gpu_source_read_unlocked (self, &total, &available, error);
  g_mutex_unlock (&self->lock);

  return success
    ? mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_DEVICE,
                                          total - available, available, total, 0.0)
    : NULL;
}

static gboolean
mgr_gpu_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_gpu_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_gpu_source_get_name;
  iface->read = mgr_gpu_source_read;
  iface->is_thread_safe = mgr_gpu_source_is_thread_safe;
}

static void
mgr_gpu_source_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MgrGpuSource *self = MGR_GPU_SOURCE (object);

  switch ((MgrGpuSourceProperty) id)
    {
    case PROP_DEVICE:
      g_value_set_uint (value, self->device);
      break;
    case PROP_LIBRARY:
      g_value_set_string (value, self->library);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_gpu_source_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  MgrGpuSource *self = MGR_GPU_SOURCE (object);

  switch ((MgrGpuSourceProperty) id)
    {
    case PROP_DEVICE:
      self->device = g_value_get_uint (value);
      break;
    case PROP_LIBRARY:
      self->library = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_gpu_source_constructed (GObject *object)
{
  MgrGpuSource *self = MGR_GPU_SOURCE (object);

  G_OBJECT_CLASS (mgr_gpu_source_parent_class)->constructed (object);

  if (self->library == NULL)
    self->library = g_strdup (MGR_DEFAULT_NVML);
  self->name = g_strdup_printf ("gpu%u", self->device);
}

static void
mgr_gpu_source_finalize (GObject *object)
{
  MgrGpuSource *self = MGR_GPU_SOURCE (object);

  g_clear_pointer (&self->nvml, mgr_nvml_close);
  g_free (self->library);
  g_free (self->name);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_gpu_source_parent_class)->finalize (object);
}

static void
mgr_gpu_source_class_init (MgrGpuSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_gpu_source_get_property;
  object_class->set_property = mgr_gpu_source_set_property;
  object_class->constructed = mgr_gpu_source_constructed;
  object_class->finalize = mgr_gpu_source_finalize;

  /**
   * MgrGpuSource:device:
   *
   * Which GPU, in the driver's order from 0 on.
   *
   * Since: 1.0
   */
  props[PROP_DEVICE] =
    g_param_spec_uint ("device", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrGpuSource:library:
   *
   * The name or path of NVIDIA's management library; %NULL at construction for
   * `libnvidia-ml.so.1`.
   *
   * Since: 1.0
   */
  props[PROP_LIBRARY] =
    g_param_spec_string ("library", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_gpu_source_init (MgrGpuSource *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_gpu_source_new:
 * @device: which GPU, in the driver's order from 0 on
 *
 * Makes a source for the memory of a GPU. Where there is no such device, or no
 * NVIDIA driver, its readings fail with %MGR_ERROR_NOT_AVAILABLE. May be called from
 * any thread.
 *
 * Returns: (transfer full) (type MgrGpuSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_gpu_source_new (guint device)
{
  return g_object_new (MGR_TYPE_GPU_SOURCE, "device", device, NULL);
}

/**
 * mgr_gpu_source_count_devices:
 *
 * Counts the GPUs that #MgrGpuSource can watch. The driver may take seconds to wake
 * up. May be called from any thread.
 *
 * Returns: how many; 0 where there is no NVIDIA driver
 *
 * Since: 1.0
 */
guint
mgr_gpu_source_count_devices (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrNvml) nvml = mgr_nvml_open (MGR_DEFAULT_NVML, &error);
  guint n_devices = 0;

  if (nvml != NULL && mgr_nvml_count (nvml, &n_devices, &error))
    return n_devices;

  g_debug ("No GPU is watched: %s", error->message);
  return 0;
}
