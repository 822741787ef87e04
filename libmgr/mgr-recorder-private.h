/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "mgr-cleanup-trigger-private.h"
#include "mgr-phase-report.h"
#include "mgr-refusal-log-private.h"
#include "mgr-report.h"
#include "pressure/mgr-memory-limits.h"

G_BEGIN_DECLS

/* Writes into the journal of a manager what its parts say: changes of the level, of
 * the limits and of the total budget, what was refused, emergencies, and the phases of
 * the program. The cleaner writes down by itself what it does. */
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
                                         const GError        *error,
                                         const MgrArbiterOutcome *outcome);

/* What an emergency gave back before there was memory to write that down. */
typedef struct
{
  guint64 reserve;  /* bytes */
  guint64 released; /* bytes, by reclaimers */
  guint n_givers;   /* reclaimers that gave some */
} MgrRecorderRelief;

/* Somebody declared an emergency. In the owner's context. Returns the number of the
 * entry. */
guint64      mgr_recorder_add_emergency (MgrRecorder             *self,
                                         MgrPressureSample       *sample,
                                         const MgrRecorderRelief *relief);

/* At a level of emergency the reserve was given back. In the owner's context. */
void         mgr_recorder_add_reserve   (MgrRecorder             *self,
                                         guint64                  bytes);

/* A phase has begun; of many of one name ever fewer are written down. Any thread.
 * Returns the number of the entry, or 0. */
guint64      mgr_recorder_begin_phase   (MgrRecorder             *self,
                                         const char              *name,
                                         MgrReport               *before);

/* It has ended; @begun is what mgr_recorder_begin_phase() returned. An alert is
 * written down where the phase is not, but again of many ever fewer. */
void         mgr_recorder_end_phase     (MgrRecorder             *self,
                                         MgrPhaseReport          *report,
                                         guint64                  begun);

G_END_DECLS
