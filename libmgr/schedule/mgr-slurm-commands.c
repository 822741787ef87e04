/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-port-private.h"

#include "base/mgr-error.h"
#include "schedule/mgr-slurm-program-private.h"

#include <string.h>
#include <sys/wait.h>

/* Speaks to Slurm by its programs: their options change less than anything else of it. */

/* A controller that is away is noticed by them within ten seconds. */
#define COMMAND_TIME (30 * G_TIME_SPAN_SECOND)

/* The first whose squeue takes a format of fields with separators. */
#define OLDEST_MAJOR 20
#define OLDEST_MINOR 11

/* So it says that its queue is full, before it sleeps. */
#define WILL_SLEEP "sleeping and retrying"

typedef struct
{
  MgrSlurmPort port;  /* first */
  char *folder;       /* (owned) (nullable) */
  char *partition;    /* (owned) (nullable) */
  char **options;     /* (owned) (nullable) */
} Commands;

static char *
commands_find (Commands   *self,
               const char *name)
{
  return self->folder != NULL ? g_build_filename (self->folder, name, NULL) : g_strdup (name);
}

/* The first word of @argv is the name of the program, and is replaced. */
static MgrSlurmOutcome
commands_run (Commands        *self,
              const char      *deed,
              GPtrArray       *argv,
              const char      *input,
              MgrSlurmAnswer  *answer,
              GError         **error)
{
  g_autofree char *program = commands_find (self, g_ptr_array_index (argv, 0));

  g_free (g_ptr_array_index (argv, 0));
  g_ptr_array_index (argv, 0) = g_steal_pointer (&program);
  g_ptr_array_add (argv, NULL);
  if (!mgr_slurm_program_run ((const char * const *) argv->pdata, input, WILL_SLEEP, COMMAND_TIME,
                              answer, error))
    return MGR_SLURM_REFUSED;

  if (!answer->ended && answer->status == 0)
    return MGR_SLURM_OK;
  if (answer->ended && strstr (answer->errors, WILL_SLEEP) == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "Slurm did not %s: “%s” did not answer in time", deed,
                   (const char *) g_ptr_array_index (argv, 0));
      return MGR_SLURM_UNSURE;
    }

  return mgr_slurm_classify (deed, answer->errors, error);
}

static GPtrArray *
words_new (const char *first,
           ...)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  va_list more;

  va_start (more, first);
  for (const char *word = first; word != NULL; word = va_arg (more, const char *))
    g_ptr_array_add (words, g_strdup (word));
  va_end (more);
  return words;
}

static gboolean
check_version (const char  *text,
               GError     **error)
{
  g_autofree char *version = g_strstrip (g_strdup (text));
  guint major;
  guint minor;

  if (mgr_slurm_parse_version (version, &major, &minor)
      && (major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR)))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "sbatch says it is of “%s”, and Slurm %d.%d or later is understood: install one, or "
               "say where it is", version, OLDEST_MAJOR, OLDEST_MINOR);
  return FALSE;
}

static MgrSlurmOutcome
commands_probe (MgrSlurmPort  *port,
                GError       **error)
{
  Commands *self = (Commands *) port;
  g_autoptr (GPtrArray) version = words_new ("sbatch", "--version", NULL);
  g_auto (MgrSlurmAnswer) told = { 0 };
  MgrSlurmOutcome outcome = commands_run (self, "say its version", version, NULL, &told, error);

  if (outcome != MGR_SLURM_OK)
    return outcome;

  return check_version (told.output, error) ? MGR_SLURM_OK : MGR_SLURM_REFUSED;
}

static void
add_option (GPtrArray  *argv,
            const char *format,
            ...) G_GNUC_PRINTF (2, 3);

