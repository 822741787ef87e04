/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-loop.h"
#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>

static int count;
static double timeout;

const GOptionEntry mgrctl_watch_entries[] = {
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Stop after so many events", "N" },
  { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout, "Stop after so many seconds", "SECONDS" },
  { NULL, }
};

typedef struct
{
  const MgrctlOptions *options; /* (unowned) */
  MgrctlTarget *target;         /* (unowned) */
  GMainLoop *loop;              /* (owned) */
  int events;
  MgrctlExit exit_status;
} Watch;

static void
print_line (const MgrctlOptions *options,
            const char          *what,
            MgrctlStyle          style,
            const char          *state,
            const char          *details)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *faint_time = mgrctl_paint (options, MGRCTL_STYLE_FAINT, time);
  g_autofree char *padded = mgrctl_pad (state, 10);
  g_autofree char *painted = mgrctl_paint (options, style, padded);

  printf ("%s  %-8s  %s  %s\n", faint_time, what, painted, details);
  fflush (stdout);
}

static void
print_event_json (const char *event,
                  const char *level,
                  GVariant   *dict)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "event", event);
  if (level != NULL)
    json_object_set_string_member (object, "level", level);
  mgrctl_json_add_dict (object, dict);
  mgrctl_print_json (object);
}

static void
print_pressure (const MgrctlOptions *options,
                const char          *level,
                GVariant            *sample)
{
  double usage = 0;
  guint64 available = 0;
  const char *source = "";
  g_autofree char *size = NULL;
  g_autofree char *printable = NULL;
  g_autofree char *details = NULL;

  g_variant_lookup (sample, "usage", "d", &usage);
  g_variant_lookup (sample, "available", "t", &available);
  g_variant_lookup (sample, "source", "&s", &source);
  size = mgr_size_format (available);
  printable = mgrctl_printable (source);
  details = g_strdup_printf ("%.1f %% used, %s available (%s)", 100 * usage, size, printable);
  print_line (options, "pressure", mgrctl_style_of_level (level), level, details);
}

static void
print_cleanup (const MgrctlOptions *options,
               GVariant            *report)
{
  const char *strategy = "";
  g_autofree const char **cleaned = NULL;
  g_autofree char *gain = mgrctl_gain (report);
  g_autofree char *details = NULL;

  g_variant_lookup (report, "strategy", "&s", &strategy);
  g_variant_lookup (report, "cleaned", "^a&s", &cleaned);
  details = g_strdup_printf ("%u cleaned: %s",
                             cleaned != NULL ? g_strv_length ((GStrv) cleaned) : 0, gain);
  print_line (options, "cleanup", MGRCTL_STYLE_PLAIN, strategy, details);
}

/* What holds when the watch begins: a level that does not change is never told. */
static void
print_start (Watch *watch)
{
  GVariant *properties = watch->target->properties;
  const char *level = "normal";
  guint64 used = 0;
  guint64 budget = 0;
  g_autofree char *used_size = NULL;
  g_autofree char *budget_size = NULL;
  g_autofree char *details = NULL;

  g_variant_lookup (properties, "Level", "&s", &level);
  g_variant_lookup (properties, "Used", "t", &used);
  g_variant_lookup (properties, "TotalBudget", "t", &budget);

  if (watch->options->json)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GVariant) state = NULL;

      g_variant_dict_insert (&dict, "used", "t", used);
      g_variant_dict_insert (&dict, "budget", "t", budget);
      state = g_variant_ref_sink (g_variant_dict_end (&dict));
      print_event_json ("watching", level, state);
      return;
    }

  used_size = mgr_size_format (used);
  budget_size = budget > 0 ? mgr_size_format (budget) : g_strdup ("no limit");
  details = g_strdup_printf ("%s of %s charged", used_size, budget_size);
  print_line (watch->options, "watching", mgrctl_style_of_level (level), level, details);
}

static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *object_path,
           const char      *interface,
           const char      *signal,
           GVariant        *parameters,
           gpointer         user_data)
{
  Watch *watch = user_data;
  g_autoptr (GVariant) dict = NULL;
  const char *level = NULL;

  if (g_str_equal (signal, "PressureChanged")
      && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv})")))
    {
      g_variant_get (parameters, "(&s@a{sv})", &level, &dict);
      if (watch->options->json)
        print_event_json ("pressure-changed", level, dict);
      else
        print_pressure (watch->options, level, dict);
    }
  else if (g_str_equal (signal, "CleanupFinished")
           && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})")))
    {
      dict = g_variant_get_child_value (parameters, 0);
      if (watch->options->json)
        print_event_json ("cleanup-finished", NULL, dict);
      else
        print_cleanup (watch->options, dict);
    }
  else
    return;

  watch->events++;
  if (count > 0 && watch->events >= count)
    g_main_loop_quit (watch->loop);
}

static void
watch_lose (Watch *watch)
{
  mgrctl_print_error ("“%s” has ended, or left the bus",
                      mgrctl_target_get_program (watch->target));
  watch->exit_status = MGRCTL_EXIT_UNREACHABLE;
  g_main_loop_quit (watch->loop);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  watch_lose (user_data);
}

static void
vanished_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  watch_lose (user_data);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
watch_run (Watch *watch)
{
  MgrctlTarget *target = watch->target;
  guint timeout_id = 0;
  guint name_id = 0;

  if (timeout > 0)
    timeout_id = g_timeout_add ((guint) MIN (timeout * 1000, G_MAXUINT), quit_cb, watch->loop);
  if (target->bus_name != NULL)
    name_id = g_bus_watch_name_on_connection (target->connection, target->bus_name,
                                              G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              NULL, vanished_cb, watch, NULL);
  g_signal_connect (target->connection, "closed", G_CALLBACK (closed_cb), watch);

  print_start (watch);
  g_main_loop_run (watch->loop);

  g_signal_handlers_disconnect_by_data (target->connection, watch);
  if (name_id != 0)
    g_bus_unwatch_name (name_id);
  if (timeout_id != 0)
    g_source_remove (timeout_id);
}

MgrctlExit
mgrctl_watch (const MgrctlOptions *options)
{
  Watch watch = { .options = options, .exit_status = MGRCTL_EXIT_OK };
  g_autoptr (MgrctlTarget) target = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  guint signal_id;

  if (count < 0 || timeout < 0)
    {
      mgrctl_print_error ("“--count” and “--timeout” are numbers above 0");
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &watch.exit_status);
  if (target == NULL)
    return watch.exit_status;

  loop = mgrctl_loop_new ();
  watch.target = target;
  watch.loop = loop;
  signal_id = g_dbus_connection_signal_subscribe (target->connection, target->bus_name,
                                                  MGRCTL_MANAGER_INTERFACE, NULL,
                                                  MGRCTL_MANAGER_PATH, NULL,
                                                  G_DBUS_SIGNAL_FLAGS_NONE, signal_cb, &watch, NULL);

  /* Read again after subscribing, so that no change falls in between. */
  if (mgrctl_target_reload (target, &error))
    watch_run (&watch);
  else
    watch.exit_status = mgrctl_target_fail (error);

  g_dbus_connection_signal_unsubscribe (target->connection, signal_id);
  return watch.exit_status;
}
