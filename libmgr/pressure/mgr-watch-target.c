/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-watch-target-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-proc-file-private.h"
#include "pressure/mgr-psi-request-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What one notification may bring: a full pipe. A sender who never stops is not
 * read to the end. */
#define CHUNK 4096
#define MAXIMUM_CHUNKS 16

typedef enum
{
  KIND_PRESSURE_FILE,
  KIND_FIFO,
  KIND_SOCKET,
} Kind;

struct _MgrWatchTarget
{
  char *path;            /* (owned) */
  char *display_path;    /* (owned): for texts, which are in UTF-8 */
  Kind kind;
  int fd;
  GBytes *echo;          /* (owned) (nullable): written to a FIFO, which may give it back */
  MgrPsiRequest request; /* of a pressure file */
  MgrProcFile *totals;   /* (owned) (nullable): of a pressure file */
};

static MgrError
error_code_from_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case EOPNOTSUPP:
    case ECONNREFUSED:
    case EAGAIN:
      return MGR_ERROR_NOT_AVAILABLE;
    default:
      return MGR_ERROR_FAILED;
    }
}

static void
set_error_from_errno (GError     **error,
                      const char  *what,
                      const char  *path)
{
  int saved_errno = errno;

  g_set_error (error, MGR_ERROR, (int) error_code_from_errno (saved_errno),
               "“%s”, where pressure is told of, cannot be %s: %s",
               path, what, g_strerror (saved_errno));
}

static gboolean
target_find_kind (MgrWatchTarget  *self,
                  GError         **error)
{
  struct stat status;

  if (stat (self->path, &status) != 0)
    {
      set_error_from_errno (error, "found", self->display_path);
      return FALSE;
    }

  if (S_ISREG (status.st_mode))
    self->kind = KIND_PRESSURE_FILE;
  else if (S_ISFIFO (status.st_mode))
    self->kind = KIND_FIFO;
  else if (S_ISSOCK (status.st_mode))
    self->kind = KIND_SOCKET;
  else
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” cannot tell of pressure: give a pressure file of the kernel's, a FIFO "
                   "or a stream socket", self->display_path);
      return FALSE;
    }

  return TRUE;
}

static gboolean
target_write (MgrWatchTarget  *self,
              gconstpointer    data,
              gsize            size,
              GError         **error)
{
  gssize written = self->kind == KIND_SOCKET ? send (self->fd, data, size, MSG_NOSIGNAL)
                                             : write (self->fd, data, size);

  if (written == (gssize) size)
    return TRUE;

  if (written >= 0)
    errno = EAGAIN;
  set_error_from_errno (error, "written to", self->display_path);
  return FALSE;
}

static gboolean
target_open (MgrWatchTarget  *self,
             int              flags,
             GError         **error)
{
  self->fd = open (self->path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (self->fd >= 0)
    return TRUE;

  set_error_from_errno (error, "opened", self->display_path);
  return FALSE;
}

/* What is written to a file of anybody else's would be damage. */
static gboolean
target_is_of_kernel (MgrWatchTarget  *self,
                     GError         **error)
{
  struct statfs status;

  if (fstatfs (self->fd, &status) == 0
      && (status.f_type == PROC_SUPER_MAGIC || status.f_type == CGROUP2_SUPER_MAGIC))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%s” is a file, but no pressure file of the kernel's: give the memory.pressure of "
               "a cgroup, or /proc/pressure/memory", self->display_path);
  return FALSE;
}

static gboolean
target_read_total (MgrWatchTarget  *self,
                   guint64         *out_total,
                   GError         **error)
{
  const char *text = mgr_proc_file_read (self->totals, error);

  if (text == NULL)
    return FALSE;
  if (mgr_psi_request_lookup (&self->request, text, out_total))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%s” has no line “%s … total=”: it is no pressure file",
               self->display_path, self->request.full ? "full" : "some");
  return FALSE;
}

/* The total is read before the trigger is there, since the first event may count
 * from much earlier. */
static gboolean
target_arm (MgrWatchTarget  *self,
            GBytes          *data,
            GError         **error)
{
  gsize size = 0;
  const char *bytes = g_bytes_get_data (data, &size);
  g_autofree char *text = g_strchomp (g_strndup (bytes, size));
  g_autoptr (GError) local_error = NULL;

  self->totals = mgr_proc_file_new ("/", self->path);
  if (!target_read_total (self, &self->request.last_total, error))
    return FALSE;

  /* The kernel takes the last byte for the end and overwrites it. */
  if (target_write (self, text, strlen (text) + 1, &local_error))
    return TRUE;

  g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                              "“%s” is refused (without CAP_SYS_RESOURCE the window has to be "
                              "2, 4, 6, 8 or 10 s): ", text);
  return FALSE;
}

static gboolean
target_open_pressure_file (MgrWatchTarget  *self,
                           GBytes          *data,
                           GError         **error)
{
  if (data == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The pressure file “%s” tells only of what it is asked for: give the stall to "
                   "wait for, as “some 200000 2000000”", self->display_path);
      return FALSE;
    }

  return target_open (self, O_RDWR, error) && target_is_of_kernel (self, error)
         && mgr_psi_request_parse (&self->request, data, error) && target_arm (self, data, error);
}

/* Who wants something written holds both ends, and so never sees the end of what is
 * sent; who only reads does. */
