/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-forecast.h"

#include "pressure/mgr-pressure-forecast-private.h"

/**
 * SECTION:mgr-pressure-forecast
 * @title: MgrPressureForecast
 * @short_description: when memory will be exhausted
 *
 * A forecast draws the line of the last seconds or minutes on to where no room is
 * left. It is immutable and may be shared between threads. See
 * mgr_pressure_monitor_forecast().
 */

/**
 * MgrPressureForecast:
 *
 * When memory will be exhausted if things go on as they do, and how sure that is.
 *
 * Since: 1.0
 */
struct _MgrPressureForecast
{
  gatomicrefcount ref_count;
  MgrForecastFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrPressureForecast, mgr_pressure_forecast,
                     mgr_pressure_forecast_ref, mgr_pressure_forecast_unref)

MgrPressureForecast *
mgr_pressure_forecast_new (MgrForecastFigures *figures)
{
  MgrPressureForecast *self = g_new0 (MgrPressureForecast, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  self->figures.source = g_steal_pointer (&figures->source);
  return self;
}

/**
 * mgr_pressure_forecast_ref:
 * @self: a forecast
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPressureForecast *
mgr_pressure_forecast_ref (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_pressure_forecast_unref:
 * @self: (transfer full): a forecast
 *
 * Drops a reference; the last one frees the forecast. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_forecast_unref (MgrPressureForecast *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->figures.source);
  g_free (self);
}

/**
 * mgr_pressure_forecast_get_time:
 * @self: a forecast
 *
 * Gets when the forecast was made, by the clock of the monitor. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_pressure_forecast_get_time (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.time;
}

/**
 * mgr_pressure_forecast_get_source:
 * @self: a forecast
 *
 * Gets the name of the source whose room it is. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_pressure_forecast_get_source (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->figures.source;
}

/**
 * mgr_pressure_forecast_get_room:
 * @self: a forecast
 *
 * Gets how much can still be taken, swap space included, before memory is exhausted. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pressure_forecast_get_room (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.room;
}

/**
 * mgr_pressure_forecast_get_window:
 * @self: a forecast
 *
 * Gets how far back the trend looks: the window, of those that could tell a trend,
 * in which exhaustion comes first. May be called from any thread.
 *
 * Returns: microseconds; 0 where no window could tell
 *
 * Since: 1.0
 */
gint64
mgr_pressure_forecast_get_window (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.window;
}

/**
 * mgr_pressure_forecast_get_slope:
 * @self: a forecast
 *
 * Gets how the room changes: the slope of a least-squares line through what the
 * window saw. May be called from any thread.
 *
 * Returns: bytes per second; below 0 where the room shrinks, 0 where no
 *    trend can be told from noise
 *
 * Since: 1.0
 */
double
mgr_pressure_forecast_get_slope (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.slope;
}

/**
 * mgr_pressure_forecast_get_slope_error:
 * @self: a forecast
 *
 * Gets how far the true slope may be from mgr_pressure_forecast_get_slope() to
 * either side, with 95 % confidence. May be called from any thread.
 *
 * Returns: bytes per second
 *
 * Since: 1.0
 */
double
mgr_pressure_forecast_get_slope_error (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.slope_error;
}

/**
 * mgr_pressure_forecast_get_smallest_slope:
 * @self: a forecast
 *
 * Gets the smallest slope that the window can tell from noise: a leak that is
 * slower stays unseen so far. May be called from any thread.
 *
 * Returns: bytes per second
 *
 * Since: 1.0
 */
double
mgr_pressure_forecast_get_smallest_slope (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.smallest_slope;
}

/**
 * mgr_pressure_forecast_get_r_squared:
 * @self: a forecast
 *
 * Gets which share of the variance the line explains. See
 * [the coefficient of determination](https://en.wikipedia.org/wiki/Coefficient_of_determination). May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 1 for a straight line
 *
 * Since: 1.0
 */
double
mgr_pressure_forecast_get_r_squared (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.r_squared;
}

/**
 * mgr_pressure_forecast_get_time_to_exhaustion:
 * @self: a forecast
 *
 * Gets how long the room lasts if the trend goes on. May be called from any thread.
 *
 * Returns: microseconds, or %MGR_TIME_NEVER where the room does not shrink
 *
 * Since: 1.0
 */
gint64
mgr_pressure_forecast_get_time_to_exhaustion (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.time_to_exhaustion;
}

/**
 * mgr_pressure_forecast_get_earliest:
 * @self: a forecast
 *
 * Gets the lower bound of mgr_pressure_forecast_get_time_to_exhaustion(), with 95 %
 * confidence in the slope. May be called from any thread.
 *
 * Returns: microseconds, or %MGR_TIME_NEVER where the room does not shrink
 *
 * Since: 1.0
 */
gint64
mgr_pressure_forecast_get_earliest (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.earliest;
}

/**
 * mgr_pressure_forecast_get_latest:
 * @self: a forecast
 *
 * Gets the upper bound of mgr_pressure_forecast_get_time_to_exhaustion(), with 95 %
 * confidence in the slope. May be called from any thread.
 *
 * Returns: microseconds, or %MGR_TIME_NEVER where the trend may as well be none
 *
 * Since: 1.0
 */
gint64
mgr_pressure_forecast_get_latest (MgrPressureForecast *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.latest;
}
