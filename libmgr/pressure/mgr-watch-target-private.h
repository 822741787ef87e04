/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Where notifications of pressure come from, by the protocol of systemd: one of the
 * kernel's pressure files, a FIFO, or a stream socket to connect to. */
typedef struct _MgrWatchTarget MgrWatchTarget;

/* Opens @path and writes @data there, if any. */
MgrWatchTarget *mgr_watch_target_open          (const char      *path,
                                                GBytes          *data,
                                                GError         **error);
void            mgr_watch_target_free          (MgrWatchTarget  *self);

/* What to wait for; both may be others after each mgr_watch_target_take(). */
int             mgr_watch_target_get_fd        (MgrWatchTarget  *self);
GIOCondition    mgr_watch_target_get_condition (MgrWatchTarget  *self);

/* Takes what has come. Returns whether it tells of pressure; @out_gone says that
 * nothing will come any more, and that waiting on would return at once for ever. */
gboolean        mgr_watch_target_take          (MgrWatchTarget  *self,
                                                GIOCondition     condition,
                                                gboolean        *out_gone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrWatchTarget, mgr_watch_target_free)

G_END_DECLS
