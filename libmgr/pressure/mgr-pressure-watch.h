/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-error.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_WATCH (mgr_pressure_watch_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrPressureWatch, mgr_pressure_watch, MGR, PRESSURE_WATCH, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureWatch *mgr_pressure_watch_new                  (const char        *path,
                                                           GBytes            *request,
                                                           MgrClock          *clock,
                                                           GError           **error);

MGR_AVAILABLE_IN_1_0
MgrPressureWatch *mgr_pressure_watch_new_from_environment (MgrClock          *clock,
                                                           GError           **error);

MGR_AVAILABLE_IN_1_0
const char       *mgr_pressure_watch_get_path             (MgrPressureWatch  *self);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_pressure_watch_get_active           (MgrPressureWatch  *self);

G_END_DECLS
