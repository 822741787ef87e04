/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-report.h"

G_BEGIN_DECLS

/* Measures the proportional set size of the process in a thread of its own, which takes
 * at most one hundredth of a core: where the process is so large that this does not
 * suffice, cleanups go unverified. Any thread may use it; times are those of
 * g_get_monotonic_time(). */
#define MGR_TYPE_PSS_VERIFIER (mgr_pss_verifier_get_type ())

G_DECLARE_FINAL_TYPE (MgrPssVerifier, mgr_pss_verifier, MGR, PSS_VERIFIER, GObject)

/* Called in the context that was the thread default when the verifier was made.
 * @report: the verified one (transfer none) */
typedef void (*MgrPssVerifiedFunc) (GObject          *owner,
                                    MgrCleanupReport *report);

/* Keeps no reference to @owner, and calls nothing once it is gone. */
MgrPssVerifier *mgr_pss_verifier_new     (const char         *proc_path,
                                          GObject            *owner,
                                          MgrPssVerifiedFunc  verified);

/* Measures soon, for what may come, unless that was done a moment ago. */
void            mgr_pss_verifier_prepare (MgrPssVerifier     *self);

/* What was measured last, moved by how much the anonymous memory of the process has
 * changed since, which costs a few microseconds; 0 if the measure is too long ago. */
guint64         mgr_pss_verifier_estimate_pss (MgrPssVerifier *self);

/* Measures soon what became of it, and then tells of @report. */
void            mgr_pss_verifier_verify  (MgrPssVerifier     *self,
                                          MgrCleanupReport   *report,
                                          guint64             pss_before);

/* Whether a measure is under way. */
gboolean        mgr_pss_verifier_is_busy (MgrPssVerifier     *self);

/* When a measure may begin that follows one which ended at @end and took @cost of the
 * processor's time, in microseconds. */
gint64          mgr_pss_duty_get_next    (gint64              end,
                                          gint64              cost);

G_END_DECLS
