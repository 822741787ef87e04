/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-process-memory-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* status has about 1500 bytes, the others less; names of threads do not add to it. */
#define TEXT_SIZE 8192

typedef struct
{
  char *path; /* (owned), never changes */

  GMutex lock;
  int fd;    /* -1 while closed, guarded by lock */
  pid_t pid; /* who opened it, guarded by lock */
} KeptFile;

struct _MgrProcessMemory
{
  KeptFile statm;
  KeptFile status;
  KeptFile rollup;
};

static void
kept_file_init (KeptFile   *file,
                const char *proc_path,
                const char *name)
{
  file->path = g_build_filename (proc_path != NULL ? proc_path : "/proc", "self", name, NULL);
  file->fd = -1;
  g_mutex_init (&file->lock);
}

static void
kept_file_close (KeptFile *file)
{
  if (file->fd >= 0)
    g_close (g_steal_fd (&file->fd), NULL);
}

static void
kept_file_clear (KeptFile *file)
{
  kept_file_close (file);
  g_mutex_clear (&file->lock);
  g_free (file->path);
}

static gssize
kept_file_load (KeptFile *file,
                char     *text)
{
  gssize n;

  do
    n = pread (file->fd, text, TEXT_SIZE - 1, 0);
  while (n < 0 && errno == EINTR);

  return n;
}

/* Returns 0 or an errno. */
static int
kept_file_try (KeptFile *file,
               char     *text)
{
  gssize n;

  if (file->fd < 0)
    {
      /* O_NONBLOCK: a FIFO in the place of the file must not hold up anything. */
      file->fd = open (file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
      file->pid = getpid ();
      if (file->fd < 0)
        return errno;
    }

  n = kept_file_load (file, text);
  if (n < 0)
    return errno;

  text[n] = '\0';
  return n > 0 ? 0 : ENODATA;
}

/* Returns 0 or an errno. The file behind a kept descriptor may be gone, and another
 * in its place. */
static int
kept_file_read (KeptFile *file,
                char     *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&file->lock);
  gboolean kept;
  int result;

  if (file->fd >= 0 && file->pid != getpid ())
    kept_file_close (file);

  kept = file->fd >= 0;
  result = kept_file_try (file, text);
  if (result != 0 && kept)
    {
      kept_file_close (file);
      result = kept_file_try (file, text);
    }
  if (result != 0)
    kept_file_close (file);

  return result;
}

static gboolean
kept_file_read_or_fail (KeptFile  *file,
                        char      *text,
                        GError   **error)
{
  int result = kept_file_read (file, text);

  if (result == 0)
    return TRUE;

  /* Only a text takes memory, of which there may be none. */
  if (error == NULL)
    return FALSE;

  /* A file that is there and empty is broken; others the kernel does not offer. */
  g_set_error (error, MGR_ERROR, result == ENODATA ? MGR_ERROR_FAILED : MGR_ERROR_NOT_AVAILABLE,
               "The file “%s” cannot be read: %s", file->path, g_strerror (result));
  return FALSE;
}

MgrProcessMemory *
mgr_process_memory_new (const char *proc_path)
{
  MgrProcessMemory *self = g_new0 (MgrProcessMemory, 1);

  kept_file_init (&self->statm, proc_path, "statm");
  kept_file_init (&self->status, proc_path, "status");
  kept_file_init (&self->rollup, proc_path, "smaps_rollup");
  return self;
}

void
mgr_process_memory_free (MgrProcessMemory *self)
{
  kept_file_clear (&self->statm);
  kept_file_clear (&self->status);
  kept_file_clear (&self->rollup);
  g_free (self);
}

static gboolean
next_number (const char **cursor,
             guint64     *out_number)
{
  char *end = NULL;

  /* Without the space the file was cut off, perhaps in the middle of the number. */
  errno = 0;
  *out_number = g_ascii_strtoull (*cursor, &end, 10);
  if (errno != 0 || end == *cursor || *end != ' ')
    return FALSE;

  *cursor = end;
  return TRUE;
}

static gboolean
fail_without (const KeptFile  *file,
              const char      *key,
              GError         **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The file “%s” has no usable %s", file->path, key);
  return FALSE;
}

gboolean
mgr_process_memory_read_resident (MgrProcessMemory  *self,
                                  guint64           *out_bytes,
                                  GError           **error)
{
  char text[TEXT_SIZE];
  const char *cursor = text;
  guint64 total;
  guint64 resident;
  guint64 shared;
  guint64 bytes;

  if (!kept_file_read_or_fail (&self->statm, text, error))
    return FALSE;

  if (!next_number (&cursor, &total)
      || !next_number (&cursor, &resident)
      || !next_number (&cursor, &shared)
      || shared > resident
      || !g_uint64_checked_mul (&bytes, resident - shared, (guint64) sysconf (_SC_PAGESIZE)))
    return fail_without (&self->statm, "numbers of pages", error);

  *out_bytes = bytes;
  return TRUE;
}

/* The value of a line such as `RssAnon:      1234 kB`, in bytes. */
static gboolean
text_lookup (const char *text,
             const char *key,
             guint64    *out_bytes)
{
  const char *line = strstr (text, key);
  char *end;
  guint64 kilobytes;

  if (line == NULL)
    return FALSE;

  line += strlen (key);
  kilobytes = g_ascii_strtoull (line, &end, 10);
  if (end == line || !g_str_has_prefix (end, " kB\n"))
    return FALSE;

  return g_uint64_checked_mul (out_bytes, kilobytes, 1024);
}

guint64
mgr_process_memory_read_swapped (MgrProcessMemory *self)
{
  char text[TEXT_SIZE];
  guint64 swapped;

  return kept_file_read (&self->status, text) == 0 && text_lookup (text, "\nVmSwap:", &swapped)
    ? swapped
    : 0;
}

gboolean
mgr_process_memory_read_anonymous (MgrProcessMemory  *self,
                                   guint64           *out_bytes,
                                   GError           **error)
{
  char text[TEXT_SIZE];
  guint64 resident;
  guint64 swapped;

  if (!kept_file_read_or_fail (&self->status, text, error))
    return FALSE;

  /* A kernel without swap has no VmSwap. */
  if (!text_lookup (text, "\nVmSwap:", &swapped))
    swapped = 0;

  if (!text_lookup (text, "\nRssAnon:", &resident)
      || !g_uint64_checked_add (&resident, resident, swapped))
    return fail_without (&self->status, "RssAnon", error);

  *out_bytes = resident;
  return TRUE;
}

gboolean
mgr_process_memory_read_pss (MgrProcessMemory  *self,
                             guint64           *out_bytes,
                             GError           **error)
{
  char text[TEXT_SIZE];
  guint64 pss;

  if (!kept_file_read_or_fail (&self->rollup, text, error))
    return FALSE;
  if (!text_lookup (text, "\nPss:", &pss))
    return fail_without (&self->rollup, "Pss", error);

  *out_bytes = pss;
  return TRUE;
}
