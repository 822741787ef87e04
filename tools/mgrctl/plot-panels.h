/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "plot-series.h"

G_BEGIN_DECLS

/* The curves of a figure, one below the other. */
typedef enum
{
  PLOT_PANEL_ROOM,      /* what is left below the tightest limit, and of the swap space */
  PLOT_PANEL_STALL,     /* the share of the time in which tasks wait */
  PLOT_PANEL_TIME_LEFT, /* the forecast */
} PlotPanel;

#define N_PLOT_PANELS (PLOT_PANEL_TIME_LEFT + 1)

double plot_panel_get_height (PlotPanel        panel);

/* Draws the title, the marks and the curves; @field says where, and its top is found
 * here. */
void   plot_panel_draw       (PlotPanel        panel,
                              const TraceRun  *run,
                              SvgWriter       *svg,
                              PlotField        field);

G_END_DECLS
