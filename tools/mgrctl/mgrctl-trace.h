/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-groups.h"

G_BEGIN_DECLS

/* The files that a trace is made of, kept open. The man page says what each column
 * of a trace is. */
typedef struct _MgrctlTrace MgrctlTrace;

/* @pid: the process to add the columns `statm_size` and `statm_rss` for, or 0
 *
 * The error says what there is nothing to record of.
 *
 * Returns: (transfer full): the trace */
MgrctlTrace *mgrctl_trace_new           (const char    *proc_path,
                                         MgrctlGroups  *groups,
                                         guint          pid,
                                         GError       **error);
void         mgrctl_trace_free          (MgrctlTrace   *self);

/* Both end with a line feed. */
void         mgrctl_trace_append_header (MgrctlTrace   *self,
                                         GString       *text);

/* @time: µs since the trace began
 *
 * Returns: FALSE if the process has ended: then there is no row */
gboolean     mgrctl_trace_append_row    (MgrctlTrace   *self,
                                         gint64         time,
                                         GString       *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlTrace, mgrctl_trace_free)

G_END_DECLS
