/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* Starts nothing: attempts go on until the test ends them. Asked in any thread. */
#define MGR_TYPE_FAKE_EXECUTOR (mgr_fake_executor_get_type ())
G_DECLARE_FINAL_TYPE (MgrFakeExecutor, mgr_fake_executor, MGR, FAKE_EXECUTOR, GObject)

MgrFakeExecutor *mgr_fake_executor_new      (const char       *name,
                                             MgrExecutorFlags  flags,
                                             guint             slots);

/* Whatever it is to start fails from now on. */
void             mgr_fake_executor_refuse   (MgrFakeExecutor  *self);

/* Returns: (transfer none) (nullable): the attempt of @task that goes on */
MgrTaskAttempt  *mgr_fake_executor_find     (MgrFakeExecutor  *self,
                                             MgrTask          *task);
guint            mgr_fake_executor_n_runs   (MgrFakeExecutor  *self);

/* How often an attempt of @task was stopped, or killed. */
guint            mgr_fake_executor_n_stops  (MgrFakeExecutor  *self,
                                             MgrTask          *task);
guint            mgr_fake_executor_n_kills  (MgrFakeExecutor  *self,
                                             MgrTask          *task);

/* The attempt of @task has ended. */
void             mgr_fake_executor_end      (MgrFakeExecutor  *self,
                                             MgrTask          *task,
                                             MgrTaskReason     reason);
/* All that go on were cancelled. */
void             mgr_fake_executor_end_all  (MgrFakeExecutor  *self);
