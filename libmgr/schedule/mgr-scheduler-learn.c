/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

/* What earlier runs teach of the next, and where that is kept. */

/* For a kind of task of which nothing is declared and nothing known yet. */
#define USUAL_GRANT (G_GUINT64_CONSTANT (64) << 20)

/* A program that is killed loses no more than what it learned in that time. */
#define KEEP_INTERVAL (2 * G_TIME_SPAN_SECOND)

/* What was learned counts for more than what was declared. Its margin does not, nor can
 * it make infeasible what was declared to fit. */
static guint64
scheduler_correct (MgrScheduler *self,
                   MgrTask      *task,
                   const char   *key,
                   guint64       learned)
{
  if (task->memory == 0)
    return learned;
  if (mgr_task_estimates_get_usual (self->estimates, key) <= task->memory)
    return MIN (learned, task->memory);

  return MAX (MIN (learned, mgr_scheduler_find_limit (self, task, NULL)), task->memory);
}

static guint64
scheduler_choose_by_key (MgrScheduler *self,
                         MgrTask      *task,
                         const char   *key)
{
  guint64 learned = mgr_task_estimates_get_memory (self->estimates, key);

  if (learned > 0)
    return scheduler_correct (self, task, key, learned);

  return task->memory > 0 ? task->memory : USUAL_GRANT;
}

guint64
mgr_scheduler_choose_grant (MgrScheduler *self,
                            MgrTask      *task)
{
  if (self->learns)
    return scheduler_choose_by_key (self, task, mgr_task_write_key (task, self->key));

  return task->memory > 0 ? task->memory : USUAL_GRANT;
}

void
mgr_scheduler_expect_duration (MgrScheduler *self,
                               MgrTask      *task)
{
  if (!self->learns || task->item.duration > 0)
    return;

  mgr_task_write_key (task, self->key);
  task->item.duration = mgr_task_estimates_get_duration (self->estimates, self->key->str);
}

guint64
mgr_scheduler_choose_again (MgrScheduler *self,
                            MgrTask      *task)
{
  guint64 grant = mgr_scheduler_choose_grant (self, task);

  if (task->memory > 0 || task->item.elsewhere)
    return grant;

  return MIN (grant, mgr_scheduler_find_limit (self, task, NULL));
}

/* The grants of those that wait follow what was learned. */
static void
scheduler_grant_anew (MgrScheduler *self,
                      const char   *key)
{
  g_autoptr (GString) other = g_string_new (NULL);

  for (guint i = 0; i < self->parts->len; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);
      g_autoptr (GPtrArray) same = g_ptr_array_new ();

      for (GSequenceIter *iter = g_sequence_get_begin_iter (part->share.queue);
           !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
        {
          MgrTask *task = mgr_task_of_item (g_sequence_get (iter));

          if (task->n_attempts == 0 && g_str_equal (key, mgr_task_write_key (task, other)))
            g_ptr_array_add (same, task);
        }
      for (guint j = 0; j < same->len; j++)
        {
          MgrTask *task = g_ptr_array_index (same, j);

          mgr_schedule_core_set_grant (self->core, &task->item,
                                       mgr_scheduler_choose_again (self, task));
        }
    }
}

/* Who asks for twice what it takes keeps others out; who takes a quarter more than it
 * asked for takes what was promised to others. */
#define TOO_MUCH 2
#define TOO_LITTLE 1.25

/* Less than that is no matter. */
#define NO_MATTER (G_GUINT64_CONSTANT (16) << 20)

static gboolean
is_off (guint64 declared,
        guint64 used)
{
  if (used > declared)
    return used - declared >= NO_MATTER && (double) used > TOO_LITTLE * (double) declared;

  return declared - used >= NO_MATTER && declared / TOO_MUCH >= used;
}

/* Says once of each kind that it takes something else than was declared. */
static void
scheduler_compare (MgrScheduler *self,
                   MgrTask      *task,
                   const char   *key)
{
  guint64 used = mgr_task_estimates_get_usual (self->estimates, key);

  if (task->memory == 0 || used == 0 || !is_off (task->memory, used)
      || !mgr_task_estimates_is_first (self->estimates, key))
    return;

  mgr_scheduler_record_misdeclared (self, task, used);
  mgr_scheduler_say_misdeclared (self, task, used);
}