static gboolean
target_open_fifo (MgrWatchTarget  *self,
                  GBytes          *data,
                  GError         **error)
{
  gsize size = 0;
  gconstpointer bytes = data != NULL ? g_bytes_get_data (data, &size) : NULL;

  if (data == NULL)
    return target_open (self, O_RDONLY, error);

  self->echo = g_bytes_ref (data);
  return target_open (self, O_RDWR, error) && target_write (self, bytes, size, error);
}

static gboolean
target_connect (MgrWatchTarget  *self,
                GError         **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (strlen (self->path) >= sizeof address.sun_path)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The path “%s” is too long for a socket: give one of at most %" G_GSIZE_FORMAT
                   " bytes", self->display_path, sizeof address.sun_path - 1);
      return FALSE;
    }

  g_strlcpy (address.sun_path, self->path, sizeof address.sun_path);
  self->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd >= 0 && connect (self->fd, (struct sockaddr *) &address, sizeof address) == 0)
    return TRUE;

  set_error_from_errno (error, "connected to", self->display_path);
  return FALSE;
}

static gboolean
target_open_socket (MgrWatchTarget  *self,
                    GBytes          *data,
                    GError         **error)
{
  gsize size = 0;
  gconstpointer bytes = data != NULL ? g_bytes_get_data (data, &size) : NULL;

  return target_connect (self, error) && (size == 0 || target_write (self, bytes, size, error));
}

MgrWatchTarget *
mgr_watch_target_open (const char  *path,
                       GBytes      *data,
                       GError     **error)
{
  g_autoptr (MgrWatchTarget) self = g_new0 (MgrWatchTarget, 1);
  gboolean success;

  if (data != NULL && g_bytes_get_size (data) == 0)
    data = NULL;

  self->path = g_strdup (path);
  self->display_path = g_filename_display_name (path);
  self->fd = -1;
  if (!target_find_kind (self, error))
    return NULL;

  if (self->kind == KIND_PRESSURE_FILE)
    success = target_open_pressure_file (self, data, error);
  else if (self->kind == KIND_FIFO)
    success = target_open_fifo (self, data, error);
  else
    success = target_open_socket (self, data, error);

  return success ? g_steal_pointer (&self) : NULL;
}

void
mgr_watch_target_free (MgrWatchTarget *self)
{
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  g_clear_pointer (&self->totals, mgr_proc_file_free);
  g_clear_pointer (&self->echo, g_bytes_unref);
  g_free (self->display_path);
  g_free (self->path);
  g_free (self);
}

int
mgr_watch_target_get_fd (MgrWatchTarget *self)
{
  return self->fd;
}

GIOCondition
mgr_watch_target_get_condition (MgrWatchTarget *self)
{
  return self->kind == KIND_PRESSURE_FILE ? G_IO_PRI : G_IO_IN;
}

static gboolean
target_take_event (MgrWatchTarget *self,
                   GIOCondition    condition,
                   gboolean       *out_gone)
{
  guint64 total = 0;

  /* The file of a removed cgroup is always in error and always has an event. */
  *out_gone = (condition & (G_IO_ERR | G_IO_HUP | G_IO_NVAL)) != 0
              || !target_read_total (self, &total, NULL);

  return !*out_gone && mgr_psi_request_accept (&self->request, total);
}

/* How much of what was just read is none of the sender's. It is looked at once. */
static gsize
target_strip_echo (MgrWatchTarget *self,
                   const char     *data,
                   gsize           size)
{
  g_autoptr (GBytes) echo = g_steal_pointer (&self->echo);
  gsize echo_size = 0;
  gconstpointer echo_data;

  if (echo == NULL)
    return 0;

  echo_data = g_bytes_get_data (echo, &echo_size);
  return echo_size <= size && memcmp (data, echo_data, echo_size) == 0 ? echo_size : 0;
}

/* Returns whether anything was sent. */
static gboolean
target_drain (MgrWatchTarget *self,
              gboolean       *out_end)
{
  char buffer[CHUNK];
  gboolean any = FALSE;

  for (guint i = 0; i < MAXIMUM_CHUNKS; i++)
    {
      gssize n = read (self->fd, buffer, sizeof buffer);

      if (n < 0 && errno == EINTR)
        continue;

      *out_end = n == 0 || (n < 0 && errno != EAGAIN);
      if (n <= 0)
        break;

      any = any || (gsize) n > target_strip_echo (self, buffer, (gsize) n);
    }

  return any;
}

/* Each that writes a notification may open the FIFO for just that, so its end means
 * only that none has it open now. The new end is there before the old one goes, and
 * in between nothing is lost. */
static gboolean
target_reopen_fifo (MgrWatchTarget *self)
{
  g_autoptr (MgrWatchTarget) next = mgr_watch_target_open (self->path, NULL, NULL);

  if (next == NULL || next->kind != KIND_FIFO)
    return FALSE;

  g_close (self->fd, NULL);
  self->fd = g_steal_fd (&next->fd);
  return TRUE;
}

gboolean
mgr_watch_target_take (MgrWatchTarget *self,
                       GIOCondition    condition,
                       gboolean       *out_gone)
{
  gboolean end = FALSE;
  gboolean pressure;

  if (self->kind == KIND_PRESSURE_FILE)
    return target_take_event (self, condition, out_gone);

  pressure = target_drain (self, &end);
  *out_gone = end && !(self->kind == KIND_FIFO && target_reopen_fifo (self));
  return pressure;
}
