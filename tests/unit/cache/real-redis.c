/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "real-redis.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct _RealRedis
{
  char *program;  /* (owned) */
  char *folder;   /* (owned) */
  char *path;     /* (owned): of the socket */
  char *password; /* (owned) (nullable) */
  char *uri;      /* (owned) */
  guint16 port;   /* 0 for none */
  GPid pid;       /* 0 while it does not run */
};

/* Debian has the program twice: with the package that runs it as a service, and in one of
 * tools, where it is called otherwise, but goes by the name that it is called by. */
static char *
find_program (void)
{
  static const char *const names[] = {
    "redis-server", "valkey-server", "redis-check-rdb", "valkey-check-rdb",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *program = g_find_program_in_path (names[i]);

      if (program != NULL)
        return program;
    }

  return NULL;
}

/* It must not outlive the test, whatever becomes of that. */
static void
child_setup_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
is_there (RealRedis *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  if (self->port != 0)
    address = g_network_address_new_loopback (self->port);
  else
    address = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (self->path));
  connection = g_socket_client_connect (client, address, NULL, NULL);
  return connection != NULL;
}

/* One that was free a moment ago. */
static guint16
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpuint (port, !=, 0);
  g_socket_listener_close (listener);
  return port;
}

void
real_redis_restart (RealRedis *self)
{
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  const char *argv[] = {
    self->program, "redis-server", "--port", port, "--bind", "127.0.0.1", "--unixsocket", self->path,
    "--dir", self->folder, "--save", "", "--appendonly", "no", "--daemonize", "no",
    self->password != NULL ? "--requirepass" : NULL, self->password, NULL,
  };
  g_autoptr (GError) error = NULL;

  g_spawn_async (NULL, (char **) argv, NULL,
                 G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                 child_setup_cb, NULL, &self->pid, &error);
  g_assert_no_error (error);

  while (!is_there (self))
    {
      /* If it has ended already there is no use in waiting. */
      g_assert_cmpint (waitpid (self->pid, NULL, WNOHANG), ==, 0);
      g_usleep (1000);
    }
}

void
real_redis_kill (RealRedis *self)
{
  g_assert_cmpint (kill (self->pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
  self->pid = 0;
}

void
real_redis_pause (RealRedis *self)
{
  g_assert_cmpint (kill (self->pid, SIGSTOP), ==, 0);
}

void
real_redis_resume (RealRedis *self)
{
  g_assert_cmpint (kill (self->pid, SIGCONT), ==, 0);
}

RealRedis *
real_redis_start (const char *password,
                  gboolean    by_port)
{
  char *program = find_program ();
  RealRedis *self;

  if (program == NULL)
    {
      g_test_skip ("There is neither Redis nor Valkey: install redis-tools");
      return NULL;
    }

  self = g_new0 (RealRedis, 1);
  self->program = program;
  self->folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "socket", NULL);
  self->password = g_strdup (password);
  self->port = by_port ? find_port () : 0;
  self->uri = by_port ? g_strdup_printf ("redis://127.0.0.1:%u", self->port)
                      : g_strdup_printf ("unix://%s", self->path);
  real_redis_restart (self);
  return self;
}

const char *
real_redis_get_uri (RealRedis *self)
{
  return self->uri;
}

void
real_redis_end (RealRedis *self)
{
  if (self->pid != 0)
    real_redis_kill (self);
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->program);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->password);
  g_free (self->uri);
  g_free (self);
}
