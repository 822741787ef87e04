/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much memory this process takes, by the kernel's word. The files are kept open,
 * and opened anew in a child of fork(), where they would speak of the parent. Any
 * thread may read; that takes no memory but for the text of an error, where it is asked
 * for one. */
typedef struct _MgrProcessMemory MgrProcessMemory;

/* @proc_path is %NULL for /proc. */
MgrProcessMemory *mgr_process_memory_new            (const char       *proc_path);
void              mgr_process_memory_free           (MgrProcessMemory *self);

/* Anonymous pages that are in memory, from statm: takes a microsecond. The kernel
 * counts in batches per processor, so a few hundred KiB may be late. */
gboolean          mgr_process_memory_read_resident  (MgrProcessMemory *self,
                                                     guint64          *out_bytes,
                                                     GError          **error);

/* What the process has to give back: anonymous pages in memory and in swap, from
 * status. */
gboolean          mgr_process_memory_read_anonymous (MgrProcessMemory *self,
                                                     guint64          *out_bytes,
                                                     GError          **error);

/* What is swapped out of the process, from status; 0 where the kernel does not tell. */
guint64           mgr_process_memory_read_swapped   (MgrProcessMemory *self);

/* The proportional set size, from smaps_rollup: exact, but takes 15 ms per GiB. */
gboolean          mgr_process_memory_read_pss       (MgrProcessMemory *self,
                                                     guint64          *out_bytes,
                                                     GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrProcessMemory, mgr_process_memory_free)

G_END_DECLS
