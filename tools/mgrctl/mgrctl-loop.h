/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): a loop that from now on, until mgrctl ends, quits as well
 * when the user interrupts or terminates mgrctl */
GMainLoop *mgrctl_loop_new (void);

G_END_DECLS
