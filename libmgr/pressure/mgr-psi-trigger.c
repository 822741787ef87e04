/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-psi-trigger-private.h"

#include "pressure/mgr-psi-request-private.h"
#include "pressure/mgr-psi-source-private.h"
#include "pressure/mgr-system-source-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* How long to leave a file alone that could not be armed, or whose descriptor died. */
#define FIRST_DELAY G_TIME_SPAN_SECOND
#define LONGEST_DELAY G_TIME_SPAN_MINUTE

/* How long tasks have to wait within which window, in µs. */
typedef struct
{
  guint64 stall;
  guint64 window;
} Threshold;

/* The first is for those with CAP_SYS_RESOURCE alone; everybody else is confined to
 * windows of whole multiples of 2 s, at most 10 s, or gets nothing at all. */
static const Threshold thresholds[] = {
  { 50 * G_TIME_SPAN_MILLISECOND, 500 * G_TIME_SPAN_MILLISECOND },
  { 100 * G_TIME_SPAN_MILLISECOND, 2 * G_TIME_SPAN_SECOND },
};

struct _MgrPsiTrigger
{
  MgrClock *clock;       /* (owned) */
  MgrSystemFiles *files; /* (owned) */
  char *proc_path;       /* (owned) */
  GMainContext *context; /* (owned) */
  MgrPsiArmFunc arm;
  MgrPsiTriggerFunc func;
  gpointer user_data;    /* of func */

  char *directory;       /* (owned) (nullable): the own group's, when it was looked for */
  MgrProcFile *file;     /* (owned) (nullable): not armed; where the total is read */
  GSource *source;       /* (owned) (nullable): not armed */
  int fd;                /* (owned): -1 while not armed */
  MgrPsiRequest request; /* what the kernel is to tell */
  gint64 event_time;     /* µs, of the last event; G_MININT64: none yet */
  gint64 retry_time;     /* µs, not to be armed before */
  gint64 delay;          /* µs, until the next attempt after a failure */
};

/* Whether it is the kernel's own: anything else would only be overwritten. */
static gboolean
is_pressure_file (int fd)
{
  struct statfs info;

  return fstatfs (fd, &info) == 0 &&
         (info.f_type == PROC_SUPER_MAGIC || info.f_type == CGROUP2_SUPER_MAGIC);
}

static int
arm_threshold (const char      *path,
               const Threshold *threshold)
{
  g_autofree char *text = g_strdup_printf ("some %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                                           threshold->stall, threshold->window);
  int fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  /* The kernel overwrites the last byte written: it has to be the NUL. */
  if (fd >= 0 && is_pressure_file (fd) && write (fd, text, strlen (text) + 1) > 0)
    return fd;

  if (fd >= 0)
    g_close (fd, NULL);
  return -1;
}

int
mgr_psi_trigger_arm (const char *path,
                     guint64    *out_stall)
{
  for (guint i = 0; i < G_N_ELEMENTS (thresholds); i++)
    {
      int fd = arm_threshold (path, &thresholds[i]);

      *out_stall = thresholds[i].stall;
      if (fd >= 0)
        return fd;
    }

  return -1;
}

static void
psi_trigger_disarm (MgrPsiTrigger *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->file, mgr_proc_file_free);
  if (self->fd >= 0)
    g_close (g_steal_fd (&self->fd), NULL);
}

static void
psi_trigger_wait (MgrPsiTrigger *self,
                  gint64         now)
{
  self->retry_time = now + self->delay;
  self->delay = MIN (self->delay * 2, LONGEST_DELAY);
}

/* The descriptor of a group that is gone is ready for ever, and one that is ready
 * more often than the kernel promises would be no better. */
static gboolean
psi_trigger_is_dead (MgrPsiTrigger *self,
                     GIOCondition   condition,
                     gint64         now,
                     guint64       *out_total)
{
  if (condition & (G_IO_ERR | G_IO_HUP | G_IO_NVAL))
    return TRUE;

  if (self->event_time <= now && now < self->event_time + MGR_PSI_READ_INTERVAL)
    return TRUE;

  return !mgr_psi_read_total (self->file, out_total, NULL);
}

