/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_FORECAST (mgr_pressure_forecast_get_type ())

typedef struct _MgrPressureForecast MgrPressureForecast;

MGR_AVAILABLE_IN_1_0
GType                mgr_pressure_forecast_get_type               (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrPressureForecast *mgr_pressure_forecast_ref                    (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
void                 mgr_pressure_forecast_unref                  (MgrPressureForecast *self);

/* What it is about */

MGR_AVAILABLE_IN_1_0
gint64               mgr_pressure_forecast_get_time               (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
const char          *mgr_pressure_forecast_get_source             (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
guint64              mgr_pressure_forecast_get_room               (MgrPressureForecast *self);

/* The trend it goes by */

MGR_AVAILABLE_IN_1_0
gint64               mgr_pressure_forecast_get_window             (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
double               mgr_pressure_forecast_get_slope              (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
double               mgr_pressure_forecast_get_slope_error        (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
double               mgr_pressure_forecast_get_smallest_slope     (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
double               mgr_pressure_forecast_get_r_squared          (MgrPressureForecast *self);

/* When the room is gone */

MGR_AVAILABLE_IN_1_0
gint64               mgr_pressure_forecast_get_time_to_exhaustion (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
gint64               mgr_pressure_forecast_get_earliest           (MgrPressureForecast *self);

MGR_AVAILABLE_IN_1_0
gint64               mgr_pressure_forecast_get_latest             (MgrPressureForecast *self);

/**
 * MGR_TIME_NEVER:
 *
 * A time to exhaustion that does not come, in microseconds: the room does not
 * shrink. It is the largest number that JavaScript holds exactly, 285 years.
 *
 * Since: 1.0
 */
#define MGR_TIME_NEVER G_GINT64_CONSTANT (9007199254740991)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPressureForecast, mgr_pressure_forecast_unref)

G_END_DECLS
