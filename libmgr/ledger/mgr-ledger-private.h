/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "ledger/mgr-component.h"

G_BEGIN_DECLS

/* The books of one manager: the tree of components and the table of their
 * allocations. It outlives the manager while allocations are held.
 *
 * Two kinds of lock, always taken in this order:
 *
 *   tree_lock       structure, budgets, and what is claimed at every level
 *   component lock  what one component holds directly, its stock and its slots
 *
 * A release leaves its bytes with the component as *stock*: they stay claimed at
 * every level up to the root, so that the next charge of that component needs
 * its own lock alone. Whoever needs the exact figures, or the bytes, drains the
 * stocks first. What is claimed never exceeds a recent peak or a budget, so a
 * charge out of stock can change neither, and both stay exact.
 */
typedef struct _MgrLedger MgrLedger;
typedef struct _MgrSlotChunk MgrSlotChunk;

struct _MgrLedger
{
  gatomicrefcount ref_count;

  MgrClock *clock;         /* (owned) */
  gboolean coarse_clock;   /* the clock is the system's: its cheap form will do */
  GMainContext *context;   /* (owned), where signals are emitted */
  GThread *owner_thread;   /* (unowned), the one the ledger was made in */

  GSource *notify_source;  /* (owned), emits what changed; set up once */
  int notify_armed;        /* atomic */

  GMutex tree_lock;
  gboolean closed;          /* guarded by tree_lock */
  MgrComponent *root;       /* (owned) (nullable) once dismantled, guarded by tree_lock */
  GHashTable *by_path;      /* (owned) (element-type utf8 MgrComponent), guarded by tree_lock */
  GPtrArray *retired;       /* (owned) (element-type MgrComponent) removed, but still
                             * named by handles, guarded by tree_lock */
  GQueue waiters;           /* (element-type MgrWaiter), guarded by tree_lock */
  GQueue room_watches;      /* (element-type MgrRoomWatch), guarded by tree_lock */
  int n_waiters;            /* atomic, written under tree_lock: of both */
  guint64 waiter_serial;    /* guarded by tree_lock */

  MgrComponent *stocked;    /* atomic: a list through next_stocked */

  MgrSlotChunk **chunks[1024]; /* (owned), grown under tree_lock, read atomically */
  guint n_chunks;              /* guarded by tree_lock */
  MgrSlotChunk *free_chunks;   /* guarded by tree_lock */
};

MgrLedger    *mgr_ledger_new       (MgrClock      *clock,
                                    guint64        budget);
/* A ledger of no manager, closed from the start. Returns: (transfer none) */
MgrLedger    *mgr_ledger_get_nowhere (void);
MgrLedger    *mgr_ledger_ref       (MgrLedger     *self);
void          mgr_ledger_unref     (MgrLedger     *self);
void          mgr_ledger_close     (MgrLedger     *self);
/* Lets go of removed components, and of a closed ledger's, that no handle names
 * any more. */
void          mgr_ledger_sweep     (MgrLedger     *self);

MgrComponent *mgr_ledger_add       (MgrLedger     *self,
                                    const char    *name,
                                    guint64        budget,
                                    MgrComponent  *parent,
                                    GError       **error);
gboolean      mgr_ledger_remove    (MgrLedger     *self,
                                    MgrComponent  *component,
                                    GError       **error);
/* Returns: (transfer full) (nullable) */
MgrComponent *mgr_ledger_lookup    (MgrLedger     *self,
                                    const char    *path);
/* As mgr_ledger_lookup(), with an error that names the nearest known path. */
MgrComponent *mgr_ledger_require   (MgrLedger     *self,
                                    const char    *path,
                                    GError       **error);
/* All components, parents before children, the root first.
 * Returns: (transfer full) (element-type MgrComponent) */
GPtrArray    *mgr_ledger_list      (MgrLedger     *self);
gint64        mgr_ledger_now       (MgrLedger     *self);

/* Says that some figure changed; listeners hear of it in the owner's context, at
 * most every NOTIFY_INTERVAL. */
void          mgr_ledger_arm       (MgrLedger     *self);

static inline void
mgr_ledger_changed (MgrLedger *self)
{
  if (G_UNLIKELY (!g_atomic_int_get (&self->notify_armed)))
    mgr_ledger_arm (self);
}

/* Whether a release has more to do than to give bytes back. */
static inline gboolean
mgr_ledger_wants_changes (MgrLedger *self)
{
  return g_atomic_int_get (&self->n_waiters) > 0 || !g_atomic_int_get (&self->notify_armed);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrLedger, mgr_ledger_unref)

G_END_DECLS
