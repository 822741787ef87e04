/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-statistics-private.h"

/**
 * SECTION:mgr-scheduler-statistics
 * @title: MgrSchedulerStatistics
 * @short_description: how much was done, and how long it waited
 *
 * What mgr_scheduler_get_statistics() found at one moment. It does not change, and may be
 * read from any thread.
 */

/**
 * MgrSchedulerStatistics:
 *
 * The figures of a scheduler, from mgr_scheduler_get_statistics().
 *
 * Since: 1.0
 */
struct _MgrSchedulerStatistics
{
  gatomicrefcount ref_count;
  MgrSchedulerFigures figures;
  MgrWaitTimes waits;
};

G_DEFINE_BOXED_TYPE (MgrSchedulerStatistics, mgr_scheduler_statistics,
                     mgr_scheduler_statistics_ref, mgr_scheduler_statistics_unref)

MgrSchedulerStatistics *
mgr_scheduler_statistics_new (const MgrSchedulerFigures *figures,
                              const MgrWaitTimes        *waits)
{
  MgrSchedulerStatistics *self = g_new (MgrSchedulerStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  self->waits = *waits;
  return self;
}

/**
 * mgr_scheduler_statistics_ref:
 * @self: statistics
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrSchedulerStatistics *
mgr_scheduler_statistics_ref (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_scheduler_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Releases a reference.
 *
 * Since: 1.0
 */
void
mgr_scheduler_statistics_unref (MgrSchedulerStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_scheduler_statistics_get_submitted:
 * @self: statistics
 *
 * Gets how many tasks were submitted.
 *
 * Returns: the number of tasks
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_submitted (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.submitted;
}

/**
 * mgr_scheduler_statistics_get_waiting:
 * @self: statistics
 *
 * Gets how many tasks wait.
 *
 * Returns: the number of tasks
 *
 * Since: 1.0
 */
guint
mgr_scheduler_statistics_get_waiting (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.waiting;
}

/**
 * mgr_scheduler_statistics_get_running:
 * @self: statistics
 *
 * Gets how many tasks run.
 *
 * Returns: the number of tasks
 *
 * Since: 1.0
 */
guint
mgr_scheduler_statistics_get_running (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.running;
}

/**
 * mgr_scheduler_statistics_get_ended:
 * @self: statistics
 * @reason: how they ended
 *
 * Gets how many tasks are finished for @reason.
 *
 * Returns: the number of tasks
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_ended (MgrSchedulerStatistics *self,
                                    MgrTaskReason           reason)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) reason < MGR_N_TASK_REASONS, 0);

  return self->figures.ended[reason];
}

/**
 * mgr_scheduler_statistics_get_completion_rate:
 * @self: statistics
 *
 * Gets which part of the tasks that are finished was done.
 *
 * Returns: a ratio from 0 to 1; 1 as long as none is finished
 *
 * Since: 1.0
 */
double
mgr_scheduler_statistics_get_completion_rate (MgrSchedulerStatistics *self)
{
  guint64 all = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < MGR_N_TASK_REASONS; i++)
    all += self->figures.ended[i];

  return all > 0 ? (double) self->figures.ended[MGR_TASK_REASON_DONE] / (double) all : 1;
}

/**
 * mgr_scheduler_statistics_get_mean_wait:
 * @self: statistics
 *
 * Gets how long tasks waited from their submission to their first start, in the mean.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
double
mgr_scheduler_statistics_get_mean_wait (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->waits.mean;
}

/**
 * mgr_scheduler_statistics_get_wait:
 * @self: statistics
 * @share: a ratio from 0 to 1, such as 0.95
 *
 * Gets a time that @share of the tasks did not wait longer than, at most 10 % too high.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_scheduler_statistics_get_wait (MgrSchedulerStatistics *self,
                                   double                  share)
{
  g_return_val_if_fail (self != NULL, 0);

  return mgr_wait_times_get_quantile (&self->waits, share);
}

/**
 * mgr_scheduler_statistics_get_backfilled:
 * @self: statistics
 *
 * Gets how many attempts were started before one that waited longer, without taking its
 * room.
 *
 * Returns: the number of attempts
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_backfilled (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.backfilled;
}

/**
 * mgr_scheduler_statistics_get_preempted:
 * @self: statistics
 *
 * Gets how many attempts were ended to make room for others.
 *
 * Returns: the number of attempts
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_preempted (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.preempted;
}

/**
 * mgr_scheduler_statistics_get_oom:
 * @self: statistics
 *
 * Gets how many attempts ran out of memory.
 *
 * Returns: the number of attempts
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_oom (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.oom;
}

/**
 * mgr_scheduler_statistics_get_reserved:
 * @self: statistics
 *
 * Gets how much memory is reserved for what runs.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_reserved (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.reserved;
}

/**
 * mgr_scheduler_statistics_get_overcommit:
 * @self: statistics
 *
 * Gets by how much what ran ever exceeded the budget, which is 0 unless tasks took more
 * than they were granted.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_scheduler_statistics_get_overcommit (MgrSchedulerStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.overcommit;
}
