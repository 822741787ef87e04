/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-writer-private.h"

#include "base/mgr-error.h"
#include "journal/mgr-journal-store-private.h"

#include <stdlib.h>
#include <unistd.h>

/* One transaction for what comes within so long: short enough that little is lost when
 * the kernel kills the program. */
#define GATHER_TIME (50 * G_TIME_SPAN_MILLISECOND)

/* A disk that is full stays so for a while. */
#define RETRY_TIME (30 * G_TIME_SPAN_SECOND)

/* As long as the end of a program may wait for a slow disk. */
#define EXIT_TIME (2 * G_TIME_SPAN_SECOND)

/* So many times what is kept in memory is kept in the file. */
#define FILE_FACTOR 10

struct _MgrJournalWriter
{
  guint capacity;         /* never changes */
  pid_t pid;              /* never changes: the process that has the thread */
  MgrJournalStore *store; /* (owned) (nullable): the thread's own once that runs */

  GMutex lock;
  GCond wake;             /* of the thread */
  GCond done;             /* of those that flush */
  GThread *thread;        /* (owned) (nullable): not before the first entry, guarded by lock */
  GQueue queue;           /* (owned) (element-type MgrJournalEntry), guarded by lock */
  guint64 flush_wanted;   /* guarded by lock: how many have asked */
  guint64 flush_done;     /* guarded by lock: how many of those were served */
  gboolean urgent;        /* guarded by lock: something in the queue cannot wait */
  gboolean stop;          /* guarded by lock */
  gboolean warned;        /* guarded by lock */
  gint64 retry_at;        /* guarded by lock: not before this time; 0 for any time */
  char *problem;          /* (owned) (nullable), guarded by lock */
};

/* Those that are flushed when the program ends. */
static GMutex living_lock;
static GPtrArray *living = NULL; /* (owned) (element-type MgrJournalWriter), guarded by living_lock */

static void
flush_living (void)
{
  g_mutex_lock (&living_lock);
  for (guint i = 0; i < living->len; i++)
    mgr_journal_writer_flush (g_ptr_array_index (living, i),
                              g_get_monotonic_time () + EXIT_TIME, NULL);
  g_mutex_unlock (&living_lock);
}

static void
living_add (MgrJournalWriter *self)
{
  g_mutex_lock (&living_lock);
  if (living == NULL)
    {
      living = g_ptr_array_new ();
      atexit (flush_living);
    }
  g_ptr_array_add (living, self);
  g_mutex_unlock (&living_lock);
}

static void
living_remove (MgrJournalWriter *self)
{
  g_mutex_lock (&living_lock);
  g_ptr_array_remove_fast (living, self);
  g_mutex_unlock (&living_lock);
}

/* With the lock held. Nobody reads the same warning twice. */
static gboolean
writer_set_problem (MgrJournalWriter *self,
                    const char       *problem)
{
  gboolean warn = problem != NULL && !self->warned;

  g_free (self->problem);
  self->problem = g_strdup (problem);
  self->warned |= warn;
  return warn;
}

MgrJournalWriter *
mgr_journal_writer_new (const char  *path,
                        guint        capacity,
                        GPtrArray  **entries)
{
  MgrJournalWriter *self = g_new0 (MgrJournalWriter, 1);
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;

  self->capacity = capacity;
  self->pid = getpid ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_cond_init (&self->done);
  g_queue_init (&self->queue);

  self->store = mgr_journal_store_open (path, capacity * FILE_FACTOR, &note, &error);
  *entries = self->store != NULL ? mgr_journal_store_read (self->store, capacity, &error) : NULL;
  if (*entries == NULL)
    {
      *entries = g_ptr_array_new ();
      g_clear_pointer (&self->store, mgr_journal_store_free);
      writer_set_problem (self, error->message);
      g_warning ("%s", error->message);
    }
  else if (note != NULL)
    {
      g_warning ("%s", note);
    }

  living_add (self);
  return self;
}

/* With the lock held: whether there is something to do now. */
static gboolean
writer_is_due (MgrJournalWriter *self)
{
  if (self->stop || self->flush_wanted > self->flush_done)
    return TRUE;

  return self->queue.length > 0 && self->retry_at <= g_get_monotonic_time ();
}

/* With the lock held: waits for something to do, and a moment for more of it. */
static void
writer_wait (MgrJournalWriter *self)
{
  gint64 end;

  while (!writer_is_due (self))
    {
      if (self->queue.length > 0)
        g_cond_wait_until (&self->wake, &self->lock, self->retry_at);
      else
        g_cond_wait (&self->wake, &self->lock);
    }

  end = g_get_monotonic_time () + GATHER_TIME;
  while (!self->stop && !self->urgent && self->flush_wanted == self->flush_done
         && g_cond_wait_until (&self->wake, &self->lock, end))
    continue;
}

