/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-executor.h"

/**
 * SECTION:mgr-executor
 * @title: MgrExecutor
 * @short_description: where tasks run
 *
 * An executor runs attempts of tasks: in threads, as processes, or on other machines. It
 * says by #MgrExecutorFlags what it can do, and tells by #MgrTaskAttempt what becomes of
 * what it runs. Programs can have executors of their own, in C, Python and JavaScript.
 *
 * With %MGR_EXECUTOR_THREAD_SAFE it is asked in any thread, otherwise in the context in
 * which the scheduler was made.
 */

/**
 * MgrExecutor:
 *
 * Where tasks run.
 *
 * Since: 1.0
 */

/**
 * MgrExecutorInterface:
 * @get_name: the name that #MgrTask:executor finds it by
 * @get_flags: what it can do, which does not change
 * @get_slots: (nullable): how many attempts it runs at once, 0 for as many as memory allows
 * @start: starts an attempt
 * @stop: (nullable): asks an attempt to end
 * @kill: (nullable): ends an attempt that does not listen
 *
 * What an executor of the program's own implements.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (MgrExecutor, mgr_executor, G_TYPE_OBJECT)

static void
mgr_executor_default_init (MgrExecutorInterface *iface)
{
}

/**
 * mgr_executor_get_name:
 * @self: an executor
 *
 * Gets the name that #MgrTask:executor finds it by.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_executor_get_name (MgrExecutor *self)
{
  g_return_val_if_fail (MGR_IS_EXECUTOR (self), NULL);

  return MGR_EXECUTOR_GET_IFACE (self)->get_name (self);
}

/**
 * mgr_executor_get_flags:
 * @self: an executor
 *
 * Gets what it can do. That does not change.
 *
 * Returns: flags
 *
 * Since: 1.0
 */
MgrExecutorFlags
mgr_executor_get_flags (MgrExecutor *self)
{
  g_return_val_if_fail (MGR_IS_EXECUTOR (self), MGR_EXECUTOR_NONE);

  return MGR_EXECUTOR_GET_IFACE (self)->get_flags (self);
}

/**
 * mgr_executor_get_slots:
 * @self: an executor
 *
 * Gets how many attempts it runs at once. That does not change.
 *
 * Returns: a number, 0 for as many as memory allows
 *
 * Since: 1.0
 */
guint
mgr_executor_get_slots (MgrExecutor *self)
{
  g_return_val_if_fail (MGR_IS_EXECUTOR (self), 0);

  return MGR_EXECUTOR_GET_IFACE (self)->get_slots != NULL
           ? MGR_EXECUTOR_GET_IFACE (self)->get_slots (self)
           : 0;
}

/**
 * mgr_executor_start:
 * @self: an executor
 * @attempt: what is to run
 * @error: return location for a #GError
 *
 * Starts an attempt. The executor takes a reference to it and tells how it ends, by
 * mgr_task_attempt_report_finished(), perhaps before it returns. Where it fails, the
 * attempt has not begun and nothing is told.
 *
 * Returns: %TRUE if it was started
 *
 * Since: 1.0
 */
gboolean
mgr_executor_start (MgrExecutor     *self,
                    MgrTaskAttempt  *attempt,
                    GError         **error)
{
  g_return_val_if_fail (MGR_IS_EXECUTOR (self), FALSE);
  g_return_val_if_fail (attempt != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return MGR_EXECUTOR_GET_IFACE (self)->start (self, attempt, error);
}

/**
 * mgr_executor_stop:
 * @self: an executor
 * @attempt: what runs
 *
 * Asks an attempt to end. Its cancellable is cancelled already. It may still end in its own
 * way, or not at all.
 *
 * Since: 1.0
 */
void
mgr_executor_stop (MgrExecutor    *self,
                   MgrTaskAttempt *attempt)
{
  g_return_if_fail (MGR_IS_EXECUTOR (self));
  g_return_if_fail (attempt != NULL);

  if (MGR_EXECUTOR_GET_IFACE (self)->stop != NULL)
    MGR_EXECUTOR_GET_IFACE (self)->stop (self, attempt);
}

/**
 * mgr_executor_kill:
 * @self: an executor
 * @attempt: what runs
 *
 * Ends an attempt that does not listen, where it has %MGR_EXECUTOR_KILLS.
 *
 * Since: 1.0
 */
void
mgr_executor_kill (MgrExecutor    *self,
                   MgrTaskAttempt *attempt)
{
  g_return_if_fail (MGR_IS_EXECUTOR (self));
  g_return_if_fail (attempt != NULL);

  if (MGR_EXECUTOR_GET_IFACE (self)->kill != NULL)
    MGR_EXECUTOR_GET_IFACE (self)->kill (self, attempt);
}
