/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-loop.h"
#include "mgrctl-print.h"
#include "mgrctl-trace.h"

#include <mgr.h>

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define STANDARD_OUTPUT "-"

#define MINIMUM_INTERVAL 10
#define MAXIMUM_INTERVAL (60 * 60 * 1000)

static int interval = 100;
static double duration;
static char **groups_named;
static int pid;
static gboolean force;
static char *proc_path;
static char *cgroup_path;

const GOptionEntry mgrctl_record_entries[] = {
  { "interval", 0, 0, G_OPTION_ARG_INT, &interval,
    "The time between two rows, from 10 on; 100 is the default", "MILLISECONDS" },
  { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &duration, "Stop after so many seconds", "SECONDS" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &pid,
    "Record the group and the sizes of a process, until it ends", "PID" },
  { "group", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &groups_named,
    "Record this cgroup; twice for one v1 and one v2", "DIRECTORY" },
  { "force", 0, 0, G_OPTION_ARG_NONE, &force, "Overwrite a file that is there", NULL },
  { "proc-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &proc_path, NULL, NULL },
  { "cgroup-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &cgroup_path, NULL, NULL },
  { NULL, }
};

typedef struct
{
  MgrctlTrace *trace;  /* (unowned) */
  GMainLoop *loop;     /* (owned) */
  GSource *timer;      /* (owned) (nullable): of the next row */
  GString *text;       /* (owned): of the row */
  const char *name;    /* (unowned): of the file */
  int fd;
  gboolean own_file;   /* what stands in it came from here alone */
  off_t size;          /* bytes of whole lines written */
  gint64 start;        /* µs */
  MgrctlExit exit_status;
} Recorder;

static void recorder_schedule (Recorder *self);

/* Takes back the part of a line that a full disk still took. */
static void
recorder_fail (Recorder *self,
               int       reason)
{
  mgrctl_print_error ("“%s” cannot be written: %s", self->name, g_strerror (reason));
  if (self->own_file && ftruncate (self->fd, self->size) != 0)
    mgrctl_print_error ("The last line of “%s” is incomplete", self->name);

  self->exit_status = MGRCTL_EXIT_FAILED;
  g_main_loop_quit (self->loop);
}

/* A whole line at once, so that whoever reads along, or comes after a crash, finds
 * nothing else. */
static gboolean
recorder_write (Recorder *self)
{
  for (gsize written = 0; written < self->text->len; )
    {
      ssize_t n = write (self->fd, self->text->str + written, self->text->len - written);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          recorder_fail (self, errno);
          return FALSE;
        }
      written += (gsize) n;
    }

  self->size += (off_t) self->text->len;
  g_string_truncate (self->text, 0);
  return TRUE;
}

static gint64
get_time (void)
{
  return mgr_clock_get_time (mgr_clock_get_default ());
}

static gboolean
row_cb (gpointer user_data)
{
  Recorder *self = user_data;
  gint64 time = get_time () - self->start;

  /* However short the time, there is a first row. */
  if (self->timer != NULL && duration > 0 && (double) time >= duration * G_USEC_PER_SEC)
    g_main_loop_quit (self->loop);
  else if (!mgrctl_trace_append_row (self->trace, time, self->text))
    g_main_loop_quit (self->loop);
  else if (recorder_write (self))
    recorder_schedule (self);

  return G_SOURCE_REMOVE;
}

/* Rows keep to multiples of the interval, and those that were overslept are left
 * out. */
static void
recorder_schedule (Recorder *self)
{
  gint64 step = interval * G_TIME_SPAN_MILLISECOND;
  gint64 time = get_time () - self->start;
  gint64 due = (time / step + 1) * step;

  if (duration > 0)
    due = (gint64) MIN ((double) due, duration * G_USEC_PER_SEC);

  g_clear_pointer (&self->timer, g_source_unref);
  self->timer = mgr_clock_create_timer (mgr_clock_get_default (), self->start + due);
  g_source_set_callback (self->timer, row_cb, self, NULL);
  g_source_attach (self->timer, NULL);
}

static void
recorder_run (Recorder *self)
{
  self->start = get_time ();
  mgrctl_trace_append_header (self->trace, self->text);
  if (recorder_write (self))
    row_cb (self);
  if (self->timer != NULL)
    g_main_loop_run (self->loop);
}

static int
open_file (const char *path)
{
  const int how = force ? O_TRUNC : O_EXCL;
  int fd;

  if (g_str_equal (path, STANDARD_OUTPUT))
    return dup (STDOUT_FILENO);

  fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666);
  if (fd < 0 && errno == EEXIST)
    mgrctl_print_error ("“%s” is there already: name another file, "
                        "or say “--force” to overwrite it", path);
  else if (fd < 0)
    mgrctl_print_error ("“%s” cannot be written: %s", path, g_strerror (errno));

  return fd;
}