static gboolean
psi_trigger_event_cb (int          fd,
                      GIOCondition condition,
                      gpointer     user_data)
{
  MgrPsiTrigger *self = user_data;
  gint64 now = mgr_clock_get_time (self->clock);
  guint64 total = 0;

  if (psi_trigger_is_dead (self, condition, now, &total))
    {
      psi_trigger_disarm (self);
      psi_trigger_wait (self, now);
      self->func (self->user_data);
      return G_SOURCE_REMOVE;
    }

  self->event_time = now;

  /* The kernel counts the first window from the start of the machine. */
  if (!mgr_psi_request_accept (&self->request, total))
    return G_SOURCE_CONTINUE;

  self->delay = FIRST_DELAY;
  self->func (self->user_data);
  return G_SOURCE_CONTINUE;
}

/* Reads the total first, to know by how much it has grown at an event. */
static gboolean
psi_trigger_try (MgrPsiTrigger *self,
                 const char    *directory,
                 const char    *name)
{
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (directory, name);

  if (!mgr_psi_read_total (file, &self->request.last_total, NULL))
    return FALSE;

  self->fd = self->arm (mgr_proc_file_get_path (file), &self->request.threshold);
  if (self->fd < 0)
    return FALSE;

  self->file = g_steal_pointer (&file);
  self->event_time = G_MININT64;
  self->source = g_unix_fd_source_new (self->fd, G_IO_PRI | G_IO_ERR | G_IO_HUP | G_IO_NVAL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (psi_trigger_event_cb), self, NULL);
  g_source_set_static_name (self->source, "[libmgr] pressure trigger");
  g_source_attach (self->source, self->context);
  return TRUE;
}

static char *
psi_trigger_find_directory (MgrPsiTrigger *self)
{
  char *directory;

  mgr_system_files_lock (self->files);
  directory = g_strdup (mgr_system_files_find_unified_dir (self->files, NULL));
  mgr_system_files_unlock (self->files);

  return directory;
}

static gboolean
psi_trigger_is_waiting (MgrPsiTrigger *self,
                        gint64         now)
{
  /* Where the clock was set back the time to wait for means nothing any more. */
  return now < self->retry_time && self->retry_time - now <= LONGEST_DELAY;
}

void
mgr_psi_trigger_check (MgrPsiTrigger *self)
{
  g_autofree char *directory = psi_trigger_find_directory (self);
  gint64 now = mgr_clock_get_time (self->clock);

  if (g_strcmp0 (directory, self->directory) != 0)
    {
      psi_trigger_disarm (self);
      g_free (self->directory);
      self->directory = g_steal_pointer (&directory);
      self->retry_time = now;
      self->delay = FIRST_DELAY;
    }

  if (self->source != NULL || psi_trigger_is_waiting (self, now))
    return;

  if ((self->directory == NULL || !psi_trigger_try (self, self->directory, "memory.pressure")) &&
      !psi_trigger_try (self, self->proc_path, "pressure/memory"))
    psi_trigger_wait (self, now);
}

MgrPsiTrigger *
mgr_psi_trigger_new (MgrSystemSource   *source,
                     MgrPsiArmFunc      arm,
                     MgrPsiTriggerFunc  func,
                     gpointer           user_data)
{
  MgrPsiTrigger *self = g_new0 (MgrPsiTrigger, 1);
  const char *proc_path = mgr_system_source_get_proc_path (source);

  self->clock = g_object_ref (mgr_system_source_get_clock (source));
  self->files = mgr_system_files_get (proc_path, mgr_system_source_get_cgroup_path (source));
  self->proc_path = g_strdup (proc_path);
  self->context = g_main_context_ref_thread_default ();
  self->arm = arm;
  self->func = func;
  self->user_data = user_data;
  self->fd = -1;
  self->delay = FIRST_DELAY;
  self->retry_time = G_MININT64;
  return self;
}

void
mgr_psi_trigger_free (MgrPsiTrigger *self)
{
  psi_trigger_disarm (self);
  g_main_context_unref (self->context);
  mgr_system_files_unref (self->files);
  g_object_unref (self->clock);
  g_free (self->directory);
  g_free (self->proc_path);
  g_free (self);
}

const char *
mgr_psi_trigger_get_path (MgrPsiTrigger *self)
{
  return self->file != NULL ? mgr_proc_file_get_path (self->file) : NULL;
}
