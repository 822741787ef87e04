/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The end of what a process writes into a pipe: however much that is, it takes a bounded
 * amount of memory, and the process never waits for a reader. Used in one context. */
typedef struct _MgrOutputTail MgrOutputTail;

/* @writer is for the process, and closed by the caller once that has it. */
MgrOutputTail *mgr_output_tail_new      (gsize           size,
                                         int            *writer,
                                         GError        **error);
void           mgr_output_tail_free     (MgrOutputTail  *self);
void           mgr_output_tail_attach   (MgrOutputTail  *self,
                                         GMainContext   *context);

/* Takes what is in the pipe now, and no more of it later. */
void           mgr_output_tail_close    (MgrOutputTail  *self);

/* Bytes that were written, kept or not. */
guint64        mgr_output_tail_get_total (MgrOutputTail *self);

/* The last of it as UTF-8; bytes that are none are replaced. */
char          *mgr_output_tail_get_text (MgrOutputTail  *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrOutputTail, mgr_output_tail_free)

G_END_DECLS
