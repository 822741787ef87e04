/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-level-now-private.h"

#include "pressure/mgr-pressure-sample-private.h"

MgrPressureLevel
mgr_level_now (MgrPressureMonitor *monitor)
{
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);

  return mgr_pressure_sample_get_judged (sample);
}
