/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A small file of /proc or of a cgroup, kept open and read again and again. */
typedef struct _MgrctlFile MgrctlFile;

/* Returns: (transfer full): the file, which may well not be there */
MgrctlFile *mgrctl_file_new      (const char  *directory,
                                  const char  *name);
void        mgrctl_file_free     (MgrctlFile  *self);
const char *mgrctl_file_get_path (MgrctlFile  *self);

/* The text lasts until the next read. The error is a GIOErrorEnum. */
const char *mgrctl_file_read     (MgrctlFile  *self,
                                  GError     **error);

/* Reads a file once.
 *
 * Returns: (transfer full) (nullable): its text */
char       *mgrctl_file_get      (const char  *directory,
                                  const char  *name,
                                  GError     **error);

/* What follows finds a value in such a text, and returns where it begins, or NULL.
 * A value is made of digits and dots, and a line counts only with its line feed:
 * without it the file was cut off, perhaps in the middle of a number. */

/* In the line that begins with @key and then a space or a colon. */
const char *mgrctl_text_find     (const char  *text,
                                  const char  *key,
                                  gsize       *out_length);

/* After @key in the line that begins with @line: both `some` and `total=`. */
const char *mgrctl_text_find_in  (const char  *text,
                                  const char  *line,
                                  const char  *key,
                                  gsize       *out_length);

/* The first thing in @text. */
const char *mgrctl_text_first    (const char  *text,
                                  gsize       *out_length);

gboolean    mgrctl_text_lookup   (const char  *text,
                                  const char  *key,
                                  guint64     *out_value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlFile, mgrctl_file_free)

G_END_DECLS
