/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

/**
 * SECTION:mgr-error
 * @title: Errors
 * @short_description: what can go wrong, in C and on D-Bus
 *
 * Every error of libmgr is of one domain, %MGR_ERROR. Its text says what was
 * asked, what there was, and what would have helped.
 */

/**
 * MGR_ERROR:
 *
 * The domain of the errors of libmgr. Its codes are #MgrError. On D-Bus they
 * are called `org.libmgr.Error.NoBudget` and so on.
 *
 * Since: 1.0
 */
#define MGR_ERROR (mgr_error_quark ())

/**
 * MgrError:
 * @MGR_ERROR_FAILED: what none of the other codes describes
 * @MGR_ERROR_NO_BUDGET: the request does not fit now; it may fit after others
 *    have released memory
 * @MGR_ERROR_INFEASIBLE: the request can never fit into the budgets as they are
 * @MGR_ERROR_INVALID_ARGUMENT: an argument is out of its range
 * @MGR_ERROR_NOT_FOUND: there is nothing of that name or id
 * @MGR_ERROR_EXISTS: the name is taken
 * @MGR_ERROR_BUSY: it is in use, so it cannot be changed or removed
 * @MGR_ERROR_DOUBLE_RELEASE: it was released before, or more is given back than
 *    was taken
 * @MGR_ERROR_WOULD_DEADLOCK: asked from inside a reclaimer, which would wait
 *    for itself
 * @MGR_ERROR_TIMED_OUT: it did not fit within the time given
 * @MGR_ERROR_CLOSED: the manager is gone
 * @MGR_ERROR_NOT_AVAILABLE: this machine does not offer it
 * @MGR_ERROR_STALE_PLAN: what the plan was made of has changed since
 *
 * The codes of %MGR_ERROR.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_ERROR_FAILED,
  MGR_ERROR_NO_BUDGET,
  MGR_ERROR_INFEASIBLE,
  MGR_ERROR_INVALID_ARGUMENT,
  MGR_ERROR_NOT_FOUND,
  MGR_ERROR_EXISTS,
  MGR_ERROR_BUSY,
  MGR_ERROR_DOUBLE_RELEASE,
  MGR_ERROR_WOULD_DEADLOCK,
  MGR_ERROR_TIMED_OUT,
  MGR_ERROR_CLOSED,
  MGR_ERROR_NOT_AVAILABLE,
  MGR_ERROR_STALE_PLAN,
} MgrError;

MGR_AVAILABLE_IN_1_0
GQuark mgr_error_quark (void);

G_END_DECLS
