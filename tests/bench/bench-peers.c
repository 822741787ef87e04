/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bench-peers.h"

#ifdef HAVE_GSTREAMER

#include <gst/gst.h>

#define BUFFERS 4

gpointer
bench_gst_pool_new (gsize size)
{
  GstBufferPool *pool;
  GstStructure *config;

  gst_init (NULL, NULL);
  pool = gst_buffer_pool_new ();
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, NULL, (guint) size, BUFFERS, 0);
  if (!gst_buffer_pool_set_config (pool, config) || !gst_buffer_pool_set_active (pool, TRUE))
    g_error ("GstBufferPool does not start");

  return pool;
}

void
bench_gst_pool_free (gpointer pool)
{
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

void
bench_gst_pool_cb (gpointer user_data,
                   guint64  n)
{
  GstBuffer *buffer;

  for (guint64 i = 0; i < n; i++)
    {
      if (gst_buffer_pool_acquire_buffer (user_data, &buffer, NULL) != GST_FLOW_OK)
        g_error ("GstBufferPool has no buffer");
      gst_buffer_unref (buffer);
    }
}

#else

gpointer
bench_gst_pool_new (gsize size)
{
  g_printerr ("GStreamer was not there when this was built: not compared with it\n");
  return NULL;
}

void
bench_gst_pool_free (gpointer pool)
{
}

void
bench_gst_pool_cb (gpointer user_data,
                   guint64  n)
{
}

#endif

void
bench_queue_cb (gpointer user_data,
                guint64  n)
{
  GAsyncQueue *queue = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      g_async_queue_push (queue, queue);
      g_async_queue_pop (queue);
    }
}
