/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-request-private.h"

/* What a task is for Slurm. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* Slurm lowers the priority of a job by its nice value: a priority counts for more than
 * all ranks in it. */
#define NICE_PER_PRIORITY 1000
#define NICE_PER_RANK 100

/* Slurm counts how long a job may run in minutes, and begins none that could end after its
 * deadline: one that is told later by so much may begin until the deadline itself. The
 * scheduler ends it then, to the moment. */
#define DEADLINE_GRAIN (G_TIME_SPAN_MINUTE / G_TIME_SPAN_SECOND)

/* As a shell says that a command is there, and cannot be run. */
#define CANNOT_RUN 126

static guint
choose_nice (const MgrTask *task)
{
  guint below = MGR_TASK_PRIORITY_CRITICAL - MIN (task->item.priority, MGR_TASK_PRIORITY_CRITICAL);

  return below * NICE_PER_PRIORITY + (MGR_PRIORITY_MAX - task->item.rank) * NICE_PER_RANK;
}

static void
append_quoted (GString            *script,
               const char * const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (words[i]);

      g_string_append_printf (script, " %s", quoted);
    }
}

/* The environment of the task replaces that of the job, but for the number of the job. */
static char *
quote_command (const MgrTaskSetup *setup)
{
  g_autoptr (GString) command = g_string_new (NULL);

  if (setup->environment != NULL)
    {
      g_string_append (command, " env -i SLURM_JOB_ID=\"$SLURM_JOB_ID\"");
      append_quoted (command, (const char * const *) setup->environment);
    }
  append_quoted (command, (const char * const *) setup->argv);
  return g_string_free (g_steal_pointer (&command), FALSE);
}

/* Slurm runs a job in /tmp where its directory is not there. */
static void
append_directory (GString    *script,
                  const char *directory)
{
  g_autofree char *shown = g_filename_display_name (directory);
  g_autofree char *words = g_strdup_printf ("“%s” is no directory that a command can run in "
                                            "on this node: make it, or name another", shown);
  g_autofree char *quoted = g_shell_quote (directory);
  g_autofree char *quoted_words = g_shell_quote (words);

  g_string_append_printf (script, "cd %s 2> /dev/null || { printf '%%s\\n' %s; exit %d; }\n", quoted,
                          quoted_words, CANNOT_RUN);
}

static void
append_file (GString    *script,
             const char *before,
             const char *path,
             const char *directory,
             const char *after)
{
  g_autofree char *absolute = NULL;
  g_autofree char *quoted = NULL;

  if (path == NULL)
    return;

  absolute = g_canonicalize_filename (path, directory);
  quoted = g_shell_quote (absolute);
  g_string_append_printf (script, "exec %s %s%s\n", before, quoted, after);
}

/* Its files are opened by the script, as a shell says what is wrong with one, and Slurm does
 * not. A node that lacks the wrapper runs the command all the same: then Slurm alone says
 * how it ended. */
static char *
make_script (const MgrTaskSetup *setup,
             const char         *directory,
             const char         *wrapper,
             const char         *status_path)
{
  g_autoptr (GString) script = g_string_new ("#!/bin/sh\n");
  g_autofree char *command = quote_command (setup);
  g_autofree char *program = g_shell_quote (wrapper);
  g_autofree char *status = g_shell_quote (status_path);

  if (setup->directory != NULL)
    append_directory (script, directory);
  append_file (script, "<", setup->stdin_path, directory, "");
  append_file (script, ">", setup->output_path, directory, " 2>&1");
  g_string_append_printf (script, "test ! -x %s || exec %s %s%s\nexec%s\n", program, program,
                          status, command, command);
  return g_string_free (g_steal_pointer (&script), FALSE);
}

static gint64
round_up (gint64 time,
          gint64 unit)
{
  return time / unit + (time % unit != 0);
}

static void
choose_deadline (MgrSlurmRequest *self,
                 const MgrTask   *task,
                 gint64           left)
{
  gint64 most = MAX (round_up (left, G_TIME_SPAN_MINUTE), 1);

  if (self->minutes > 0)
    most = self->minutes = MIN (self->minutes, most);
  self->minutes_min = CLAMP (round_up (task->item.duration, G_TIME_SPAN_MINUTE), 1, most);
  self->deadline = MAX (round_up (left, G_TIME_SPAN_SECOND), 1) + DEADLINE_GRAIN;
}

static void
choose_times (MgrSlurmRequest *self,
              const MgrTask   *task,
              gint64           now)
{
  if (task->setup->timeout > 0)
    self->minutes = round_up (task->setup->timeout, G_TIME_SPAN_MINUTE);
  if (task->item.deadline != G_MAXINT64)
    choose_deadline (self, task, task->item.deadline - now);
}

MgrSlurmRequest *
mgr_slurm_request_new (MgrTaskAttempt *attempt,
                       const char     *token,
                       const char     *wrapper,
                       const char     *status_path,
                       const char     *output_path,
                       gint64          now)
{
  MgrSlurmRequest *self = g_new0 (MgrSlurmRequest, 1);
  const MgrTask *task = attempt->task;
  const MgrTaskSetup *setup = task->setup;

  self->name = g_strdup (task->name != NULL ? task->name : setup->argv[0]);
  self->token = g_strdup (token);
  self->directory = mgr_task_find_directory (attempt->task);
  self->script = make_script (setup, self->directory, wrapper, status_path);
  self->output_path = g_strdup (output_path);
  self->memory = MAX ((attempt->grant + MIB - 1) / MIB, 1);
  self->nice = choose_nice (task);
  self->requeue = task->preemptible;
  choose_times (self, task, now);
  return self;
}

void
mgr_slurm_request_free (MgrSlurmRequest *self)
{
  g_free (self->name);
  g_free (self->token);
  g_free (self->script);
  g_free (self->directory);
  g_free (self->output_path);
  g_free (self);
}
