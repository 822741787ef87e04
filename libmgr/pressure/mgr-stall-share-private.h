/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Each read of a pressure file consumes the update that would have fired other
 * programs' triggers on it: at 10 ms they starve, at 250 ms they do not. */
#define MGR_STALL_READ_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

/* The share of @elapsed in which tasks waited, where the total of a pressure file grew
 * from @before to @after; all in µs. A total that went back, and a time that stands,
 * tell of none. No task can wait longer than time passes: FALSE where the total grew
 * so fast that it is not believed. */
gboolean mgr_stall_share (guint64  before,
                          guint64  after,
                          gint64   elapsed,
                          double  *out_share);

G_END_DECLS
