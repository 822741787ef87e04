/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "pressure/mgr-pressure-monitor.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_NOTIFIER (mgr_pressure_notifier_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrPressureNotifier, mgr_pressure_notifier, MGR, PRESSURE_NOTIFIER, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureNotifier  *mgr_pressure_notifier_new             (MgrPressureMonitor   *monitor,
                                                             const char           *directory,
                                                             MgrPressureChannel    channel,
                                                             GError              **error);

MGR_AVAILABLE_IN_1_0
const char           *mgr_pressure_notifier_get_path        (MgrPressureNotifier  *self);

MGR_AVAILABLE_IN_1_0
const char * const   *mgr_pressure_notifier_get_environment (MgrPressureNotifier  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel      mgr_pressure_notifier_get_threshold   (MgrPressureNotifier  *self);

MGR_AVAILABLE_IN_1_0
void                  mgr_pressure_notifier_set_threshold   (MgrPressureNotifier  *self,
                                                             MgrPressureLevel      threshold);

G_END_DECLS
