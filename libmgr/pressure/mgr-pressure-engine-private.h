/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-level-scale-private.h"
#include "pressure/mgr-pressure-sample-private.h"
#include "pressure/mgr-usual-load-private.h"

G_BEGIN_DECLS

/* Makes one level of many readings, along two axes: scarcity (what is used, when it
 * will be gone, what the process itself holds) and stall. A pure function of what it
 * was fed and how it was set: the same readings always give the same levels. */
typedef struct _MgrPressureEngine MgrPressureEngine;

MgrPressureEngine   *mgr_pressure_engine_new          (void);
void                 mgr_pressure_engine_free         (MgrPressureEngine   *self);

/* How it is set: without what was learnt. */
MgrLevelScale       *mgr_pressure_engine_get_scale    (MgrPressureEngine   *self);
gboolean             mgr_pressure_engine_get_adaptive (MgrPressureEngine   *self);
void                 mgr_pressure_engine_set_adaptive (MgrPressureEngine   *self,
                                                       gboolean             adaptive);

/* How it judges at present: with what was learnt. */
MgrLevelScale        mgr_pressure_engine_get_current_scale (MgrPressureEngine *self);
const MgrUsualUsage *mgr_pressure_engine_get_usual    (MgrPressureEngine   *self);

MgrPressureLevel     mgr_pressure_engine_get_level    (MgrPressureEngine   *self);

/* Whether the next sample should come soon. */
gboolean             mgr_pressure_engine_is_moving    (MgrPressureEngine   *self);

/* Fills everything of @figures but time, which is given, and missing. @readings:
 * (element-type MgrNamedReading). */
void                 mgr_pressure_engine_judge        (MgrPressureEngine   *self,
                                                       GPtrArray           *readings,
                                                       MgrPressureFigures  *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPressureEngine, mgr_pressure_engine_free)

G_END_DECLS
