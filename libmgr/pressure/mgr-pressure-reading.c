/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-reading.h"

/**
 * SECTION:mgr-pressure-reading
 * @title: MgrPressureReading
 * @short_description: what one pressure source measured
 *
 * A reading is immutable and may be shared between threads.
 */

/**
 * MgrPressureReading:
 *
 * What a #MgrPressureSource measured at one moment. Sizes are bytes, shares are
 * ratios from 0 to 1.
 *
 * Since: 1.0
 */
struct _MgrPressureReading
{
  gatomicrefcount ref_count;

  MgrPressureScope scope;
  guint64 used;
  guint64 available;
  guint64 limit; /* 0: none, or unknown */
  double stall;
};

G_DEFINE_BOXED_TYPE (MgrPressureReading, mgr_pressure_reading,
                     mgr_pressure_reading_ref, mgr_pressure_reading_unref)

/**
 * mgr_pressure_reading_new:
 * @used: bytes in use
 * @available: bytes that can still be taken
 * @limit: the most bytes there can be, or 0 if there is no limit or none is known
 * @stall: the share of the last interval, from 0 to 1, in which some task waited
 *    for memory; 0 if that is not what the source measures
 *
 * Makes a reading of something of the program's own. @used may exceed @limit: a limit can be lowered below the
 * present use. A @stall outside of its range is brought into it. May be called
 * from any thread.
 *
 * Returns: (transfer full): the reading
 *
 * Since: 1.0
 */
MgrPressureReading *
mgr_pressure_reading_new (guint64 used,
                          guint64 available,
                          guint64 limit,
                          double  stall)
{
  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_PROGRAM,
                                             used, available, limit, stall);
}

/**
 * mgr_pressure_reading_new_for_scope:
 * @scope: whose memory it is
 * @used: bytes in use
 * @available: bytes that can still be taken
 * @limit: the most bytes there can be, or 0 if there is no limit or none is known
 * @stall: the share of the last interval, from 0 to 1, in which some task waited
 *    for memory; 0 if that is not what the source measures
 *
 * Makes a reading as mgr_pressure_reading_new() does, of memory of any scope. May
 * be called from any thread.
 *
 * Returns: (transfer full): the reading
 *
 * Since: 1.0
 */
MgrPressureReading *
mgr_pressure_reading_new_for_scope (MgrPressureScope scope,
                                    guint64          used,
                                    guint64          available,
                                    guint64          limit,
                                    double           stall)
{
  MgrPressureReading *self = g_new0 (MgrPressureReading, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->scope = scope;
  self->used = used;
  self->available = available;
  self->limit = limit;

  /* Written so that what is not a number becomes 0. */
  self->stall = stall > 0.0 ? MIN (stall, 1.0) : 0.0;
  return self;
}

/**
 * mgr_pressure_reading_ref:
 * @self: a reading
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPressureReading *
mgr_pressure_reading_ref (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_pressure_reading_unref:
 * @self: (transfer full): a reading
 *
 * Drops a reference; the last one frees the reading. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_reading_unref (MgrPressureReading *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_pressure_reading_get_scope:
 * @self: a reading
 *
 * Gets whose memory the reading speaks of. May be called from any thread.
 *
 * Returns: the scope
 *
 * Since: 1.0
 */
MgrPressureScope
mgr_pressure_reading_get_scope (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_SCOPE_PROGRAM);

  return self->scope;
}

/**
 * mgr_pressure_reading_get_used:
 * @self: a reading
 *
 * Gets how much is in use, without what the kernel gives back unasked. May be
 * called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pressure_reading_get_used (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used;
}

/**
 * mgr_pressure_reading_get_available:
 * @self: a reading
 *
 * Gets how much can still be taken. It means something only where
 * mgr_pressure_reading_get_limit() is not 0. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pressure_reading_get_available (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->available;
}

/**
 * mgr_pressure_reading_get_limit:
 * @self: a reading
 *
 * Gets the most there can be. May be called from any thread.
 *
 * Returns: bytes, or 0 if there is no limit or none is known
 *
 * Since: 1.0
 */
guint64
mgr_pressure_reading_get_limit (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limit;
}

/**
 * mgr_pressure_reading_get_stall:
 * @self: a reading
 *
 * Gets the share of the last interval in which some task waited for memory. May
 * be called from any thread.
 *
 * Returns: a ratio from 0 to 1
 *
 * Since: 1.0
 */
double
mgr_pressure_reading_get_stall (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  return self->stall;
}

/**
 * mgr_pressure_reading_get_usage:
 * @self: a reading
 *
 * Gets the used share of the limit. May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 where there is no limit
 *
 * Since: 1.0
 */
double
mgr_pressure_reading_get_usage (MgrPressureReading *self)
{
  g_return_val_if_fail (self != NULL, 0.0);

  if (self->limit == 0)
    return 0.0;

  return self->used >= self->limit ? 1.0 : (double) self->used / (double) self->limit;
}
