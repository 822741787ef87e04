/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "journal/mgr-journal.h"
#include "ledger/mgr-component.h"
#include "mgr-arbiter-private.h"

G_BEGIN_DECLS

/* Writes into a journal what was refused. A program may be refused a hundred thousand
 * times a second: of each component one refusal is written down with all there is to
 * know, then how many came after it, at ever longer intervals. Any thread. */
typedef struct _MgrRefusalLog MgrRefusalLog;

/* @context: where to wait for the end of an interval */
MgrRefusalLog *mgr_refusal_log_new  (MgrJournal     *journal,
                                     MgrClock       *clock,
                                     GMainContext   *context);

/* Writes down what is counted and not said yet. */
void           mgr_refusal_log_free (MgrRefusalLog  *self);

/* @outcome: why others made no room, if they were to */
void           mgr_refusal_log_add  (MgrRefusalLog           *self,
                                     MgrComponent            *component,
                                     guint64                  size,
                                     const GError            *error,
                                     const MgrArbiterOutcome *outcome);

G_END_DECLS
