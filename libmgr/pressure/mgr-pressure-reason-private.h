/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-forecast-private.h"
#include "pressure/mgr-pressure-sample-private.h"

G_BEGIN_DECLS

/* What can raise a level, each with a dwell of its own. */
typedef enum
{
  MGR_PRESSURE_CAUSE_USAGE,
  MGR_PRESSURE_CAUSE_FORECAST,
  MGR_PRESSURE_CAUSE_STALL,
  MGR_PRESSURE_CAUSE_SIZE,
} MgrPressureCause;

#define MGR_N_PRESSURE_CAUSES (MGR_PRESSURE_CAUSE_SIZE + 1)

/* How one sample was judged. */
typedef struct
{
  MgrPressureLevel judged[MGR_N_PRESSURE_CAUSES]; /* what the sample says by itself */
  MgrPressureLevel clear[MGR_N_PRESSURE_CAUSES];  /* and with the margin below */
  MgrPressureLevel levels[MGR_N_PRESSURE_CAUSES]; /* what holds after dwell */
  double stall;
  double stall_usage;                             /* of the memory that is waited for */
  guint64 size;                                   /* bytes that the process holds */
} MgrPressureVerdict;

/* A sentence that says why the level is what it is. */
char *mgr_pressure_reason_new (const MgrPressureVerdict *verdict,
                               const MgrPressureFigures *figures,
                               const MgrForecastFigures *forecast) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
