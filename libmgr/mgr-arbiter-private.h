/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-waiter-private.h"
#include "mgr-arbiter-choice-private.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* Has resources give way to a request that does not fit: those of its own component
 * first, then those of others, as mgr_arbiter_choice_target() allows; within each the
 * SAFE ones alone, in the order of the cleaner. What they release is measured by the
 * books: what a resource claims counts for nothing.
 *
 * One thread arbitrates at a time. For requests that wait it is one of the arbiter's
 * own, which is there only while there is something to do. */
typedef struct _MgrArbiter MgrArbiter;

#define MGR_ARBITER_DEADLINE_MAX (5 * G_TIME_SPAN_SECOND)

/* What came of it. */
typedef struct
{
  guint asked;          /* so many resources */
  guint64 released;     /* bytes that left the books of the whole ledger meanwhile */
  const char *obstacle; /* (nullable) why it ended before it fitted */
  MgrArbiterBounds bounds;
} MgrArbiterOutcome;

MgrArbiter     *mgr_arbiter_new              (MgrCleaner        *cleaner);
void            mgr_arbiter_unref            (MgrArbiter        *self);

/* From now on nobody is asked. */
void            mgr_arbiter_close            (MgrArbiter        *self);

MgrArbitration  mgr_arbiter_get_mode         (MgrArbiter        *self);
gboolean        mgr_arbiter_set_mode         (MgrArbiter        *self,
                                              MgrArbitration     mode);
gint64          mgr_arbiter_get_deadline     (MgrArbiter        *self);
gboolean        mgr_arbiter_set_deadline     (MgrArbiter        *self,
                                              gint64             deadline);

/* Whether requests that wait, or those that do not, are arbitrated. */
gboolean        mgr_arbiter_serves           (MgrArbiter        *self,
                                              MgrArbitration     mode);

/* Has others make room in the calling thread, which waits for that. %TRUE once @size
 * fits @component, so far as nobody else takes it. */
gboolean        mgr_arbiter_make_room        (MgrArbiter        *self,
                                              MgrComponent      *component,
                                              guint64            size,
                                              MgrArbiterOutcome *outcome);

/* Has others make room, in a thread of the arbiter's, for one who waits as long as
 * @ticket is valid; without one, until @size fits. */
void            mgr_arbiter_post             (MgrArbiter        *self,
                                              MgrComponent      *component,
                                              guint64            size,
                                              MgrWaiterTicket   *ticket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrArbiter, mgr_arbiter_unref)

G_END_DECLS
