/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner.h"

#include "base/mgr-cancel-watch-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-run-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* While another cleanup runs, the next slice waits for it: long enough not to keep a
 * processor busy, and soon enough. */
#define BUSY_INTERVAL (5 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  MgrCleanupStrategy strategy;
  MgrCleanupFlags flags;
  MgrCancelWatch *cancelled; /* (owned) (nullable) while the source is there */
  MgrCleanupRun *run;        /* (owned) (nullable) until the first slice */
  guint64 pss;               /* before that */
  guint64 cause;             /* the entry of the journal that led to it, or 0 */
  guint64 planned;           /* the entry of its plan, or 0 */
} Background;

static void
background_free (gpointer data)
{
  Background *background = data;

  g_clear_pointer (&background->run, mgr_cleanup_run_free);
  g_free (background);
}

static void
background_begin (MgrCleaner *self,
                  Background *background)
{
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_make_plan (self, background->strategy, background->flags, NULL);

  MgrJournalScope scope;

  mgr_journal_scope_open (&scope, self->journal, background->cause);
  background->planned = mgr_cleaner_record_plan (self, plan);
  mgr_journal_scope_close (&scope);

  mgr_journal_scope_open (&scope, self->journal, background->planned);
  background->run = mgr_cleanup_run_new (self, plan, MGR_CLEANUP_RUN_BACKGROUND);
  mgr_journal_scope_close (&scope);

  mgr_cleaner_warn_of_flags (background->flags);
  background->pss = mgr_pss_verifier_estimate_pss (self->verifier);
  mgr_cleaner_post_started (self, background->strategy);
}

/* What was cleaned before a cancellation is told to all but the one that cancelled. */
static void
background_end (MgrCleaner *self,
                Background *background,
                GTask      *task)
{
  g_autoptr (MgrCleanupReport) report = mgr_cleanup_run_finish (background->run);

  mgr_cleaner_record_report (self, report, background->planned);
  mgr_cleaner_post_finished (self, report);
  mgr_pss_verifier_verify (self->verifier, report, background->pss);
  g_task_return_pointer (task, g_steal_pointer (&report),
                         (GDestroyNotify) mgr_cleanup_report_unref);
}

/* The cleaner is busy meanwhile. */
static MgrCleanupRunState
background_work (MgrCleaner *self,
                 Background *background,
                 GTask      *task,
                 GSource    *source)
{
  MgrCleanupRunState state;
  MgrJournalScope scope;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      mgr_cleanup_run_cancel (background->run);
      return MGR_CLEANUP_RUN_DONE;
    }

  mgr_journal_scope_open (&scope, self->journal, background->planned);
  state = mgr_cleanup_run_next (background->run, source);
  mgr_journal_scope_close (&scope);

  return state;
}

