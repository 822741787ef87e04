/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

/**
 * mgr_manager_add_gpu:
 * @self: a manager
 * @device: which GPU, in the driver's order from 0 on
 * @budget: how much of its memory the program may charge, in bytes, or 0 for all
 * @error: return location for a #GError
 *
 * Opens books for the memory of a GPU, as mgr_gpu_memory_new() does, and adds them to the
 * sources of the monitor, which holds them from then on. Call it once for each device that
 * the program uses. May be called from any thread.
 *
 * Returns: (transfer full): the memory, or %NULL on failure
 *
 * Since: 1.0
 */
MgrGpuMemory *
mgr_manager_add_gpu (MgrManager  *self,
                     guint        device,
                     guint64      budget,
                     GError     **error)
{
  MgrGpuMemory *memory;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  memory = mgr_gpu_memory_new (device, budget, error);
  if (memory != NULL)
    mgr_pressure_monitor_add_source (self->monitor, MGR_PRESSURE_SOURCE (memory));
  return memory;
}
