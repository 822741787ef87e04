/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-memory-monitor.h"

#include <mgr.h>

/* Most programs that ask for warnings have nothing to do for hours; a look a second
 * is still early enough to drop a cache. */
#define DEFAULT_INTERVAL G_TIME_SPAN_SECOND

/* GMemoryMonitor knows no end of pressure; a program may have filled its caches again
 * meanwhile, but what it just dropped it cannot drop again. */
#define REPEAT_INTERVAL (30 * G_TIME_SPAN_SECOND)

#define NO_WARNING ((GMemoryMonitorWarningLevel) 0)

/* At low nothing is short yet. GLib has programs free at LOW what they do not need,
 * and at CRITICAL all they can, since processes may be ended any time. */
static const GMemoryMonitorWarningLevel warnings[] = {
  [MGR_PRESSURE_LEVEL_NORMAL] = NO_WARNING,
  [MGR_PRESSURE_LEVEL_LOW] = NO_WARNING,
  [MGR_PRESSURE_LEVEL_MEDIUM] = G_MEMORY_MONITOR_WARNING_LEVEL_LOW,
  [MGR_PRESSURE_LEVEL_HIGH] = G_MEMORY_MONITOR_WARNING_LEVEL_MEDIUM,
  [MGR_PRESSURE_LEVEL_CRITICAL] = G_MEMORY_MONITOR_WARNING_LEVEL_CRITICAL,
  [MGR_PRESSURE_LEVEL_EMERGENCY] = G_MEMORY_MONITOR_WARNING_LEVEL_CRITICAL,
};

struct _MgrMemoryMonitor
{
  GObject parent_instance;

  GMainContext *owner;                /* (owned) */
  MgrPressureMonitor *monitor;        /* (owned) (nullable): not initialised */
  GMemoryMonitorWarningLevel warning; /* of the level that is held */
  GSource *repeat;                    /* (owned) (nullable), while there is a warning */
};

static void mgr_memory_monitor_iface_init (GMemoryMonitorInterface *iface);
static void mgr_memory_monitor_initable_iface_init (GInitableIface *iface);

G_DEFINE_DYNAMIC_TYPE_EXTENDED (MgrMemoryMonitor, mgr_memory_monitor, G_TYPE_OBJECT,
                                G_TYPE_FLAG_FINAL,
                                G_IMPLEMENT_INTERFACE_DYNAMIC (G_TYPE_INITABLE,
                                                               mgr_memory_monitor_initable_iface_init)
                                G_IMPLEMENT_INTERFACE_DYNAMIC (G_TYPE_MEMORY_MONITOR,
                                                               mgr_memory_monitor_iface_init))

static void
memory_monitor_cancel (MgrMemoryMonitor *self)
{
  if (self->repeat != NULL)
    g_source_destroy (self->repeat);
  g_clear_pointer (&self->repeat, g_source_unref);
}

static gboolean repeat_cb (gpointer user_data);

static void
memory_monitor_warn (MgrMemoryMonitor *self)
{
  memory_monitor_cancel (self);
  self->repeat = mgr_clock_create_timer (mgr_clock_get_default (),
                                         g_get_monotonic_time () + REPEAT_INTERVAL);
  g_source_set_callback (self->repeat, repeat_cb, self, NULL);
  g_source_set_static_name (self->repeat, "[libmgr] low-memory warning");
  g_source_attach (self->repeat, self->owner);

  g_signal_emit_by_name (self, "low-memory-warning", self->warning);
}

static gboolean
repeat_cb (gpointer user_data)
{
  g_autoptr (MgrMemoryMonitor) self = g_object_ref (MGR_MEMORY_MONITOR (user_data));

  memory_monitor_warn (self);
  return G_SOURCE_REMOVE;
}

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  MgrMemoryMonitor *self = MGR_MEMORY_MONITOR (user_data);
  GMemoryMonitorWarningLevel before = self->warning;

  self->warning = warnings[level];
  if (self->warning > before)
    memory_monitor_warn (self);
  else if (self->warning == NO_WARNING)
    memory_monitor_cancel (self);
}

static void
add_source (MgrPressureMonitor *monitor,
            MgrPressureSource  *source)
{
  mgr_pressure_monitor_add_source (monitor, source);
  g_object_unref (source);
}

