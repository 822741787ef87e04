/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleaner.h"
#include "reclaim/mgr-resource-registry-private.h"

G_BEGIN_DECLS

/* Over all cleanups that have ended, whoever asked for them. */
typedef struct
{
  guint64 cleanups;
  guint64 freed;
  gint64 returned;
} MgrCleanerTotals;

MgrCleanerTotals mgr_cleaner_get_totals (MgrCleaner *self);

/* Counts a cleanup that somebody else has done, and says in the context of the cleaner
 * that it has ended. Any thread. */
void mgr_cleaner_publish (MgrCleaner       *self,
                          MgrCleanupReport *report);

/* How long to wait for a resource whose owner is another thread, in real
 * microseconds; never longer than the time box of the cleanup leaves. */
void mgr_cleaner_set_owner_deadline (MgrCleaner *self,
                                     gint64      deadline);

MgrResourceRegistry *mgr_cleaner_get_registry (MgrCleaner *self);

/* By its clock. */
gint64               mgr_cleaner_get_time     (MgrCleaner *self);

G_END_DECLS
