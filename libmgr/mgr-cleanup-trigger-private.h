/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal.h"
#include "pressure/mgr-pressure-monitor.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* Cleans when pressure rises, and again while it stays. All of it happens in the
 * context of the monitor's owner. */
typedef struct _MgrCleanupTrigger MgrCleanupTrigger;

MgrCleanupTrigger *mgr_cleanup_trigger_new         (MgrClock           *clock,
                                                    MgrPressureMonitor *monitor,
                                                    MgrCleaner         *cleaner);
/* What the cleanups from now on come of: the entry @cause of @journal. */
void               mgr_cleanup_trigger_set_cause   (MgrCleanupTrigger  *self,
                                                    MgrJournal         *journal,
                                                    guint64             cause);
void               mgr_cleanup_trigger_free        (MgrCleanupTrigger  *self);

gboolean           mgr_cleanup_trigger_get_enabled (MgrCleanupTrigger  *self);
void               mgr_cleanup_trigger_set_enabled (MgrCleanupTrigger  *self,
                                                    gboolean            enabled);

/* Cleans now as it would at the level that memory is at, or at @at_least where that
 * is higher. */
void               mgr_cleanup_trigger_respond     (MgrCleanupTrigger  *self,
                                                    MgrPressureLevel    at_least);

G_END_DECLS
