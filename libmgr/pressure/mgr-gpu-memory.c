/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-gpu-memory.h"

#include "base/mgr-size.h"
#include "ledger/mgr-ledger-private.h"
#include "pressure/mgr-nvml-private.h"

/**
 * SECTION:mgr-gpu-memory
 * @title: MgrGpuMemory
 * @short_description: what a program may take of a GPU's memory
 *
 * The memory of a device is not that of the machine, so it has books of its own: a
 * component called “gpu0” and so on, by its device, with a budget that no charge to a
 * manager touches. What the program takes of the device it charges there or to a part of
 * it, which mgr_gpu_memory_add_component() makes, as it does everywhere.
 *
 * It is a #MgrPressureSource as well, “gpu0-budget” and so on: how short the budget is,
 * or the device, if other programs hold so much of it that the budget is more than can be
 * had. mgr_manager_add_gpu() makes one and adds it to a manager's monitor. May be used
 * from any thread.
 */

/**
 * MgrGpuMemory:
 *
 * What a program may take of a GPU's memory.
 *
 * Since: 1.0
 */
struct _MgrGpuMemory
{
  GObject parent_instance;

  guint device;
  guint64 budget;          /* bytes, 0 for all; as it was at construction */
  char *library;           /* (owned) */
  char *name;              /* (owned) */
  guint64 total;           /* bytes */
  MgrLedger *ledger;       /* (owned) (nullable) until initialized */
  MgrComponent *component; /* (owned) (nullable) until initialized */

  GMutex lock;
  MgrNvml *nvml;           /* (owned) (nullable): not open, guarded by lock */
};

typedef enum
{
  PROP_DEVICE = 1,
  PROP_BUDGET,
  PROP_LIBRARY,
  PROP_TOTAL,
  PROP_COMPONENT,
} MgrGpuMemoryProperty;

static GParamSpec *props[PROP_COMPONENT + 1] = { NULL, };

static void mgr_gpu_memory_initable_init (GInitableIface *iface);
static void mgr_gpu_memory_source_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrGpuMemory, mgr_gpu_memory, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      mgr_gpu_memory_initable_init)
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_gpu_memory_source_init))

/* What failed is opened anew at the next reading: the driver may have been restarted. */
static gboolean
gpu_memory_read_device (MgrGpuMemory  *self,
                        guint64       *total,
                        guint64       *available,
                        GError       **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->nvml == NULL)
    self->nvml = mgr_nvml_open (self->library, error);
  if (self->nvml == NULL)
    return FALSE;

  if (mgr_nvml_read_memory (self->nvml, self->device, total, available, error))
    return TRUE;

  g_clear_pointer (&self->nvml, mgr_nvml_close);
  return FALSE;
}

static gboolean
gpu_memory_check_budget (MgrGpuMemory  *self,
                         GError       **error)
{
  g_autofree char *budget = mgr_size_format (self->budget);
  g_autofree char *total = mgr_size_format (self->total);

  if (self->budget <= self->total)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "A budget of %s for GPU %u: it has %s in all", budget, self->device, total);
  return FALSE;
}

static gboolean
mgr_gpu_memory_initable_real_init (GInitable     *initable,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (initable);
  g_autofree char *name = g_strdup_printf ("gpu%u", self->device);
  guint64 available;

  if (self->component != NULL)
    return TRUE;
  if (!gpu_memory_read_device (self, &self->total, &available, error) ||
      !gpu_memory_check_budget (self, error))
    return FALSE;

  self->ledger = mgr_ledger_new (mgr_clock_get_default (), self->total);
  self->component = mgr_ledger_add (self->ledger, name,
                                    self->budget > 0 ? self->budget : self->total, NULL, error);
  if (self->component == NULL)
    return FALSE;

  g_object_ref (self->component);
  return TRUE;
}

static void
mgr_gpu_memory_initable_init (GInitableIface *iface)
{
  iface->init = mgr_gpu_memory_initable_real_init;
}

static const char *
mgr_gpu_memory_get_name (MgrPressureSource *source)
{
  return MGR_GPU_MEMORY (source)->name;
}

static MgrPressureReading *
mgr_gpu_memory_read (MgrPressureSource  *source,
                     GError            **error)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (source);
  guint64 budget = mgr_component_get_budget (self->component);
  guint64 used = mgr_component_get_used (self->component);
  guint64 total = 0;
  guint64 on_device = 0;
  guint64 room;

  if (!gpu_memory_read_device (self, &total, &on_device, error))
    return NULL;

  if (budget == 0)
    budget = total;
  room = MIN (budget - MIN (used, budget), on_device);
  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_DEVICE, budget - room, room, budget,
                                             0.0);
}

static gboolean
mgr_gpu_memory_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_gpu_memory_source_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_gpu_memory_get_name;
  iface->read = mgr_gpu_memory_read;
  iface->is_thread_safe = mgr_gpu_memory_is_thread_safe;
}

