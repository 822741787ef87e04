/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-process-launch-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* A process enters its group before it is the command, so that nothing it takes and no
 * child of it is outside. */
#define ENTER "echo 0 > \"$1\" || exit 126; shift; exec \"$@\""

/* The same, and stays to write down how the command ended, for a program that is started
 * anew meanwhile. It survives what asks the command to end. */
#define ENTER_AND_STAY \
  "[ -z \"$1\" ] || echo 0 > \"$1\" || exit 126; " \
  "file=$2; shift 2; trap : HUP INT TERM; \"$@\"; status=$?; " \
  "echo $status > \"$file\"; exit $status"

#define SHELL "/bin/sh"

/* Files of the process that are open until it has them. */
typedef struct
{
  int input;
  int output;
} LaunchFiles;

static void
launch_files_clear (LaunchFiles *files)
{
  if (files->input >= 0)
    g_close (g_steal_fd (&files->input), NULL);
  if (files->output >= 0)
    g_close (g_steal_fd (&files->output), NULL);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LaunchFiles, launch_files_clear)

void
mgr_process_launch_clear (MgrProcessLaunch *self)
{
  mgr_child_clear (&self->child);
  g_clear_pointer (&self->group, mgr_task_cgroup_free);
  g_clear_pointer (&self->output, mgr_output_tail_free);
  g_clear_pointer (&self->record, mgr_process_record_free);
  g_clear_pointer (&self->mark, g_free);
}

static gboolean
open_file (const char  *path,
           int          flags,
           int         *fd,
           GError     **error)
{
  g_autofree char *shown = NULL;

  *fd = open (path, flags | O_CLOEXEC | O_NOCTTY, 0666);
  if (*fd >= 0)
    return TRUE;

  shown = g_filename_display_name (path);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "The file “%s” of the task cannot be opened: %s", shown, g_strerror (errno));
  return FALSE;
}

/* What outlives this program must not write into a pipe that nobody reads. */
static char *
find_output_path (MgrProcessExecutor *executor,
                  const MgrTaskSetup *setup)
{
  if (setup->output_path != NULL)
    return g_strdup (setup->output_path);
  if (executor->state_directory != NULL)
    return g_strdup ("/dev/null");

  return NULL;
}

static gboolean
open_files (MgrProcessExecutor  *executor,
            const MgrTaskSetup  *setup,
            LaunchFiles         *files,
            MgrProcessLaunch    *launch,
            GError             **error)
{
  g_autofree char *output_path = find_output_path (executor, setup);

  if (setup->stdin_path != NULL || !executor->foreground)
    if (!open_file (setup->stdin_path != NULL ? setup->stdin_path : "/dev/null", O_RDONLY,
                    &files->input, error))
      return FALSE;

  if (output_path != NULL)
    return open_file (output_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, &files->output, error);
  if (executor->foreground)
    return TRUE;

  launch->output = mgr_output_tail_new (executor->kept_output, &files->output, error);
  return launch->output != NULL;
}

/* Without a group the task is watched instead. */
static void
make_group (MgrProcessExecutor *executor,
            const char         *id,
            guint64             limit,
            MgrProcessLaunch   *launch)
{
  g_autofree char *name = g_strconcat ("libmgr-", id, NULL);
  g_autoptr (GError) error = NULL;

  if (executor->place == NULL)
    return;

  launch->group = mgr_task_cgroup_new (executor->place, name, executor->version, &error);
  if (launch->group != NULL
      && (limit == 0 || mgr_task_cgroup_set_limit (launch->group, limit, &error)))
    return;

  g_debug ("A task is watched, as it has no cgroup: %s", error->message);
  if (launch->group != NULL)
    mgr_task_cgroup_remove (launch->group);
  g_clear_pointer (&launch->group, mgr_task_cgroup_free);
}

