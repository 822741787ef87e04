/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "reclaim/mgr-cleanup-report-private.h"

G_BEGIN_DECLS

/* What the details of a journal's entries say of a cleanup, each an `a{sv}`, floating.
 *
 * Lists of resources are of type `aa{sv}`, with keys of mgr_cleanup_step_to_variant(): name
 * and reason, a figure, and the error if there is one. As many are there as fit an entry,
 * those with an error first; “KEY-left-out” (u) says how many more there were. */

/* @root: (nullable): whose holders are told */
GVariant *mgr_cleanup_plan_get_details    (MgrCleanupPlan   *plan,
                                           MgrComponent     *root);

GVariant *mgr_cleanup_report_get_details  (MgrCleanupReport *report);

/* Of a plan that was not executed, for @error. */
GVariant *mgr_cleanup_refusal_get_details (MgrCleanupPlan   *plan,
                                           MgrComponent     *root,
                                           const GError     *error);

G_END_DECLS
