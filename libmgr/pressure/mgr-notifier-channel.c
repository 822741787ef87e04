/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-notifier-channel-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Far more children than a machine has processors, and far fewer than a process may
 * have files. */
#define MAXIMUM_CLIENTS 256

/* Files that a process of the same id left behind when it was killed. */
#define MAXIMUM_LEFT_BEHIND 1000

/* A line feed, so that a shell's `read` returns. */
#define NOTIFICATION "\n"

struct _MgrNotifierChannel
{
  char *path;      /* (owned) */
  int fd;          /* both ends of the FIFO, or the listening socket */
  GArray *clients; /* (owned) (nullable) (element-type int): of a socket */
  pid_t maker;     /* a child that was forked must not remove the file */
};

static MgrError
error_code_from_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
    case ENOTDIR:
      return MGR_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
      return MGR_ERROR_NOT_AVAILABLE;
    case ENAMETOOLONG:
      return MGR_ERROR_INVALID_ARGUMENT;
    default:
      return MGR_ERROR_FAILED;
    }
}

static void
set_error_from_errno (GError     **error,
                      const char  *path)
{
  int saved_errno = errno;

  g_set_error (error, MGR_ERROR, (int) error_code_from_errno (saved_errno),
               "“%s”, to tell of pressure through, cannot be made: %s: give a directory that is "
               "there and may be written to, and for a socket a path of at most %"
               G_GSIZE_FORMAT " bytes",
               path, g_strerror (saved_errno),
               sizeof ((struct sockaddr_un *) NULL)->sun_path - 1);
}

/* Removes a file that was made but is of no use. Returns FALSE, with errno as it was. */
static gboolean
channel_take_back (MgrNotifierChannel *self)
{
  int saved_errno = errno;

  g_unlink (self->path);
  errno = saved_errno;
  return FALSE;
}

/* A name that is taken gives EEXIST or EADDRINUSE. */
static gboolean
channel_make_fifo (MgrNotifierChannel *self)
{
  if (mkfifo (self->path, 0600) != 0)
    return FALSE;

  /* Holding the reading end too means that a write never fails for want of a reader,
   * which would be a SIGPIPE, and can be taken back. */
  self->fd = open (self->path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  return self->fd >= 0 || channel_take_back (self);
}

static gboolean
channel_make_socket (MgrNotifierChannel *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (strlen (self->path) >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return FALSE;
    }

  g_strlcpy (address.sun_path, self->path, sizeof address.sun_path);
  self->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  /* On Linux the mode of the socket is that of its file. */
  if (self->fd < 0 || fchmod (self->fd, 0600) != 0
      || bind (self->fd, (struct sockaddr *) &address, sizeof address) != 0)
    return FALSE;

  return listen (self->fd, SOMAXCONN) == 0 || channel_take_back (self);
}

static void
channel_close (MgrNotifierChannel *self)
{
  if (self->fd >= 0)
    g_close (g_steal_fd (&self->fd), NULL);
}

static gboolean
channel_make (MgrNotifierChannel  *self,
              const char          *directory,
              GError             **error)
{
  static int last_number; /* atomic */

  for (guint i = 0; i < MAXIMUM_LEFT_BEHIND; i++)
    {
      g_autofree char *name = g_strdup_printf ("memory-pressure-%d-%d", (int) self->maker,
                                               g_atomic_int_add (&last_number, 1) + 1);

      self->path = g_build_filename (directory, name, NULL);
      if (self->clients != NULL ? channel_make_socket (self) : channel_make_fifo (self))
        return TRUE;

      if (errno != EEXIST && errno != EADDRINUSE)
        break;

      channel_close (self);
      g_clear_pointer (&self->path, g_free);
    }

  set_error_from_errno (error, self->path != NULL ? self->path : directory);
  g_clear_pointer (&self->path, g_free);
  return FALSE;
}

MgrNotifierChannel *
mgr_notifier_channel_open (MgrPressureChannel   kind,
                           const char          *directory,
                           GError             **error)
{
  MgrNotifierChannel *self = g_new0 (MgrNotifierChannel, 1);

  self->fd = -1;
  self->maker = getpid ();
  if (kind == MGR_PRESSURE_CHANNEL_SOCKET)
    self->clients = g_array_new (FALSE, FALSE, sizeof (int));

  if (channel_make (self, directory, error))
    return self;

  mgr_notifier_channel_free (self);
  return NULL;
}

void
mgr_notifier_channel_free (MgrNotifierChannel *self)
{
  if (self->path != NULL && self->maker == getpid ())
    g_unlink (self->path);

  for (guint i = 0; self->clients != NULL && i < self->clients->len; i++)
    g_close (g_array_index (self->clients, int, i), NULL);
  g_clear_pointer (&self->clients, g_array_unref);
  channel_close (self);
  g_free (self->path);
  g_free (self);
}

const char *
mgr_notifier_channel_get_path (MgrNotifierChannel *self)
{
  return self->path;
}

/* One notification that waits says all that ten would. */
static void
tell_fifo (int fd)
{
  int unread = 0;

  if (ioctl (fd, FIONREAD, &unread) == 0 && unread == 0
      && write (fd, NOTIFICATION, strlen (NOTIFICATION)) < 0)
    g_debug ("Nobody was told of pressure: %s", g_strerror (errno));
}

/* Returns FALSE if the client is gone. */
static gboolean
tell_client (int fd)
{
  int unread = 0;

  if (ioctl (fd, SIOCOUTQ, &unread) == 0 && unread > 0)
    return TRUE;

  return send (fd, NOTIFICATION, strlen (NOTIFICATION), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0
         || errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
}

static gboolean
client_is_there (int fd)
{
  struct pollfd client = { .fd = fd };

  return poll (&client, 1, 0) <= 0;
}

static void
channel_keep_clients (MgrNotifierChannel *self,
                      gboolean          (*keep) (int fd))
{
  for (guint i = self->clients->len; i-- > 0;)
    {
      int fd = g_array_index (self->clients, int, i);

      if (client_is_there (fd) && keep (fd))
        continue;

      g_close (fd, NULL);
      g_array_remove_index_fast (self->clients, i);
    }
}

void
mgr_notifier_channel_tell (MgrNotifierChannel *self)
{
  if (self->clients == NULL)
    tell_fifo (self->fd);
  else
    channel_keep_clients (self, tell_client);
}

void
mgr_notifier_channel_retract (MgrNotifierChannel *self)
{
  char buffer[64];

  if (self->clients != NULL)
    return;

  while (read (self->fd, buffer, sizeof buffer) > 0)
    continue;
}

int
mgr_notifier_channel_get_door (MgrNotifierChannel *self)
{
  return self->clients != NULL ? self->fd : -1;
}

gboolean
mgr_notifier_channel_let_in (MgrNotifierChannel *self,
                             gboolean            tell)
{
  channel_keep_clients (self, client_is_there);

  while (self->clients->len < MAXIMUM_CLIENTS)
    {
      int fd = accept4 (self->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
        continue;
      if (fd < 0)
        return errno == EAGAIN;

      if (tell)
        tell_client (fd);
      g_array_append_val (self->clients, fd);
    }

  return FALSE;
}