void
mgr_scheduler_learn (MgrScheduler *self,
                     MgrTask      *task,
                     gint64        now)
{
  const char *key;

  if (!self->learns)
    return;

  key = mgr_task_write_key (task, self->key);
  if (mgr_task_estimates_learn (self->estimates, key, task->run->peak, now - task->item.started))
    scheduler_grant_anew (self, key);
  scheduler_compare (self, task, key);
}

/* The file */

/* Once until it works again. Returns whether the program is to be warned, once the lock
 * is not held: the writer of its log is its own code. */
static gboolean
scheduler_note_trouble (MgrScheduler *self,
                        const GError *error)
{
  gboolean is_new = error != NULL && !self->in_trouble;

  self->in_trouble = error != NULL;
  if (is_new)
    mgr_scheduler_record (self, "estimates", MGR_JOURNAL_SEVERITY_WARNING, 0, "%s",
                          error->message);
  return is_new;
}

static void
scheduler_keep (MgrScheduler *self)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  gboolean warns;

  g_mutex_lock (&self->lock);
  if (self->file != NULL)
    rows = mgr_task_estimates_take_new (self->estimates);
  g_mutex_unlock (&self->lock);
  if (rows == NULL)
    return;

  mgr_estimate_file_write (self->file, rows, &error);
  g_mutex_lock (&self->lock);
  if (error != NULL)
    mgr_task_estimates_put_back (self->estimates, rows);
  warns = scheduler_note_trouble (self, error);
  g_mutex_unlock (&self->lock);
  if (warns)
    g_warning ("%s", error->message);
}

static void
keep_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  MgrScheduler *self = source;

  scheduler_keep (self);
  g_mutex_lock (&self->lock);
  self->keeping = FALSE;
  g_cond_broadcast (&self->kept);
  g_mutex_unlock (&self->lock);
}

/* The owner does not wait for a disk. */
void
mgr_scheduler_keep_estimates (MgrScheduler *self,
                              gint64        now)
{
  g_autoptr (GTask) task = NULL;
  gboolean keeps;

  g_mutex_lock (&self->lock);
  keeps = self->file != NULL && !self->keeping && now - self->kept_at >= KEEP_INTERVAL;
  self->keeping = self->keeping || keeps;
  if (keeps)
    self->kept_at = now;
  g_mutex_unlock (&self->lock);
  if (!keeps)
    return;

  task = g_task_new (self, NULL, NULL, NULL);
  g_task_set_source_tag (task, mgr_scheduler_keep_estimates);
  g_task_run_in_thread (task, keep_thread);
}

void
mgr_scheduler_flush_estimates (MgrScheduler *self)
{
  g_mutex_lock (&self->lock);
  while (self->keeping)
    g_cond_wait (&self->kept, &self->lock);
  g_mutex_unlock (&self->lock);

  scheduler_keep (self);
}

static MgrEstimateFile *
open_and_read (const char  *path,
               GPtrArray  **rows,
               GError     **error)
{
  g_autoptr (MgrEstimateFile) file = mgr_estimate_file_open (path, error);

  *rows = file != NULL ? mgr_estimate_file_read (file, error) : NULL;
  return *rows != NULL ? g_steal_pointer (&file) : NULL;
}

void
mgr_scheduler_set_estimates_path (MgrScheduler *self,
                                  const char   *path)
{
  MgrEstimateFile *file = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  gboolean warns;

  mgr_scheduler_flush_estimates (self);
  if (path != NULL && *path != '\0')
    file = open_and_read (path, &rows, &error);

  g_mutex_lock (&self->lock);
  g_free (self->estimates_path);
  self->estimates_path = g_strdup (path);
  g_clear_pointer (&self->file, mgr_estimate_file_free);
  self->file = file;
  if (rows != NULL)
    mgr_task_estimates_restore (self->estimates, rows);
  warns = scheduler_note_trouble (self, error);
  g_mutex_unlock (&self->lock);
  if (warns)
    g_warning ("%s", error->message);
}
