/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"
#include "score-marks.h"

G_BEGIN_DECLS

/* Prints for people what every rule did with every trace, and whether libmgr's own
 * meets its goals. @scores: (element-type Score) */
void score_table_print (const MgrctlOptions *options,
                        GPtrArray           *scores);

G_END_DECLS
