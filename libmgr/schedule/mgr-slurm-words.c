/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-words-private.h"

#include "base/mgr-error.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* The words in which Slurm answers. */

#define N_COLUMNS 4

void
mgr_slurm_row_free (MgrSlurmRow *row)
{
  g_free (row->id);
  g_free (row->state);
  g_free (row->token);
  g_free (row);
}

static gboolean
is_job_id (const char *text)
{
  return g_ascii_isdigit (*text) && text[strspn (text, "0123456789")] == '\0';
}

/* Of a comment of ours “libmgr:TOKEN|”, the token. */
static char *
token_of (const char *comment)
{
  const char *token;

  if (!g_str_has_prefix (comment, MGR_SLURM_COMMENT))
    return NULL;

  token = comment + strlen (MGR_SLURM_COMMENT);
  return g_strndup (token, strcspn (token, "| "));
}

static MgrSlurmRow *
parse_row (const char *line)
{
  g_auto (GStrv) columns = g_strsplit (line, "|", N_COLUMNS);
  MgrSlurmRow *row;
  guint64 status;

  if (g_strv_length (columns) != N_COLUMNS || !is_job_id (columns[0]) || *columns[1] == '\0')
    return NULL;
  if (!g_ascii_string_to_unsigned (columns[2], 10, 0, G_MAXINT, &status, NULL))
    return NULL;

  row = g_new0 (MgrSlurmRow, 1);
  row->id = g_strdup (columns[0]);
  row->state = g_strdup (columns[1]);
  row->status = (int) status;
  row->token = token_of (columns[3]);
  return row;
}

GPtrArray *
mgr_slurm_parse_rows (const char *text)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                               mgr_slurm_row_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      MgrSlurmRow *row = parse_row (lines[i]);

      if (row != NULL)
        g_ptr_array_add (rows, row);
    }

  return g_steal_pointer (&rows);
}

char *
mgr_slurm_parse_job_id (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  /* A plug-in of the site may say something first. */
  for (guint i = g_strv_length (lines); i > 0; i--)
    {
      g_autofree char *id = g_strndup (lines[i - 1], strcspn (lines[i - 1], "; \r"));

      if (is_job_id (id))
        return g_steal_pointer (&id);
    }

  return NULL;
}

gboolean
mgr_slurm_parse_version (const char *text,
                         guint      *major,
                         guint      *minor)
{
  const char *number = strpbrk (text, "0123456789");

  return g_str_has_prefix (text, "slurm") && number != NULL
         && sscanf (number, "%2u.%2u", major, minor) == 2;
}

static MgrTaskReason
judge_failed (int status)
{
  /* Without a memory cgroup Slurm ends what is over its memory by signal 9 and says no
   * more; so does the kernel where the node has none left. */
  return WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL ? MGR_TASK_REASON_OOM
                                                              : MGR_TASK_REASON_ERROR;
}

MgrTaskReason
mgr_slurm_judge (const char *state,
                 int         status)
{
  static const struct
  {
    const char *state;
    MgrTaskReason reason;
  } ends[] = {
    { "COMPLETED", MGR_TASK_REASON_DONE },
    { "OUT_OF_MEMORY", MGR_TASK_REASON_OOM },
    { "CANCELLED", MGR_TASK_REASON_CANCELLED },
    { "REVOKED", MGR_TASK_REASON_CANCELLED },
    { "TIMEOUT", MGR_TASK_REASON_TIMEOUT },
    { "DEADLINE", MGR_TASK_REASON_TIMEOUT },
    { "PREEMPTED", MGR_TASK_REASON_PREEMPTED },
    { "NODE_FAIL", MGR_TASK_REASON_LOST },
    { "BOOT_FAIL", MGR_TASK_REASON_LOST },
  };

  if (g_str_equal (state, "FAILED"))
    return judge_failed (status);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (state, ends[i].state))
      return ends[i].reason;

  return MGR_TASK_REASON_NONE;
}

