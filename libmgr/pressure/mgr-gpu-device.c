/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-gpu-device.h"

#include "pressure/mgr-nvml-private.h"

/**
 * SECTION:mgr-gpu-device
 * @title: MgrGpuDevice
 * @short_description: a GPU and its memory
 *
 * What NVIDIA's management library told of a GPU when mgr_gpu_device_list() asked it. To
 * follow how the memory changes is the business of #MgrGpuSource, and to keep within a
 * part of it that of #MgrGpuMemory. A device never changes and may be read from any
 * thread.
 */

/**
 * MgrGpuDevice:
 *
 * A GPU and its memory.
 *
 * Since: 1.0
 */
struct _MgrGpuDevice
{
  gatomicrefcount ref_count;

  guint index;
  char *name;        /* (owned) */
  guint64 total;     /* bytes */
  guint64 available; /* bytes */
};

G_DEFINE_BOXED_TYPE (MgrGpuDevice, mgr_gpu_device, mgr_gpu_device_ref, mgr_gpu_device_unref)

/* Returns: (nullable): NULL for what has no memory of its own */
static MgrGpuDevice *
gpu_device_new (MgrNvml *nvml,
                guint    index)
{
  g_autoptr (GError) error = NULL;
  MgrGpuDevice *self;
  guint64 total = 0;
  guint64 available = 0;

  if (!mgr_nvml_read_memory (nvml, index, &total, &available, &error))
    {
      g_debug ("A GPU is left out: %s", error->message);
      return NULL;
    }

  self = g_new0 (MgrGpuDevice, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->index = index;
  self->name = mgr_nvml_read_name (nvml, index);
  self->total = total;
  self->available = available;
  return self;
}

/**
 * mgr_gpu_device_list:
 *
 * Lists the GPUs of this machine that have memory of their own. The driver may take
 * seconds to wake up. May be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrGpuDevice): the devices; none where there is
 *    no NVIDIA driver
 *
 * Since: 1.0
 */
GPtrArray *
mgr_gpu_device_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrNvml) nvml = mgr_nvml_open (MGR_DEFAULT_NVML, &error);
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_gpu_device_unref);
  guint n_devices = 0;

  if (nvml == NULL || !mgr_nvml_count (nvml, &n_devices, &error))
    g_debug ("No GPU is listed: %s", error->message);

  for (guint i = 0; i < n_devices; i++)
    {
      MgrGpuDevice *device = gpu_device_new (nvml, i);

      if (device != NULL)
        g_ptr_array_add (devices, device);
    }

  return devices;
}

/**
 * mgr_gpu_device_ref:
 * @self: a device
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrGpuDevice *
mgr_gpu_device_ref (MgrGpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_gpu_device_unref:
 * @self: (transfer full): a device
 *
 * Drops a reference.
 *
 * Since: 1.0
 */
void
mgr_gpu_device_unref (MgrGpuDevice *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self);
}

/**
 * mgr_gpu_device_get_index:
 * @self: a device
 *
 * Gets which GPU it is.
 *
 * Returns: the number, in the driver's order from 0 on
 *
 * Since: 1.0
 */
guint
mgr_gpu_device_get_index (MgrGpuDevice *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->index;
}

/**
 * mgr_gpu_device_get_name:
 * @self: a device
 *
 * Gets what the maker calls it.
 *
 * Returns: (transfer none): the name, empty if the driver does not tell
 *
 * Since: 1.0
 */
const char *
mgr_gpu_device_get_name (MgrGpuDevice *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * mgr_gpu_device_get_total:
 * @self: a device
 *
 * Gets how much memory it has.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_gpu_device_get_total (MgrGpuDevice *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->total;
}

/**
 * mgr_gpu_device_get_available:
 * @self: a device
 *
 * Gets how much of its memory no program held when it was asked.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_gpu_device_get_available (MgrGpuDevice *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->available;
}
