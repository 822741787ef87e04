/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "schedule/mgr-scheduler.h"
#include "service/mgr-bus-access-private.h"

G_BEGIN_DECLS

/* Answers for the tasks of a scheduler on one connection. There may be a million of them,
 * so none has an object of its own. Belongs to the context of the scheduler. */
typedef struct _MgrBusTasks MgrBusTasks;

MgrBusTasks *mgr_bus_tasks_new  (MgrScheduler    *scheduler,
                                 GDBusConnection *connection);
void         mgr_bus_tasks_free (MgrBusTasks     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBusTasks, mgr_bus_tasks_free)

G_END_DECLS
