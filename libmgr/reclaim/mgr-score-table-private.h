/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-reclaim-score-private.h"

G_BEGIN_DECLS

/* What fails once, as for a full disk, will fail again; nobody needs to hear it each time.
 * In microseconds. */
#define MGR_RECLAIM_WARNING_INTERVAL (300 * G_TIME_SPAN_SECOND)

/* The scores of resources by their names, so that one that is registered anew is no
 * stranger. Any thread may use it. */
typedef struct _MgrScoreTable MgrScoreTable;

MgrScoreTable   *mgr_score_table_new    (void);
void             mgr_score_table_free   (MgrScoreTable           *self);

/* All zero for a name that is not known. */
MgrReclaimScore  mgr_score_table_lookup (MgrScoreTable           *self,
                                         const char              *name);

void             mgr_score_table_add    (MgrScoreTable           *self,
                                         const char              *name,
                                         const MgrReclaimOutcome *outcome);

/* Its owner was waited for in vain at @time, if not for this one. */
void             mgr_score_table_note_silence (MgrScoreTable     *self,
                                         const char              *name,
                                         gint64                   time,
                                         gint64                   waited);

/* Whether somebody is to hear that it failed at @time: not more often than once in
 * 300 s. */
gboolean         mgr_score_table_warns  (MgrScoreTable           *self,
                                         const char              *name,
                                         gint64                   time);

/* Gives each of @candidates, of MgrCleanupCandidate, its yield, after noticing its
 * size. Forgets names that are not among them once these are the larger part. */
void             mgr_score_table_rate   (MgrScoreTable           *self,
                                         GPtrArray               *candidates,
                                         gint64                   time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrScoreTable, mgr_score_table_free)

G_END_DECLS
