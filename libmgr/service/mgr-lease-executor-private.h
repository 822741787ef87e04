/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "schedule/mgr-scheduler.h"

G_BEGIN_DECLS

#define MGR_TYPE_LEASE_EXECUTOR (mgr_lease_executor_get_type ())

/* Runs nothing: the work of its tasks is done by other programs, which have the memory
 * from the answer to their call until they say so, or leave. Owner's context only. */
G_DECLARE_FINAL_TYPE (MgrLeaseExecutor, mgr_lease_executor, MGR, LEASE_EXECUTOR, GObject)

/* The one of @scheduler, which is added to it where it has none. */
MgrLeaseExecutor *mgr_lease_executor_ensure  (MgrScheduler           *scheduler);

/* Answers @invocation, which it takes, with the number of a lease once it is granted. */
void              mgr_lease_executor_acquire (MgrLeaseExecutor       *self,
                                              MgrScheduler           *scheduler,
                                              GDBusMethodInvocation  *invocation,
                                              const char             *name,
                                              guint64                 memory,
                                              GVariant               *options);

/* The lease must be that of the caller of @invocation, which is left to the caller. */
gboolean          mgr_lease_executor_release (MgrLeaseExecutor       *self,
                                              GDBusMethodInvocation  *invocation,
                                              guint64                 id,
                                              GError                **error);
gboolean          mgr_lease_executor_report  (MgrLeaseExecutor       *self,
                                              GDBusMethodInvocation  *invocation,
                                              guint64                 id,
                                              guint64                 memory,
                                              GError                **error);

/* Whoever called by @connection can no longer be asked. */
void              mgr_lease_executor_drop    (MgrLeaseExecutor       *self,
                                              GDBusConnection        *connection);

G_END_DECLS