static void
add_option (GPtrArray  *argv,
            const char *format,
            ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (argv, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
add_times (GPtrArray             *argv,
           const MgrSlurmRequest *request)
{
  if (request->minutes > 0)
    add_option (argv, "--time=%" G_GINT64_FORMAT, request->minutes);
  if (request->deadline == 0)
    return;

  add_option (argv, "--deadline=now+%" G_GINT64_FORMAT, request->deadline);
  /* Slurm shortens the time of a job to what is left, if it is told how far it may. */
  add_option (argv, "--time-min=%" G_GINT64_FORMAT, request->minutes_min);
}

static GPtrArray *
commands_make_submission (Commands              *self,
                          const MgrSlurmRequest *request)
{
  GPtrArray *argv = words_new ("sbatch", "--parsable", NULL);

  add_option (argv, "--job-name=%s", request->name);
  add_option (argv, "--comment=" MGR_SLURM_COMMENT "%s", request->token);
  add_option (argv, "--mem=%" G_GUINT64_FORMAT "M", request->memory);
  add_option (argv, "--nice=%u", request->nice);
  add_option (argv, "--chdir=%s", request->directory);
  add_option (argv, "--output=%s", request->output_path);
  add_option (argv, "--input=/dev/null");
  add_option (argv, request->requeue ? "--requeue" : "--no-requeue");
  add_times (argv, request);
  if (self->partition != NULL)
    add_option (argv, "--partition=%s", self->partition);
  for (guint i = 0; self->options != NULL && self->options[i] != NULL; i++)
    add_option (argv, "%s", self->options[i]);
  return argv;
}

static MgrSlurmOutcome
commands_submit (MgrSlurmPort           *port,
                 const MgrSlurmRequest  *request,
                 char                  **id,
                 GError                **error)
{
  Commands *self = (Commands *) port;
  g_autoptr (GPtrArray) argv = commands_make_submission (self, request);
  g_auto (MgrSlurmAnswer) answer = { 0 };
  MgrSlurmOutcome outcome = commands_run (self, "take the job", argv, request->script, &answer,
                                          error);

  if (outcome != MGR_SLURM_OK)
    return outcome;

  *id = mgr_slurm_parse_job_id (answer.output);
  if (*id != NULL)
    return MGR_SLURM_OK;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "sbatch was to print the number of the job, and printed “%s”", answer.output);
  return MGR_SLURM_UNSURE;
}

static MgrSlurmOutcome
commands_list (MgrSlurmPort  *port,
               GPtrArray    **rows,
               GError       **error)
{
  g_autoptr (GPtrArray) argv = words_new ("squeue", "--me", "--states=all", "--noheader",
                                          "--Format=" MGR_SLURM_FORMAT, NULL);
  g_auto (MgrSlurmAnswer) answer = { 0 };
  MgrSlurmOutcome outcome = commands_run ((Commands *) port, "list its jobs", argv, NULL, &answer,
                                          error);

  if (outcome == MGR_SLURM_OK)
    *rows = mgr_slurm_parse_rows (answer.output);
  return outcome;
}

static MgrSlurmOutcome
commands_cancel (MgrSlurmPort        *port,
                 const char * const  *ids,
                 gboolean             kill,
                 GError             **error)
{
  g_autoptr (GPtrArray) argv = words_new ("scancel", "--quiet", NULL);
  g_auto (MgrSlurmAnswer) answer = { 0 };
  MgrSlurmOutcome outcome;

  /* With a signal a job that waits would stay; one that runs gets it with all it began. */
  if (kill)
    {
      add_option (argv, "--signal=KILL");
      add_option (argv, "--full");
    }
  for (guint i = 0; ids[i] != NULL; i++)
    add_option (argv, "%s", ids[i]);

  outcome = commands_run ((Commands *) port, "end the job", argv, NULL, &answer, error);
  if (outcome == MGR_SLURM_REFUSED && answer.errors != NULL)
    {
      g_clear_error (error);
      return MGR_SLURM_OK;
    }
  return outcome;
}

static void
commands_free (MgrSlurmPort *port)
{
  Commands *self = (Commands *) port;

  g_free (self->folder);
  g_free (self->partition);
  g_strfreev (self->options);
  g_free (self);
}

MgrSlurmPort *
mgr_slurm_commands_new (const char         *folder,
                        const char         *partition,
                        const char * const *options)
{
  Commands *self = g_new0 (Commands, 1);

  self->port.probe = commands_probe;
  self->port.submit = commands_submit;
  self->port.list = commands_list;
  self->port.cancel = commands_cancel;
  self->port.free = commands_free;
  self->folder = g_strdup (folder);
  self->partition = g_strdup (partition);
  self->options = g_strdupv ((char **) options);
  return &self->port;
}
