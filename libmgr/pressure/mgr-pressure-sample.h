/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"
#include "pressure/mgr-pressure-forecast.h"
#include "pressure/mgr-pressure-reading.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_SAMPLE (mgr_pressure_sample_get_type ())

typedef struct _MgrPressureSample MgrPressureSample;

MGR_AVAILABLE_IN_1_0
GType               mgr_pressure_sample_get_type      (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrPressureSample  *mgr_pressure_sample_ref           (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_pressure_sample_unref         (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_pressure_sample_get_time      (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel    mgr_pressure_sample_get_level     (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
double              mgr_pressure_sample_get_usage     (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
double              mgr_pressure_sample_get_stall     (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_sample_get_available (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_sample_get_limit     (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_pressure_sample_get_swap      (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureForecast *
                    mgr_pressure_sample_get_forecast  (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
const char         *mgr_pressure_sample_get_reason    (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
const char         *mgr_pressure_sample_get_source    (MgrPressureSample  *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_pressure_sample_get_missing   (MgrPressureSample  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPressureSample, mgr_pressure_sample_unref)

G_END_DECLS
