/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-monitor-private.h"

#include "base/mgr-owner-context-private.h"
#include "pressure/mgr-cgroup-source.h"
#include "pressure/mgr-meminfo-source.h"
#include "pressure/mgr-psi-source.h"
#include "pressure/mgr-swap-source.h"

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, user_data);
}

static void
monitor_post_notify (MgrPressureMonitor *self,
                     const char         *property)
{
  mgr_owner_context_post (mgr_pressure_monitor_get_owner (self), self,
                          notify_cb, (gpointer) property, NULL);
}

/**
 * mgr_pressure_monitor_add_source:
 * @self: a monitor
 * @source: a source
 *
 * Asks @source too from now on, by the name that it has now. A source that is there
 * already is not added again. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_add_source (MgrPressureMonitor *self,
                                 MgrPressureSource  *source)
{
  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));
  g_return_if_fail (MGR_IS_PRESSURE_SOURCE (source));

  mgr_source_set_add (mgr_pressure_monitor_get_sources (self), source);
  mgr_system_watch_add (mgr_pressure_monitor_get_system (self), source);
}

/**
 * mgr_pressure_monitor_remove_source:
 * @self: a monitor
 * @source: a source
 *
 * Asks @source no longer. A sample that is being taken meanwhile may still do so. If
 * it is just being read it is let go after that, and one that is not thread-safe only
 * where it is read. May be called from any thread.
 *
 * Returns: %TRUE if the source was there
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_monitor_remove_source (MgrPressureMonitor *self,
                                    MgrPressureSource  *source)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), FALSE);
  g_return_val_if_fail (MGR_IS_PRESSURE_SOURCE (source), FALSE);

  mgr_system_watch_remove (mgr_pressure_monitor_get_system (self), source);
  return mgr_source_set_remove (mgr_pressure_monitor_get_sources (self), source);
}

/**
 * mgr_pressure_monitor_add_system_sources:
 * @self: a monitor
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Adds every source that the kernel has: #MgrMeminfoSource, #MgrCgroupSource,
 * #MgrSwapSource, and a #MgrPsiSource of the group and one of the machine, all of
 * them on the clock of the monitor. What the kernel does not offer here is named by
 * mgr_pressure_sample_get_missing(). May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_add_system_sources (MgrPressureMonitor *self,
                                         const char         *proc_path,
                                         const char         *cgroup_path)
{
  static const MgrPressureScope stall_scopes[] = {
    MGR_PRESSURE_SCOPE_GROUP, MGR_PRESSURE_SCOPE_MACHINE,
  };
  g_autoptr (MgrPressureSource) meminfo = NULL;
  g_autoptr (MgrPressureSource) cgroup = NULL;
  g_autoptr (MgrPressureSource) swap = NULL;
  g_autoptr (MgrClock) clock = NULL;

  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));

  g_object_get (self, "clock", &clock, NULL);
  meminfo = mgr_meminfo_source_new (proc_path);
  cgroup = mgr_cgroup_source_new (proc_path, cgroup_path);
  swap = mgr_swap_source_new (proc_path, cgroup_path);
  mgr_pressure_monitor_add_source (self, meminfo);
  mgr_pressure_monitor_add_source (self, cgroup);
  mgr_pressure_monitor_add_source (self, swap);

  for (guint i = 0; i < G_N_ELEMENTS (stall_scopes); i++)
    {
      g_autoptr (MgrPressureSource) psi =
        mgr_psi_source_new_for_scope (stall_scopes[i], clock, proc_path, cgroup_path);

      mgr_pressure_monitor_add_source (self, psi);
    }
}

/**
 * mgr_pressure_monitor_dup_limits:
 * @self: a monitor
 *
 * Gets #MgrPressureMonitor:limits. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the limits, or %NULL if there are none
 *
 * Since: 1.0
 */
MgrMemoryLimits *
mgr_pressure_monitor_dup_limits (MgrPressureMonitor *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), NULL);

  return mgr_system_watch_ref_limits (mgr_pressure_monitor_get_system (self));
}

/**
 * mgr_pressure_monitor_set_limits:
 * @self: a monitor
 * @limits: (nullable): limits, or %NULL for none
 *
 * Sets #MgrPressureMonitor:limits: from now on each sample refreshes them, in the
 * thread that takes it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_set_limits (MgrPressureMonitor *self,
                                 MgrMemoryLimits    *limits)
{
  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));
  g_return_if_fail (limits == NULL || MGR_IS_MEMORY_LIMITS (limits));

  if (mgr_system_watch_set_limits (mgr_pressure_monitor_get_system (self), limits))
    monitor_post_notify (self, "limits");
}

/**
 * mgr_pressure_monitor_get_trigger:
 * @self: a monitor
 *
 * Gets #MgrPressureMonitor:trigger. May be called from any thread.
 *
 * Returns: %TRUE if the kernel shall wake the monitor
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_monitor_get_trigger (MgrPressureMonitor *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), FALSE);

  return mgr_system_watch_get_trigger (mgr_pressure_monitor_get_system (self));
}

/**
 * mgr_pressure_monitor_set_trigger:
 * @self: a monitor
 * @trigger: whether the kernel shall wake the monitor
 *
 * Sets #MgrPressureMonitor:trigger, from the next sample on. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_set_trigger (MgrPressureMonitor *self,
                                  gboolean            trigger)
{
  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));

  if (mgr_system_watch_set_trigger (mgr_pressure_monitor_get_system (self), !!trigger))
    monitor_post_notify (self, "trigger");
}
