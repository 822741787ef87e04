/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

#define MGR_DEFAULT_PROC_PATH "/proc"

/* A small file of /proc or of a cgroup, kept open and read again and again. */
typedef struct _MgrProcFile MgrProcFile;

MgrProcFile *mgr_proc_file_new      (const char   *directory,
                                     const char   *name);
void         mgr_proc_file_free     (MgrProcFile  *self);
const char  *mgr_proc_file_get_path (MgrProcFile  *self);

/* For texts, which are in UTF-8 while a cgroup may have any name. */
const char  *mgr_proc_file_get_display_path
                                    (MgrProcFile  *self);

/* The text belongs to @self and lasts until the next read. The error is
 * MGR_ERROR_NOT_AVAILABLE where the kernel does not offer the file. */
const char  *mgr_proc_file_read     (MgrProcFile  *self,
                                     GError      **error);

/* Parsers. A line counts only with its line feed: without it the file was cut
 * off, perhaps in the middle of a number. */
gboolean     mgr_proc_text_number   (const char   *text,
                                     const char  **out_end,
                                     guint64      *out_value);
gboolean     mgr_proc_text_lookup   (const char   *text,
                                     const char   *key,
                                     guint64      *out_value);
gboolean     mgr_proc_text_amount   (const char   *text,
                                     guint64      *out_amount);
gboolean     mgr_proc_text_limit    (const char   *text,
                                     guint64      *out_limit);
gboolean     mgr_proc_text_stall    (const char   *text,
                                     guint64      *out_total);
gboolean     mgr_proc_text_stall_of (const char   *text,
                                     const char   *kind,
                                     guint64      *out_total);

/* What the kernel writes for “no limit”, however it is spelt. */
#define MGR_NO_LIMIT G_MAXUINT64
guint64      mgr_limit_normalize    (guint64       limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrProcFile, mgr_proc_file_free)

G_END_DECLS
