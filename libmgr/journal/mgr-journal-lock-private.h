/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes the file of a journal one journal's own, in this process and among all, with a
 * file beside it that goes when the lock does.
 *
 * Returns: a file descriptor, or -1 */
int  mgr_journal_lock_take    (const char  *path,
                               GError     **error);
void mgr_journal_lock_release (const char  *path,
                               int          fd);

G_END_DECLS
