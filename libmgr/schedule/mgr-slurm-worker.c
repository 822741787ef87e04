/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-worker-private.h"

#include "base/mgr-error.h"
#include "schedule/mgr-slurm-job-private.h"

/* The longest time between two polls while nothing changes, in poll intervals. */
#define MAX_INTERVALS 5

/* A job has to be missing in so many polls before it is given up: the controller may be
 * reading its state back. */
#define MISSING_POLLS 2

typedef enum
{
  ORDER_START,
  ORDER_STOP,
  ORDER_KILL,
  ORDER_QUIT,
} OrderKind;

typedef struct
{
  OrderKind kind;
  MgrTaskAttempt *attempt;  /* (owned) (nullable) */
} Order;

struct _MgrSlurmWorker
{
  gatomicrefcount ref_count;   /* of the executor and the thread */
  GAsyncQueue *orders;         /* (owned) (element-type Order) */
  MgrSlurmSettings *settings;  /* (owned) */

  /* What follows is the thread's own. */
  MgrSlurmFiles *files;        /* (owned) (nullable) */
  GPtrArray *jobs;             /* (owned) (element-type MgrSlurmJob) */
  gboolean probed;
  gboolean quits;
  gint64 failing_since;        /* µs: since when no job is taken; 0: the last one was */
  gint64 next_submit;          /* µs: not before that */
  gint64 next_poll;            /* µs */
  guint n_quiet;               /* polls in a row in which nothing changed */
};

void
mgr_slurm_settings_free (MgrSlurmSettings *settings)
{
  g_free (settings->folder);
  g_free (settings->wrapper);
  settings->port->free (settings->port);
  g_object_unref (settings->clock);
  g_free (settings);
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_clear_pointer (&order->attempt, mgr_task_attempt_unref);
  g_free (order);
}

static void
worker_unref (MgrSlurmWorker *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->files, mgr_slurm_files_free);
  g_ptr_array_unref (self->jobs);
  g_async_queue_unref (self->orders);
  mgr_slurm_settings_free (self->settings);
  g_free (self);
}

/* An attempt may hold the last reference to the executor, and so to this worker. */
static void
worker_drop_job (MgrSlurmWorker *self,
                 MgrSlurmJob    *job)
{
  g_ptr_array_remove_fast (self->jobs, job);
}

static void
worker_end_job (MgrSlurmWorker *self,
                MgrSlurmJob    *job)
{
  if (job->claim != NULL)
    mgr_slurm_files_forget (self->files, job->claim);
  worker_drop_job (self, job);
  self->n_quiet = 0;
}

static void
worker_fail_job (MgrSlurmWorker *self,
                 MgrSlurmJob    *job,
                 const GError   *error)
{
  MgrTaskReason reason = job->asked != MGR_SLURM_GO_ON ? MGR_TASK_REASON_CANCELLED
                                                       : MGR_TASK_REASON_ERROR;

  mgr_task_attempt_report_finished (job->attempt, reason, -1, error);
  worker_end_job (self, job);
}

static gint64
get_time (void)
{
  return g_get_monotonic_time ();
}

/* Whether it was tried for long enough, since @since, which is set by the first failure. */
static gboolean
worker_loses_patience (MgrSlurmWorker *self,
                       gint64         *since)
{
  if (*since == 0)
    *since = get_time ();

  return get_time () - *since >= self->settings->patience;
}

static void
worker_poll_soon (MgrSlurmWorker *self)
{
  gint64 soon = get_time () + self->settings->poll_interval;

  self->n_quiet = 0;
  self->next_poll = self->next_poll > 0 ? MIN (self->next_poll, soon) : soon;
}

/* A job that was found is left as it is, unless it was to end: then a new one takes its
 * place, once it is gone. */
static gboolean
worker_claim (MgrSlurmWorker  *self,
              MgrSlurmJob     *job,
              GError         **error)
{
  g_autofree char *identity = NULL;

  if (job->claim != NULL)
    return TRUE;

  identity = mgr_task_get_identity (job->attempt->task);
  job->claim = mgr_slurm_files_claim (self->files, identity, error);
  if (job->claim == NULL)
    return FALSE;
  job->output_path = mgr_slurm_files_get_path (self->files, job->claim, MGR_SLURM_OUTPUT_SUFFIX);
  if (!job->claim->found)
    return TRUE;

  if (job->claim->stopped || !self->settings->recovers)
    {
      const char *ids[] = { job->claim->id, NULL };

      if (job->claim->id != NULL)
        self->settings->port->cancel (self->settings->port, ids, FALSE, NULL);
      mgr_slurm_files_renew (self->files, job->claim);
    }
  else
    {
      job->unsure = job->claim->id == NULL;
      worker_poll_soon (self);
    }
  return TRUE;
}

