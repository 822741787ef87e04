/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-arbiter-private.h"

G_BEGIN_DECLS

/* Why nobody is asked, in a few words. */
const char *mgr_arbiter_bounds_get_obstacle (const MgrArbiterBounds  *bounds);

/* Why @outcome is no success, with the figures of the rule that decided.
 * Returns (transfer full). */
char       *mgr_arbiter_outcome_describe    (const MgrArbiterOutcome *outcome);

/* What would help @component. Returns (transfer full) (nullable). */
char       *mgr_arbiter_outcome_suggest     (const MgrArbiterOutcome *outcome,
                                             MgrComponent            *component);

G_END_DECLS
