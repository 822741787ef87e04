/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

/* How long a process takes from a large parent and from a small one. It forks, and so
 * comes before there is any other thread. */
void bench_spawn (Bench *bench);
