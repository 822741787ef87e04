/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-trace.h"
#include "pressure/mgr-trace-table-private.h"

G_BEGIN_DECLS

/* Whether there was such a thing at @time: the trace has the column, and no -1. */
gboolean mgr_pressure_trace_knows (MgrPressureTrace *self,
                                   MgrTraceColumn    column,
                                   gint64            time);

G_END_DECLS
