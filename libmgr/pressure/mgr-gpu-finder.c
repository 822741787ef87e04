/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-gpu-finder-private.h"

#include "pressure/mgr-gpu-source.h"

static gpointer
finder_thread (gpointer data)
{
  GWeakRef *weak = data;
  guint n_devices = mgr_gpu_source_count_devices ();
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);

  for (guint i = 0; monitor != NULL && i < n_devices; i++)
    {
      g_autoptr (MgrPressureSource) source = mgr_gpu_source_new (i);

      mgr_pressure_monitor_add_source (monitor, source);
    }

  return NULL;
}

void
mgr_gpu_finder_start (MgrPressureMonitor *monitor)
{
  g_autoptr (GError) error = NULL;
  GWeakRef *weak = g_new0 (GWeakRef, 1);
  GThread *thread;

  g_weak_ref_init (weak, monitor);
  thread = g_thread_try_new ("mgr-gpu-finder", finder_thread, weak, &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }

  g_debug ("Nobody looks for GPUs: %s", error->message);
  g_weak_ref_clear (weak);
  g_free (weak);
}
