/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-private.h"

/* What a task is made of before it is submitted. */

/**
 * mgr_task_new:
 * @name: what it is called
 * @func: (scope notified) (closure user_data) (destroy destroy): what it does
 * @user_data: given to @func
 * @destroy: frees @user_data once the task is gone
 *
 * Makes a task of a function of this program. Only executors with
 * %MGR_EXECUTOR_CLOSURES can run it.
 *
 * Returns: (transfer full): a task
 *
 * Since: 1.0
 */
MgrTask *
mgr_task_new (const char     *name,
              MgrTaskFunc     func,
              gpointer        user_data,
              GDestroyNotify  destroy)
{
  MgrTask *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  self = g_object_new (MGR_TYPE_TASK, "name", name, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

/**
 * mgr_task_new_command:
 * @name: what it is called
 * @argv: (array zero-terminated=1): the program and its arguments
 *
 * Makes a task of a command. Any executor with %MGR_EXECUTOR_COMMANDS can run it.
 *
 * Returns: (transfer full): a task
 *
 * Since: 1.0
 */
MgrTask *
mgr_task_new_command (const char         *name,
                      const char * const *argv)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);

  return g_object_new (MGR_TYPE_TASK, "name", name, "argv", argv, NULL);
}

/* Adds what @self depends on, unless it was seen. */
static void
collect_dependencies (MgrTask    *self,
                      GHashTable *seen,
                      GPtrArray  *found)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GPtrArray *dependencies = self->setup != NULL ? self->setup->dependencies : NULL;

  for (guint i = 0; dependencies != NULL && i < dependencies->len; i++)
    {
      MgrTask *before = g_ptr_array_index (dependencies, i);

      if (g_hash_table_add (seen, before))
        g_ptr_array_add (found, g_object_ref (before));
    }
}

/* A long chain must not become a deep stack, nor many ways to one task many visits. */
static gboolean
depends_on (MgrTask *self,
            MgrTask *other)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (found, g_object_ref (self));
  for (guint i = 0; i < found->len && !g_hash_table_contains (seen, other); i++)
    collect_dependencies (g_ptr_array_index (found, i), seen, found);

  return g_hash_table_contains (seen, other);
}

/* Nothing that waits for nobody's sake can close a circle. */
static gboolean
closes_circle (MgrTask *self,
               MgrTask *before)
{
  gboolean waited_for;

  if (self == before)
    return TRUE;

  g_mutex_lock (&self->lock);
  waited_for = self->setup != NULL && self->setup->waited_for;
  g_mutex_unlock (&self->lock);
  return waited_for && depends_on (before, self);
}

static void
set_waited_for (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  mgr_task_get_setup (self)->waited_for = TRUE;
}

static GPtrArray *
add_to (GPtrArray *tasks,
        MgrTask   *task)
{
  if (tasks == NULL)
    tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (tasks, g_object_ref (task));
  return tasks;
}

/**
 * mgr_task_add_dependency:
 * @self: a task that was not submitted yet
 * @before: a task that has to be done first
 * @error: return location for a #GError
 *
 * Has @self wait until @before is done. Where that ends otherwise, @self ends with
 * %MGR_TASK_REASON_CANCELLED and the error of @before. They may be submitted in any order, to
 * the same scheduler; a task that is never submitted is waited for until then. A circle of tasks that wait for
 * each other is %MGR_ERROR_INVALID_ARGUMENT, a task that was submitted %MGR_ERROR_BUSY.
 *
 * Returns: %TRUE if it was added
 *
 * Since: 1.0
 */
gboolean
mgr_task_add_dependency (MgrTask  *self,
                         MgrTask  *before,
                         GError  **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  MgrTaskSetup *setup;

  g_return_val_if_fail (MGR_IS_TASK (self), FALSE);
  g_return_val_if_fail (MGR_IS_TASK (before), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (closes_circle (self, before))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Task “%s” cannot wait for “%s”, which waits for it: take one of the "
                   "dependencies out", self->name, before->name);
      return FALSE;
    }

  locker = g_mutex_locker_new (&self->lock);
  if (self->scheduler != NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Task “%s” was submitted: add what it depends on before", self->name);
      return FALSE;
    }

  setup = mgr_task_get_setup (self);
  setup->dependencies = add_to (setup->dependencies, before);
  g_clear_pointer (&locker, g_mutex_locker_free);
  set_waited_for (before);
  return TRUE;
}

/* Sizes are alike up to a factor of two. */
const char *
mgr_task_write_key (MgrTask *self,
                    GString *key)
{
  char **tags = self->setup != NULL ? self->setup->tags : NULL;
  char size[] = { '@', (char) ('0' + g_bit_storage (self->memory)) };

  g_string_truncate (key, 0);
  g_string_append_len (key, self->name, (gssize) g_ref_string_length (self->name));
  if (self->memory > 0)
    g_string_append_len (key, size, sizeof size);
  if (tags != NULL && tags[0] != NULL)
    {
      g_string_append_c (key, '#');
      g_string_append (key, tags[0]);
    }
  return key->str;
}
