/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-statistics-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

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

/* How many tasks ended in each way. */
static GVariant *
ended_to_variant (MgrSchedulerStatistics *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (int reason = MGR_TASK_REASON_DONE; reason < MGR_N_TASK_REASONS; reason++)
    g_variant_dict_insert (&dict, mgr_enum_get_nick (MGR_TYPE_TASK_REASON, reason), "t",
                           self->figures.ended[reason]);

  return g_variant_dict_end (&dict);
}

/**
 * mgr_scheduler_statistics_to_variant:
 * @self: statistics
 *
 * Writes the figures as a dictionary of type `a{sv}`, for D-Bus and JSON: `submitted`,
 * `backfilled`, `preempted`, `oom`, `reserved` and `overcommit` (t), `waiting` and `running`
 * (u), `completion-rate` (d), `wait-mean` (d), `wait-p50`, `wait-p95` and `wait-p99` (x,
 * microseconds), `time` (x, microseconds of the clock of the manager, as the times of tasks
 * are), and `ended`, a dictionary of how many tasks ended in which way (t). May be called
 * from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_scheduler_statistics_to_variant (MgrSchedulerStatistics *self)
{
  const MgrSchedulerFigures *figures;
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  figures = &self->figures;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "time", "x", figures->time);
  g_variant_dict_insert (&dict, "submitted", "t", figures->submitted);
  g_variant_dict_insert (&dict, "waiting", "u", figures->waiting);
  g_variant_dict_insert (&dict, "running", "u", figures->running);
  g_variant_dict_insert_value (&dict, "ended", ended_to_variant (self));
  g_variant_dict_insert (&dict, "completion-rate", "d",
                         mgr_scheduler_statistics_get_completion_rate (self));
  g_variant_dict_insert (&dict, "wait-mean", "d", mgr_scheduler_statistics_get_mean_wait (self));
  g_variant_dict_insert (&dict, "wait-p50", "x", mgr_scheduler_statistics_get_wait (self, 0.50));
  g_variant_dict_insert (&dict, "wait-p95", "x", mgr_scheduler_statistics_get_wait (self, 0.95));
  g_variant_dict_insert (&dict, "wait-p99", "x", mgr_scheduler_statistics_get_wait (self, 0.99));
  g_variant_dict_insert (&dict, "backfilled", "t", figures->backfilled);
  g_variant_dict_insert (&dict, "preempted", "t", figures->preempted);
  g_variant_dict_insert (&dict, "oom", "t", figures->oom);
  g_variant_dict_insert (&dict, "reserved", "t", figures->reserved);
  g_variant_dict_insert (&dict, "overcommit", "t", figures->overcommit);
  return g_variant_dict_end (&dict);
}
