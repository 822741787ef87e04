/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"

G_BEGIN_DECLS

/* All that is known of a task, a{sv}; @now in µs of the clock that its times are of. */
void mgrctl_task_print (const MgrctlOptions *options,
                        GVariant            *details,
                        gint64               now);

G_END_DECLS