typedef struct
{
  const char *words;
  MgrSlurmOutcome outcome;
  MgrError code;
  const char *help;
} Meaning;

/* The first whose words are found counts. */
static const Meaning meanings[] = {
  { "sleeping and retrying", MGR_SLURM_FULL, MGR_ERROR_BUSY,
    "its queue is full: submit less at once, or wait" },
  { "submit limit", MGR_SLURM_FULL, MGR_ERROR_BUSY,
    "it takes no more jobs of this user: submit less at once, or wait" },
  { "SubmitJob", MGR_SLURM_FULL, MGR_ERROR_BUSY,
    "it takes no more jobs of this user: submit less at once, or wait" },
  { "ncompatible versions", MGR_SLURM_REFUSED, MGR_ERROR_NOT_AVAILABLE,
    "its clients here are of another version than its controller: install those of its own" },
  { "connect failure", MGR_SLURM_AWAY, MGR_ERROR_NOT_AVAILABLE,
    "its controller cannot be reached: see whether it runs, by “scontrol ping”" },
  { "in standby mode", MGR_SLURM_AWAY, MGR_ERROR_NOT_AVAILABLE,
    "its controller is taking over: wait" },
  { "unge", MGR_SLURM_AWAY, MGR_ERROR_NOT_AVAILABLE,
    "it cannot say who asks: see whether munged runs" },
  { "configuration source", MGR_SLURM_REFUSED, MGR_ERROR_NOT_AVAILABLE,
    "no cluster is set up here: name its slurm.conf in SLURM_CONF" },
  { "slurm.conf", MGR_SLURM_REFUSED, MGR_ERROR_NOT_AVAILABLE,
    "its slurm.conf cannot be read: name the right one in SLURM_CONF" },
  { "timed out", MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE,
    "it did not answer in time" },
  { "Zero Bytes", MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE,
    "it broke off while it answered" },
  { "receive failure", MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE,
    "it broke off while it answered" },
  { "send failure", MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE,
    "it broke off while it was asked" },
  { "node configuration is not available", MGR_SLURM_REFUSED, MGR_ERROR_INFEASIBLE,
    "no node of it has so much memory: ask for less, or for another partition" },
  { "emory", MGR_SLURM_REFUSED, MGR_ERROR_INFEASIBLE,
    "it gives no job so much memory: ask for less, or for another partition" },
  { "time-min", MGR_SLURM_REFUSED, MGR_ERROR_INFEASIBLE,
    "it gives no job of that partition so much time: expect a shorter duration, or ask for another "
    "partition" },
  { "imit specification required", MGR_SLURM_REFUSED, MGR_ERROR_INVALID_ARGUMENT,
    "it takes no job without a limit of its time: set a timeout" },
  { "ime limit", MGR_SLURM_REFUSED, MGR_ERROR_INFEASIBLE,
    "it gives no job so much time: shorten the timeout, or ask for another partition" },
  { "eadline", MGR_SLURM_REFUSED, MGR_ERROR_INFEASIBLE,
    "it cannot be done by its deadline: set a later one" },
  { "nvalid partition", MGR_SLURM_REFUSED, MGR_ERROR_INVALID_ARGUMENT,
    "“sinfo” lists its partitions" },
};

MgrSlurmOutcome
mgr_slurm_classify (const char *deed,
                    const char *errors,
                    GError    **error)
{
  g_autofree char *said = g_strstrip (g_strdup (errors));

  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++)
    {
      const Meaning *meaning = &meanings[i];

      if (strstr (said, meaning->words) == NULL)
        continue;
      g_set_error (error, MGR_ERROR, (int) meaning->code, "Slurm did not %s, %s (it said: %s)",
                   deed, meaning->help, said);
      return meaning->outcome;
    }

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "Slurm did not %s; it said: %s", deed,
               *said != '\0' ? said : "nothing");
  return MGR_SLURM_REFUSED;
}