static MgrSlurmOutcome
worker_request (MgrSlurmWorker  *self,
                MgrSlurmJob     *job,
                GError         **error)
{
  MgrSlurmSettings *settings = self->settings;
  g_autofree char *status = mgr_slurm_files_get_path (self->files, job->claim,
                                                      MGR_SLURM_STATUS_SUFFIX);
  g_autoptr (MgrSlurmRequest) request =
    mgr_slurm_request_new (job->attempt, job->claim->token, settings->wrapper, status, job->output_path,
                           mgr_clock_get_time (settings->clock));
  g_autofree char *id = NULL;
  MgrSlurmOutcome outcome = settings->port->submit (settings->port, request, &id, error);

  if (outcome == MGR_SLURM_OK)
    mgr_slurm_files_set_id (self->files, job->claim, id);
  return outcome;
}

static MgrSlurmOutcome
worker_prepare (MgrSlurmWorker  *self,
                GError         **error)
{
  MgrSlurmOutcome outcome;

  if (self->files == NULL)
    self->files = mgr_slurm_files_new (self->settings->folder, error);
  if (self->files == NULL)
    return MGR_SLURM_REFUSED;
  if (self->probed)
    return MGR_SLURM_OK;

  outcome = self->settings->port->probe (self->settings->port, error);
  self->probed = outcome == MGR_SLURM_OK;
  return outcome;
}

static gboolean
worker_has_taken (MgrSlurmWorker *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (mgr_slurm_job_is_taken (g_ptr_array_index (self->jobs, i)))
      return TRUE;

  return FALSE;
}

static void
worker_fail_unsubmitted (MgrSlurmWorker *self,
                         const GError   *error)
{
  for (guint i = self->jobs->len; i > 0; i--)
    {
      MgrSlurmJob *job = g_ptr_array_index (self->jobs, i - 1);

      if (!mgr_slurm_job_is_taken (job))
        worker_fail_job (self, job, error);
    }
}

/* A full queue empties as jobs of ours end: while there are some, there is hope. */
static void
worker_wait_to_submit (MgrSlurmWorker  *self,
                       MgrSlurmOutcome  outcome,
                       const GError    *error)
{
  self->next_submit = get_time () + self->settings->poll_interval;
  if (outcome == MGR_SLURM_FULL && worker_has_taken (self))
    self->failing_since = 0;
  else if (worker_loses_patience (self, &self->failing_since))
    worker_fail_unsubmitted (self, error);
}

static void
worker_take_outcome (MgrSlurmWorker  *self,
                     MgrSlurmJob     *job,
                     MgrSlurmOutcome  outcome,
                     const GError    *error)
{
  switch (outcome)
    {
    case MGR_SLURM_OK:
      self->failing_since = 0;
      worker_poll_soon (self);
      break;
    case MGR_SLURM_UNSURE:
      job->unsure = TRUE;
      worker_poll_soon (self);
      break;
    case MGR_SLURM_AWAY:
    case MGR_SLURM_FULL:
      worker_wait_to_submit (self, outcome, error);
      break;
    case MGR_SLURM_REFUSED:
    default:
      worker_fail_job (self, job, error);
    }
}

/* Returns whether the next may be submitted. */
static gboolean
worker_submit (MgrSlurmWorker *self,
               MgrSlurmJob    *job)
{
  g_autoptr (GError) error = NULL;
  MgrSlurmOutcome outcome;

  if (job->asked != MGR_SLURM_GO_ON)
    {
      worker_fail_job (self, job, NULL);
      return TRUE;
    }

  outcome = worker_prepare (self, &error);
  if (outcome == MGR_SLURM_OK && !worker_claim (self, job, &error))
    outcome = MGR_SLURM_REFUSED;
  if (outcome == MGR_SLURM_OK && !mgr_slurm_job_is_taken (job))
    outcome = worker_request (self, job, &error);
  worker_take_outcome (self, job, outcome, error);
  return outcome != MGR_SLURM_AWAY && outcome != MGR_SLURM_FULL;
}

static MgrSlurmJob *
worker_find_unsubmitted (MgrSlurmWorker *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (!mgr_slurm_job_is_taken (g_ptr_array_index (self->jobs, i)))
      return g_ptr_array_index (self->jobs, i);

  return NULL;
}

