/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-job-private.h"

#include "base/mgr-error.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* So much of the last line of the output goes into an error. */
#define LAST_WORDS 200

/* The last line is looked for in so many bytes at the end of a file that may be long. */
#define LAST_WORDS_AT 4096

/* As much as a #MgrProcessExecutor keeps, unless it is told otherwise. */
#define KEPT_OUTPUT 65536

MgrSlurmJob *
mgr_slurm_job_new (MgrTaskAttempt *attempt)
{
  MgrSlurmJob *self = g_new0 (MgrSlurmJob, 1);

  self->attempt = mgr_task_attempt_ref (attempt);
  return self;
}

void
mgr_slurm_job_free (MgrSlurmJob *self)
{
  g_clear_pointer (&self->claim, mgr_slurm_claim_free);
  g_free (self->output_path);
  mgr_task_attempt_unref (self->attempt);
  g_free (self);
}

gboolean
mgr_slurm_job_is_taken (const MgrSlurmJob *self)
{
  return self->unsure || (self->claim != NULL && self->claim->id != NULL);
}

static int
get_exit_status (int status)
{
  return WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
}

/* Slurm and the kernel end what takes too much by signal 9, and so do we when we are
 * asked to: then it is no lack of memory. */
static MgrTaskReason
job_judge (const MgrSlurmJob *self,
           MgrTaskReason      reason)
{
  return reason == MGR_TASK_REASON_OOM && self->asked != MGR_SLURM_GO_ON
           ? MGR_TASK_REASON_CANCELLED
           : reason;
}

static const char *
job_get_id (const MgrSlurmJob *self)
{
  return self->claim->id != NULL ? self->claim->id : "without a number";
}

/* Returns: (transfer full) (nullable): the file that the task names */
static char *
job_find_output (const MgrSlurmJob *self)
{
  const MgrTaskSetup *setup = self->attempt->task->setup;
  g_autofree char *directory = NULL;

  if (setup->output_path == NULL)
    return NULL;

  directory = g_canonicalize_filename (setup->directory != NULL ? setup->directory : ".", NULL);
  return g_canonicalize_filename (setup->output_path, directory);
}

/* Returns: (transfer full) (nullable) */
static char *
read_last_line (const char *path)
{
  g_autofree char *text = path != NULL ? mgr_slurm_files_read_end (path, LAST_WORDS_AT) : NULL;
  g_autofree char *valid = NULL;
  char *line;

  if (text == NULL)
    return NULL;

  g_strchomp (text);
  line = strrchr (text, '\n');
  line = line != NULL ? line + 1 : text;
  valid = g_utf8_make_valid (line, (gssize) MIN (strlen (line), LAST_WORDS));
  return *valid != '\0' ? g_steal_pointer (&valid) : NULL;
}

/* As a process on this machine, a job has what it wrote as its result, unless the task names
 * a file for that. */
static void
job_take_output (const MgrSlurmJob *self)
{
  g_auto (GValue) value = G_VALUE_INIT;
  char *text;

  if (self->attempt->task->setup->output_path != NULL)
    return;

  text = mgr_slurm_files_read_end (self->output_path, KEPT_OUTPUT);
  if (text == NULL)
    return;

  g_value_init (&value, G_TYPE_STRING);
  g_value_take_string (&value, text);
  mgr_task_set_result (self->attempt->task, &value);
}

/* What is said of the job itself says why there is nothing new in the file of the task.
 * Returns: (transfer full) (nullable) */
static char *
job_read_last_line (const MgrSlurmJob *self)
{
  g_autofree char *path = job_find_output (self);
  char *line = read_last_line (self->output_path);

  return line != NULL ? line : read_last_line (path);
}

static GError *
job_explain (const MgrSlurmJob *self,
             const char        *state,
             int                exit_status)
{
  g_autofree char *last = job_read_last_line (self);

  return g_error_new (MGR_ERROR, MGR_ERROR_FAILED,
                      "Job %s of Slurm, which was task “%s”, ended as %s with exit status %d%s%s",
                      job_get_id (self), mgr_task_get_name (self->attempt->task), state,
                      exit_status, last != NULL ? "; it said last: " : "",
                      last != NULL ? last : "");
}

void
mgr_slurm_job_report (MgrSlurmJob          *self,
                      const char           *state,
                      int                   status,
                      const MgrSlurmStatus *measured)
{
  MgrTaskReason reason = job_judge (self, mgr_slurm_judge (state, status));
  int exit_status = measured != NULL && measured->ended ? measured->exit_status
                                                        : get_exit_status (status);
  g_autoptr (GError) error = NULL;

  if (measured != NULL)
    mgr_task_attempt_report_measured (self->attempt, measured->peak);
  if (reason == MGR_TASK_REASON_ERROR || reason == MGR_TASK_REASON_LOST)
    error = job_explain (self, state, exit_status);
  job_take_output (self);
  mgr_task_attempt_report_finished (self->attempt, reason, exit_status, error);
}

void
mgr_slurm_job_report_missing (MgrSlurmJob          *self,
                              const MgrSlurmStatus *measured)
{
  g_autoptr (GError) error = NULL;

  if (measured != NULL && measured->ended)
    {
      gboolean done = measured->exit_status == 0 && measured->signal == 0;
      int status = measured->signal != 0 ? measured->signal : measured->exit_status << 8;

      mgr_slurm_job_report (self, done ? "COMPLETED" : "FAILED", status, measured);
      return;
    }

  error = g_error_new (MGR_ERROR, MGR_ERROR_NOT_FOUND,
                       "Slurm no longer knows job %s, which was task “%s”, and nothing says how "
                       "it ended", job_get_id (self), mgr_task_get_name (self->attempt->task));
  job_take_output (self);
  mgr_task_attempt_report_finished (self->attempt,
                                    self->asked != MGR_SLURM_GO_ON ? MGR_TASK_REASON_CANCELLED
                                                                   : MGR_TASK_REASON_LOST,
                                    -1, error);
}
