/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-private.h"
#include "mgr-manager-private.h"

#include "schedule/mgr-owner-executor-private.h"
#include "schedule/mgr-process-executor.h"
#include "schedule/mgr-scheduler-private.h"
#include "schedule/mgr-thread-executor.h"

/* The scheduler knows nothing of cleanups: the manager joins them. */

static void
trim_cb (gpointer user_data)
{
  MgrManager *self = user_data;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  report = mgr_cleaner_cleanup (self->cleaner, MGR_CLEANUP_STRATEGY_MODERATE, FALSE, TRUE, &error);
  if (report == NULL)
    g_debug ("No cleanup for tasks that wait: %s", error->message);
}

static void
make_room_cb (MgrComponent *component,
              guint64       size,
              gpointer      user_data)
{
  MgrManager *self = user_data;

  if (mgr_arbiter_serves (self->arbiter, MGR_ARBITRATION_WAITING))
    mgr_arbiter_post (self->arbiter, component, size, NULL);
}

void
mgr_manager_set_up_scheduler (MgrManager *self)
{
  g_autoptr (MgrExecutor) threads = mgr_thread_executor_new (0);
  g_autoptr (MgrExecutor) owner = mgr_owner_executor_new ();
  g_autoptr (MgrExecutor) processes = mgr_process_executor_new (self->monitor);

  self->scheduler = mgr_scheduler_new (self->root, self->monitor, self->limits, self->clock);
  mgr_scheduler_set_cleaning (self->scheduler, trim_cb, make_room_cb, self);
  mgr_scheduler_set_journal (self->scheduler, self->journal);
  if (mgr_config_is_set (self->config, "estimates-path"))
    mgr_scheduler_set_estimates_path (self->scheduler,
                                      mgr_config_get_string (self->config, "estimates-path"));
  mgr_scheduler_add_executor (self->scheduler, threads, NULL);
  mgr_scheduler_add_executor (self->scheduler, owner, NULL);
  mgr_scheduler_add_executor (self->scheduler, processes, NULL);
  mgr_scheduler_prefer_others (self->scheduler, processes);
}

void
mgr_manager_close_scheduler (MgrManager *self)
{
  if (self->scheduler == NULL)
    return;

  mgr_scheduler_close (self->scheduler);
  mgr_scheduler_set_cleaning (self->scheduler, NULL, NULL, NULL);
  g_clear_object (&self->scheduler);
}

/**
 * mgr_manager_get_scheduler:
 * @self: a manager
 *
 * Gets what runs tasks when their memory is there. May be called from any thread.
 *
 * Returns: (transfer none): the scheduler
 *
 * Since: 1.0
 */
MgrScheduler *
mgr_manager_get_scheduler (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->scheduler;
}

/* For so long a batch has to get on with what there is. */
#define BATCH_SECONDS 10

static guint64
forecast_get_room (MgrPressureForecast *forecast)
{
  guint64 room = mgr_pressure_forecast_get_room (forecast);
  double lost = -mgr_pressure_forecast_get_slope (forecast) * BATCH_SECONDS;

  if (lost <= 0)
    return room;

  return lost < (double) room ? room - (guint64) lost : 0;
}

/* What can be taken without asking anybody: by the budgets, by measure, and no more than
 * the forecast leaves. */
static guint64
manager_get_room (MgrManager *self)
{
  guint64 room = mgr_component_get_available (self->root);
  g_autoptr (MgrPressureForecast) forecast = mgr_pressure_monitor_forecast (self->monitor);

  if (mgr_memory_limits_refresh (self->limits, NULL))
    room = MIN (room, mgr_memory_limits_get_headroom (self->limits));
  return forecast != NULL ? MIN (room, forecast_get_room (forecast)) : room;
}

/**
 * mgr_manager_suggest_batch_size:
 * @self: a manager
 * @initial: how many items a batch has when there is room enough
 * @bytes_per_item: how many bytes each takes; 0 if nobody knows
 *
 * Suggests how many items to work on at once: @initial while pressure is normal or low,
 * half of it at a medium level, a quarter from a high level on, and never more than fit
 * into half of what is free by the budgets and by measure, and of what the forecast leaves
 * of that for the next 10 seconds. May be called from any thread.
 *
 * Returns: from 1 to @initial
 *
 * Since: 1.0
 */
guint64
mgr_manager_suggest_batch_size (MgrManager *self,
                                guint64     initial,
                                guint64     bytes_per_item)
{
  MgrPressureLevel level;
  guint64 most = G_MAXUINT64;
  guint64 size;

  g_return_val_if_fail (MGR_IS_MANAGER (self), 1);
  g_return_val_if_fail (initial > 0, 1);

  if (bytes_per_item > 0)
    most = manager_get_room (self) / 2 / bytes_per_item;
  level = mgr_manager_get_level (self);
  size = level >= MGR_PRESSURE_LEVEL_HIGH     ? initial / 4
         : level == MGR_PRESSURE_LEVEL_MEDIUM ? initial / 2
                                              : initial;

  return MAX (MIN (size, most), 1);
}