static void
worker_tell_endings (MgrSlurmWorker *self,
                     MgrSlurmEnding  ending)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  MgrSlurmOutcome outcome;

  for (guint i = 0; i < self->jobs->len; i++)
    {
      MgrSlurmJob *job = g_ptr_array_index (self->jobs, i);

      if (job->asked >= ending && job->told < ending && job->claim != NULL
          && job->claim->id != NULL)
        g_ptr_array_add (ids, job->claim->id);
    }
  if (ids->len == 0)
    return;

  g_ptr_array_add (ids, NULL);
  outcome = self->settings->port->cancel (self->settings->port,
                                          (const char * const *) ids->pdata,
                                          ending == MGR_SLURM_KILL, NULL);
  for (guint i = 0; i < self->jobs->len && outcome == MGR_SLURM_OK; i++)
    {
      MgrSlurmJob *job = g_ptr_array_index (self->jobs, i);

      if (job->asked >= ending && job->claim != NULL && job->claim->id != NULL)
        job->told = MAX (job->told, ending);
    }
  worker_poll_soon (self);
}

static GHashTable *
index_rows (GPtrArray *rows)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i++)
    {
      MgrSlurmRow *row = g_ptr_array_index (rows, i);

      if (row->token != NULL)
        g_hash_table_insert (index, row->token, row);
    }

  return index;
}

/* Returns whether the job goes on. */
static gboolean
worker_follow_row (MgrSlurmWorker       *self,
                   MgrSlurmJob          *job,
                   const MgrSlurmRow    *row,
                   const MgrSlurmStatus *measured)
{
  job->n_missing = 0;
  job->failing_since = 0;
  job->unsure = FALSE;
  if (job->claim->id == NULL)
    mgr_slurm_files_set_id (self->files, job->claim, row->id);

  if (mgr_slurm_judge (row->state, row->status) == MGR_TASK_REASON_NONE)
    {
      if (measured != NULL)
        mgr_task_attempt_report_measured (job->attempt, measured->rss);
      return TRUE;
    }

  mgr_slurm_job_report (job, row->state, row->status, measured);
  return FALSE;
}

/* Returns whether the job goes on. One that was never taken is submitted anew. */
static gboolean
worker_follow_missing (MgrSlurmWorker       *self,
                       MgrSlurmJob          *job,
                       const MgrSlurmStatus *measured)
{
  self->n_quiet = 0;
  if (++job->n_missing < MISSING_POLLS)
    return TRUE;
  if (job->unsure && measured == NULL)
    {
      job->n_missing = 0;
      job->unsure = FALSE;
      return TRUE;
    }

  mgr_slurm_job_report_missing (job, measured);
  return FALSE;
}

static void
worker_follow (MgrSlurmWorker *self,
               MgrSlurmJob    *job,
               GHashTable     *rows)
{
  const MgrSlurmStatus *measured;
  const MgrSlurmRow *row;
  MgrSlurmStatus status;
  gboolean goes_on;

  if (!mgr_slurm_job_is_taken (job))
    return;

  measured = mgr_slurm_files_get_status (self->files, job->claim, &status) ? &status : NULL;
  row = g_hash_table_lookup (rows, job->claim->token);
  goes_on = row != NULL ? worker_follow_row (self, job, row, measured)
                        : worker_follow_missing (self, job, measured);
  if (!goes_on)
    worker_end_job (self, job);
}

static gint64
worker_choose_interval (MgrSlurmWorker *self)
{
  return self->settings->poll_interval * MIN (self->n_quiet + 1, MAX_INTERVALS);
}

/* While nobody answers, jobs go on: only one of which nothing is known is given up. */
static void
worker_take_silence (MgrSlurmWorker *self,
                     const GError   *error)
{
  for (guint i = self->jobs->len; i > 0; i--)
    {
      MgrSlurmJob *job = g_ptr_array_index (self->jobs, i - 1);

      if (job->unsure && worker_loses_patience (self, &job->failing_since))
        {
          mgr_task_attempt_report_finished (job->attempt, MGR_TASK_REASON_LOST, -1, error);
          worker_drop_job (self, job);
        }
    }
}

static void
worker_poll (MgrSlurmWorker *self)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GHashTable) index = NULL;
  g_autoptr (GError) error = NULL;

  self->n_quiet++;
  if (self->settings->port->list (self->settings->port, &rows, &error) != MGR_SLURM_OK)
    {
      g_debug ("A poll of Slurm failed: %s", error->message);
      worker_take_silence (self, error);
    }
  else
    {
      index = index_rows (rows);
      for (guint i = self->jobs->len; i > 0; i--)
        worker_follow (self, g_ptr_array_index (self->jobs, i - 1), index);
    }
  self->next_poll = get_time () + worker_choose_interval (self);
}

