/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

#include "base/mgr-enums.h"
#include "schedule/mgr-schedule-enums.h"

G_BEGIN_DECLS

typedef struct _MgrScheduleItem MgrScheduleItem;
typedef struct _MgrScheduleShare MgrScheduleShare;

/* An hour: a task is not overtaken by what comes later than that. */
#define MGR_SCHEDULE_AGEING_BOUND (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

#define MGR_SCHEDULE_RANK_DEFAULT 5
#define MGR_SCHEDULE_RANK_MAX 10

/* What the scheduler knows of a task where it decides: bytes and microseconds. It is
 * part of the task. */
struct _MgrScheduleItem
{
  guint64 id;              /* in the order of submission, from 1; 0 before it */
  guint64 grant;
  guint64 measured;        /* as last told, of the attempt that runs */
  gint64 submitted;
  gint64 started;
  gint64 duration;         /* expected; 0 where nobody knows */
  gint64 deadline;         /* G_MAXINT64 for none */
  gint64 key;              /* in the order of which those of a share are considered */
  MgrScheduleShare *share; /* (unowned): of its component */
  GSequenceIter *place;    /* (unowned) (nullable), in its share's queue */
  guint8 priority;         /* a MgrTaskPriority */
  guint8 rank;             /* 1 to 10 */
  guint8 retriable : 1;    /* may be stopped and begun again */
  guint8 running : 1;
  guint8 asked : 1;        /* to make room */
  guint8 elsewhere : 1;    /* on another machine: its grant is none of the memory here */
};

/* What it asks of the memory here. */
static inline guint64
mgr_schedule_item_get_need (const MgrScheduleItem *self)
{
  return self->elsewhere ? 0 : self->grant;
}

/* What it counts for: never less than was promised, never less than it takes, and
 * never both. */
static inline guint64
mgr_schedule_item_get_weight (const MgrScheduleItem *self)
{
  return self->elsewhere ? 0 : MAX (self->grant, self->measured);
}

/* When it will end, or G_MAXINT64. */
static inline gint64
mgr_schedule_item_get_end (const MgrScheduleItem *self)
{
  return self->duration > 0 ? self->started + self->duration : G_MAXINT64;
}

G_END_DECLS
