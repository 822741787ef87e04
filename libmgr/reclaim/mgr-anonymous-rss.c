/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-anonymous-rss-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Seven numbers of at most 20 digits, the spaces, the newline and a NUL. */
#define STATM_SIZE 160

static gboolean
file_read_start (const char *path,
                 char       *buffer,
                 gsize       size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n;

  if (fd < 0)
    return FALSE;

  do
    n = read (fd, buffer, size - 1);
  while (n < 0 && errno == EINTR);
  close (fd);

  buffer[MAX (n, 0)] = '\0';
  return n > 0;
}

static gboolean
next_number (const char **cursor,
             guint64     *out_number)
{
  char *end = NULL;

  /* Without the space the file was cut off, perhaps in the middle of the number. */
  *out_number = g_ascii_strtoull (*cursor, &end, 10);
  if (end == *cursor || *end != ' ')
    return FALSE;

  *cursor = end;
  return TRUE;
}

gboolean
mgr_anonymous_rss_read (const char *path,
                        guint64    *out_bytes)
{
  char text[STATM_SIZE];
  const char *cursor = text;
  guint64 total;
  guint64 resident;
  guint64 shared;
  guint64 bytes;

  if (!file_read_start (path, text, sizeof text)
      || !next_number (&cursor, &total)
      || !next_number (&cursor, &resident)
      || !next_number (&cursor, &shared)
      || shared > resident
      || !g_uint64_checked_mul (&bytes, resident - shared, (guint64) sysconf (_SC_PAGESIZE)))
    return FALSE;

  *out_bytes = bytes;
  return TRUE;
}
