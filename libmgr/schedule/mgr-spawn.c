/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-spawn-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the kernel has no file for a process, its end is looked for as often. */
#define POLL_INTERVAL_MS 10

/* What POSIX says a shell looks in where there is no PATH. */
#define USUAL_PATH "/usr/local/bin:/usr/bin:/bin"

#define N_STANDARD_FILES 3

static gboolean
can_run (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) && access (path, X_OK) == 0;
}

static char *
search_path (const char         *name,
             const char * const *environment)
{
  const char *path = environment != NULL ? g_environ_getenv ((char **) environment, "PATH")
                                         : g_getenv ("PATH");
  g_auto (GStrv) directories = g_strsplit (path != NULL ? path : USUAL_PATH, ":", -1);

  for (guint i = 0; directories[i] != NULL; i++)
    {
      g_autofree char *candidate = g_build_filename (*directories[i] != '\0' ? directories[i] : ".",
                                                     name, NULL);

      if (can_run (candidate))
        return g_steal_pointer (&candidate);
    }

  return NULL;
}

char *
mgr_spawn_find_program (const char          *argv0,
                        const char * const  *environment,
                        const char          *directory,
                        GError             **error)
{
  g_autofree char *found = NULL;
  g_autofree char *shown = NULL;

  if (strchr (argv0, '/') == NULL)
    {
      found = search_path (argv0, environment);
    }
  else
    {
      g_autofree char *base = directory != NULL ? g_canonicalize_filename (directory, NULL) : NULL;

      found = g_canonicalize_filename (argv0, base);
      if (!can_run (found))
        g_clear_pointer (&found, g_free);
    }

  if (found != NULL)
    return g_steal_pointer (&found);

  shown = g_filename_display_name (argv0);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "There is no program “%s” that can be run: check its name, its permissions and "
               "the PATH of the task", shown);
  return NULL;
}

static gboolean
check_directory (const char  *directory,
                 GError     **error)
{
  g_autofree char *shown = NULL;

  if (directory == NULL || (g_file_test (directory, G_FILE_TEST_IS_DIR)
                            && access (directory, X_OK) == 0))
    return TRUE;

  shown = g_filename_display_name (directory);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "“%s” is no directory that a command can run in: make it, or name another", shown);
  return FALSE;
}

/* An ignored signal would stay ignored: a child that ignores SIGPIPE writes on and on. */
static void
set_attributes (posix_spawnattr_t *attributes,
                gboolean           own_group)
{
  static const int usual[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1,
                               SIGUSR2, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU };
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  sigset_t signals;

  sigemptyset (&signals);
  posix_spawnattr_setsigmask (attributes, &signals);
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    sigaddset (&signals, usual[i]);
  posix_spawnattr_setsigdefault (attributes, &signals);
  if (own_group)
    {
      flags |= POSIX_SPAWN_SETPGROUP;
      posix_spawnattr_setpgroup (attributes, 0);
    }
  posix_spawnattr_setflags (attributes, flags);
}

static void
set_actions (posix_spawn_file_actions_t *actions,
             const MgrSpawnRequest      *request)
{
  const int files[N_STANDARD_FILES] = { request->input, request->output, request->errors };

  for (int i = 0; i < N_STANDARD_FILES; i++)
    if (files[i] >= 0)
      posix_spawn_file_actions_adddup2 (actions, files[i], i);
  posix_spawn_file_actions_addclosefrom_np (actions, N_STANDARD_FILES);
  if (request->directory != NULL)
    posix_spawn_file_actions_addchdir_np (actions, request->directory);
}

static int
spawn_at (const char            *path,
          const MgrSpawnRequest *request,
          pid_t                 *pid)
{
  char **environment = (char **) request->environment;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int result;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  set_actions (&actions, request);
  set_attributes (&attributes, request->own_group);
  result = posix_spawn (pid, path, &actions, &attributes, (char **) request->argv,
                        environment != NULL ? environment : environ);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return result;
}

static int
open_pidfd (pid_t pid)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

gboolean
mgr_spawn (const MgrSpawnRequest  *request,
           MgrChild               *child,
           GError                **error)
{
  g_autofree char *path = NULL;
  int result;

  if (!check_directory (request->directory, error))
    return FALSE;

  path = mgr_spawn_find_program (request->argv[0], request->environment, request->directory, error);
  if (path == NULL)
    return FALSE;

  result = spawn_at (path, request, &child->pid);
  if (result != 0)
    {
      g_autofree char *shown = g_filename_display_name (path);

      child->pid = 0;
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "The program “%s” cannot be started: %s",
                   shown, g_strerror (result));
      return FALSE;
    }

  child->pidfd = open_pidfd (child->pid);
  return TRUE;
}

gboolean
mgr_child_has_ended (const MgrChild *child)
{
  siginfo_t info = { 0, };

  if (child->pid == 0)
    return TRUE;

  /* Whoever reaps the children of others leaves nothing to wait for. */
  return waitid (P_PID, (id_t) child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
         || info.si_pid == child->pid;
}

int
mgr_child_reap (MgrChild *child)
{
  int status = 0;
  pid_t reaped;

  do
    reaped = waitpid (child->pid, &status, 0);
  while (reaped < 0 && errno == EINTR);

  mgr_child_clear (child);
  if (reaped < 0)
    return -1;

  return WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
}

/* Without a pidfd: time and again. */
typedef struct
{
  GSource source;
  MgrChild child;
} PollSource;

static gboolean
poll_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  PollSource *self = (PollSource *) source;

  if (mgr_child_has_ended (&self->child))
    return callback (user_data);

  g_source_set_ready_time (source, g_get_monotonic_time () + POLL_INTERVAL_MS * 1000);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poll_source_funcs = { .dispatch = poll_source_dispatch };

static gboolean
file_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs file_source_funcs = { .dispatch = file_source_dispatch };

GSource *
mgr_child_create_source (const MgrChild *child)
{
  GSource *source;

  if (child->pidfd >= 0)
    {
      source = g_source_new (&file_source_funcs, sizeof (GSource));
      g_source_add_unix_fd (source, child->pidfd, G_IO_IN);
    }
  else
    {
      source = g_source_new (&poll_source_funcs, sizeof (PollSource));
      ((PollSource *) source)->child = *child;
      g_source_set_ready_time (source, 0);
    }

  g_source_set_static_name (source, "[libmgr] end of a process");
  return source;
}

void
mgr_child_clear (MgrChild *child)
{
  if (child->pidfd >= 0)
    g_close (g_steal_fd (&child->pidfd), NULL);
  child->pid = 0;
}
