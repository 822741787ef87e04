/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "mgr-cleanup-trigger-private.h"
#include "mgr-refusal-log-private.h"
#include "pressure/mgr-memory-limits.h"

G_BEGIN_DECLS

/* Writes into the journal of a manager what its parts say: changes of the level, of
 * the limits and of the total budget, and what was refused. The cleaner writes down by
 * itself what it does. */
typedef struct _MgrRecorder MgrRecorder;

MgrRecorder *mgr_recorder_new           (MgrJournal          *journal,
                                         MgrClock            *clock,
                                         MgrComponent        *root,
                                         MgrMemoryLimits     *limits,
                                         MgrPressureMonitor  *monitor);
void         mgr_recorder_free          (MgrRecorder         *self);

/* Whose cleanups come of the levels. Not owned: it has to outlive the recorder. */
void         mgr_recorder_set_trigger   (MgrRecorder         *self,
                                         MgrCleanupTrigger   *trigger);

/* Any thread. */
void         mgr_recorder_add_refusal   (MgrRecorder         *self,
                                         MgrComponent        *component,
                                         guint64              size,
                                         const GError        *error);

/* Returns the number of the entry. */
guint64      mgr_recorder_add_emergency (MgrRecorder         *self,
                                         MgrPressureSample   *sample,
                                         const char          *summary);

G_END_DECLS
