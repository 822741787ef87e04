/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

G_BEGIN_DECLS

/* Hears of a cancellation until it is freed, which any thread may do while another one
 * cancels. Neither of GLib's own ways will do for that: a source of
 * g_cancellable_source_new() is touched once it is freed, in GLib 2.74, and
 * g_cancellable_disconnect() waits for ever where the cancellation itself led to it. */
typedef struct _MgrCancelWatch MgrCancelWatch;

/* Comes in the thread that cancels, with a lock held that mgr_cancel_watch_free() takes
 * too. So it only wakes somebody up, and calls nothing that others wrote. */
typedef void (*MgrCancelFunc) (gpointer user_data);

/* Calls @func when @cancellable is cancelled, and at once if it is already; where both
 * come together, twice. No watch for no cancellable. Returns (transfer full) (nullable) */
MgrCancelWatch *mgr_cancel_watch_new  (GCancellable   *cancellable,
                                       MgrCancelFunc   func,
                                       gpointer        user_data);

/* From here on nothing uses what @func was given. Takes %NULL. */
void            mgr_cancel_watch_free (MgrCancelWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCancelWatch, mgr_cancel_watch_free)

G_END_DECLS
