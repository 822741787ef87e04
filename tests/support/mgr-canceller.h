/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* A thread that cancels. It lingers in the cancellation for a while, of another length each
 * time, so that what is cancelled can be let go in the middle of it. */
typedef struct
{
  GThread *thread; /* (owned) */
  gpointer next;   /* (owned) (nullable); atomic */
  gint is_within;  /* atomic */
  gint stops;      /* atomic */
  guint n_turns;   /* of its thread */
  gsize heap;      /* what was taken when it started */
} MgrCanceller;

void          mgr_canceller_start           (MgrCanceller *self);

/* A cancellable in which it lingers before anybody else is told. Returns (transfer full) */
GCancellable *mgr_canceller_new_cancellable (MgrCanceller *self);

/* Returns in the middle of the cancellation of what it made. */
void          mgr_canceller_cancel          (MgrCanceller *self,
                                             GCancellable *cancellable);

/* Returns when all is cancelled. Fails the test where the heap has grown by @n_rounds of
 * anything since it started. */
void          mgr_canceller_stop            (MgrCanceller *self,
                                             guint         n_rounds);
