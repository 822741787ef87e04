/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-bus-generated.h"
#include "schedule/mgr-scheduler.h"

G_BEGIN_DECLS

#define MGR_BUS_SCHEDULER_PATH "/org/libmgr/Scheduler"

#define MGR_TYPE_EXPORTED_SCHEDULER (mgr_exported_scheduler_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedScheduler, mgr_exported_scheduler, MGR, EXPORTED_SCHEDULER,
                      MgrBusScheduler1Skeleton)

/* Shows @scheduler as org.libmgr.Scheduler1. */
MgrExportedScheduler *mgr_exported_scheduler_new (MgrScheduler *scheduler);

G_END_DECLS
