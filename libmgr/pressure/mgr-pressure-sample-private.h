/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-sample.h"

G_BEGIN_DECLS

/* What a sample is made of; see the getters for units. */
typedef struct
{
  gint64 time;
  MgrPressureLevel level;
  MgrPressureLevel judged; /* by this sample alone, without dwell */
  double usage;
  double stall;
  guint64 available;
  guint64 limit;
  guint64 swap;
  MgrPressureForecast *forecast; /* (owned) (nullable) */
  char *reason;  /* (owned) (nullable) */
  char *source;  /* (owned) (nullable) */
  GStrv missing; /* (owned) */
} MgrPressureFigures;

/* Takes over what @figures owns and leaves it empty. */
MgrPressureSample *mgr_pressure_sample_new (MgrPressureFigures *figures) G_GNUC_WARN_UNUSED_RESULT;

MgrPressureLevel   mgr_pressure_sample_get_judged (MgrPressureSample *self);

G_END_DECLS
