/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-forecast.h"

G_BEGIN_DECLS

/* What a forecast is made of; see the getters for units. */
typedef struct
{
  gint64 time;
  char *source; /* (owned) */
  guint64 room;
  gint64 window;
  double slope;
  double slope_error;
  double smallest_slope;
  double r_squared;
  gint64 time_to_exhaustion;
  gint64 earliest;
  gint64 latest;
} MgrForecastFigures;

/* Takes over what @figures owns and leaves it empty. */
MgrPressureForecast *mgr_pressure_forecast_new (MgrForecastFigures *figures) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
