/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-output-tail-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* As much as a pipe holds, so that one read empties it. */
#define READ_SIZE 65536

/* A daemon that floods the pipe must not hold up the end of its task. */
#define READS_AT_CLOSE 16

struct _MgrOutputTail
{
  int fd;           /* -1 once closed */
  GSource *source;  /* (owned) (nullable) until attached, and at the end */
  char *ring;       /* (owned) (nullable): nothing was written */
  gsize size;       /* bytes of ring */
  guint64 total;    /* bytes that were written */
};

MgrOutputTail *
mgr_output_tail_new (gsize    size,
                     int     *writer,
                     GError **error)
{
  MgrOutputTail *self;
  int fds[2];

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, error))
    return NULL;

  g_unix_set_fd_nonblocking (fds[0], TRUE, NULL);
  self = g_new0 (MgrOutputTail, 1);
  self->fd = fds[0];
  self->size = size;
  *writer = fds[1];
  return self;
}

static void
tail_end (MgrOutputTail *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->fd >= 0)
    g_close (g_steal_fd (&self->fd), NULL);
}

void
mgr_output_tail_free (MgrOutputTail *self)
{
  tail_end (self);
  g_free (self->ring);
  g_free (self);
}

static void
tail_add (MgrOutputTail *self,
          const char    *bytes,
          gsize          length)
{
  if (self->size == 0)
    {
      self->total += length;
      return;
    }
  if (self->ring == NULL)
    self->ring = g_malloc (self->size);
  if (length > self->size)
    {
      self->total += length - self->size;
      bytes += length - self->size;
      length = self->size;
    }

  while (length > 0)
    {
      gsize at = (gsize) (self->total % self->size);
      gsize part = MIN (length, self->size - at);

      memcpy (self->ring + at, bytes, part);
      self->total += part;
      bytes += part;
      length -= part;
    }
}

/* Returns: bytes; 0 at the end, less where there are none yet */
static gssize
tail_read (MgrOutputTail *self)
{
  char bytes[READ_SIZE];
  gssize n;

  do
    n = read (self->fd, bytes, sizeof bytes);
  while (n < 0 && errno == EINTR);

  if (n > 0)
    tail_add (self, bytes, (gsize) n);
  return n;
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  MgrOutputTail *self = user_data;
  gssize n = tail_read (self);

  if (n > 0 || (n < 0 && errno == EAGAIN))
    return G_SOURCE_CONTINUE;

  tail_end (self);
  return G_SOURCE_REMOVE;
}

void
mgr_output_tail_attach (MgrOutputTail *self,
                        GMainContext  *context)
{
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_set_static_name (self->source, "[libmgr] output of a process");
  g_source_attach (self->source, context);
}

void
mgr_output_tail_close (MgrOutputTail *self)
{
  for (guint i = 0; self->fd >= 0 && i < READS_AT_CLOSE && tail_read (self) > 0; i++)
    continue;
  tail_end (self);
}

guint64
mgr_output_tail_get_total (MgrOutputTail *self)
{
  return self->total;
}

/* The first character may have been cut. */
static const char *
skip_cut_character (const char *text,
                    gsize      *length)
{
  while (*length > 0 && ((guchar) *text & 0xc0) == 0x80)
    {
      text++;
      (*length)--;
    }

  return text;
}

char *
mgr_output_tail_get_text (MgrOutputTail *self)
{
  gsize length = (gsize) MIN (self->total, self->size);
  gsize begin = length > 0 ? (gsize) ((self->total - length) % self->size) : 0;
  g_autofree char *bytes = g_malloc (length + 1);
  const char *text = bytes;

  for (gsize done = 0; done < length;)
    {
      gsize at = (begin + done) % self->size;
      gsize part = MIN (length - done, self->size - at);

      memcpy (bytes + done, self->ring + at, part);
      done += part;
    }

  if (self->total > self->size)
    text = skip_cut_character (bytes, &length);
  return g_utf8_make_valid (text, (gssize) length);
}
