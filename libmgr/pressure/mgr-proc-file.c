/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-proc-file-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* One page holds every file that is read often. */
#define INITIAL_SIZE 4096

/* A mountinfo of thousands of mounts stays under this; what is larger is no file
 * of the kernel's. */
#define MAXIMUM_SIZE (4 * 1024 * 1024)

/* No machine has 4 EiB; v1 writes 2^63 rounded down to a page for “no limit”, and
 * the size of a page differs. */
#define NO_LIMIT_FLOOR (G_GUINT64_CONSTANT (1) << 62)

struct _MgrProcFile
{
  char *path;         /* (owned) */
  char *display_path; /* (owned) */
  int fd;             /* -1 while closed */
  char *buffer;       /* (owned) (nullable): never read */
  gsize size;
  int failure;  /* errno of the last read; 0: there was none */
};

MgrProcFile *
mgr_proc_file_new (const char *directory,
                   const char *name)
{
  MgrProcFile *self = g_new0 (MgrProcFile, 1);

  self->path = g_build_filename (directory, name, NULL);
  self->display_path = g_filename_display_name (self->path);
  self->fd = -1;
  return self;
}

static void
proc_file_close (MgrProcFile *self)
{
  if (self->fd >= 0)
    g_close (g_steal_fd (&self->fd), NULL);
}

void
mgr_proc_file_free (MgrProcFile *self)
{
  proc_file_close (self);
  g_free (self->buffer);
  g_free (self->display_path);
  g_free (self->path);
  g_free (self);
}

const char *
mgr_proc_file_get_path (MgrProcFile *self)
{
  return self->path;
}

const char *
mgr_proc_file_get_display_path (MgrProcFile *self)
{
  return self->display_path;
}

/* Returns 0 or an errno. */
static int
proc_file_open (MgrProcFile *self)
{
  /* O_NONBLOCK: a FIFO in the place of the file must not hold up the sensing. */
  self->fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return self->fd >= 0 ? 0 : errno;
}

/* Returns 0 or an errno. The kernel may give less than asked for before the end,
 * so only an empty answer is the end. */
static int
proc_file_load (MgrProcFile *self)
{
  gsize length = 0;

  if (self->buffer == NULL)
    {
      self->size = INITIAL_SIZE;
      self->buffer = g_malloc (self->size);
    }

  while (TRUE)
    {
      gssize n = pread (self->fd, self->buffer + length, self->size - 1 - length, (off_t) length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno;
      if (n == 0)
        break;

      length += (gsize) n;
      if (length < self->size - 1)
        continue;
      if (self->size >= MAXIMUM_SIZE)
        return EFBIG;
      self->size *= 2;
      self->buffer = g_realloc (self->buffer, self->size);
    }

  self->buffer[length] = '\0';
  return 0;
}

static int
error_code_from_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case EACCES:
    case EPERM:
    case EOPNOTSUPP:
      return MGR_ERROR_NOT_AVAILABLE;
    default:
      return MGR_ERROR_FAILED;
    }
}

const char *
mgr_proc_file_read (MgrProcFile  *self,
                    GError      **error)
{
  gboolean kept = self->fd >= 0;
  int result = kept ? 0 : proc_file_open (self);

  if (result == 0)
    result = proc_file_load (self);

  /* The file behind a kept descriptor may be gone, and another in its place. */
  if (result != 0 && kept)
    {
      proc_file_close (self);
      result = proc_file_open (self);
      if (result == 0)
        result = proc_file_load (self);
    }

  /* What was not there before is not there now that nothing can be opened. */
  if ((result == EMFILE || result == ENFILE) && self->failure != 0)
    result = self->failure;
  self->failure = result;

  if (result != 0)
    {
      proc_file_close (self);
      g_set_error (error, MGR_ERROR, error_code_from_errno (result),
                   "The file “%s” cannot be read: %s", self->display_path, g_strerror (result));
      return NULL;
    }

  return self->buffer;
}

gboolean
mgr_proc_text_number (const char  *text,
                      const char **out_end,
                      guint64     *out_value)
{
  char *end = NULL;
  guint64 value;

  if (!g_ascii_isdigit (*text))
    return FALSE;

  errno = 0;
  value = g_ascii_strtoull (text, &end, 10);
  if (errno != 0)
    return FALSE;

  *out_end = end;
  *out_value = value;
  return TRUE;
}

static const char *
next_line (const char *line)
{
  const char *end = strchr (line, '\n');

  return end != NULL ? end + 1 : NULL;
}

/* What follows @key and its separator, or NULL. */
static const char *
find_key (const char *text,
          const char *key)
{
  gsize length = strlen (key);

  for (const char *line = text; line != NULL; line = next_line (line))
    {
      if (*line == *key && strncmp (line, key, length) == 0 && line[length] != '\0' &&
          strchr (": \t", line[length]) != NULL)
        return line + length + strspn (line + length, ": \t");
    }

  return NULL;
}

/* Finds the line `key value`, `key: value` or `key: value kB`. */
gboolean
mgr_proc_text_lookup (const char *text,
                      const char *key,
                      guint64    *out_value)
{
  const char *value_text = find_key (text, key);
  const char *end = NULL;
  guint64 value = 0;

  if (value_text == NULL || !mgr_proc_text_number (value_text, &end, &value))
    return FALSE;

  if (g_str_has_prefix (end, " kB\n"))
    return g_uint64_checked_mul (out_value, value, 1024);

  if (*end != '\n')
    return FALSE;

  *out_value = value;
  return TRUE;
}

guint64
mgr_limit_normalize (guint64 limit)
{
  /* 0 cannot be the limit of a group with a living process in it. */
  return limit == 0 || limit >= NO_LIMIT_FLOOR ? MGR_NO_LIMIT : limit;
}

/* Reads a file of one amount, of which 0 is one: a number, `max` or -1 in the first
 * line. */
gboolean
mgr_proc_text_amount (const char *text,
                      guint64    *out_amount)
{
  const char *end = NULL;
  guint64 value = 0;

  if (g_str_has_prefix (text, "max\n") || g_str_has_prefix (text, "-1\n"))
    {
      *out_amount = MGR_NO_LIMIT;
      return TRUE;
    }

  if (!mgr_proc_text_number (text, &end, &value) || *end != '\n')
    return FALSE;

  *out_amount = value >= NO_LIMIT_FLOOR ? MGR_NO_LIMIT : value;
  return TRUE;
}

/* Reads a file of one limit, which cannot be 0. */
gboolean
mgr_proc_text_limit (const char *text,
                     guint64    *out_limit)
{
  guint64 amount = 0;

  if (!mgr_proc_text_amount (text, &amount))
    return FALSE;

  *out_limit = mgr_limit_normalize (amount);
  return TRUE;
}

/* Reads `total=` of the line @kind of a pressure file, `some` or `full`, in µs. */
gboolean
mgr_proc_text_stall_of (const char *text,
                        const char *kind,
                        guint64    *out_total)
{
  const char *line = find_key (text, kind);
  const char *total = line != NULL ? strstr (line, " total=") : NULL;
  const char *end = NULL;
  guint64 value = 0;

  if (total == NULL || total > strchrnul (line, '\n') ||
      !mgr_proc_text_number (total + strlen (" total="), &end, &value) || *end != '\n')
    return FALSE;

  *out_total = value;
  return TRUE;
}

gboolean
mgr_proc_text_stall (const char *text,
                     guint64    *out_total)
{
  return mgr_proc_text_stall_of (text, "some", out_total);
}
