/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The output of a command that runs elsewhere: a file that grows. */
typedef struct _MgrctlFollow MgrctlFollow;

/* Makes a file of its own in @folder, which is made as well where it is not there. */
MgrctlFollow *mgrctl_follow_new      (const char    *folder,
                                      GError       **error);
const char   *mgrctl_follow_get_path (MgrctlFollow  *self);
/* From now on what is written there is written to the standard output too. */
void          mgrctl_follow_start    (MgrctlFollow  *self);
/* Writes what is left, and removes the file. */
void          mgrctl_follow_free     (MgrctlFollow  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlFollow, mgrctl_follow_free)

G_END_DECLS
