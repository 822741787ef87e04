/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-heap-reclaimer.h"

G_BEGIN_DECLS

/* Whether this C library can say what its heap holds free, and give it back. */
gboolean mgr_heap_reclaimer_is_available (void);

/* Tells it that @bytes were freed and did not leave the process: the heap may hold
 * them. */
void     mgr_heap_reclaimer_suspect      (MgrHeapReclaimer *self,
                                          guint64           bytes);

/* How long it takes, in microseconds, to look whether the heap holds @bytes that were
 * freed, and to trim. */
gint64   mgr_heap_reclaimer_predict      (MgrHeapReclaimer *self,
                                          guint64           bytes);

/* Looks whether the heap holds at least half of @bytes free, and if so trims; does
 * neither where it is expected to take more than @box of this thread's work, in
 * microseconds: who has the processor in between does not count. Returns by how much the
 * process shrank. */
guint64  mgr_heap_reclaimer_trim_for     (MgrHeapReclaimer *self,
                                          guint64           bytes,
                                          gint64            box);

/* Trims in any case. Returns by how much the process shrank. */
guint64  mgr_heap_reclaimer_trim         (MgrHeapReclaimer *self);

G_END_DECLS
