/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-program-private.h"

#include "base/mgr-error.h"

#include <glib-unix.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs a program by posix_spawn(), which costs a large program no more than a small one. */

#define CHUNK 16384

/* Nobody tells that a child ended after it closed its output: it does within this. */
#define REAP_INTERVAL 500 /* µs */

typedef struct
{
  pid_t pid;
  int in;           /* -1 once all was written */
  int out;          /* -1 once it was closed */
  int err;
  const char *input;
  gsize left;       /* bytes of input */
  GString *output;  /* (unowned) */
  GString *errors;  /* (unowned) */
} Conversation;

void
mgr_slurm_answer_clear (MgrSlurmAnswer *answer)
{
  g_clear_pointer (&answer->output, g_free);
  g_clear_pointer (&answer->errors, g_free);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
close_pipes (int pipes[3][2])
{
  for (guint i = 0; i < 3; i++)
    {
      close_fd (&pipes[i][0]);
      close_fd (&pipes[i][1]);
    }
}

static gboolean
open_pipes (int      pipes[3][2],
            GError **error)
{
  memset (pipes, -1, 3 * sizeof pipes[0]);
  for (guint i = 0; i < 3; i++)
    if (!g_unix_open_pipe (pipes[i], FD_CLOEXEC, error))
      {
        close_pipes (pipes);
        return FALSE;
      }

  return TRUE;
}

/* A program starts with no signal held back, and dies of a broken pipe. */
static void
set_signals (posix_spawnattr_t *attributes)
{
  sigset_t none;
  sigset_t usual;

  sigemptyset (&none);
  sigemptyset (&usual);
  sigaddset (&usual, SIGPIPE);
  sigaddset (&usual, SIGTERM);
  posix_spawnattr_setsigmask (attributes, &none);
  posix_spawnattr_setsigdefault (attributes, &usual);
  posix_spawnattr_setflags (attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int
spawn (const char * const *argv,
       int                 pipes[3][2],
       pid_t              *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  posix_spawn_file_actions_adddup2 (&actions, pipes[0][0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, pipes[1][1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, pipes[2][1], STDERR_FILENO);
  set_signals (&attributes);
  code = posix_spawnp (pid, argv[0], &actions, &attributes, (char * const *) argv, environ);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return code;
}

static gboolean
conversation_begin (Conversation        *self,
                    const char * const  *argv,
                    GError             **error)
{
  int pipes[3][2];
  int code;

  if (!open_pipes (pipes, error))
    return FALSE;

  code = spawn (argv, pipes, &self->pid);
  if (code != 0)
    {
      close_pipes (pipes);
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "“%s” cannot be started: %s. Install the clients of Slurm, or say where they "
                   "are", argv[0], g_strerror (code));
      return FALSE;
    }

  self->in = g_steal_fd (&pipes[0][1]);
  self->out = g_steal_fd (&pipes[1][0]);
  self->err = g_steal_fd (&pipes[2][0]);
  close_pipes (pipes);
  g_unix_set_fd_nonblocking (self->in, TRUE, NULL);
  if (self->left == 0)
    close_fd (&self->in);
  return TRUE;
}

static void
conversation_write (Conversation *self)
{
  gssize written = write (self->in, self->input, self->left);

  if (written < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (written > 0)
    {
      self->input += written;
      self->left -= (gsize) written;
    }
  if (written < 0 || self->left == 0)
    close_fd (&self->in);
}

static void
conversation_read (int     *fd,
                   GString *text)
{
  char chunk[CHUNK];
  gssize got = read (*fd, chunk, sizeof chunk);

  if (got > 0)
    g_string_append_len (text, chunk, got);
  else if (got == 0 || errno != EINTR)
    close_fd (fd);
}

/* Returns FALSE once the time is up. */
static gboolean
conversation_step (Conversation *self,
                   gint64        end)
{
  gint64 left = end - g_get_monotonic_time ();
  struct pollfd fds[] = {
    { .fd = self->in, .events = POLLOUT },
    { .fd = self->out, .events = POLLIN },
    { .fd = self->err, .events = POLLIN },
  };

  if (left <= 0)
    return FALSE;
  if (poll (fds, G_N_ELEMENTS (fds), (int) MIN (left / 1000 + 1, G_MAXINT)) <= 0)
    return TRUE;

  if (fds[0].revents != 0)
    conversation_write (self);
  if (fds[1].revents != 0)
    conversation_read (&self->out, self->output);
  if (fds[2].revents != 0)
    conversation_read (&self->err, self->errors);
  return TRUE;
}

/* A write to a pipe whose reader is gone must not end this program. */
static void
conversation_hold (Conversation *self,
                   const char   *give_up_on,
                   gint64        end,
                   gboolean     *ended)
{
  while (!*ended && (self->out >= 0 || self->err >= 0))
    {
      if (!conversation_step (self, end))
        *ended = TRUE;
      else if (give_up_on != NULL && strstr (self->errors->str, give_up_on) != NULL)
        *ended = TRUE;
    }

  close_fd (&self->in);
  close_fd (&self->out);
  close_fd (&self->err);
}

static int
conversation_reap (Conversation *self,
                   gint64        end,
                   gboolean     *ended)
{
  int status = 0;

  for (;;)
    {
      pid_t got;

      if (*ended || g_get_monotonic_time () > end)
        {
          *ended = TRUE;
          kill (self->pid, SIGKILL);
        }
      got = waitpid (self->pid, &status, *ended ? 0 : WNOHANG);
      if (got == self->pid || (got < 0 && errno != EINTR))
        return got == self->pid ? status : -1;
      g_usleep (REAP_INTERVAL);
    }
}

/* SIGPIPE is held back in this thread, and taken away where it came meanwhile. */
static void
block_sigpipe (sigset_t *before)
{
  sigset_t pipe_only;

  sigemptyset (&pipe_only);
  sigaddset (&pipe_only, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_only, before);
}

static void
unblock_sigpipe (const sigset_t *before)
{
  const struct timespec at_once = { 0, 0 };
  sigset_t pipe_only;

  sigemptyset (&pipe_only);
  sigaddset (&pipe_only, SIGPIPE);
  if (!sigismember (before, SIGPIPE))
    while (sigtimedwait (&pipe_only, NULL, &at_once) > 0)
      continue;
  pthread_sigmask (SIG_SETMASK, before, NULL);
}

gboolean
mgr_slurm_program_run (const char * const *argv,
                       const char         *input,
                       const char         *give_up_on,
                       gint64              timeout,
                       MgrSlurmAnswer     *answer,
                       GError            **error)
{
  gint64 end = g_get_monotonic_time () + timeout;
  g_autoptr (GString) output = g_string_new (NULL);
  g_autoptr (GString) errors = g_string_new (NULL);
  Conversation conversation = {
    .input = input,
    .left = input != NULL ? strlen (input) : 0,
    .output = output,
    .errors = errors,
  };
  sigset_t before;

  if (!conversation_begin (&conversation, argv, error))
    return FALSE;

  answer->ended = FALSE;
  block_sigpipe (&before);
  conversation_hold (&conversation, give_up_on, end, &answer->ended);
  unblock_sigpipe (&before);
  answer->status = conversation_reap (&conversation, end, &answer->ended);
  answer->output = g_string_free (g_steal_pointer (&output), FALSE);
  answer->errors = g_string_free (g_steal_pointer (&errors), FALSE);
  return TRUE;
}
