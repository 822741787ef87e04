/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

/**
 * mgr_manager_get_root:
 * @self: a manager
 *
 * Gets the component above all others.
 *
 * Returns: (transfer none): the root
 *
 * Since: 1.0
 */
MgrComponent *
mgr_manager_get_root (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->root;
}

/**
 * mgr_manager_get_monitor:
 * @self: a manager
 *
 * Gets what senses pressure.
 *
 * Returns: (transfer none): the monitor
 *
 * Since: 1.0
 */
MgrPressureMonitor *
mgr_manager_get_monitor (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->monitor;
}

/**
 * mgr_manager_get_cleaner:
 * @self: a manager
 *
 * Gets what takes memory back.
 *
 * Returns: (transfer none): the cleaner
 *
 * Since: 1.0
 */
MgrCleaner *
mgr_manager_get_cleaner (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->cleaner;
}

/**
 * mgr_manager_get_limits:
 * @self: a manager
 *
 * Gets the memory that this process may have.
 *
 * Returns: (transfer none): the limits
 *
 * Since: 1.0
 */
MgrMemoryLimits *
mgr_manager_get_limits (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->limits;
}

/**
 * mgr_manager_get_level:
 * @self: a manager
 *
 * Gets how short memory is.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_manager_get_level (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), MGR_PRESSURE_LEVEL_NORMAL);

  return mgr_pressure_monitor_get_level (self->monitor);
}
