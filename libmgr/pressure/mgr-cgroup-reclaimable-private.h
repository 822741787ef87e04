/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* What the kernel gives back of @current before it kills, all in bytes: the cold half
 * of the page cache, and half of the warm one and of the slab caches, since the rest
 * is the working set. */
guint64 mgr_cgroup_reclaimable (guint64 current,
                                guint64 inactive_file,
                                guint64 active_file,
                                guint64 slab);

G_END_DECLS
