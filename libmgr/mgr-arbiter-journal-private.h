/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-private.h"
#include "journal/mgr-journal-tally-private.h"
#include "mgr-arbiter-private.h"

G_BEGIN_DECLS

/* What a journal says of one request that had others make room. */

/* Before anybody is asked: up to @n_turns resources may be, for @size that does not fit
 * @component. Of many for one component ever fewer are written down. @journal may be
 * %NULL. Returns the number of the entry, or 0. */
guint64 mgr_arbiter_record_plan   (MgrJournal              *journal,
                                   MgrJournalTally         *tally,
                                   MgrComponent            *component,
                                   guint64                  size,
                                   guint                    n_turns);

/* Afterwards; @planned is what mgr_arbiter_record_plan() returned. */
void    mgr_arbiter_record_report (MgrJournal              *journal,
                                   MgrComponent            *component,
                                   guint64                  size,
                                   const MgrArbiterOutcome *outcome,
                                   guint64                  planned);

G_END_DECLS
