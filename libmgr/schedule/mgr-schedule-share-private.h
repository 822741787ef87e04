/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-schedule-item-private.h"

G_BEGIN_DECLS

/* A part of the memory and the tasks that wait for it or run in it: one for each
 * component, and one, in which nobody waits, for all together. */
struct _MgrScheduleShare
{
  guint64 budget;           /* bytes; G_MAXUINT64 for no limit */
  gconstpointer branch;     /* (unowned) (nullable): those of one may have each other's room */
  guint64 committed;        /* bytes, the weight of what runs */
  gint64 promised;          /* bytes granted to what runs, less what it takes beyond that */
  guint64 unused;           /* bytes granted to what runs that it does not hold yet */
  GPtrArray *running;       /* (owned) (element-type MgrScheduleItem) */
  GSequence *queue;         /* (owned) (element-type MgrScheduleItem), by key */
  double served;            /* µs for which it has had as much as its whole budget */
  double lag;               /* µs that it was served more than the least served one */
  GSequenceIter *cursor;    /* (unowned), while the queues are looked through */
  guint n_looked;           /* at so many, in the same look */
  guint further;            /* where in the queue the next look goes on, behind the first */

  const MgrScheduleItem *head; /* (unowned) (nullable): who waits for room here */
  gint64 head_since;        /* µs */
  guint pass;               /* when room was last kept for the head */
  gint64 shadow;            /* µs: when there will be room for it */
  guint64 beside;           /* bytes that are left beside it then */
};

void     mgr_schedule_share_init    (MgrScheduleShare      *self,
                                     guint64                budget);
void     mgr_schedule_share_clear   (MgrScheduleShare      *self);

guint64  mgr_schedule_share_get_room (const MgrScheduleShare *self);

gboolean mgr_schedule_share_is_idle (const MgrScheduleShare *self);

/* Who had more of its budget for longer stands behind who had less. @total is the budget
 * of the whole; @duration in µs is negative to take back. */
void     mgr_schedule_share_serve   (MgrScheduleShare      *self,
                                     const MgrScheduleItem *item,
                                     guint64                total,
                                     gint64                 duration);

void     mgr_schedule_share_start   (MgrScheduleShare      *self,
                                     MgrScheduleItem       *item);
void     mgr_schedule_share_end     (MgrScheduleShare      *self,
                                     MgrScheduleItem       *item);
void     mgr_schedule_share_measure (MgrScheduleShare      *self,
                                     const MgrScheduleItem *item,
                                     guint64                bytes);

/* Keeps room for @head, which does not fit into @room now, unless another came first in
 * this @pass through the queue. Where @coming, what all that run would give back, does not
 * suffice either, others would wait in vain, and none is kept. */
void     mgr_schedule_share_reserve (MgrScheduleShare      *self,
                                     const MgrScheduleItem *head,
                                     guint64                room,
                                     guint64                coming,
                                     guint                  pass,
                                     gint64                 now);
void     mgr_schedule_share_forget  (MgrScheduleShare      *self);

/* Whether @item may start before the one for whom room is kept in this @pass: it ends
 * before that has room, or fits beside it. */
gboolean mgr_schedule_share_allows  (const MgrScheduleShare *self,
                                     const MgrScheduleItem  *item,
                                     guint                   pass,
                                     gint64                  now);

G_END_DECLS
