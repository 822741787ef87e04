/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-lock-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
lock_get_path (const char *path)
{
  return g_strconcat (path, ".lock", NULL);
}

/* The one before may have removed the file between our opening and our locking it. */
static gboolean
lock_is_there (const char *lock_path,
               int         fd)
{
  struct stat opened;
  struct stat named;

  return fstat (fd, &opened) == 0 && stat (lock_path, &named) == 0
         && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

int
mgr_journal_lock_take (const char  *path,
                       GError     **error)
{
  g_autofree char *lock_path = lock_get_path (path);

  for (;;)
    {
      int fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0)
        {
          g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                       "The journal “%s” is kept in memory alone: “%s” cannot be made: %s. "
                       "Make its folder writable, or name another file",
                       path, lock_path, g_strerror (errno));
          return -1;
        }

      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        {
          g_close (fd, NULL);
          g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                       "The journal “%s” is kept in memory alone: another journal, of this or "
                       "another program, has that file. Give each a file of its own", path);
          return -1;
        }

      if (lock_is_there (lock_path, fd))
        return fd;

      g_close (fd, NULL);
    }
}

void
mgr_journal_lock_release (const char *path,
                          int         fd)
{
  g_autofree char *lock_path = lock_get_path (path);

  g_unlink (lock_path);
  /* A child process may have the descriptor as well. */
  flock (fd, LOCK_UN);
  g_close (fd, NULL);
}
