/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

/* What pools are compared with, where it was there when this was built. */

/* A GstBufferPool of buffers of @size bytes, ready to use; NULL without GStreamer. */
gpointer bench_gst_pool_new  (gsize    size);
void     bench_gst_pool_free (gpointer pool);
/* Acquires and releases; for a BenchCase, of a pool. */
void     bench_gst_pool_cb   (gpointer user_data,
                              guint64  n);

/* Pushes and pops a pointer; for a BenchCase, of a GAsyncQueue. */
void     bench_queue_cb      (gpointer user_data,
                              guint64  n);