/* With the lock held: the oldest give way where nothing can be written. */
static void
writer_trim (MgrJournalWriter *self)
{
  while (self->queue.length > self->capacity)
    mgr_journal_entry_unref (g_queue_pop_head (&self->queue));
}

static void
queue_clear (GQueue *queue)
{
  g_queue_clear_full (queue, (GDestroyNotify) mgr_journal_entry_unref);
}

/* With the lock held: puts @batch back in front. */
static void
writer_put_back (MgrJournalWriter *self,
                 GQueue           *batch)
{
  while (batch->length > 0)
    g_queue_push_head (&self->queue, g_queue_pop_tail (batch));
  writer_trim (self);
}

/* With the lock held, which it gives away meanwhile. */
static void
writer_write (MgrJournalWriter *self)
{
  GQueue batch = self->queue;
  guint64 flush_wanted = self->flush_wanted;
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  gboolean written;
  gboolean warn;

  g_queue_init (&self->queue);
  self->urgent = FALSE;
  g_mutex_unlock (&self->lock);

  written = mgr_journal_store_write (self->store, &batch, &note, &error);

  g_mutex_lock (&self->lock);
  self->retry_at = written ? 0 : g_get_monotonic_time () + RETRY_TIME;
  if (written)
    queue_clear (&batch);
  else
    writer_put_back (self, &batch);
  warn = writer_set_problem (self, written ? NULL : error->message);
  g_mutex_unlock (&self->lock);

  if (note != NULL)
    g_warning ("%s", note);
  if (warn)
    g_warning ("%s", error->message);

  g_mutex_lock (&self->lock);
  self->flush_done = flush_wanted;
  g_cond_broadcast (&self->done);
}

static gpointer
writer_run (gpointer user_data)
{
  MgrJournalWriter *self = user_data;
  gboolean stop = FALSE;

  g_mutex_lock (&self->lock);
  while (!stop)
    {
      writer_wait (self);
      stop = self->stop;
      writer_write (self);
    }
  g_mutex_unlock (&self->lock);

  return NULL;
}

static gboolean
writer_is_of_parent (MgrJournalWriter *self)
{
  return self->pid != getpid ();
}

void
mgr_journal_writer_push (MgrJournalWriter *self,
                         MgrJournalEntry  *entry)
{
  if (writer_is_of_parent (self) || self->store == NULL)
    return;

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->queue, mgr_journal_entry_ref (entry));
  writer_trim (self);
  self->urgent |= entry->severity == MGR_JOURNAL_SEVERITY_CRITICAL;
  if (self->thread == NULL)
    self->thread = g_thread_new ("mgr-journal", writer_run, self);
  else if (self->queue.length == 1 || self->urgent)
    g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

gboolean
mgr_journal_writer_flush (MgrJournalWriter  *self,
                          gint64             deadline,
                          GError           **error)
{
  gboolean in_time = TRUE;
  g_autofree char *problem = NULL;
  guint64 ticket;

  if (writer_is_of_parent (self))
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED,
                           "The journal's file is the parent process's: only that one writes it");
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  ticket = ++self->flush_wanted;
  g_cond_signal (&self->wake);
  while (self->thread != NULL && self->flush_done < ticket && in_time)
    in_time = g_cond_wait_until (&self->done, &self->lock, deadline);
  problem = g_strdup (in_time ? self->problem : "The disk of the journal is too slow");
  g_mutex_unlock (&self->lock);

  if (problem != NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, problem);
  return problem == NULL;
}

char *
mgr_journal_writer_dup_problem (MgrJournalWriter *self)
{
  char *problem;

  g_mutex_lock (&self->lock);
  problem = g_strdup (self->problem);
  g_mutex_unlock (&self->lock);

  return problem;
}

/* The thread, and what SQLite has open, are the parent's. */
static void
writer_leave_to_parent (MgrJournalWriter *self)
{
  g_clear_pointer (&self->store, mgr_journal_store_abandon);
}

static void
writer_stop (MgrJournalWriter *self)
{
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_pointer (&self->store, mgr_journal_store_free);
}

void
mgr_journal_writer_free (MgrJournalWriter *self)
{
  living_remove (self);
  if (writer_is_of_parent (self))
    {
      writer_leave_to_parent (self);
    }
  else
    {
      writer_stop (self);
      g_cond_clear (&self->wake);
      g_cond_clear (&self->done);
    }

  queue_clear (&self->queue);
  g_mutex_clear (&self->lock);
  g_free (self->problem);
  g_free (self);
}
