/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "ledger/mgr-ledger-private.h"

G_BEGIN_DECLS

/* A budget of 0 means that only the levels above limit the component. */
#define MGR_BUDGET_NONE G_MAXUINT64

#define MGR_CACHE_LINE 64

struct _MgrComponent
{
  GObject parent_instance;

  MgrLedger *ledger;    /* (owned) */
  char *name;           /* (owned) */
  char *path;           /* (owned) */
  GListStore *view;     /* (owned) the children, as the owner's context sees them */
  guint64 notified;     /* the use last notified; owner's context only */
  gint64 promised;      /* atomic: bytes charged for tasks, less what those take beyond */

  /* Guarded by the ledger's tree_lock */
  MgrComponent *parent;  /* (unowned) (nullable), kept by the ledger */
  GPtrArray *children;   /* (owned) (element-type MgrComponent) */
  guint64 limit;         /* the budget, or MGR_BUDGET_NONE */
  guint64 guaranteed;
  double share;          /* of the parent's budget, of the root: of what the process may
                          * have; 0: the budget is absolute */
  guint64 claimed;       /* used by the subtree, and its stocks */
  guint64 committed;     /* claimed, and what is guaranteed to children beyond it */
  guint64 peak;
  guint64 recent_peak;   /* since it was last taken; never below claimed */
  guint64 refused;
  guint priority;

  /* Guarded by lock */
  GMutex lock;
  guint64 direct;            /* bytes charged to this very component */
  guint64 stock;             /* bytes still claimed for it after releases */
  guint64 n_live;            /* allocations not yet released */
  gint64 charged;            /* when last, by mgr_ledger_now() */
  guint64 n_handles;         /* slots in use, released or not */
  MgrAllocation *free_slots; /* a list through next_free */
  gboolean stocked;          /* on the ledger's list of stocked components */
  gboolean detached;         /* removed, or the manager is gone */
  MgrComponent *next_stocked;

  /* Keeps the fields above, written at every charge, off the cache line of what
   * the allocator puts behind: two threads would slow each other to half. */
  char padding[MGR_CACHE_LINE];
};

MgrComponent *mgr_component_new           (MgrLedger     *ledger,
                                           MgrComponent  *parent,
                                           const char    *name,
                                           guint64        budget);

/* The path, or a word for the root, for messages. */
const char   *mgr_component_display_path  (MgrComponent  *self);

/* With the tree_lock held: the exact use of the subtree. */
guint64       mgr_component_used_locked   (MgrComponent  *self);

/* The smallest budget from @self up, MGR_BUDGET_NONE if there is none. @narrowest is whose
 * that is: (transfer full) (nullable). Any thread. */
guint64       mgr_component_get_limit     (MgrComponent  *self,
                                           MgrComponent **narrowest);

/* With the tree_lock held: a share of the budget that limits @parent. */
guint64       mgr_component_share_of      (MgrComponent  *parent,
                                           double         share);

/* Bytes that are charged since tasks were promised them, less what these take beyond that,
 * which is not charged: a promise is no sign of pressure, whether it is taken or not. Any
 * thread. */
void          mgr_component_set_promised  (MgrComponent  *self,
                                           gint64         bytes);
gint64        mgr_component_get_promised  (MgrComponent  *self);

/* The most bytes in use at one time since this was called last, exact. */
guint64       mgr_component_take_recent_peak (MgrComponent *self);

/* Where @share is above 0 @limit is ignored, but for the root: what @share is of, 0 if
 * that is not known. @forced ignores what is in use and may leave the component over
 * its budget. */
gboolean      mgr_component_change_budget (MgrComponent  *self,
                                           guint64        limit,
                                           double         share,
                                           gboolean       forced,
                                           GError       **error);

/* Has the root, where its budget is a share of what the process may have, follow that
 * at once: what is in use stays, and what is too much is refused. Any thread. */
void          mgr_component_follow_limit  (MgrComponent  *self,
                                           guint64        limit);

/* In the owner's context. */
void          mgr_component_notify_budget    (MgrComponent *self);
void          mgr_component_notify_usage     (MgrComponent *self);
void          mgr_component_emit_over_budget (MgrComponent *self,
                                              guint64       excess);

G_END_DECLS
