/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "schedule/mgr-scheduler-private.h"

/* What a task looks like as a dictionary. */

static void
insert_text (GVariantDict *dict,
             const char   *key,
             const char   *text)
{
  if (text != NULL && *text != '\0')
    g_variant_dict_insert_value (dict, key, mgr_variant_new_text (text));
}

static void
insert_names (GVariantDict        *dict,
              const char          *key,
              const char * const  *names)
{
  if (names != NULL && names[0] != NULL)
    g_variant_dict_insert_value (dict, key, mgr_variant_new_names (names));
}

/* A time that has not come is left out. */
static void
insert_time (GVariantDict *dict,
             const char   *key,
             gint64        time)
{
  if (time > 0 && time < G_MAXINT64)
    g_variant_dict_insert (dict, key, "x", time);
}

/* With the lock of the scheduler held, unless it is finished: then nothing changes. */
static void
insert_schedule (GVariantDict *dict,
                 MgrTask      *self,
                 const char   *executor)
{
  const MgrScheduleItem *item = &self->item;

  g_variant_dict_insert (dict, "grant", "t", item->grant);
  g_variant_dict_insert (dict, "measured", "t", item->running ? item->measured : 0);
  insert_time (dict, "submitted", item->submitted);
  insert_time (dict, "started", self->n_attempts > 0 ? item->started : 0);
  insert_time (dict, "expected-duration", item->duration);
  insert_text (dict, "executor", executor);
  if (item->elsewhere)
    g_variant_dict_insert (dict, "elsewhere", "b", TRUE);
}

static void
insert_run (GVariantDict     *dict,
            const MgrTaskRun *run)
{
  if (run == NULL)
    return;

  g_variant_dict_insert (dict, "peak", "t", run->peak);
  g_variant_dict_insert (dict, "progress", "d", run->progress);
  insert_text (dict, "message", run->message);
  insert_text (dict, "error", run->error != NULL ? run->error->message : NULL);
  insert_time (dict, "ended", run->ended);
}

static void
insert_state (GVariantDict *dict,
              MgrTask      *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_variant_dict_insert (dict, "state", "s", mgr_enum_get_nick (MGR_TYPE_TASK_STATE, self->state));
  g_variant_dict_insert (dict, "reason", "s",
                         mgr_enum_get_nick (MGR_TYPE_TASK_REASON, self->reason));
  g_variant_dict_insert (dict, "attempt", "u", (guint32) self->n_attempts);
  if (self->state == MGR_TASK_STATE_FINISHED && self->func == NULL && self->run != NULL)
    g_variant_dict_insert (dict, "exit-status", "i", self->run->exit_status);
  if (self->setup != NULL)
    {
      insert_names (dict, "tags", (const char * const *) self->setup->tags);
      insert_names (dict, "argv", (const char * const *) self->setup->argv);
    }
  insert_run (dict, self->run);
}

/**
 * mgr_task_to_variant:
 * @self: a task
 *
 * Writes what is known of the task as a dictionary of type `a{sv}`, for D-Bus and JSON:
 * `id`, `memory` (asked for, 0 to have it learned), `grant`, `measured` (of the attempt that
 * runs) and `peak` (t, bytes); `name`, `component`, `priority`, `state`, `reason`,
 * `executor`, `message` and `error` (s); `rank` and `attempt` (u), `exit-status` (i),
 * `progress` (d); `submitted`, `started` (of the last attempt), `ended`, `deadline` and
 * `expected-duration` (x, microseconds of the clock of the manager); `tags` and `argv`
 * (as); `elsewhere` (b, only where it is: it takes none of the memory here). What a task does
 * not have is left out. May be called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_task_to_variant (MgrTask *self)
{
  g_autoptr (MgrScheduler) scheduler = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  GVariantDict dict;

  g_return_val_if_fail (MGR_IS_TASK (self), NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (self->name));
  insert_text (&dict, "component", self->component);
  g_variant_dict_insert (&dict, "id", "t", mgr_task_get_id (self));
  g_variant_dict_insert (&dict, "memory", "t", self->memory);
  g_variant_dict_insert (&dict, "priority", "s",
                         mgr_enum_get_nick (MGR_TYPE_TASK_PRIORITY, self->item.priority));
  g_variant_dict_insert (&dict, "rank", "u", (guint32) self->item.rank);
  insert_time (&dict, "deadline", self->item.deadline);

  scheduler = mgr_task_ref_scheduler (self);
  if (scheduler != NULL)
    {
      locker = g_mutex_locker_new (&scheduler->lock);
      insert_schedule (&dict, self,
                       ((MgrSchedulerPlace *) scheduler->places->pdata[self->place])->name);
    }
  else if (mgr_task_get_state (self) == MGR_TASK_STATE_FINISHED)
    {
      insert_schedule (&dict, self, self->run->executor);
    }
  insert_state (&dict, self);
  return g_variant_dict_end (&dict);
}
