/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "pool-entry.h"

G_BEGIN_DECLS

/* The map of a pool has so many cells. */
#define PLOT_POOL_COLUMNS 64
#define PLOT_POOL_ROWS 16
#define PLOT_POOL_CELLS (PLOT_POOL_COLUMNS * PLOT_POOL_ROWS)

/* Draws where a pool of @program is in use: a map of PLOT_POOL_CELLS cells, line by line
 * from its start to its end, and below it how much of it is used and held.
 *
 * Returns: (transfer full): the picture, an SVG */
char *plot_pool_draw (const char        *program,
                      const PoolEntry   *entry,
                      const PoolPicture *picture);

G_END_DECLS
