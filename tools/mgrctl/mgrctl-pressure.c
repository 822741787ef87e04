/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-loop.h"
#include "mgrctl-print.h"
#include "mgrctl-sample.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The stall figures are not renewed faster. */
#define MINIMUM_INTERVAL 0.25
#define MAXIMUM_INTERVAL (24.0 * 60 * 60)

/* A timer that comes late makes the next one look early by as much. */
#define TIMER_TOLERANCE (100 * G_TIME_SPAN_MILLISECOND)

#define MAXIMUM_TIMEOUT (30.0 * 24 * 60 * 60)

static int count;
static double interval = 1.0;
static char *level_waited_for;
static double timeout;
static char *proc_path;
static char *cgroup_path;

const GOptionEntry mgrctl_pressure_entries[] = {
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Stop after so many lines", "N" },
  { "interval", 0, 0, G_OPTION_ARG_DOUBLE, &interval,
    "The time between two lines, from 0.25 on; 1 is the default", "SECONDS" },
  { "wait", 0, 0, G_OPTION_ARG_STRING, &level_waited_for,
    "Print nothing until this level, or one above, is reached", "LEVEL" },
  { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
    "Stop after so many seconds; with “--wait” that is a failure", "SECONDS" },
  { "proc-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &proc_path, NULL, NULL },
  { "cgroup-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &cgroup_path, NULL, NULL },
  { NULL, }
};

typedef struct _View View;

/* Looks what there is to see. Returns how long to wait until the next time, in µs. */
typedef gint64 (*LookFunc) (View *view);

/* Shows a program, or, without a target, this machine. */
struct _View
{
  const MgrctlOptions *options;   /* (unowned) */
  MgrctlTarget *target;           /* (owned) (nullable) */
  MgrPressureMonitor *monitor;    /* (unowned) (nullable) */
  GMainLoop *loop;                /* (owned) (nullable): does not run */
  LookFunc look;
  guint look_id;                  /* 0: none is to come */

  const GEnumValue *waited_level; /* (unowned) (nullable): prints every line */
  MgrPressureLevel last_level;
  int lines;
  gint64 next_line;               /* µs */
  gboolean line_is_open;          /* the next one may be written over the last */
  MgrctlExit exit_status;
};

static gint64
get_interval (void)
{
  return (gint64) (interval * G_USEC_PER_SEC);
}

static gboolean
can_rewrite (void)
{
  return isatty (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/* One column stays free, as in some terminals the last one already wraps. */
static int
get_width (void)
{
  struct winsize size;

  if (!can_rewrite () || ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
    return G_MAXINT;

  return size.ws_col - 1;
}

static void
view_end_line (View *self)
{
  if (self->line_is_open)
    printf ("\n");
  self->line_is_open = FALSE;
}

static void
view_print (View     *self,
            GVariant *dict)
{
  g_autofree char *line = NULL;

  if (self->options->json)
    {
      JsonObject *object = json_object_new ();

      mgrctl_json_add_dict (object, dict);
      mgrctl_print_json (object);
      return;
    }

  /* What was reached before stays to be seen. */
  if (mgrctl_sample_get_level (dict) != self->last_level)
    view_end_line (self);

  line = mgrctl_sample_to_line (self->options, dict, get_width ());
  if (can_rewrite ())
    printf ("\r\033[K%s", line);
  else
    printf ("%s\n", line);
  self->line_is_open = can_rewrite ();
  fflush (stdout);
}

static void
view_take (View     *self,
           GVariant *dict)
{
  gint64 now = g_get_monotonic_time ();
  MgrPressureLevel level = mgrctl_sample_get_level (dict);
  gboolean due = level != self->last_level || now + TIMER_TOLERANCE >= self->next_line;

  if (self->waited_level != NULL)
    due = (int) level >= self->waited_level->value;

  if (due)
    {
      view_print (self, dict);
      self->next_line = now + get_interval ();
      self->lines++;
    }
  self->last_level = level;

  if (due && (self->waited_level != NULL || (count > 0 && self->lines >= count)))
    g_main_loop_quit (self->loop);
}

/* The level takes two samples to rise, so it is looked at as often as any program
 * would, however rarely a line is wanted. */
static gint64
look_at_machine (View *self)
{
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (self->monitor);
  g_autoptr (GVariant) dict = mgrctl_sample_to_dict (sample);

  view_take (self, dict);
  return MIN (mgr_pressure_monitor_get_pace (self->monitor), get_interval ());
}

/* Between two changes of the level a program tells of its budget alone. */
static GVariant *
describe_program (MgrctlTarget *target)
{
  const char *level = "normal";
  double usage = 0;
  guint64 used = 0;
  guint64 budget = 0;
  GVariantDict dict;

  g_variant_lookup (target->properties, "Level", "&s", &level);
  g_variant_lookup (target->properties, "Usage", "d", &usage);
  g_variant_lookup (target->properties, "Used", "t", &used);
  g_variant_lookup (target->properties, "TotalBudget", "t", &budget);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "level", "s", level);
  g_variant_dict_insert (&dict, "usage", "d", usage);
  g_variant_dict_insert (&dict, "available", "t", budget > used ? budget - used : 0);
  g_variant_dict_insert (&dict, "limit", "t", budget);
  g_variant_dict_insert (&dict, "source", "s", "budget");
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gint64
look_at_program (View *self)
{
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (GError) error = NULL;

  if (mgrctl_target_reload (self->target, &error))
    {
      dict = describe_program (self->target);
      view_take (self, dict);
    }
  else
    {
      view_end_line (self);
      self->exit_status = mgrctl_target_fail (error);
      g_main_loop_quit (self->loop);
    }

  return get_interval ();
}

static void
pressure_changed_cb (GDBusConnection *connection,
                     const char      *sender,
                     const char      *object_path,
                     const char      *interface,
                     const char      *signal,
                     GVariant        *parameters,
                     gpointer         user_data)
{
  g_autoptr (GVariant) dict = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv})")))
    return;

  dict = g_variant_get_child_value (parameters, 1);
  view_take (user_data, dict);
}

static gboolean
timeout_cb (gpointer user_data)
{
  View *self = user_data;
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  if (self->waited_level != NULL)
    {
      mgrctl_print_error ("The level “%s” was not reached within %g s: it is “%s”",
                          self->waited_level->value_nick, timeout,
                          g_enum_get_value (levels, (int) self->last_level)->value_nick);
      self->exit_status = MGRCTL_EXIT_FAILED;
    }

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
look_cb (gpointer user_data)
{
  View *self = user_data;
  gint64 wait = self->look (self);

  self->look_id = g_timeout_add ((guint) (wait / G_TIME_SPAN_MILLISECOND), look_cb, self);
  return G_SOURCE_REMOVE;
}

/* Looks until it is enough. */
static void
view_run (View     *self,
          LookFunc  look)
{
  guint timeout_id = 0;

  if (timeout > 0)
    timeout_id = g_timeout_add ((guint) (timeout * 1000), timeout_cb, self);

  self->loop = mgrctl_loop_new ();
  self->look = look;
  self->look_id = g_idle_add (look_cb, self);
  g_main_loop_run (self->loop);
  view_end_line (self);

  g_source_remove (self->look_id);
  if (timeout_id != 0)
    g_source_remove (timeout_id);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static void
view_machine (View *self)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);

  mgr_pressure_monitor_add_system_sources (monitor, proc_path, cgroup_path);
  self->monitor = monitor;
  view_run (self, look_at_machine);
}

static void
view_program (View *self)
{
  GDBusConnection *connection;
  guint signal_id;

  self->target = mgrctl_target_open (self->options, &self->exit_status);
  if (self->target == NULL)
    return;

  connection = self->target->connection;
  signal_id = g_dbus_connection_signal_subscribe (connection, self->target->bus_name,
                                                  MGRCTL_MANAGER_INTERFACE, "PressureChanged",
                                                  MGRCTL_MANAGER_PATH, NULL,
                                                  G_DBUS_SIGNAL_FLAGS_NONE,
                                                  pressure_changed_cb, self, NULL);
  view_run (self, look_at_program);
  g_dbus_connection_signal_unsubscribe (connection, signal_id);
  g_clear_pointer (&self->target, mgrctl_target_free);
}

static const char *
find_usage_error (void)
{
  if (count < 0)
    return "“--count” is a number above 0";
  if (!(interval >= MINIMUM_INTERVAL && interval <= MAXIMUM_INTERVAL))
    return "“--interval” is from 0.25 seconds to a day";
  if (!(timeout >= 0 && timeout <= MAXIMUM_TIMEOUT))
    return "“--timeout” is a number of seconds above 0, at most 30 days";
  if (level_waited_for != NULL && count > 0)
    return "“--wait” ends with its one line: leave out “--count”";

  return NULL;
}

MgrctlExit
mgrctl_pressure (const MgrctlOptions *options)
{
  View self = { .options = options, .exit_status = MGRCTL_EXIT_OK };
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);
  const char *usage_error = find_usage_error ();

  if (usage_error != NULL)
    {
      mgrctl_print_error ("%s", usage_error);
      return MGRCTL_EXIT_USAGE;
    }

  if (level_waited_for != NULL)
    {
      self.waited_level = g_enum_get_value_by_nick (levels, level_waited_for);
      if (self.waited_level == NULL)
        {
          mgrctl_print_error ("There is no level “%s”: use normal, low, medium, high, critical "
                              "or emergency", level_waited_for);
          return MGRCTL_EXIT_USAGE;
        }
    }

  if (options->session || options->address != NULL || options->program != NULL)
    view_program (&self);
  else
    view_machine (&self);

  return self.exit_status;
}
