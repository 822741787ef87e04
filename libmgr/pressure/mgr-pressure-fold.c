/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-fold-private.h"

#include "pressure/mgr-source-set-private.h"

static void
fold_reading (MgrPressureFigures *figures,
              const char         *name,
              MgrPressureReading *reading)
{
  guint64 available = mgr_pressure_reading_get_available (reading);
  double usage = mgr_pressure_reading_get_usage (reading);

  figures->stall = MAX (figures->stall, mgr_pressure_reading_get_stall (reading));

  if (mgr_pressure_reading_get_limit (reading) == 0)
    return;

  if (figures->source == NULL || available < figures->available)
    figures->available = available;

  if (figures->source == NULL || usage > figures->usage)
    {
      figures->usage = usage;
      figures->limit = mgr_pressure_reading_get_limit (reading);
      g_free (figures->source);
      figures->source = g_strdup (name);
    }
}

void
mgr_pressure_fold (GPtrArray          *readings,
                   MgrPressureFigures *figures)
{
  for (guint i = 0; i < readings->len; i++)
    {
      MgrNamedReading *named = g_ptr_array_index (readings, i);

      fold_reading (figures, named->name, named->reading);
    }
}
