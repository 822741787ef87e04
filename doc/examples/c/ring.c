/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A thread reads a feed as fast as it comes; the main loop looks at what it gets to. The
 * ring between them holds a page, and keeps what came last. */

#include <mgr.h>

#include <locale.h>

#define N_TICKS 20000

typedef struct
{
  guint64 number;
  double price;
} Tick;

typedef struct
{
  MgrRingPool *ring; /* (owned) */
  GMainLoop *loop;   /* (owned) */
  guint64 seen;
  guint64 last;
} Feed;

/* In place: a tick is written where it will be read. */
static gpointer
read_feed_cb (gpointer user_data)
{
  Feed *feed = user_data;

  for (guint64 i = 1; i <= N_TICKS; i++)
    {
      Tick *tick = mgr_ring_pool_reserve (feed->ring, sizeof *tick, 0, NULL, NULL);

      if (tick == NULL)
        continue;
      *tick = (Tick) { i, 100 + (double) (i % 100) / 100 };
      mgr_ring_pool_commit (feed->ring, tick, sizeof *tick, NULL);
    }

  /* What is in the ring can be read, still. */
  mgr_pool_set_active (MGR_POOL (feed->ring), FALSE, NULL);
  return NULL;
}

/* Takes copies: a frame that is looked at in place would be in the way of newer ones. */
static gboolean
ticks_cb (gpointer user_data)
{
  Feed *feed = user_data;
  g_autoptr (GError) error = NULL;
  GBytes *frame;

  while ((frame = mgr_ring_pool_try_read (feed->ring, &error)) != NULL)
    {
      const Tick *tick = g_bytes_get_data (frame, NULL);

      feed->seen++;
      feed->last = tick->number;
      g_bytes_unref (frame);
    }

  if (error == NULL)
    return G_SOURCE_CONTINUE;

  g_main_loop_quit (feed->loop);
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  Feed feed = { NULL, g_main_loop_new (NULL, FALSE), 0, 0 };
  GThread *thread;

  setlocale (LC_ALL, "");
  feed.ring = mgr_ring_pool_new (NULL, "ticks", 4096, MGR_RING_POLICY_DROP_OLDEST,
                                 MGR_RING_SHARING_PAIR, &error);
  if (feed.ring == NULL)
    g_error ("%s", error->message);

  source = mgr_ring_pool_create_source (feed.ring, G_IO_IN, NULL, NULL);
  g_source_set_callback (source, ticks_cb, &feed, NULL);
  g_source_attach (source, NULL);
  thread = g_thread_new ("feed", read_feed_cb, &feed);
  g_main_loop_run (feed.loop);
  g_thread_join (thread);

  g_print ("%" G_GUINT64_FORMAT " ticks seen or dropped, the last was number %"
           G_GUINT64_FORMAT "\n",
           feed.seen + mgr_ring_pool_get_dropped_frames (feed.ring), feed.last);
  g_source_destroy (source);
  g_main_loop_unref (feed.loop);
  g_object_unref (feed.ring);

  return 0;
}
