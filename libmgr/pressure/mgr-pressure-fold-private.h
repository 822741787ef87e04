/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-sample-private.h"

G_BEGIN_DECLS

/* Sums up what @readings, (element-type MgrNamedReading), say: the tightest limit
 * and the longest stall. Leaves time, level and missing of @figures alone. */
void mgr_pressure_fold (GPtrArray          *readings,
                        MgrPressureFigures *figures);

G_END_DECLS
