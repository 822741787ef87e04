/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads the anonymous resident memory of this process in bytes from @path, a file
 * such as /proc/self/statm. Takes about a microsecond and no memory. */
gboolean mgr_anonymous_rss_read (const char *path,
                                 guint64    *out_bytes);

G_END_DECLS
