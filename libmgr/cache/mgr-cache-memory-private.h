/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that can be given back while somebody may still look at it, who then reads zeros. */

/* Returns: (transfer full): zeros, from the beginning of a cache line on */
gpointer mgr_cache_memory_new     (gsize    size);
void     mgr_cache_memory_free    (gpointer memory);

/* Gives whole pages back to the kernel; all from @begin to @end is zero then. */
void     mgr_cache_memory_release (gpointer begin,
                                   gpointer end);

G_END_DECLS
