/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-stall.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Large enough that faults come from all over it, small enough to take no memory
 * from anybody. */
#define FILE_SIZE ((gsize) 32 << 20)

/* The kernel counts a stall on a processor. With one thread a second processor that
 * works undisturbed would halve what is seen. */
#define N_THREADS 2

/* Paged out at once by a thread, before it faults as many pages in. */
#define CHUNK_SIZE ((gsize) 1 << 20)

/* A page is only missed if it was in use before it went. The first round makes it
 * one that is in use, the second lets the kernel note that it was. */
#define N_WARM_UP_ROUNDS 2

/* Work and rest together: short against the 250 ms over which a stall is measured. */
#define DUTY_PERIOD (10 * G_TIME_SPAN_MILLISECOND)

/* Pages that stay although they were paged out, of which so few do no harm. */
#define RESIDENT_SHARE_ALLOWED 0.5

typedef struct
{
  MgrStall *stall;   /* (unowned) */
  char *start;       /* (unowned): its part of the mapping */
  GThread *thread;   /* (owned) (nullable): does not run */
  guint64 faults;    /* of the thread while it runs */
} StallWorker;

struct _MgrStall
{
  char *mapping;     /* (owned): FILE_SIZE bytes */
  gsize page_size;
  double duty;
  int stopped;       /* atomic */
  StallWorker workers[N_THREADS];
};

static gboolean
set_error_from_errno (GError     **error,
                      const char  *what)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved_errno),
               "%s: %s", what, g_strerror (saved_errno));
  return FALSE;
}

/* Not every file system has files without a name. */
static int
open_nameless (const char *directory)
{
  g_autofree char *path = NULL;
  int fd = g_open (directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;

  path = g_build_filename (directory, "mgr-stall-XXXXXX", NULL);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    g_unlink (path);

  return fd;
}

/* Noise, so that no file system makes it smaller; written to the disk, since a page
 * that is not there yet cannot be given away. */
static gboolean
fill_file (int      fd,
           GError **error)
{
  g_autofree guint32 *noise = g_new (guint32, CHUNK_SIZE / sizeof (guint32));
  g_autoptr (GRand) random = g_rand_new ();

  for (gsize i = 0; i < CHUNK_SIZE / sizeof (guint32); i++)
    noise[i] = g_rand_int (random);

  for (gsize written = 0; written < FILE_SIZE; )
    {
      ssize_t n = write (fd, noise, CHUNK_SIZE);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return set_error_from_errno (error, "The file to page out cannot be written");
      written += (gsize) n;
    }

  if (fsync (fd) != 0)
    return set_error_from_errno (error, "The file to page out cannot be written");

  return TRUE;
}

static gboolean
page_out (char    *start,
          gsize    length,
          GError **error)
{
  if (madvise (start, length, MADV_PAGEOUT) == 0)
    return TRUE;

  if (errno != EINVAL)
    return set_error_from_errno (error, "The file cannot be paged out");

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "This kernel pages nothing out on request: Linux 5.4 and newer do");
  return FALSE;
}

static guchar
touch (const char *page)
{
  return *(const volatile guchar *) page;
}

static double
stall_get_resident_share (MgrStall *self)
{
  gsize n_pages = FILE_SIZE / self->page_size;
  g_autofree guchar *resident = g_malloc0 (n_pages);
  gsize n_resident = 0;

  if (mincore (self->mapping, FILE_SIZE, resident) != 0)
    return 1.0;

  for (gsize i = 0; i < n_pages; i++)
    n_resident += resident[i] & 1;

  return (double) n_resident / (double) n_pages;
}

static gboolean
stall_warm_up (MgrStall    *self,
               const char  *directory,
               GError     **error)
{
  for (guint round = 0; round < N_WARM_UP_ROUNDS; round++)
    {
      for (gsize offset = 0; offset < FILE_SIZE; offset += self->page_size)
        touch (self->mapping + offset);
      if (!page_out (self->mapping, FILE_SIZE, error))
        return FALSE;
    }

  if (stall_get_resident_share (self) > RESIDENT_SHARE_ALLOWED)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "Files in “%s” stay in memory when they are paged out, as they do on a tmpfs: "
                   "name a folder on a disk", directory);
      return FALSE;
    }

  return TRUE;
}

