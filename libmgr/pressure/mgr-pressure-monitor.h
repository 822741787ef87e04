/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-enums.h"
#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-sample.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_MONITOR (mgr_pressure_monitor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrPressureMonitor, mgr_pressure_monitor, MGR, PRESSURE_MONITOR, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureMonitor *mgr_pressure_monitor_new           (MgrClock            *clock);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_add_source    (MgrPressureMonitor  *self,
                                                        MgrPressureSource   *source);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_monitor_remove_source (MgrPressureMonitor  *self,
                                                        MgrPressureSource   *source);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_add_system_sources (MgrPressureMonitor *self,
                                                             const char         *proc_path,
                                                             const char         *cgroup_path);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_start         (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_stop          (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureSample  *mgr_pressure_monitor_sample        (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureForecast *
                    mgr_pressure_monitor_forecast      (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel    mgr_pressure_monitor_get_level     (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_pressure_monitor_get_interval  (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_set_interval  (MgrPressureMonitor  *self,
                                                        gint64               interval);

MGR_AVAILABLE_IN_1_0
gint64              mgr_pressure_monitor_get_pace      (MgrPressureMonitor  *self);

/* What the kernel has besides sources */

MGR_AVAILABLE_IN_1_0
MgrMemoryLimits    *mgr_pressure_monitor_dup_limits    (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_set_limits    (MgrPressureMonitor  *self,
                                                        MgrMemoryLimits     *limits);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_monitor_get_trigger   (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_set_trigger   (MgrPressureMonitor  *self,
                                                        gboolean             trigger);

/* What the levels mean */

MGR_AVAILABLE_IN_1_0
double              mgr_pressure_monitor_get_threshold (MgrPressureMonitor  *self,
                                                        MgrPressureLevel     level);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_monitor_set_thresholds (MgrPressureMonitor  *self,
                                                         const double        *thresholds,
                                                         gsize                n_thresholds,
                                                         GError             **error);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_monitor_get_size      (MgrPressureMonitor  *self,
                                                        MgrPressureLevel     level);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_monitor_set_sizes     (MgrPressureMonitor  *self,
                                                        guint64              alert,
                                                        guint64              cleanup,
                                                        guint64              critical,
                                                        GError             **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_monitor_get_adaptive  (MgrPressureMonitor  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_monitor_set_adaptive  (MgrPressureMonitor  *self,
                                                        gboolean             adaptive);

MGR_AVAILABLE_IN_1_0
char               *mgr_pressure_monitor_explain       (MgrPressureMonitor  *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
