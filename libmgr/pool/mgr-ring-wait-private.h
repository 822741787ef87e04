/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-ring-core-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a main context listens to: a file descriptor that is readable when the ring has
 * become what it waits for, after it was armed. */
typedef struct
{
  MgrRingCore *core;   /* (unowned) */
  guint conditions;    /* MgrRingCondition */
  int fd;              /* (owned): an eventfd */
  gboolean armed;      /* guarded by the lock of the core, as what follows */
  gboolean signalled;  /* fd is readable */
  gboolean cancelled;  /* and not told of yet */
  guint epoch;         /* the one it told of last */
} MgrRingWatch;

MgrRingWatch *mgr_ring_watch_new       (MgrRingCore       *core,
                                        guint              conditions,
                                        GError           **error);
void          mgr_ring_watch_free      (MgrRingWatch      *self);
/* %TRUE if there is something to tell; else fd will say when there is. */
gboolean      mgr_ring_watch_arm       (MgrRingWatch      *self);
gboolean      mgr_ring_watch_is_ready  (MgrRingWatch      *self);
/* Something else to tell, in any thread. */
void          mgr_ring_watch_cancel    (MgrRingWatch      *self);
/* That the ring was closed, or flushes, or of a cancellation, is told once. */
void          mgr_ring_watch_told      (MgrRingWatch      *self);

/* Waits until an operation is worth another try: until there is a frame, or room for
 * @size bytes, or no use in waiting. %FALSE when @deadline of g_get_monotonic_time(), 0
 * for none, or a cancellation came first. */
gboolean      mgr_ring_core_wait       (MgrRingCore       *self,
                                        MgrRingCondition   condition,
                                        gsize              size,
                                        gint64             deadline,
                                        GCancellable      *cancellable);

/* With the lock held. */
gboolean      mgr_ring_core_is_ready   (MgrRingCore       *self,
                                        MgrRingCondition   condition);
/* With the lock held: wakes who waits for one of @conditions, if it has come. */
void          mgr_ring_core_wake       (MgrRingCore       *self,
                                        guint              conditions);
/* With the lock held: wakes all, since it opened, closed, or flushes. */
void          mgr_ring_core_wake_all   (MgrRingCore       *self);

G_END_DECLS
