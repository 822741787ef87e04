/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

/**
 * SECTION:mgr-schedule-enums
 * @title: States, reasons and strategies
 * @short_description: the words in which tasks and the scheduler speak
 *
 * Where a task stands and how it ended, how much it matters, in which order tasks are
 * considered, and what executors can do.
 */

/**
 * MgrTaskState:
 * @MGR_TASK_STATE_NEW: not submitted yet, so it can still be changed
 * @MGR_TASK_STATE_WAITING: for its memory, its turn, or what it depends on
 * @MGR_TASK_STATE_RUNNING: an executor has it
 * @MGR_TASK_STATE_FINISHED: it will not run again; #MgrTask:reason says how it ended
 *
 * Where a task stands. A task that is tried again goes back from running to waiting.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_TASK_STATE_NEW,
  MGR_TASK_STATE_WAITING,
  MGR_TASK_STATE_RUNNING,
  MGR_TASK_STATE_FINISHED,
} MgrTaskState;

/**
 * MgrTaskReason:
 * @MGR_TASK_REASON_NONE: it has not ended
 * @MGR_TASK_REASON_DONE: it did what it was to do
 * @MGR_TASK_REASON_ERROR: it failed by itself
 * @MGR_TASK_REASON_OOM: it took more memory than it was granted, or than there was
 * @MGR_TASK_REASON_PREEMPTED: it made room for others
 * @MGR_TASK_REASON_TIMEOUT: it ran longer than its timeout, or its deadline passed
 * @MGR_TASK_REASON_CANCELLED: somebody cancelled it, or what it depends on did not end well
 * @MGR_TASK_REASON_LOST: its executor lost sight of it
 *
 * How an attempt, or the task, ended.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_TASK_REASON_NONE,
  MGR_TASK_REASON_DONE,
  MGR_TASK_REASON_ERROR,
  MGR_TASK_REASON_OOM,
  MGR_TASK_REASON_PREEMPTED,
  MGR_TASK_REASON_TIMEOUT,
  MGR_TASK_REASON_CANCELLED,
  MGR_TASK_REASON_LOST,
} MgrTaskReason;

/**
 * MgrTaskPriority:
 * @MGR_TASK_PRIORITY_DEFERRED: when nothing else waits and memory is plenty
 * @MGR_TASK_PRIORITY_LOW: after the others
 * @MGR_TASK_PRIORITY_NORMAL: the default
 * @MGR_TASK_PRIORITY_HIGH: before the others; admitted up to a high level of pressure
 * @MGR_TASK_PRIORITY_CRITICAL: first; admitted up to a critical level of pressure
 *
 * How much a task matters. Within a priority the rank decides, 1 to 10.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_TASK_PRIORITY_DEFERRED,
  MGR_TASK_PRIORITY_LOW,
  MGR_TASK_PRIORITY_NORMAL,
  MGR_TASK_PRIORITY_HIGH,
  MGR_TASK_PRIORITY_CRITICAL,
} MgrTaskPriority;

/**
 * MgrScheduleStrategy:
 * @MGR_SCHEDULE_STRATEGY_PRIORITY: by priority, rank and age: the default
 * @MGR_SCHEDULE_STRATEGY_FIRST_COME: in the order of their submission
 * @MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST: by the memory they ask for, smallest first
 * @MGR_SCHEDULE_STRATEGY_DEADLINE: by deadline, earliest first
 *
 * The order in which tasks are considered. Ageing bounds the wait under each.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_SCHEDULE_STRATEGY_PRIORITY,
  MGR_SCHEDULE_STRATEGY_FIRST_COME,
  MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST,
  MGR_SCHEDULE_STRATEGY_DEADLINE,
} MgrScheduleStrategy;

/**
 * MgrExecutorFlags:
 * @MGR_EXECUTOR_NONE: nothing of what follows
 * @MGR_EXECUTOR_CLOSURES: runs functions of this program
 * @MGR_EXECUTOR_COMMANDS: runs commands
 * @MGR_EXECUTOR_MEASURES: says how much memory each attempt holds
 * @MGR_EXECUTOR_LIMITS: holds each attempt to its grant
 * @MGR_EXECUTOR_KILLS: can end an attempt that does not listen
 * @MGR_EXECUTOR_REMOTE: runs outside the memory of this machine, so that no budget of
 *    this program is charged
 * @MGR_EXECUTOR_THREAD_SAFE: may be asked in any thread; others are asked in the
 *    context in which the scheduler was made
 * @MGR_EXECUTOR_SURVIVES: finds its attempts again after this program was started anew
 *
 * What an executor can do.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  MGR_EXECUTOR_NONE        = 0,
  MGR_EXECUTOR_CLOSURES    = 1 << 0,
  MGR_EXECUTOR_COMMANDS    = 1 << 1,
  MGR_EXECUTOR_MEASURES    = 1 << 2,
  MGR_EXECUTOR_LIMITS      = 1 << 3,
  MGR_EXECUTOR_KILLS       = 1 << 4,
  MGR_EXECUTOR_REMOTE      = 1 << 5,
  MGR_EXECUTOR_SURVIVES    = 1 << 6,
  MGR_EXECUTOR_THREAD_SAFE = 1 << 7,
} MgrExecutorFlags;

/**
 * MgrSpillPolicy:
 * @MGR_SPILL_NEVER: remote executors run only what names them
 * @MGR_SPILL_INFEASIBLE: what can never fit here goes to a remote executor: the default
 * @MGR_SPILL_SLOW: so does what would wait longer than #MgrScheduler:spill-wait
 *
 * When a command goes to a remote executor. A closure never does.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_SPILL_NEVER,
  MGR_SPILL_INFEASIBLE,
  MGR_SPILL_SLOW,
} MgrSpillPolicy;

G_END_DECLS
