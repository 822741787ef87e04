/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

/* What a cache takes for each entry, how evenly a million of them expires, how often many
 * who want the same load it, and how much of a trim one call reaches. */
void cache_figures_run (Bench *bench);
