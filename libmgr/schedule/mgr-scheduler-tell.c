/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-owner-context-private.h"

/* What the owner hears, in batches and in order. */

static void
tell_cb (gpointer object,
         gpointer user_data)
{
  MgrScheduler *self = MGR_SCHEDULER (object);
  g_autoptr (GPtrArray) came = NULL;
  g_autoptr (GPtrArray) ended = NULL;

  g_mutex_lock (&self->lock);
  self->telling = FALSE;
  came = g_steal_pointer (&self->came);
  ended = g_steal_pointer (&self->ended);
  self->came = g_ptr_array_new_with_free_func (g_object_unref);
  self->ended = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_unlock (&self->lock);

  if (came->len > 0)
    mgr_task_list_append (self->list, came);
  for (guint i = 0; i < ended->len; i++)
    {
      MgrTask *task = g_ptr_array_index (ended, i);

      mgr_task_answer_waiters (task);
      mgr_task_list_finish (self->list, task);
      mgr_scheduler_emit_finished (self, task);
    }
}

gboolean
mgr_scheduler_has_news (MgrScheduler *self)
{
  return self->to_answer->len > 0
         || (!self->telling && (self->came->len > 0 || self->ended->len > 0));
}

/* Who waits for a task may be in any thread, and need not wait for the owner. */
void
mgr_scheduler_tell (MgrScheduler *self)
{
  g_autoptr (GPtrArray) to_answer = NULL;
  gboolean post;

  g_mutex_lock (&self->lock);
  if (self->to_answer->len > 0)
    {
      to_answer = g_steal_pointer (&self->to_answer);
      self->to_answer = g_ptr_array_new_with_free_func (g_object_unref);
    }
  post = !self->telling && (self->came->len > 0 || self->ended->len > 0);
  self->telling = self->telling || post;
  g_mutex_unlock (&self->lock);

  if (post)
    mgr_owner_context_post (self->context, self, tell_cb, NULL, NULL);
  for (guint i = 0; to_answer != NULL && i < to_answer->len; i++)
    mgr_task_answer_waiters (g_ptr_array_index (to_answer, i));
}
