/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The share of @elapsed in which tasks waited, where the total of a pressure file grew
 * from @before to @after; all in µs. A total that went back, and a time that stands,
 * tell of none. No task can wait longer than time passes: FALSE where the total grew
 * so fast that it is not believed. */
gboolean mgr_stall_share (guint64  before,
                          guint64  after,
                          gint64   elapsed,
                          double  *out_share);

G_END_DECLS
