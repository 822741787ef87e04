/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Usage: vm-monitor [INTERVAL [no-trigger]]
 *
 * Runs a monitor, with so many seconds between its samples, until SIGTERM and prints a
 * line of JSON whenever the level changes, whenever the limits do, and every second. */

#include <mgr.h>

#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Processor time that this process has used so far, in µs. */
static gint64
get_processor_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static const char *
level_to_nick (MgrPressureLevel level)
{
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  return g_enum_get_value (levels, (int) level)->value_nick;
}

static JsonBuilder *
event_new (const char         *event,
           gint64              time,
           MgrPressureMonitor *monitor)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "from");
  json_builder_add_string_value (builder, "monitor");
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  json_builder_set_member_name (builder, "time");
  json_builder_add_int_value (builder, time);
  json_builder_set_member_name (builder, "processor");
  json_builder_add_int_value (builder, get_processor_time ());
  json_builder_set_member_name (builder, "level");
  json_builder_add_string_value (builder, level_to_nick (mgr_pressure_monitor_get_level (monitor)));
  return builder;
}

static void
event_print (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
  fflush (stdout);
  g_object_unref (builder);
}

static void
add_figure (JsonBuilder *builder,
            const char  *name,
            guint64      bytes)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) bytes);
}

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  JsonBuilder *builder = event_new ("changed", mgr_pressure_sample_get_time (sample), monitor);
  const char * const *missing = mgr_pressure_sample_get_missing (sample);

  json_builder_set_member_name (builder, "level");
  json_builder_add_string_value (builder, level_to_nick (level));
  json_builder_set_member_name (builder, "usage");
  json_builder_add_double_value (builder, mgr_pressure_sample_get_usage (sample));
  json_builder_set_member_name (builder, "stall");
  json_builder_add_double_value (builder, mgr_pressure_sample_get_stall (sample));
  add_figure (builder, "available", mgr_pressure_sample_get_available (sample));
  add_figure (builder, "limit", mgr_pressure_sample_get_limit (sample));
  json_builder_set_member_name (builder, "reason");
  json_builder_add_string_value (builder, mgr_pressure_sample_get_reason (sample));
  json_builder_set_member_name (builder, "missing");
  json_builder_begin_array (builder);
  for (gsize i = 0; missing[i] != NULL; i++)
    json_builder_add_string_value (builder, missing[i]);
  json_builder_end_array (builder);
  event_print (builder);
}

static void
limits_changed_cb (MgrMemoryLimits *limits,
                   gpointer         monitor)
{
  JsonBuilder *builder = event_new ("limits", g_get_monotonic_time (), monitor);

  add_figure (builder, "limit", mgr_memory_limits_get_limit (limits));
  add_figure (builder, "soft-limit", mgr_memory_limits_get_soft_limit (limits));
  add_figure (builder, "headroom", mgr_memory_limits_get_headroom (limits));
  event_print (builder);
}

static gboolean
second_cb (gpointer user_data)
{
  event_print (event_new ("alive", g_get_monotonic_time (), user_data));
  return G_SOURCE_CONTINUE;
}

static gboolean
terminate_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);

  if (argc > 1)
    mgr_pressure_monitor_set_interval (monitor,
                                       (gint64) (g_ascii_strtod (argv[1], NULL) * G_USEC_PER_SEC));
  if (argc > 2)
    mgr_pressure_monitor_set_trigger (monitor, strcmp (argv[2], "no-trigger") != 0);
  mgr_pressure_monitor_add_system_sources (monitor, NULL, NULL);
  mgr_pressure_monitor_set_limits (monitor, limits);

  g_signal_connect (monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), NULL);
  g_signal_connect (limits, "limits-changed", G_CALLBACK (limits_changed_cb), monitor);
  g_timeout_add_seconds (1, second_cb, monitor);
  g_unix_signal_add (SIGTERM, terminate_cb, loop);

  mgr_pressure_monitor_start (monitor);
  g_main_loop_run (loop);
  mgr_pressure_monitor_stop (monitor);
  return 0;
}