static MgrSlurmJob *
worker_find_job (MgrSlurmWorker *self,
                 MgrTaskAttempt *attempt)
{
  for (guint i = 0; i < self->jobs->len; i++)
    if (((MgrSlurmJob *) g_ptr_array_index (self->jobs, i))->attempt == attempt)
      return g_ptr_array_index (self->jobs, i);

  return NULL;
}

static void
worker_ask_ending (MgrSlurmWorker *self,
                   MgrTaskAttempt *attempt,
                   MgrSlurmEnding  ending)
{
  MgrSlurmJob *job = worker_find_job (self, attempt);

  if (job == NULL)
    return;

  job->asked = MAX (job->asked, ending);
  if (mgr_slurm_job_is_taken (job))
    mgr_slurm_files_set_stopped (self->files, job->claim);
  else
    worker_fail_job (self, job, NULL);
}

static void
worker_obey (MgrSlurmWorker *self,
             Order          *order)
{
  switch (order->kind)
    {
    case ORDER_START:
      g_ptr_array_add (self->jobs, mgr_slurm_job_new (order->attempt));
      break;
    case ORDER_STOP:
      worker_ask_ending (self, order->attempt, MGR_SLURM_STOP);
      break;
    case ORDER_KILL:
      worker_ask_ending (self, order->attempt, MGR_SLURM_KILL);
      break;
    case ORDER_QUIT:
    default:
      self->quits = TRUE;
    }
  order_free (order);
}

/* For how long there is nothing to do but to wait for an order: µs, or -1. */
static gint64
worker_get_rest (MgrSlurmWorker *self)
{
  gint64 due = G_MAXINT64;

  if (worker_find_unsubmitted (self) != NULL)
    due = MIN (due, self->next_submit);
  if (worker_has_taken (self))
    due = MIN (due, self->next_poll);

  return due == G_MAXINT64 ? -1 : MAX (due - get_time (), 0);
}

static Order *
worker_wait (MgrSlurmWorker *self)
{
  gint64 rest = worker_get_rest (self);

  if (rest < 0)
    return g_async_queue_pop (self->orders);
  return rest > 0 ? g_async_queue_timeout_pop (self->orders, (guint64) rest)
                  : g_async_queue_try_pop (self->orders);
}

static gpointer
worker_thread (gpointer data)
{
  MgrSlurmWorker *self = data;

  while (!self->quits)
    {
      Order *order = worker_wait (self);
      MgrSlurmJob *job;

      for (; order != NULL; order = g_async_queue_try_pop (self->orders))
        worker_obey (self, order);

      worker_tell_endings (self, MGR_SLURM_STOP);
      worker_tell_endings (self, MGR_SLURM_KILL);
      job = get_time () >= self->next_submit ? worker_find_unsubmitted (self) : NULL;
      if (job != NULL)
        worker_submit (self, job);
      if (worker_has_taken (self) && get_time () >= self->next_poll)
        worker_poll (self);
    }

  worker_unref (self);
  return NULL;
}

MgrSlurmWorker *
mgr_slurm_worker_new (MgrSlurmSettings *settings)
{
  MgrSlurmWorker *self = g_new0 (MgrSlurmWorker, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->orders = g_async_queue_new_full (order_free);
  self->settings = settings;
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_slurm_job_free);
  g_atomic_ref_count_inc (&self->ref_count);
  g_thread_unref (g_thread_new ("mgr-slurm", worker_thread, self));
  return self;
}

static void
worker_order (MgrSlurmWorker *self,
              OrderKind       kind,
              MgrTaskAttempt *attempt)
{
  Order *order = g_new0 (Order, 1);

  order->kind = kind;
  order->attempt = attempt != NULL ? mgr_task_attempt_ref (attempt) : NULL;
  g_async_queue_push (self->orders, order);
}

void
mgr_slurm_worker_free (MgrSlurmWorker *self)
{
  worker_order (self, ORDER_QUIT, NULL);
  worker_unref (self);
}

void
mgr_slurm_worker_start (MgrSlurmWorker *self,
                        MgrTaskAttempt *attempt)
{
  worker_order (self, ORDER_START, attempt);
}

void
mgr_slurm_worker_stop (MgrSlurmWorker *self,
                       MgrTaskAttempt *attempt,
                       gboolean        kill)
{
  worker_order (self, kill ? ORDER_KILL : ORDER_STOP, attempt);
}
