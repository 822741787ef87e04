/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-entry.h"

G_BEGIN_DECLS

/* Draws the hit ratio against the size.
 *
 * @curve: of two points at least, or of none
 *
 * Returns: (transfer full): the picture, as SVG */
char *plot_cache_draw (const char       *program,
                       const CacheEntry *entry,
                       const CacheCurve *curve);

G_END_DECLS
