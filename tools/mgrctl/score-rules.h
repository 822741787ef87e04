/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "trace-run.h"

G_BEGIN_DECLS

/* A rule says for a while that memory is short. */
typedef struct
{
  double time;       /* s since the recording began */
  double length;     /* s, until it looks again or, where the kernel tells it, a window */
  gboolean critical; /* else it says no more than that memory becomes short */
} ScoreAlarm;

/* A rule that users have today, or libmgr's own. */
typedef struct _ScoreRule ScoreRule;

/* Our own rule, the first of all. */
#define SCORE_OWN_RULE 0

guint            score_rules_get_n     (void);
const ScoreRule *score_rules_get       (guint              index);
const char      *score_rule_get_name   (const ScoreRule   *self);

/* Whether none of its alarms is ever critical. */
gboolean         score_rule_is_only_low (const ScoreRule  *self);

/* Lets the rule look at @trace at its own cadence, up to @end µs; after the trace its
 * last row holds. Where the trace lacks a column that it needs the error says so.
 *
 * Returns: (transfer full) (element-type ScoreAlarm): the alarms in their order, or
 * NULL on error */
GArray          *score_rule_apply      (const ScoreRule   *self,
                                        MgrPressureTrace  *trace,
                                        gint64             end,
                                        GError           **error);

G_END_DECLS
