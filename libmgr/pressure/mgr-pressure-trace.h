/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "pressure/mgr-pressure-monitor.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_TRACE (mgr_pressure_trace_get_type ())

typedef struct _MgrPressureTrace MgrPressureTrace;

MGR_AVAILABLE_IN_1_0
GType             mgr_pressure_trace_get_type       (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrPressureTrace *mgr_pressure_trace_new_from_file  (const char          *path,
                                                     GError             **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrPressureTrace *mgr_pressure_trace_ref            (MgrPressureTrace    *self);

MGR_AVAILABLE_IN_1_0
void              mgr_pressure_trace_unref          (MgrPressureTrace    *self);

/* What it holds */

MGR_AVAILABLE_IN_1_0
const char       *mgr_pressure_trace_get_name       (MgrPressureTrace    *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_pressure_trace_get_duration   (MgrPressureTrace    *self);

MGR_AVAILABLE_IN_1_0
guint             mgr_pressure_trace_get_n_rows     (MgrPressureTrace    *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_pressure_trace_time_at        (MgrPressureTrace    *self,
                                                     guint                row);

MGR_AVAILABLE_IN_1_0
int               mgr_pressure_trace_find_column    (MgrPressureTrace    *self,
                                                     const char          *name);

MGR_AVAILABLE_IN_1_0
double            mgr_pressure_trace_value_at       (MgrPressureTrace    *self,
                                                     guint                column,
                                                     gint64               time);

MGR_AVAILABLE_IN_1_0
double            mgr_pressure_trace_interpolate_at (MgrPressureTrace    *self,
                                                     guint                column,
                                                     gint64               time);

/* Playing it */

MGR_AVAILABLE_IN_1_0
void              mgr_pressure_trace_add_sources    (MgrPressureTrace    *self,
                                                     MgrPressureMonitor  *monitor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPressureTrace, mgr_pressure_trace_unref)

G_END_DECLS
