/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-memory-limits.h"

G_BEGIN_DECLS

typedef void (*MgrLimitsFollowFunc) (gpointer follower,
                                     guint64  limit);

/* Calls @func after each refresh in which there is a limit, in the thread that
 * refreshes and with no lock held, as long as @follower lives: a main loop that is
 * blocked must not keep a budget from following. Before others know @self, once. */
void  mgr_memory_limits_set_follower (MgrMemoryLimits     *self,
                                      GObject             *follower,
                                      MgrLimitsFollowFunc  func);

/* How often the limits have changed. Any thread. */
guint mgr_memory_limits_get_serial   (MgrMemoryLimits     *self);

G_END_DECLS
