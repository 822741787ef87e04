/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* Maintains the resources of a cleaner, each at its own interval, in the main context
 * that was the thread default when it was made. */
typedef struct _MgrMaintenance MgrMaintenance;

MgrMaintenance *mgr_maintenance_new          (MgrClock       *clock,
                                              MgrCleaner     *cleaner);
void            mgr_maintenance_free         (MgrMaintenance *self);

/* Of the resources that have none of their own, in microseconds; 0: none. Any thread. */
gint64          mgr_maintenance_get_interval (MgrMaintenance *self);
void            mgr_maintenance_set_interval (MgrMaintenance *self,
                                              gint64          interval);

/* Maintains @resources now, wherever they live, and waits for each until @deadline of
 * g_get_monotonic_time(). Any thread. Returns the bytes freed. */
guint64         mgr_maintenance_run          (MgrClock       *clock,
                                              MgrCleaner     *cleaner,
                                              GPtrArray      *resources,
                                              gint64          deadline);

G_END_DECLS