static GStrv
make_environment (MgrProcessExecutor *executor,
                  const MgrTaskSetup *setup,
                  const char         *mark)
{
  char **environment = setup->environment != NULL ? g_strdupv (setup->environment)
                                                  : g_get_environ ();
  const char *const *pressure = NULL;

  if (executor->notifier != NULL)
    pressure = mgr_pressure_notifier_get_environment (executor->notifier);
  for (guint i = 0; pressure != NULL && pressure[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (pressure[i], "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }

  return g_environ_setenv (environment, "LIBMGR_TASK", mark, TRUE);
}

/* The command itself, or a shell that becomes it, or one that waits for it. */
static GStrv
make_argv (const MgrTaskSetup *setup,
           const char         *program,
           MgrProcessLaunch   *launch)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *entrance = NULL;

  if (launch->group == NULL && launch->record == NULL)
    return g_strdupv (setup->argv);

  if (launch->group != NULL)
    entrance = mgr_task_cgroup_get_entrance (launch->group);
  g_strv_builder_add_many (builder, SHELL, "-c", launch->record != NULL ? ENTER_AND_STAY : ENTER,
                           SHELL, entrance != NULL ? entrance : "", NULL);
  if (launch->record != NULL)
    g_strv_builder_add (builder, launch->record->exit_path);
  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) setup->argv + 1);
  return g_strv_builder_end (builder);
}

/* It is written down before there is a process, which might be lost otherwise. */
static gboolean
make_record (MgrProcessExecutor  *executor,
             MgrTask             *task,
             const char          *id,
             MgrProcessLaunch    *launch,
             GError             **error)
{
  if (executor->state_directory == NULL)
    return TRUE;

  if (g_mkdir_with_parents (executor->state_directory, 0700) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The state directory “%s” cannot be made: %s", executor->state_directory,
                   g_strerror (errno));
      return FALSE;
    }

  launch->record = mgr_process_record_new (executor->state_directory, id, task);
  if (launch->group != NULL)
    {
      launch->record->group = g_strdup (mgr_task_cgroup_get_directory (launch->group));
      launch->record->version = mgr_task_cgroup_get_version (launch->group);
    }
  return mgr_process_record_save (launch->record, error);
}

static gboolean
start (MgrProcessExecutor  *executor,
       const MgrTaskSetup  *setup,
       const char          *id,
       const LaunchFiles   *files,
       MgrProcessLaunch    *launch,
       GError             **error)
{
  g_auto (GStrv) environment = make_environment (executor, setup, id);
  g_auto (GStrv) argv = NULL;
  g_autofree char *program = NULL;
  MgrSpawnRequest request = {
    .environment = (const char * const *) environment,
    .directory = setup->directory,
    .input = files->input,
    .output = files->output,
    .errors = files->output,
    .own_group = !executor->foreground,
  };

  program = mgr_spawn_find_program (setup->argv[0], request.environment, setup->directory, error);
  if (program == NULL)
    return FALSE;

  argv = make_argv (setup, program, launch);
  request.argv = (const char * const *) argv;
  return mgr_spawn (&request, &launch->child, error);
}

static void
undo (MgrProcessLaunch *launch)
{
  if (launch->group != NULL)
    mgr_task_cgroup_remove (launch->group);
  if (launch->record != NULL)
    mgr_process_record_remove (launch->record);
}

gboolean
mgr_process_launch (MgrProcessExecutor  *executor,
                    MgrTask             *task,
                    guint64              limit,
                    MgrProcessLaunch    *launch,
                    GError             **error)
{
  g_autofree char *id = g_uuid_string_random ();
  g_auto (LaunchFiles) files = { -1, -1 };

  launch->mark = g_strconcat ("LIBMGR_TASK=", id, NULL);
  make_group (executor, id, limit, launch);
  if (!make_record (executor, task, id, launch, error)
      || !open_files (executor, task->setup, &files, launch, error)
      || !start (executor, task->setup, id, &files, launch, error))
    {
      undo (launch);
      return FALSE;
    }

  return TRUE;
}
