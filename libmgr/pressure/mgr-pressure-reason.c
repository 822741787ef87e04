/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-reason-private.h"

#include "base/mgr-size.h"

static char *
explain_usage (const MgrPressureFigures *figures)
{
  g_autofree char *limit = NULL;

  if (figures->source == NULL)
    return g_strdup ("no source knows of a limit");

  limit = mgr_size_format (figures->limit);
  return g_strdup_printf ("%.1f %% of %s is used (%s)",
                          100 * figures->usage, limit, figures->source);
}

static char *
explain_forecast (const MgrForecastFigures *forecast)
{
  g_autofree char *room = mgr_size_format (forecast->room);
  g_autofree char *slope = mgr_size_format ((guint64) -forecast->slope);

  return g_strdup_printf ("%s are left and shrink by %s/s: gone in %.1f s (%s)", room, slope,
                          (double) forecast->time_to_exhaustion / G_USEC_PER_SEC,
                          forecast->source);
}

static char *
explain_stall (const MgrPressureVerdict *verdict)
{
  return g_strdup_printf ("tasks wait for memory %.0f %% of the time while %.1f %% is used",
                          100 * verdict->stall, 100 * verdict->stall_usage);
}

static char *
explain_size (const MgrPressureVerdict *verdict)
{
  g_autofree char *size = mgr_size_format (verdict->size);

  return g_strdup_printf ("this process holds %s", size);
}

static char *
explain_cause (MgrPressureCause          cause,
               const MgrPressureVerdict *verdict,
               const MgrPressureFigures *figures,
               const MgrForecastFigures *forecast)
{
  switch (cause)
    {
    case MGR_PRESSURE_CAUSE_FORECAST:
      return explain_forecast (forecast);
    case MGR_PRESSURE_CAUSE_STALL:
      return explain_stall (verdict);
    case MGR_PRESSURE_CAUSE_SIZE:
      return explain_size (verdict);
    case MGR_PRESSURE_CAUSE_USAGE:
    default:
      return explain_usage (figures);
    }
}

/* The first cause that made the level what it is. */
static MgrPressureCause
verdict_get_cause (const MgrPressureVerdict *self,
                   MgrPressureLevel          level)
{
  for (guint i = 0; i < MGR_N_PRESSURE_CAUSES; i++)
    {
      if (self->levels[i] == level && self->judged[i] >= level)
        return i;
    }

  return MGR_PRESSURE_CAUSE_USAGE;
}

char *
mgr_pressure_reason_new (const MgrPressureVerdict *verdict,
                         const MgrPressureFigures *figures,
                         const MgrForecastFigures *forecast)
{
  MgrPressureCause cause = verdict_get_cause (verdict, figures->level);
  g_autofree char *text = explain_cause (cause, verdict, figures, forecast);

  if (verdict->judged[cause] < figures->level)
    return g_strdup_printf ("%s; the level is held until that is clearly less for a while", text);

  return g_steal_pointer (&text);
}
