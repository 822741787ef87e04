/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

/* What becomes of a task that takes more than it was granted, and of those beside it. */
void bench_over_limit (Bench *bench);
