/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Deadlines of any number of things, each told of in its order to within 64 µs, and never
 * early: a hierarchical timer wheel (Varghese and Lauck, 1987). To schedule and to cancel
 * costs the same for one and for a million; as its deadline comes nearer a node moves at
 * most seven times, each time to a slot that is a 64th as long. Nothing ever looks at all
 * of them.
 *
 * A clock that goes back makes nobody wait longer and nobody expire early: what was left
 * of each deadline is then still left. Whoever has a wheel locks it. */
typedef struct _MgrTimerWheel MgrTimerWheel;

typedef struct _MgrTimerLink MgrTimerLink;

struct _MgrTimerLink
{
  MgrTimerLink *next; /* (unowned) (nullable) */
  MgrTimerLink *prev; /* (unowned) (nullable): NULL unless scheduled */
};

/* Lies within what expires; all zero to begin with. */
typedef struct
{
  MgrTimerLink link;
  gint64 deadline; /* atomic, µs: as scheduled, and later by as much as the clock went back before */
} MgrTimerNode;

G_STATIC_ASSERT (sizeof (MgrTimerNode) <= 24);

/* @now: the time by the caller's clock, in µs, here and below */
MgrTimerWheel *mgr_timer_wheel_new      (gint64         now);

/* Forgets what is scheduled, without a touch of it. */
void           mgr_timer_wheel_free     (MgrTimerWheel *self);

/* Schedules @node, or moves it where it is scheduled already. */
void           mgr_timer_wheel_schedule (MgrTimerWheel *self,
                                         MgrTimerNode  *node,
                                         gint64         now,
                                         gint64         deadline);

/* Does nothing where it is not scheduled, as once it has expired. */
void           mgr_timer_wheel_cancel   (MgrTimerWheel *self,
                                         MgrTimerNode  *node);

/* Takes out those whose deadline has come, the earliest first, at a price of @max_work
 * moves of a node at most, and says in @more whether there is more to do at once.
 *
 * Returns: (nullable): a chain of nodes, by their links' next. None of them may be
 *   cancelled or scheduled before the one after it is known. */
MgrTimerNode  *mgr_timer_wheel_advance  (MgrTimerWheel *self,
                                         gint64         now,
                                         guint          max_work,
                                         gboolean      *more);

/* When there is something to do again, at the latest when the next one expires;
 * G_MAXINT64 where nothing is scheduled. */
gint64         mgr_timer_wheel_get_next (MgrTimerWheel *self,
                                         gint64         now);

static inline gboolean
mgr_timer_node_is_scheduled (const MgrTimerNode *node)
{
  return node->link.prev != NULL;
}

static inline MgrTimerNode *
mgr_timer_node_get_next (const MgrTimerNode *node)
{
  return (MgrTimerNode *) node->link.next;
}

G_END_DECLS
