/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "trace-label.h"
#include "trace-run.h"

G_BEGIN_DECLS

/* Draws what a monitor said of a recorded run: the level, how much was left, how much
 * of the time tasks waited, and when it would have been used up. @label says what
 * happened; it may be NULL where that is not known.
 *
 * Returns: (transfer full): the picture, as SVG */
char *plot_figure_draw (const TraceRun   *run,
                        const TraceLabel *label);

G_END_DECLS
