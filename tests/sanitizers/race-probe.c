/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Shows that ThreadSanitizer sees GLib's locks and hand-overs, and still finds
 * a real race: with the argument “race” nothing guards the counter. */

#include <glib.h>

#define ROUNDS 10000

typedef struct
{
  GMutex mutex;
  gboolean locked;
  int ready;       /* atomic: how many threads are about to count */
  guint count;     /* guarded by mutex, if locked */
  guint posted;    /* handed over through a source */
  GMainLoop *loop; /* (owned) */
} Probe;

static gpointer
count_cb (gpointer user_data)
{
  Probe *probe = user_data;

  /* One that had ended before the other began might pass for ordered. */
  g_atomic_int_inc (&probe->ready);
  while (g_atomic_int_get (&probe->ready) < 2)
    g_thread_yield ();

  for (guint i = 0; i < ROUNDS; i++)
    {
      if (probe->locked)
        g_mutex_lock (&probe->mutex);
      probe->count++;
      if (probe->locked)
        g_mutex_unlock (&probe->mutex);
    }
  return NULL;
}

static gboolean
posted_cb (gpointer user_data)
{
  Probe *probe = user_data;

  probe->posted++;
  g_main_loop_quit (probe->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
post_cb (gpointer user_data)
{
  Probe *probe = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  probe->posted = 1;
  g_source_set_callback (source, posted_cb, probe, NULL);
  g_source_attach (source, NULL);
  return NULL;
}

static void
run_counters (Probe *probe)
{
  GThread *first = g_thread_new ("first", count_cb, probe);
  GThread *second = g_thread_new ("second", count_cb, probe);

  g_thread_join (first);
  g_thread_join (second);
}

int
main (int    argc,
      char **argv)
{
  Probe probe = { .locked = g_strcmp0 (argv[1], "race") != 0 };
  GThread *poster;

  g_mutex_init (&probe.mutex);
  run_counters (&probe);
  g_assert_true (!probe.locked || probe.count == 2 * ROUNDS);

  probe.loop = g_main_loop_new (NULL, FALSE);
  poster = g_thread_new ("poster", post_cb, &probe);
  g_main_loop_run (probe.loop);
  g_thread_join (poster);
  g_assert_cmpuint (probe.posted, ==, 2);

  g_main_loop_unref (probe.loop);
  g_mutex_clear (&probe.mutex);
  return 0;
}
