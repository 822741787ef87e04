/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-level-now-private.h"

MgrPressureLevel
mgr_level_now (MgrPressureMonitor *monitor)
{
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);
  double usage = mgr_pressure_sample_get_usage (sample);
  MgrPressureLevel level = MGR_PRESSURE_LEVEL_EMERGENCY;

  while (level > MGR_PRESSURE_LEVEL_NORMAL
         && usage < mgr_pressure_monitor_get_threshold (monitor, level))
    level--;

  return level;
}
