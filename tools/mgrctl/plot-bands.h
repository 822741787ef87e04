/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "plot-series.h"
#include "svg-writer.h"
#include "task-entry.h"

G_BEGIN_DECLS

/* Draws @entry as a band, of which the outline is what it was granted and the inside what
 * it took; nothing, where it has no place. Its priority is a class of the style sheet.
 *
 * @begin: µs, the time at the left of @field */
void plot_bands_draw (SvgWriter       *svg,
                      const PlotField *field,
                      gint64           begin,
                      const TaskEntry *entry);

G_END_DECLS
