/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* Whether the calling thread is inside a handler of `reclaim`: whoever waits
 * there for memory waits for itself. */
gboolean mgr_reclaim_in_progress (void);

/* Runs mgr_resource_reclaim() where @resource lives and waits for it, for at most
 * @timeout real microseconds if that is another thread. An owner that has not
 * begun by then is not bothered any more; one that has may take its time, and
 * what it frees is taken off the size but counts in no report. Returns what was
 * freed in time. */
guint64  mgr_reclaim_call        (MgrResource     *resource,
                                  guint64          target,
                                  MgrCleanupFlags  flags,
                                  gint64           timeout);

G_END_DECLS
