/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "ledger/mgr-allocation-private.h"

G_BEGIN_DECLS

typedef struct _MgrWaiterTicket MgrWaiterTicket;

/* Makes the allocation now or once it fits: in order of priority and then
 * arrival, and nobody overtakes a waiter at the budget that keeps it waiting.
 * @timeout is in microseconds, 0 for none. Takes the texts of @request. @ticket may be
 * %NULL. */
void mgr_waiter_start   (MgrComponent        *component,
                         MgrRequest          *request,
                         gint64               timeout,
                         GTask               *task,
                         MgrWaiterTicket     *ticket);

/* Says to other threads whether somebody still waits, and keeps nothing else alive. */
MgrWaiterTicket *mgr_waiter_ticket_new      (void);
MgrWaiterTicket *mgr_waiter_ticket_ref      (MgrWaiterTicket *self);
void             mgr_waiter_ticket_unref    (MgrWaiterTicket *self);
gboolean         mgr_waiter_ticket_is_valid (MgrWaiterTicket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrWaiterTicket, mgr_waiter_ticket_unref)

/* Serves who fits by now. */
void mgr_waiters_serve  (MgrLedger           *ledger);

/* All waiters of @component, or all there are if it is %NULL, fail with @code. */
void mgr_waiters_cancel (MgrLedger           *ledger,
                         MgrComponent        *component,
                         MgrError             code,
                         const char          *reason);

G_END_DECLS
