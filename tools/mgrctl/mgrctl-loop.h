/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs @loop until somebody quits it, or the user interrupts or terminates mgrctl. */
void mgrctl_run_loop (GMainLoop *loop);

G_END_DECLS