static const char *
path_from_config (MgrConfig  *config,
                  const char *key)
{
  return mgr_config_is_set (config, key) ? mgr_config_get_string (config, key) : NULL;
}

static void
apply_config (MgrPressureMonitor *monitor,
              MgrConfig          *config)
{
  gsize n_ratios = 0;
  const double *ratios = mgr_config_get_ratios (config, "pressure-thresholds", &n_ratios);
  gint64 interval = mgr_config_is_set (config, "monitoring-interval")
                      ? mgr_config_get_duration (config, "monitoring-interval")
                      : DEFAULT_INTERVAL;

  mgr_pressure_monitor_set_interval (monitor, interval);
  mgr_pressure_monitor_set_thresholds (monitor, ratios, n_ratios, NULL);
  mgr_pressure_monitor_set_adaptive (monitor,
                                     mgr_config_get_boolean (config, "adaptive-thresholds"));
  mgr_pressure_monitor_set_sizes (monitor,
                                  mgr_config_get_size (config, "memory-alert"),
                                  mgr_config_get_size (config, "memory-cleanup"),
                                  mgr_config_get_size (config, "memory-critical"), NULL);
}

static MgrPressureMonitor *
create_monitor (void)
{
  g_autoptr (MgrConfig) config = mgr_config_new ();
  g_autofree char *problems = g_strjoinv ("\n", (char **) mgr_config_get_problems (config));
  const char *proc_path = path_from_config (config, "proc-path");
  const char *cgroup_path = path_from_config (config, "cgroup-path");
  MgrPressureMonitor *monitor = mgr_pressure_monitor_new (NULL);

  /* No warning: it is no fault of the program's, and there are those that end at one. */
  if (*problems != '\0')
    g_message ("What is wrong in the configuration of libmgr is left out:\n%s", problems);

  apply_config (monitor, config);
  add_source (monitor, mgr_process_source_new (proc_path, cgroup_path));
  mgr_pressure_monitor_add_system_sources (monitor, proc_path, cgroup_path);
  return monitor;
}

/* On failure GIO asks the implementation with the next lower priority. */
static gboolean
mgr_memory_monitor_initable_init (GInitable     *initable,
                                  GCancellable  *cancellable,
                                  GError       **error)
{
  MgrMemoryMonitor *self = MGR_MEMORY_MONITOR (initable);
  g_autoptr (MgrPressureMonitor) monitor = NULL;
  g_autoptr (MgrPressureSample) sample = NULL;

  if (self->monitor != NULL)
    return TRUE;

  monitor = create_monitor ();
  g_signal_connect_object (monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), self, 0);
  sample = mgr_pressure_monitor_sample (monitor);
  if (mgr_pressure_sample_get_limit (sample) == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "Neither /proc/meminfo nor a memory cgroup says how much memory there is");
      return FALSE;
    }

  self->monitor = g_steal_pointer (&monitor);
  mgr_pressure_monitor_start (self->monitor);
  return TRUE;
}

static void
mgr_memory_monitor_initable_iface_init (GInitableIface *iface)
{
  iface->init = mgr_memory_monitor_initable_init;
}

static void
mgr_memory_monitor_iface_init (GMemoryMonitorInterface *iface)
{
}

static void
mgr_memory_monitor_dispose (GObject *object)
{
  MgrMemoryMonitor *self = MGR_MEMORY_MONITOR (object);

  memory_monitor_cancel (self);
  if (self->monitor != NULL)
    mgr_pressure_monitor_stop (self->monitor);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (mgr_memory_monitor_parent_class)->dispose (object);
}

static void
mgr_memory_monitor_finalize (GObject *object)
{
  MgrMemoryMonitor *self = MGR_MEMORY_MONITOR (object);

  g_clear_pointer (&self->owner, g_main_context_unref);

  G_OBJECT_CLASS (mgr_memory_monitor_parent_class)->finalize (object);
}

static void
mgr_memory_monitor_class_init (MgrMemoryMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mgr_memory_monitor_dispose;
  object_class->finalize = mgr_memory_monitor_finalize;
}

static void
mgr_memory_monitor_class_finalize (MgrMemoryMonitorClass *klass)
{
}

static void
mgr_memory_monitor_init (MgrMemoryMonitor *self)
{
  self->owner = g_main_context_ref_thread_default ();
}

void
mgr_memory_monitor_register (GTypeModule *module)
{
  mgr_memory_monitor_register_type (module);
}
