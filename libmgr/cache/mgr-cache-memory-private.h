/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Gives memory back while somebody may still look at it, who then reads zeros: whole pages to
 * the kernel, and all from @begin to @end is zero then. */
void mgr_cache_memory_release (gpointer begin,
                               gpointer end);

G_END_DECLS
