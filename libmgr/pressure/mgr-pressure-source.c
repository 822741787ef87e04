/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-source.h"

/**
 * SECTION:mgr-pressure-source
 * @title: MgrPressureSource
 * @short_description: something that knows how short memory is
 *
 * A #MgrPressureMonitor asks its sources whenever it takes a sample. The library
 * has sources for the machine (#MgrMeminfoSource), for the cgroup
 * (#MgrCgroupSource), for swap space (#MgrSwapSource), for stalls (#MgrPsiSource) and
 * for a budget (#MgrBudgetSource). A program may add its own: a class that implements this
 * interface, in C, Python or JavaScript.
 *
 * A source of a program's own never holds up the others. One that is thread-safe is
 * read in a thread of its own, and has 100 ms to answer, or half an interval where
 * that is less: then the sample goes on without it, and an answer that comes later
 * serves the next. One that is not thread-safe, as any that is written in JavaScript,
 * is read in the main context that was the thread default when the monitor was made:
 * samples that are taken in another thread use its last answer, if that is no older
 * than two intervals, and ask for the next.
 */

/**
 * MgrPressureSource:
 *
 * Something that can be asked how short memory is.
 *
 * Since: 1.0
 */

/**
 * MgrPressureSourceInterface:
 * @get_name: gives the name that samples call the source by; without it, the name
 *    of the type serves
 * @read: measures now, and gives a reading (transfer full), or %NULL and an error
 * @is_thread_safe: whether @read may be called from any thread; without it, it may
 *    not
 *
 * What a source implements. @get_name and @is_thread_safe are called once, when the
 * source is added to a monitor, in the thread that adds it. A monitor never holds a
 * lock while it reads, and never reads one source twice at a time. A source may do
 * anything to its monitor while it is read.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (MgrPressureSource, mgr_pressure_source, G_TYPE_OBJECT)

static void
mgr_pressure_source_default_init (MgrPressureSourceInterface *iface)
{
}

/**
 * mgr_pressure_source_get_name:
 * @self: a pressure source
 *
 * Gets the name that samples call the source by. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_pressure_source_get_name (MgrPressureSource *self)
{
  MgrPressureSourceInterface *iface;
  const char *name;

  g_return_val_if_fail (MGR_IS_PRESSURE_SOURCE (self), NULL);

  iface = MGR_PRESSURE_SOURCE_GET_IFACE (self);
  name = iface->get_name != NULL ? iface->get_name (self) : NULL;
  return name != NULL ? name : G_OBJECT_TYPE_NAME (self);
}

/**
 * mgr_pressure_source_is_thread_safe:
 * @self: a pressure source
 *
 * Gets whether the source may be read from any thread. May be called from any
 * thread.
 *
 * Returns: %TRUE if mgr_pressure_source_read() may be called from any thread
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_source_is_thread_safe (MgrPressureSource *self)
{
  MgrPressureSourceInterface *iface;

  g_return_val_if_fail (MGR_IS_PRESSURE_SOURCE (self), FALSE);

  iface = MGR_PRESSURE_SOURCE_GET_IFACE (self);
  return iface->is_thread_safe != NULL && iface->is_thread_safe (self);
}

/**
 * mgr_pressure_source_read:
 * @self: a pressure source
 * @error: return location for a #GError
 *
 * Measures now. A source that gives neither a reading nor an error has failed
 * with %MGR_ERROR_FAILED. See mgr_pressure_source_is_thread_safe() for the thread.
 *
 * Returns: (transfer full): the reading, or %NULL on error
 *
 * Since: 1.0
 */
MgrPressureReading *
mgr_pressure_source_read (MgrPressureSource  *self,
                          GError            **error)
{
  MgrPressureSourceInterface *iface;
  g_autoptr (GError) local_error = NULL;
  MgrPressureReading *reading;

  g_return_val_if_fail (MGR_IS_PRESSURE_SOURCE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  iface = MGR_PRESSURE_SOURCE_GET_IFACE (self);
  reading = iface->read != NULL ? iface->read (self, &local_error) : NULL;
  if (reading != NULL)
    return reading;

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The pressure source “%s” gave neither a reading nor an error",
                 mgr_pressure_source_get_name (self));
  return NULL;
}
