/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* As much as the kernel gives at once. */
#define READ_SIZE 4096

struct _MgrctlFile
{
  char *path;    /* (owned) */
  int fd;        /* or -1: cannot be opened, for the reason in open_errno */
  int open_errno;
  GString *text; /* (owned) */
};

MgrctlFile *
mgrctl_file_new (const char *directory,
                 const char *name)
{
  MgrctlFile *self = g_new0 (MgrctlFile, 1);

  self->path = g_build_filename (directory, name, NULL);
  self->text = g_string_new (NULL);
  self->fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  self->open_errno = self->fd < 0 ? errno : 0;
  return self;
}

void
mgrctl_file_free (MgrctlFile *self)
{
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  g_string_free (self->text, TRUE);
  g_free (self->path);
  g_free (self);
}

const char *
mgrctl_file_get_path (MgrctlFile *self)
{
  return self->path;
}

static const char *
file_fail (MgrctlFile  *self,
           int          reason,
           GError     **error)
{
  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (reason),
               "The file “%s” cannot be read: %s", self->path, g_strerror (reason));
  return NULL;
}

const char *
mgrctl_file_read (MgrctlFile  *self,
                  GError     **error)
{
  gsize length = 0;
  ssize_t n;

  if (self->fd < 0)
    return file_fail (self, self->open_errno, error);

  do
    {
      g_string_set_size (self->text, length + READ_SIZE);
      n = pread (self->fd, self->text->str + length, READ_SIZE, (off_t) length);
      if (n < 0 && errno != EINTR)
        return file_fail (self, errno, error);
      length += (gsize) MAX (n, 0);
    }
  while (n != 0);

  g_string_set_size (self->text, length);
  return self->text->str;
}

char *
mgrctl_file_get (const char  *directory,
                 const char  *name,
                 GError     **error)
{
  g_autoptr (MgrctlFile) file = mgrctl_file_new (directory, name);

  return g_strdup (mgrctl_file_read (file, error));
}

static const char *
measure_value (const char *value,
               gsize      *out_length)
{
  *out_length = strspn (value, "0123456789.");

  return *out_length > 0 && strchr (value, '\n') != NULL ? value : NULL;
}

/* Where the line that begins with @key goes on after it. */
static const char *
find_line (const char *text,
           const char *key)
{
  gsize length = strlen (key);

  while (text != NULL)
    {
      if (strncmp (text, key, length) == 0 && (text[length] == ' ' || text[length] == ':'))
        return text + length + 1;

      text = strchr (text, '\n');
      if (text != NULL)
        text++;
    }

  return NULL;
}

const char *
mgrctl_text_find (const char *text,
                  const char *key,
                  gsize      *out_length)
{
  const char *value = find_line (text, key);

  if (value == NULL)
    return NULL;

  return measure_value (value + strspn (value, " \t"), out_length);
}

const char *
mgrctl_text_find_in (const char *text,
                     const char *line,
                     const char *key,
                     gsize      *out_length)
{
  const char *rest = find_line (text, line);
  const char *end = rest != NULL ? strchr (rest, '\n') : NULL;
  const char *value = end != NULL ? g_strstr_len (rest, end - rest, key) : NULL;

  return value != NULL ? measure_value (value + strlen (key), out_length) : NULL;
}

const char *
mgrctl_text_first (const char *text,
                   gsize      *out_length)
{
  return measure_value (text, out_length);
}

gboolean
mgrctl_text_lookup (const char *text,
                    const char *key,
                    guint64    *out_value)
{
  gsize length;
  const char *value = mgrctl_text_find (text, key, &length);

  if (value == NULL)
    return FALSE;

  *out_value = g_ascii_strtoull (value, NULL, 10);
  return TRUE;
}
