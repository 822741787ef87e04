/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-schedule-share-private.h"

G_BEGIN_DECLS

/* Who is next. The queues, the memory that is promised and the rule of admission, with no
 * lock and no object: the scheduler calls it under its own lock, tests with a clock of
 * their own. */
typedef struct _MgrScheduleCore MgrScheduleCore;

/* What the moment allows. */
typedef struct
{
  guint64 available;      /* bytes that are free by measure, G_MAXUINT64 if unknown */
  guint64 headroom;       /* bytes of them that stay free */
  MgrPressureLevel level;
  gint64 now;             /* µs */
} MgrScheduleMoment;

typedef enum
{
  MGR_SCHEDULE_FITS,
  MGR_SCHEDULE_EMPTY,       /* nobody waits */
  MGR_SCHEDULE_NO_BUDGET,   /* the sum of what runs and the grant is beyond the budget */
  MGR_SCHEDULE_NO_SHARE,    /* beyond that of its component */
  MGR_SCHEDULE_NO_MEMORY,   /* what is free by measure would fall below the headroom */
  MGR_SCHEDULE_PRESSURE,    /* the level is too high for the priority */
  MGR_SCHEDULE_RESERVED,    /* another waits for that room, and came first */
  MGR_SCHEDULE_NOT_READY,   /* @ready said no: no executor has a place */
} MgrScheduleVerdict;

/* Whether an executor would take @item now, which is alike for all of a share. */
typedef gboolean (*MgrScheduleReadyFunc) (const MgrScheduleItem *item,
                                          gpointer               user_data);

MgrScheduleCore *mgr_schedule_core_new          (guint64                  budget,
                                                 MgrScheduleReadyFunc     ready,
                                                 gpointer                 user_data) G_GNUC_WARN_UNUSED_RESULT;
void             mgr_schedule_core_free         (MgrScheduleCore         *self);

/* All tasks together. */
MgrScheduleShare *mgr_schedule_core_get_whole   (MgrScheduleCore         *self);

/* @share, which stays the caller's, takes part from now on, or no more: then nothing waits
 * or runs in it. */
void             mgr_schedule_core_add_share    (MgrScheduleCore         *self,
                                                 MgrScheduleShare        *share);
void             mgr_schedule_core_remove_share (MgrScheduleCore         *self,
                                                 MgrScheduleShare        *share);

/* All that wait are put into the new order. */
void             mgr_schedule_core_set_strategy (MgrScheduleCore         *self,
                                                 MgrScheduleStrategy      strategy);
void             mgr_schedule_core_set_bound    (MgrScheduleCore         *self,
                                                 gint64                   bound);

guint            mgr_schedule_core_get_waiting  (MgrScheduleCore         *self);
guint            mgr_schedule_core_get_running  (MgrScheduleCore         *self);
/* How many started before one that waited longer, without taking its room. */
guint64          mgr_schedule_core_get_backfilled (MgrScheduleCore       *self);

/* @item waits from now on; again with the submission it had, if it is to run again. */
void             mgr_schedule_core_add          (MgrScheduleCore         *self,
                                                 MgrScheduleItem         *item);
/* @item waits no more. */
void             mgr_schedule_core_remove       (MgrScheduleCore         *self,
                                                 MgrScheduleItem         *item);

/* Takes the task that may start now out of its queue and counts it as running. %NULL when
 * there is none; @verdict says then why the first of all may not, and @first which
 * that is. */
MgrScheduleItem *mgr_schedule_core_take         (MgrScheduleCore         *self,
                                                 const MgrScheduleMoment *moment,
                                                 MgrScheduleVerdict      *verdict,
                                                 MgrScheduleItem        **first);

/* What was learned since of @item, which waits, changes what it asks for. */
void             mgr_schedule_core_set_grant    (MgrScheduleCore         *self,
                                                 MgrScheduleItem         *item,
                                                 guint64                  grant);

/* What keeps @item, which waits, from starting, whatever waits before it. */
MgrScheduleVerdict mgr_schedule_core_judge      (MgrScheduleCore         *self,
                                                 const MgrScheduleItem   *item,
                                                 const MgrScheduleMoment *moment);

/* For whom room is kept that @item, which waits, might take. Returns: (nullable) */
const MgrScheduleItem *mgr_schedule_core_find_head (MgrScheduleCore   *self,
                                                const MgrScheduleItem *item,
                                                gint64                 now);
/* Whether @item, which @verdict keeps from starting, could not start either if all that
 * run had ended: what is in its way is not of tasks. Of pressure nobody knows that as long
 * as some run. */
gboolean         mgr_schedule_core_is_beyond    (MgrScheduleCore         *self,
                                                 const MgrScheduleItem   *item,
                                                 MgrScheduleVerdict       verdict,
                                                 const MgrScheduleMoment *moment);

/* What was in the way of the first that has a place to run, in the last
 * mgr_schedule_core_take(), if that was not of tasks; or %MGR_SCHEDULE_EMPTY. */
MgrScheduleVerdict mgr_schedule_core_get_beyond (MgrScheduleCore         *self);

void             mgr_schedule_core_measure      (MgrScheduleCore         *self,
                                                 MgrScheduleItem         *item,
                                                 guint64                  bytes);
void             mgr_schedule_core_end          (MgrScheduleCore         *self,
                                                 MgrScheduleItem         *item,
                                                 gint64                   now);

/* The highest level at which tasks of @priority are still admitted. */
MgrPressureLevel mgr_schedule_core_get_gate     (MgrTaskPriority          priority);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrScheduleCore, mgr_schedule_core_free)

G_END_DECLS
