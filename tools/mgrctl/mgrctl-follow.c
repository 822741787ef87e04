/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-follow.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <unistd.h>

#define LOOK_INTERVAL_MS 200
#define CHUNK_SIZE 65536

struct _MgrctlFollow
{
  char *path;      /* (owned) */
  int fd;          /* (owned) */
  guint source_id; /* 0: not started */
};

MgrctlFollow *
mgrctl_follow_new (const char  *folder,
                   GError     **error)
{
  g_autoptr (MgrctlFollow) self = g_new0 (MgrctlFollow, 1);

  self->path = g_build_filename (folder, "mgrctl-XXXXXX.out", NULL);
  self->fd = g_mkdir_with_parents (folder, 0700) == 0 ? g_mkstemp (self->path) : -1;
  if (self->fd >= 0)
    return g_steal_pointer (&self);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               "No output can be kept in %s: %s; name another folder with --directory", folder,
               g_strerror (errno));
  return NULL;
}

const char *
mgrctl_follow_get_path (MgrctlFollow *self)
{
  return self->path;
}

/* Where nobody reads it, it is still read: the command does not wait for that. */
static void
write_out (const char *bytes,
           gssize      length)
{
  while (length > 0)
    {
      gssize written = write (STDOUT_FILENO, bytes, (gsize) length);

      if (written < 0 && errno != EINTR)
        return;
      bytes += MAX (written, 0);
      length -= MAX (written, 0);
    }
}

static gboolean
look_cb (gpointer user_data)
{
  MgrctlFollow *self = user_data;
  char bytes[CHUNK_SIZE];
  gssize length;

  while ((length = read (self->fd, bytes, sizeof bytes)) > 0)
    write_out (bytes, length);

  return G_SOURCE_CONTINUE;
}

void
mgrctl_follow_start (MgrctlFollow *self)
{
  self->source_id = g_timeout_add (LOOK_INTERVAL_MS, look_cb, self);
}

void
mgrctl_follow_free (MgrctlFollow *self)
{
  if (self->source_id != 0)
    {
      g_source_remove (self->source_id);
      look_cb (self);
    }
  if (self->fd >= 0)
    {
      close (self->fd);
      g_unlink (self->path);
    }
  g_free (self->path);
  g_free (self);
}
