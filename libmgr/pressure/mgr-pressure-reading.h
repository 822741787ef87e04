/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_READING (mgr_pressure_reading_get_type ())

typedef struct _MgrPressureReading MgrPressureReading;

MGR_AVAILABLE_IN_1_0
GType               mgr_pressure_reading_get_type      (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrPressureReading *mgr_pressure_reading_new           (guint64              used,
                                                        guint64              available,
                                                        guint64              limit,
                                                        double               stall) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrPressureReading *mgr_pressure_reading_new_for_scope (MgrPressureScope     scope,
                                                        guint64              used,
                                                        guint64              available,
                                                        guint64              limit,
                                                        double               stall) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrPressureReading *mgr_pressure_reading_ref           (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_reading_unref         (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureScope    mgr_pressure_reading_get_scope     (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_reading_get_used      (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_reading_get_available (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_reading_get_limit     (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
double              mgr_pressure_reading_get_stall     (MgrPressureReading  *self);

MGR_AVAILABLE_IN_1_0
double              mgr_pressure_reading_get_usage     (MgrPressureReading  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPressureReading, mgr_pressure_reading_unref)

G_END_DECLS