static void
mgr_gpu_memory_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (object);

  switch ((MgrGpuMemoryProperty) id)
    {
    case PROP_DEVICE:
      g_value_set_uint (value, self->device);
      break;
    case PROP_BUDGET:
      g_value_set_uint64 (value, self->budget);
      break;
    case PROP_LIBRARY:
      g_value_set_string (value, self->library);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    case PROP_COMPONENT:
      g_value_set_object (value, self->component);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_gpu_memory_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (object);

  switch ((MgrGpuMemoryProperty) id)
    {
    case PROP_DEVICE:
      self->device = g_value_get_uint (value);
      break;
    case PROP_BUDGET:
      self->budget = g_value_get_uint64 (value);
      break;
    case PROP_LIBRARY:
      self->library = g_value_dup_string (value);
      break;
    case PROP_TOTAL:
    case PROP_COMPONENT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_gpu_memory_constructed (GObject *object)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (object);

  G_OBJECT_CLASS (mgr_gpu_memory_parent_class)->constructed (object);

  if (self->library == NULL)
    self->library = g_strdup (MGR_DEFAULT_NVML);
  self->name = g_strdup_printf ("gpu%u-budget", self->device);
}

static void
mgr_gpu_memory_finalize (GObject *object)
{
  MgrGpuMemory *self = MGR_GPU_MEMORY (object);

  g_clear_object (&self->component);
  if (self->ledger != NULL)
    mgr_ledger_close (self->ledger);
  g_clear_pointer (&self->ledger, mgr_ledger_unref);
  g_clear_pointer (&self->nvml, mgr_nvml_close);
  g_free (self->library);
  g_free (self->name);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_gpu_memory_parent_class)->finalize (object);
}

static void
mgr_gpu_memory_class_init (MgrGpuMemoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags constant = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags figure = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mgr_gpu_memory_get_property;
  object_class->set_property = mgr_gpu_memory_set_property;
  object_class->constructed = mgr_gpu_memory_constructed;
  object_class->finalize = mgr_gpu_memory_finalize;

  /**
   * MgrGpuMemory:device:
   *
   * Which GPU, in the driver's order from 0 on.
   *
   * Since: 1.0
   */
  props[PROP_DEVICE] = g_param_spec_uint ("device", NULL, NULL, 0, G_MAXUINT, 0, constant);

  /**
   * MgrGpuMemory:budget:
   *
   * What the budget was at construction, in bytes; 0 for all of the device. That of
   * #MgrGpuMemory:component can be changed.
   *
   * Since: 1.0
   */
  props[PROP_BUDGET] = g_param_spec_uint64 ("budget", NULL, NULL, 0, G_MAXUINT64, 0, constant);

  /**
   * MgrGpuMemory:library:
   *
   * The name or path of NVIDIA's management library; %NULL at construction for
   * `libnvidia-ml.so.1`.
   *
   * Since: 1.0
   */
  props[PROP_LIBRARY] = g_param_spec_string ("library", NULL, NULL, NULL, constant);

  /**
   * MgrGpuMemory:total:
   *
   * How much memory the device has, in bytes.
   *
   * Since: 1.0
   */
  props[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, figure);

  /**
   * MgrGpuMemory:component:
   *
   * What memory of the device is charged to.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT, figure);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_gpu_memory_init (MgrGpuMemory *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_gpu_memory_new:
 * @device: which GPU, in the driver's order from 0 on
 * @budget: how much of its memory may be charged, in bytes, or 0 for all
 * @error: return location for a #GError
 *
 * Opens books for the memory of a GPU. Where there is no such device, or no NVIDIA
 * driver, it is %MGR_ERROR_NOT_AVAILABLE; more than the device has is
 * %MGR_ERROR_INFEASIBLE. The driver may take seconds to wake up. May be called from any
 * thread.
 *
 * Returns: (transfer full): the memory, or %NULL on failure
 *
 * Since: 1.0
 */
MgrGpuMemory *
mgr_gpu_memory_new (guint     device,
                    guint64   budget,
                    GError  **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_GPU_MEMORY, NULL, error, "device", device, "budget", budget, NULL);
}

/**
 * mgr_gpu_memory_get_device:
 * @self: a GPU's memory
 *
 * Gets which GPU it is.
 *
 * Returns: the number, in the driver's order from 0 on
 *
 * Since: 1.0
 */
guint
mgr_gpu_memory_get_device (MgrGpuMemory *self)
{
  g_return_val_if_fail (MGR_IS_GPU_MEMORY (self), 0);

  return self->device;
}

/**
 * mgr_gpu_memory_get_total:
 * @self: a GPU's memory
 *
 * Gets how much memory the device has.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_gpu_memory_get_total (MgrGpuMemory *self)
{
  g_return_val_if_fail (MGR_IS_GPU_MEMORY (self), 0);

  return self->total;
}

/**
 * mgr_gpu_memory_get_component:
 * @self: a GPU's memory
 *
 * Gets what memory of the device is charged to. Its budget can be changed, and is within
 * that of the device. Once @self is gone it fails with %MGR_ERROR_CLOSED.
 *
 * Returns: (transfer none): the component
 *
 * Since: 1.0
 */
MgrComponent *
mgr_gpu_memory_get_component (MgrGpuMemory *self)
{
  g_return_val_if_fail (MGR_IS_GPU_MEMORY (self), NULL);

  return self->component;
}

/**
 * mgr_gpu_memory_add_component:
 * @self: a GPU's memory
 * @name: the name of the component
 * @budget: the budget in bytes, or 0 to be limited by that of the device alone
 * @error: return location for a #GError
 *
 * Makes a part of the component. It fails as mgr_manager_add_component() does.
 *
 * Returns: (transfer none): the new component, or %NULL on failure
 *
 * Since: 1.0
 */
MgrComponent *
mgr_gpu_memory_add_component (MgrGpuMemory  *self,
                              const char    *name,
                              guint64        budget,
                              GError       **error)
{
  g_return_val_if_fail (MGR_IS_GPU_MEMORY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return mgr_ledger_add (self->ledger, name, budget, self->component, error);
}
