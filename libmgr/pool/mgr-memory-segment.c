/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-memory-segment-private.h"

#include "base/mgr-size.h"
#include "pool/mgr-cuda-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Since Linux 5.1; older C libraries do not name it. */
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

/* A signal undoes what fallocate() has reserved so far, so that a large segment would
 * never be done in a program with a timer. */
#define RESERVE_STEP ((guint64) 16 << 20)

/* The longest name that a memfd can have. */
#define NAME_LENGTH_MAX 249

static void
set_io_error (GError     **error,
              int          code,
              const char  *what,
              guint64      size,
              int          saved_errno)
{
  g_autofree char *text = mgr_size_format (size);

  g_set_error (error, MGR_ERROR, code, "%s of shared memory could not be %s: %s",
               text, what, g_strerror (saved_errno));
}

guint64
mgr_memory_page_size (void)
{
  return (guint64) sysconf (_SC_PAGESIZE);
}

/* Where memory is overcommitted, as is usual, the kernel promises more than there is
 * and kills whoever takes it at its word; and beyond RLIMIT_FSIZE it sends a signal. */
static gboolean
check_room (guint64           size,
            MgrMemoryLimits  *limits,
            GError          **error)
{
  g_autofree char *wanted = mgr_size_format (size);
  g_autofree char *explanation = NULL;
  struct rlimit file_size = { RLIM_INFINITY, RLIM_INFINITY };
  guint64 limit;

  getrlimit (RLIMIT_FSIZE, &file_size);
  if (size > file_size.rlim_cur)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "%s of shared memory are more than RLIMIT_FSIZE allows: raise it with “ulimit -f”",
                   wanted);
      return FALSE;
    }

  mgr_memory_limits_refresh (limits, NULL);
  limit = mgr_memory_limits_get_limit (limits);
  explanation = mgr_memory_limits_explain (limits);
  g_strchomp (explanation);
  if (limit > 0 && size > limit)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "%s of shared memory are more than this process may ever have:\n%s",
                   wanted, explanation);
      return FALSE;
    }
  if (limit > 0 && size > mgr_memory_limits_get_headroom (limits))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
                   "%s of shared memory are more than is left now:\n%s", wanted, explanation);
      return FALSE;
    }

  return TRUE;
}

static gboolean
segment_reserve (int       fd,
                 guint64   size,
                 GError  **error)
{
  for (guint64 done = 0; done < size;)
    {
      guint64 step = MIN (RESERVE_STEP, size - done);

      if (fallocate (fd, 0, (off_t) done, (off_t) step) == 0)
        done += step;
      else if (errno != EINTR)
        {
          set_io_error (error, MGR_ERROR_NO_BUDGET, "reserved", size, errno);
          return FALSE;
        }
    }

  return TRUE;
}

static guint8 *
segment_map (int       fd,
             guint64   size,
             gboolean  writable,
             GError  **error)
{
  void *data = mmap (NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);

  if (data == MAP_FAILED)
    {
      set_io_error (error, MGR_ERROR_NO_BUDGET, "mapped", size, errno);
      return NULL;
    }

  return data;
}

static gboolean
segment_set_up (MgrMemorySegment  *self,
                gboolean           read_only,
                GError           **error)
{
  const int seals = F_SEAL_SHRINK | F_SEAL_GROW | (read_only ? F_SEAL_FUTURE_WRITE : 0);

  if (!segment_reserve (self->fd, self->size, error))
    return FALSE;

  self->data = segment_map (self->fd, self->size, TRUE, error);
  if (self->data == NULL)
    return FALSE;

  /* What is mapped before the seal of future writes stays writable. */
  if (fcntl (self->fd, F_ADD_SEALS, seals) != 0 ||
      fcntl (self->fd, F_ADD_SEALS, F_SEAL_SEAL) != 0)
    {
      set_io_error (error, MGR_ERROR_NOT_AVAILABLE, "sealed", self->size, errno);
      return FALSE;
    }

  return TRUE;
}

MgrMemorySegment *
mgr_memory_segment_new (const char       *name,
                        guint64           size,
                        gboolean          read_only,
                        MgrMemoryLimits  *limits,
                        GError          **error)
{
  g_autofree char *short_name = g_strndup (name, NAME_LENGTH_MAX);
  g_autoptr (MgrMemorySegment) self = NULL;

  if (!check_room (size, limits, error))
    return NULL;

  self = g_new0 (MgrMemorySegment, 1);
  self->ref_count = 1;
  self->size = size;
  self->writable = TRUE;
  self->fd = memfd_create (short_name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->fd < 0)
    {
      set_io_error (error, MGR_ERROR_NOT_AVAILABLE, "made", size, errno);
      return NULL;
    }

  return segment_set_up (self, read_only, error) ? g_steal_pointer (&self) : NULL;
}

