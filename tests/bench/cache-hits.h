/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

/* Tables of the hits of each trace and size that the folder's hit-ratios.tsv names, or its
 * hit-ratios-sized.tsv, beside those of the policies that are in there. */
void cache_hits_run       (Bench      *bench,
                           const char *folder);
void cache_hits_run_sized (Bench      *bench,
                           const char *folder);
/* What a cache says it would lose with half its room, beside what one of half the room
 * finds less. */
void cache_losses_run     (Bench      *bench,
                           const char *folder);
