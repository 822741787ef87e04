/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-sample.h"

#include "pressure/mgr-pressure-sample-private.h"

/**
 * SECTION:mgr-pressure-sample
 * @title: MgrPressureSample
 * @short_description: what all pressure sources say together
 *
 * A sample is immutable and may be shared between threads. See
 * mgr_pressure_monitor_sample().
 */

/**
 * MgrPressureSample:
 *
 * How short memory was at one moment, and who said so.
 *
 * Since: 1.0
 */
struct _MgrPressureSample
{
  gatomicrefcount ref_count;
  MgrPressureFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrPressureSample, mgr_pressure_sample,
                     mgr_pressure_sample_ref, mgr_pressure_sample_unref)

MgrPressureSample *
mgr_pressure_sample_new (MgrPressureFigures *figures)
{
  MgrPressureSample *self = g_new0 (MgrPressureSample, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  self->figures.forecast = g_steal_pointer (&figures->forecast);
  self->figures.reason = g_steal_pointer (&figures->reason);
  self->figures.source = g_steal_pointer (&figures->source);
  self->figures.missing = g_steal_pointer (&figures->missing);
  return self;
}

MgrPressureLevel
mgr_pressure_sample_get_judged (MgrPressureSample *self)
{
  return self->figures.judged;
}

/**
 * mgr_pressure_sample_ref:
 * @self: a sample
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPressureSample *
mgr_pressure_sample_ref (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_pressure_sample_unref:
 * @self: (transfer full): a sample
 *
 * Drops a reference; the last one frees the sample. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_sample_unref (MgrPressureSample *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->figures.forecast, mgr_pressure_forecast_unref);
  g_free (self->figures.reason);
  g_free (self->figures.source);
  g_strfreev (self->figures.missing);
  g_free (self);
}

/**
 * mgr_pressure_sample_get_time:
 * @self: a sample
 *
 * Gets when the sample was taken, by the clock of the monitor. May be called from
 * any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_pressure_sample_get_time (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.time;
}

/**
 * mgr_pressure_sample_get_level:
 * @self: a sample
 *
 * Gets the level of the monitor once it had taken this sample into account. May
 * be called from any thread.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_pressure_sample_get_level (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_LEVEL_NORMAL);

  return self->figures.level;
}

/**
 * mgr_pressure_sample_get_usage:
 * @self: a sample
 *
 * Gets the largest used share of a limit that any source found. May be called
 * from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 where no source knows of a limit
 *
 * Since: 1.0
 */
double
mgr_pressure_sample_get_usage (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.usage;
}

/**
 * mgr_pressure_sample_get_stall:
 * @self: a sample
 *
 * Gets the share of the last interval in which some task waited for memory, the
 * largest that any source found. Where the source that measures it failed this is
 * 0, and mgr_pressure_sample_get_missing() names that source. May be called from
 * any thread.
 *
 * Returns: a ratio from 0 to 1
 *
 * Since: 1.0
 */
double
mgr_pressure_sample_get_stall (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->figures.stall;
}

/**
 * mgr_pressure_sample_get_available:
 * @self: a sample
 *
 * Gets how much can still be taken before the first limit is reached: the
 * smallest figure of all sources. It means something only where
 * mgr_pressure_sample_get_limit() is not 0. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pressure_sample_get_available (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.available;
}

/**
 * mgr_pressure_sample_get_limit:
 * @self: a sample
 *
 * Gets the limit that mgr_pressure_sample_get_usage() is a share of. May be called
 * from any thread.
 *
 * Returns: bytes, or 0 where no source knows of a limit
 *
 * Since: 1.0
 */
guint64
mgr_pressure_sample_get_limit (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.limit;
}

/**
 * mgr_pressure_sample_get_swap:
 * @self: a sample
 *
 * Gets how much swap space this process may still use. It comes on top of
 * mgr_pressure_sample_get_available(). May be called from any thread.
 *
 * Returns: bytes; 0 where there is none or none is known
 *
 * Since: 1.0
 */
guint64
mgr_pressure_sample_get_swap (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.swap;
}

/**
 * mgr_pressure_sample_get_forecast:
 * @self: a sample
 *
 * Gets when memory will be exhausted, if things go on as they do. May be called
 * from any thread.
 *
 * Returns: (transfer none) (nullable): the forecast, or %NULL where no source knows
 *    of a limit
 *
 * Since: 1.0
 */
MgrPressureForecast *
mgr_pressure_sample_get_forecast (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->figures.forecast;
}

/**
 * mgr_pressure_sample_get_reason:
 * @self: a sample
 *
 * Gets a sentence that says why the level is what it is, in English, for logs. May
 * be called from any thread.
 *
 * Returns: the sentence
 *
 * Since: 1.0
 */
const char *
mgr_pressure_sample_get_reason (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->figures.reason != NULL ? self->figures.reason : "";
}

/**
 * mgr_pressure_sample_get_source:
 * @self: a sample
 *
 * Gets the name of the source whose limit is filled to the largest share. May be
 * called from any thread.
 *
 * Returns: (nullable): the name, or %NULL where no source knows of a limit
 *
 * Since: 1.0
 */
const char *
mgr_pressure_sample_get_source (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->figures.source;
}

/**
 * mgr_pressure_sample_get_missing:
 * @self: a sample
 *
 * Gets the names of the sources that gave no reading this time. May be called
 * from any thread.
 *
 * Returns: (array zero-terminated=1): the names; empty if all of them answered
 *
 * Since: 1.0
 */
const char * const *
mgr_pressure_sample_get_missing (MgrPressureSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->figures.missing;
}