static gboolean
stall_map_file (MgrStall    *self,
                const char  *directory,
                GError     **error)
{
  int fd = open_nameless (directory);
  gboolean filled;

  if (fd < 0)
    {
      g_autofree char *what = g_strdup_printf ("No file can be made in “%s”", directory);

      return set_error_from_errno (error, what);
    }

  filled = fill_file (fd, error);
  if (filled)
    self->mapping = mmap (NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
  g_close (fd, NULL);

  if (!filled)
    return FALSE;

  if (self->mapping == MAP_FAILED)
    {
      self->mapping = NULL;
      return set_error_from_errno (error, "The file to page out cannot be mapped");
    }

  /* Each fault is to bring one page alone. */
  madvise (self->mapping, FILE_SIZE, MADV_RANDOM);
  return TRUE;
}

MgrStall *
mgr_stall_new (const char  *directory,
               double       duty,
               GError     **error)
{
  g_autoptr (MgrStall) self = g_new0 (MgrStall, 1);

  g_return_val_if_fail (duty > 0.0 && duty <= 1.0, NULL);

  if (directory == NULL)
    directory = g_get_tmp_dir ();
  self->page_size = (gsize) sysconf (_SC_PAGESIZE);
  self->duty = duty;

  if (!stall_map_file (self, directory, error) || !stall_warm_up (self, directory, error))
    return NULL;

  for (guint i = 0; i < N_THREADS; i++)
    {
      self->workers[i].stall = self;
      self->workers[i].start = self->mapping + i * (FILE_SIZE / N_THREADS);
    }

  return g_steal_pointer (&self);
}

void
mgr_stall_free (MgrStall *self)
{
  mgr_stall_stop (self);
  if (self->mapping != NULL)
    munmap (self->mapping, FILE_SIZE);
  g_free (self);
}

static void
worker_rest (StallWorker *worker,
             gint64      *begun)
{
  gint64 work = (gint64) (worker->stall->duty * DUTY_PERIOD);

  if (g_get_monotonic_time () - *begun < work)
    return;

  if (work < DUTY_PERIOD)
    g_usleep ((gulong) (DUTY_PERIOD - work));
  *begun = g_get_monotonic_time ();
}

/* Pages one chunk out and faults as many pages in, at random. */
static void
worker_churn (StallWorker *worker,
              char        *chunk,
              GRand       *random,
              gint64      *begun)
{
  gsize page_size = worker->stall->page_size;
  gsize n_pages = CHUNK_SIZE / page_size;

  page_out (chunk, CHUNK_SIZE, NULL);

  for (gsize i = 0; i < n_pages && !g_atomic_int_get (&worker->stall->stopped); i++)
    {
      gsize page = (gsize) g_rand_int_range (random, 0, (gint32) n_pages);

      touch (chunk + page * page_size);
      worker->faults++;
      worker_rest (worker, begun);
    }
}

static gpointer
worker_thread (gpointer data)
{
  StallWorker *worker = data;
  g_autoptr (GRand) random = g_rand_new ();
  gint64 begun = g_get_monotonic_time ();
  gsize offset = 0;

  while (!g_atomic_int_get (&worker->stall->stopped))
    {
      worker_churn (worker, worker->start + offset, random, &begun);
      offset = (offset + CHUNK_SIZE) % (FILE_SIZE / N_THREADS);
    }

  return NULL;
}

void
mgr_stall_start (MgrStall *self)
{
  g_return_if_fail (self->workers[0].thread == NULL);

  g_atomic_int_set (&self->stopped, FALSE);
  for (guint i = 0; i < N_THREADS; i++)
    self->workers[i].thread = g_thread_new ("mgr-stall", worker_thread, &self->workers[i]);
}

void
mgr_stall_stop (MgrStall *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_clear_pointer (&self->workers[i].thread, g_thread_join);
}

void
mgr_stall_run (MgrStall *self,
               double    seconds)
{
  mgr_stall_start (self);
  g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
  mgr_stall_stop (self);
}

guint64
mgr_stall_get_faults (MgrStall *self)
{
  guint64 faults = 0;

  g_return_val_if_fail (self->workers[0].thread == NULL, 0);

  for (guint i = 0; i < N_THREADS; i++)
    faults += self->workers[i].faults;

  return faults;
}
