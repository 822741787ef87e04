/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-mirror-map-private.h"

#include "base/mgr-error.h"
#include "base/mgr-size.h"
#include "pressure/mgr-memory-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Both views have to fit into what a pointer can tell apart. */
#define MAXIMUM_SIZE (G_MAXSIZE / 4)

guint64
mgr_mirror_map_round (guint64 size)
{
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);

  return size <= MAXIMUM_SIZE ? (size + page - 1) / page * page : size;
}

static void
set_refused (gsize        size,
             MgrError     code,
             const char  *reason,
             GError     **error)
{
  g_autofree char *text = mgr_size_format (size);

  g_set_error (error, MGR_ERROR, code, "%s cannot be mapped for a ring: %s", text, reason);
}

static void
set_errno (gsize        size,
           const char  *what,
           int          code,
           GError     **error)
{
  g_autofree char *reason = NULL;

  if (code == EMFILE || code == ENFILE)
    reason = g_strdup_printf ("%s says “%s”: close some, or raise “ulimit -n”",
                              what, g_strerror (code));
  else
    reason = g_strdup_printf ("%s says “%s”: ask for less, or release memory",
                              what, g_strerror (code));
  set_refused (size, code == ENOMEM || code == ENOSPC ? MGR_ERROR_NO_BUDGET : MGR_ERROR_FAILED,
               reason, error);
}

/* The kernel would take what is missing from others, or end this process, rather than
 * refuse pages of a memfd. */
static gboolean
check_limits (gsize    size,
              gsize    more,
              GError **error)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  guint64 limit = mgr_memory_limits_get_limit (limits);
  guint64 headroom = mgr_memory_limits_get_headroom (limits);
  g_autofree char *amount = NULL;
  g_autofree char *reason = NULL;

  if (limit > 0 && more > limit)
    {
      amount = mgr_size_format (limit);
      reason = g_strdup_printf ("this process may have %s in all. Ask for less", amount);
      set_refused (size, MGR_ERROR_INFEASIBLE, reason, error);
      return FALSE;
    }

  if (limit > 0 && more > headroom)
    {
      amount = mgr_size_format (headroom);
      reason = g_strdup_printf ("%s are left to this process. Ask for less, or release memory",
                                amount);
      set_refused (size, MGR_ERROR_NO_BUDGET, reason, error);
      return FALSE;
    }

  return TRUE;
}

/* A file that outgrows this limit brings a signal that ends the process. */
static gboolean
check_file_size (gsize    size,
                 GError **error)
{
  struct rlimit limit;
  g_autofree char *amount = NULL;
  g_autofree char *reason = NULL;

  if (getrlimit (RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY
      || size <= limit.rlim_cur)
    return TRUE;

  amount = mgr_size_format (limit.rlim_cur);
  reason = g_strdup_printf ("RLIMIT_FSIZE is %s. Ask for less, or raise “ulimit -f”", amount);
  set_refused (size, MGR_ERROR_INFEASIBLE, reason, error);
  return FALSE;
}

static gboolean
check_size (gsize    size,
            gsize    more,
            GError **error)
{
  if (size > MAXIMUM_SIZE)
    {
      set_refused (size, MGR_ERROR_INFEASIBLE, "no address space is that large. Ask for less",
                   error);
      return FALSE;
    }

  return check_file_size (size, error) && check_limits (size, more, error);
}

static guint8 *
map_views (int   fd,
           gsize size)
{
  guint8 *data = mmap (NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                       -1, 0);

  if (data == MAP_FAILED)
    return NULL;

  for (guint i = 0; i < 2; i++)
    {
      if (mmap (data + i * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0)
          == MAP_FAILED)
        {
          int code = errno;

          munmap (data, 2 * size);
          errno = code;
          return NULL;
        }
    }

  return data;
}

static int
reserve_pages (int   fd,
               gsize size)
{
  int status;

  do
    status = fallocate (fd, 0, 0, (off_t) size);
  while (status != 0 && errno == EINTR);

  return status;
}

/* Takes over @fd, of which @reserved bytes are reserved. */
static MgrMirrorMap *
map_file (int      fd,
          gsize    size,
          gsize    reserved,
          GError **error)
{
  g_autoptr (MgrMirrorMap) self = g_new0 (MgrMirrorMap, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->fd = fd;

  if (!check_size (size, size - MIN (size, reserved), error))
    return NULL;

  if (size > reserved && reserve_pages (fd, size) != 0)
    {
      set_errno (size, "fallocate()", errno, error);
      return NULL;
    }

  self->data = map_views (fd, size);
  if (self->data == NULL)
    {
      set_errno (size, "mmap()", errno, error);
      mgr_mirror_map_cut (self, reserved);
      return NULL;
    }

  self->size = size;
  return g_steal_pointer (&self);
}

MgrMirrorMap *
mgr_mirror_map_new (gsize    size,
                    GError **error)
{
  int fd = memfd_create ("libmgr-ring", MFD_CLOEXEC);

  if (fd < 0)
    {
      set_errno (size, "memfd_create()", errno, error);
      return NULL;
    }

  return map_file (fd, size, 0, error);
}

MgrMirrorMap *
mgr_mirror_map_resize (MgrMirrorMap  *self,
                       gsize          size,
                       GError       **error)
{
  int fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);

  if (fd < 0)
    {
      set_errno (size, "dup()", errno, error);
      return NULL;
    }

  return map_file (fd, size, self->size, error);
}

void
mgr_mirror_map_cut (MgrMirrorMap *self,
                    gsize         size)
{
  off_t end = lseek (self->fd, 0, SEEK_END);

  if (end > (off_t) size)
    fallocate (self->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) size,
               end - (off_t) size);
}

MgrMirrorMap *
mgr_mirror_map_ref (MgrMirrorMap *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_mirror_map_unref (MgrMirrorMap *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->data != NULL)
    munmap (self->data, 2 * self->size);
  close (self->fd);
  g_free (self);
}
