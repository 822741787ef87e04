/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

G_BEGIN_DECLS

/* A pressure source that asks another in its place and remembers when the answer told
 * of a stall: it sees what the monitor sees, when the monitor sees it. Any thread may
 * call these. */
#define MGRCTL_TYPE_WITNESS (mgrctl_witness_get_type ())
G_DECLARE_FINAL_TYPE (MgrctlWitness, mgrctl_witness, MGRCTL, WITNESS, GObject)

/* @stall: the share of the time from which on it counts */
MgrctlWitness *mgrctl_witness_new        (MgrPressureSource *source,
                                          double             stall);

/* Forgets what was seen. */
void           mgrctl_witness_reset      (MgrctlWitness     *self);

/* Waits until a stall has been seen since the last reset, until @deadline at most.
 *
 * Returns: when, in µs, or -1: not by then */
gint64         mgrctl_witness_wait       (MgrctlWitness     *self,
                                          gint64             deadline);

/* Waits for so many answers in a row that tell of no such stall.
 *
 * Returns: FALSE if they did not come until @deadline */
gboolean       mgrctl_witness_wait_quiet (MgrctlWitness     *self,
                                          guint              answers,
                                          gint64             deadline);

G_END_DECLS
