/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-process-memory-private.h"

#include <fcntl.h>
#include <unistd.h>

/* /proc/self/status has about 1500 bytes; names of threads do not add to it. */
#define STATUS_SIZE 8192

static gboolean
status_read (const char *proc_path,
             char       *buffer)
{
  g_autofree char *path = g_build_filename (proc_path != NULL ? proc_path : "/proc",
                                            "self", "status", NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize length;

  if (fd < 0)
    return FALSE;

  length = read (fd, buffer, STATUS_SIZE - 1);
  close (fd);
  buffer[MAX (length, 0)] = '\0';
  return length > 0;
}

/* The value of a line such as `RssAnon:      1234 kB`, in bytes. Without its end the
 * line was cut off, perhaps in the middle of the number. */
static gboolean
status_lookup (const char *status,
               const char *key,
               guint64    *out_bytes)
{
  const char *line = strstr (status, key);
  char *end;
  guint64 kilobytes;

  if (line == NULL)
    return FALSE;

  line += strlen (key);
  kilobytes = g_ascii_strtoull (line, &end, 10);
  if (end == line || !g_str_has_prefix (end, " kB\n") || kilobytes > G_MAXUINT64 / 1024)
    return FALSE;

  *out_bytes = kilobytes * 1024;
  return TRUE;
}

gboolean
mgr_process_memory_read (const char *proc_path,
                         guint64    *out_anonymous)
{
  char status[STATUS_SIZE];
  guint64 resident;
  guint64 swapped = 0;
  guint64 anonymous;

  if (!status_read (proc_path, status) || !status_lookup (status, "\nRssAnon:", &resident))
    return FALSE;

  status_lookup (status, "\nVmSwap:", &swapped);
  if (!g_uint64_checked_add (&anonymous, resident, swapped))
    return FALSE;

  *out_anonymous = anonymous;
  return TRUE;
}