static MgrctlExit
record (MgrctlTrace *trace,
        const char  *path)
{
  Recorder self = { .trace = trace, .name = path, .exit_status = MGRCTL_EXIT_OK };
  g_autoptr (GError) error = NULL;

  self.fd = open_file (path);
  if (self.fd < 0)
    return MGRCTL_EXIT_FAILED;

  self.own_file = !g_str_equal (path, STANDARD_OUTPUT);
  if (!self.own_file)
    self.name = "standard output";
  self.loop = mgrctl_loop_new ();
  self.text = g_string_new (NULL);
  recorder_run (&self);

  if (self.timer != NULL)
    g_source_destroy (self.timer);
  g_clear_pointer (&self.timer, g_source_unref);
  g_string_free (self.text, TRUE);
  g_main_loop_unref (self.loop);

  /* Some file systems tell only now that the disk is full. */
  if (!g_close (self.fd, &error) && self.exit_status == MGRCTL_EXIT_OK)
    {
      mgrctl_print_error ("“%s” cannot be written: %s", path, error->message);
      return MGRCTL_EXIT_FAILED;
    }

  return self.exit_status;
}

static MgrctlGroups *
find_groups (GError **error)
{
  g_autofree char *process = pid > 0 ? g_strdup_printf ("%d", pid) : g_strdup ("self");

  if (groups_named != NULL)
    return mgrctl_groups_name ((const char * const *) groups_named, error);

  return mgrctl_groups_find (proc_path, cgroup_path, process);
}

static const char *
find_usage_error (const MgrctlOptions *options)
{
  if (options->json)
    return "“record” writes a table with commas, and no JSON";
  if (interval < MINIMUM_INTERVAL || interval > MAXIMUM_INTERVAL)
    return "“--interval” is from 10 milliseconds to an hour";
  if (!(duration >= 0 && duration * G_USEC_PER_SEC < G_MAXINT64 / 2))
    return "“--duration” is a number of seconds above 0";
  if (pid < 0)
    return "“--pid” is a process id";

  return NULL;
}

MgrctlExit
mgrctl_record (const MgrctlOptions *options)
{
  const char *usage_error = find_usage_error (options);
  g_autoptr (MgrctlGroups) groups = NULL;
  g_autoptr (MgrctlTrace) trace = NULL;
  g_autoptr (GError) error = NULL;

  if (usage_error != NULL)
    {
      mgrctl_print_error ("%s", usage_error);
      return MGRCTL_EXIT_USAGE;
    }

  if (proc_path == NULL)
    proc_path = g_strdup ("/proc");

  groups = find_groups (&error);
  if (groups != NULL)
    trace = mgrctl_trace_new (proc_path, groups, (guint) pid, &error);
  if (trace == NULL)
    {
      mgrctl_print_error ("%s", error->message);
      return MGRCTL_EXIT_FAILED;
    }

  return record (trace, options->arguments[0]);
}