static gboolean
background_cb (gpointer user_data)
{
  GTask *task = user_data;
  MgrCleaner *self = g_task_get_source_object (task);
  Background *background = g_task_get_task_data (task);
  GSource *source = g_main_current_source ();
  MgrCleanupRunState state;

  if (background->run == NULL && g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;

  /* Inside of a handler that iterates the loop a slice would be a cleanup in a cleanup. */
  if (mgr_reclaim_in_progress () || !g_atomic_int_compare_and_exchange (&self->busy, 0, 1))
    {
      g_source_set_ready_time (source, g_get_monotonic_time () + BUSY_INTERVAL);
      return G_SOURCE_CONTINUE;
    }

  if (background->run == NULL)
    background_begin (self, background);

  /* Who cancels meanwhile makes the source ready too, perhaps before the run says until
   * when it waits. */
  state = background_work (self, background, task, source);
  if (state == MGR_CLEANUP_RUN_MORE
      || (state == MGR_CLEANUP_RUN_WAITING
          && g_cancellable_is_cancelled (g_task_get_cancellable (task))))
    g_source_set_ready_time (source, 0);
  if (state == MGR_CLEANUP_RUN_DONE)
    background_end (self, background, task);
  g_atomic_int_set (&self->busy, 0);

  return state == MGR_CLEANUP_RUN_DONE ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
background_dispatch (GSource     *source,
                     GSourceFunc  callback,
                     gpointer     user_data)
{
  return callback (user_data);
}

static void
background_cancelled_cb (gpointer user_data)
{
  g_source_set_ready_time (user_data, 0);
}

/* The cleaner, which the task keeps, keeps the context that the source belongs to. */
static void
background_let_go (gpointer data)
{
  g_autoptr (GTask) task = data;
  Background *background = g_task_get_task_data (task);

  g_clear_pointer (&background->cancelled, mgr_cancel_watch_free);
}

static GSourceFuncs background_funcs = { NULL, NULL, background_dispatch, NULL, NULL, NULL };

static void
background_attach (MgrCleaner *self,
                   GTask      *task)
{
  g_autoptr (GSource) source = g_source_new (&background_funcs, sizeof (GSource));
  Background *background = g_task_get_task_data (task);

  g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (source, background_cb, g_object_ref (task), background_let_go);
  g_source_set_static_name (source, "[libmgr] cleanup in the background");
  g_source_set_ready_time (source, 0);
  background->cancelled = mgr_cancel_watch_new (g_task_get_cancellable (task),
                                                background_cancelled_cb, source);
  g_source_attach (source, self->context);
}

/**
 * mgr_cleaner_cleanup_async:
 * @self: a cleaner
 * @strategy: how far to go
 * @flags: what may be touched
 * @cancellable: (nullable): to stop it with
 * @callback: (scope async) (closure user_data): called when it has ended
 * @user_data: for @callback
 *
 * Cleans in the background, as mgr_cleaner_cleanup() does, but without a stall: an idle
 * source in the main context of the cleaner asks the resources for slices of what is
 * wanted, each of half a millisecond for %MGR_CLEANUP_STRATEGY_LIGHT and
 * %MGR_CLEANUP_STRATEGY_MODERATE, 2 ms for %MGR_CLEANUP_STRATEGY_AGGRESSIVE and 5 ms
 * for %MGR_CLEANUP_STRATEGY_EMERGENCY, by what was learned of how fast each is. Between
 * two of them everything else that the loop has to do has its turn. A resource that
 * can only give all it has does so at once.
 *
 * It ends when the target of @strategy is met, or after 5 s of work. The loop turns on
 * while an owner in another thread is asked, and that is no work; one that does not
 * answer keeps the next resource waiting for 1.25 s, all of them together for 2.5 s, and
 * one that works for 2.5 s. The heap is
 * trimmed only where that takes less than 10 ms. Other cleanups may run between the
 * slices; more than one in the background take turns. Where it is cancelled, what was
 * cleaned until then is told by #MgrCleaner::cleanup-finished.
 *
 * May be called from any thread, a handler of #MgrResource::reclaim too. @callback
 * comes in the thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
mgr_cleaner_cleanup_async (MgrCleaner          *self,
                           MgrCleanupStrategy   strategy,
                           MgrCleanupFlags      flags,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Background *background;
  GError *error = NULL;

  g_return_if_fail (MGR_IS_CLEANER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_cleaner_cleanup_async);
  if (!mgr_cleaner_check_arguments (strategy, flags, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  background = g_new0 (Background, 1);
  background->strategy = strategy;
  background->flags = flags;
  background->cause = mgr_journal_get_cause (self->journal);
  g_task_set_task_data (task, background, background_free);
  background_attach (self, task);
}

/**
 * mgr_cleaner_cleanup_finish:
 * @self: a cleaner
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Gets what mgr_cleaner_cleanup_async() came to. Fails with
 * %MGR_ERROR_INVALID_ARGUMENT where its strategy or flags are none, and with
 * %G_IO_ERROR_CANCELLED where it was cancelled.
 *
 * Returns: (transfer full): what was done
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleaner_cleanup_finish (MgrCleaner    *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_cleaner_cleanup_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
