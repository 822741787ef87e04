/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the program's user calls it: what GLib was told, else what was started;
 * of a script that an interpreter runs, the script. */
char *mgr_program_name_get       (void) G_GNUC_WARN_UNUSED_RESULT;

/* The same from an argument vector, for which GLib knows no name. */
char *mgr_program_name_from_argv (const char *const *argv) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
