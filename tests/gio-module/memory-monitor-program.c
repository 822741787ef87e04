/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program on GIO that knows nothing of libmgr. It says which memory monitor it got,
 * each warning with the seconds it came at, and every second what time it is.
 *
 * With “thread” it does all that in another thread with a main context of its own. */

#include <gio/gio.h>

#include <string.h>

static double
seconds (void)
{
  return (double) g_get_monotonic_time () / G_TIME_SPAN_SECOND;
}

static void
warning_cb (GMemoryMonitor             *monitor,
            GMemoryMonitorWarningLevel  level,
            gpointer                    thread)
{
  if (g_thread_self () != thread)
    g_error ("A warning came in another thread");

  g_print ("warning %d %.3f\n", (int) level, seconds ());
}

static gboolean
tick_cb (gpointer user_data)
{
  g_print ("time %.3f\n", seconds ());
  return G_SOURCE_CONTINUE;
}

static gpointer
run (gpointer context)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) tick = g_timeout_source_new_seconds (1);
  g_autoptr (GMemoryMonitor) monitor = NULL;

  if (context != NULL)
    g_main_context_push_thread_default (context);

  monitor = g_memory_monitor_dup_default ();
  g_print ("type %s\n", G_OBJECT_TYPE_NAME (monitor));
  g_signal_connect (monitor, "low-memory-warning", G_CALLBACK (warning_cb), g_thread_self ());
  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, context);
  g_main_loop_run (loop);
  return NULL;
}

int
main (int    argc,
      char **argv)
{
  if (argc > 1 && strcmp (argv[1], "thread") == 0)
    g_thread_join (g_thread_new ("run", run, g_main_context_new ()));
  else
    run (NULL);

  return 0;
}
