/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The memory of this process that is its own to give back, in bytes: anonymous
 * pages in memory (RssAnon) and in swap (VmSwap). @proc_path is %NULL for /proc.
 * %FALSE where the kernel does not tell. */
gboolean mgr_process_memory_read (const char *proc_path,
                                  guint64    *out_anonymous);

G_END_DECLS
