/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "task-entry.h"

G_BEGIN_DECLS

/* Draws which tasks of @program held how much memory when, and below which waited.
 *
 * @entries: (element-type TaskEntry): one at least
 * @budget: bytes; 0: none
 *
 * Returns: (transfer full): the picture, an SVG */
char *plot_tasks_draw (const char *program,
                       GPtrArray  *entries,
                       guint64     budget);

G_END_DECLS