/* What is imported, so that it is mapped once. */
static GMutex imported_lock;
static GHashTable *imported = NULL; /* (element-type MgrMemorySegment) (unowned), guarded by
                                     * imported_lock */

static guint
segment_hash (gconstpointer key)
{
  const MgrMemorySegment *self = key;

  return (guint) (self->inode ^ self->device << 16) + (self->writable ? 1 : 0);
}

static gboolean
segment_equal (gconstpointer a,
               gconstpointer b)
{
  const MgrMemorySegment *one = a;
  const MgrMemorySegment *other = b;

  return one->inode == other->inode && one->device == other->device &&
         one->size == other->size && one->writable == other->writable;
}

static gboolean
check_seals (int      seals,
             GError **error)
{
  if ((seals & F_SEAL_SHRINK) == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The memory of the tensor is not sealed against shrinking, so that reading "
                   "it could kill this process: its owner has to add F_SEAL_SHRINK");
      return FALSE;
    }
  if ((seals & F_SEAL_GROW) == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The memory of the tensor is not sealed against growing, so that there could "
                   "be more of it than is mapped here: its owner has to add F_SEAL_GROW");
      return FALSE;
    }

  return TRUE;
}

/* Tells which segment @fd is, if it is one whose size can be trusted: the seals are read
 * first, so that what is seen of it then is so for good. */
static gboolean
segment_identify (MgrMemorySegment  *self,
                  int                fd,
                  guint64            size,
                  GError           **error)
{
  int seals = fcntl (fd, F_GET_SEALS);
  int mode = fcntl (fd, F_GETFL);
  struct stat status;

  if (seals < 0 || mode < 0 || fstat (fd, &status) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The file descriptor of the tensor is no memfd: %s", g_strerror (errno));
      return FALSE;
    }
  if (!check_seals (seals, error))
    return FALSE;
  if (status.st_size <= 0 || (guint64) status.st_size < size)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The memory of the tensor has %" G_GINT64_FORMAT " bytes, but the tensor ends at "
                   "byte %" G_GUINT64_FORMAT, (gint64) status.st_size, size);
      return FALSE;
    }

  self->size = (guint64) status.st_size;
  self->device = status.st_dev;
  self->inode = status.st_ino;
  self->writable = (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) == 0 &&
                   (mode & O_ACCMODE) == O_RDWR;
  return TRUE;
}

/* With imported_lock held: makes @known, which describes @fd, a segment of the table. */
static MgrMemorySegment *
segment_add_imported (const MgrMemorySegment  *known,
                      int                      fd,
                      GError                 **error)
{
  g_autoptr (MgrMemorySegment) self = g_memdup2 (known, sizeof *known);

  self->ref_count = 1;
  self->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (self->fd < 0)
    {
      set_io_error (error, MGR_ERROR_FAILED, "imported", self->size, errno);
      return NULL;
    }

  self->data = segment_map (self->fd, self->size, self->writable, error);
  if (self->data == NULL)
    return NULL;

  if (imported == NULL)
    imported = g_hash_table_new (segment_hash, segment_equal);
  self->is_imported = TRUE;
  g_hash_table_add (imported, self);
  return g_steal_pointer (&self);
}

MgrMemorySegment *
mgr_memory_segment_import (int       fd,
                           guint64   size,
                           GError  **error)
{
  MgrMemorySegment known = { .fd = -1, };
  MgrMemorySegment *self;

  if (!segment_identify (&known, fd, size, error))
    return NULL;

  g_mutex_lock (&imported_lock);
  self = imported != NULL ? g_hash_table_lookup (imported, &known) : NULL;
  if (self != NULL)
    self->ref_count++;
  else
    self = segment_add_imported (&known, fd, error);
  g_mutex_unlock (&imported_lock);

  return self;
}

MgrMemorySegment *
mgr_memory_segment_ref (MgrMemorySegment *self)
{
  if (self->is_imported)
    {
      g_mutex_lock (&imported_lock);
      self->ref_count++;
      g_mutex_unlock (&imported_lock);
    }
  else
    {
      g_atomic_int_inc (&self->ref_count);
    }

  return self;
}

static gboolean
segment_drop (MgrMemorySegment *self)
{
  gboolean last;

  if (!self->is_imported)
    return g_atomic_int_dec_and_test (&self->ref_count);

  g_mutex_lock (&imported_lock);
  last = --self->ref_count == 0;
  if (last)
    g_hash_table_remove (imported, self);
  g_mutex_unlock (&imported_lock);

  return last;
}

void
mgr_memory_segment_unref (MgrMemorySegment *self)
{
  if (!segment_drop (self))
    return;

  mgr_cuda_unlock_pages (self);
  if (self->data != NULL)
    munmap (self->data, self->size);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}
