/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "ledger/mgr-component.h"
#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-monitor.h"
#include "schedule/mgr-schedule-core-private.h"
#include "schedule/mgr-scheduler-statistics-private.h"
#include "schedule/mgr-scheduler.h"
#include "schedule/mgr-task-attempt-private.h"
#include "schedule/mgr-task-estimates-private.h"
#include "schedule/mgr-task-list-private.h"
#include "schedule/mgr-wait-times-private.h"

G_BEGIN_DECLS

/* Gives back what can be given back, in the owner's context. */
typedef void (*MgrSchedulerTrimFunc)  (gpointer    user_data);

/* Writes down what was decided; any thread. */
typedef void (*MgrSchedulerNoteFunc)  (gpointer    user_data,
                                       const char *text);

/* A place where tasks run. */
typedef struct
{
  MgrExecutor *executor;    /* (owned) */
  char *name;               /* (owned): asked once, as it may be the program's own code */
  MgrExecutorFlags flags;
  guint slots;              /* 0: as many as memory allows */
  guint n_running;          /* guarded by the lock of the scheduler */
} MgrSchedulerPlace;

/* What a component has tasks in. */
typedef struct
{
  MgrScheduleShare share;   /* first: the items point to it */
  MgrComponent *component;  /* (owned) (nullable): %NULL for what runs elsewhere */
} MgrSchedulerPart;

struct _MgrScheduler
{
  GObject parent_instance;

  MgrClock *clock;              /* (owned) */
  MgrComponent *root;           /* (owned) */
  MgrPressureMonitor *monitor;  /* (owned) (nullable) */
  MgrMemoryLimits *limits;      /* (owned) (nullable) */
  GMainContext *context;        /* (owned), where signals are emitted */
  MgrTaskList *list;            /* (owned): owner's context only */
  GSource *watch;               /* (owned): looks after what runs and waits */
  MgrSchedulerTrimFunc trim;
  MgrSchedulerNoteFunc note;
  gpointer hook_data;           /* (unowned) */

  GMutex lock;                  /* guards what follows; no foreign code runs under it */
  MgrScheduleCore *core;        /* (owned) */
  GPtrArray *parts;             /* (owned) (element-type MgrSchedulerPart) */
  GPtrArray *places;            /* (owned) (element-type MgrSchedulerPlace) */
  GPtrArray *came;              /* (owned) (element-type MgrTask): not in the list yet */
  GPtrArray *ended;             /* (owned) (element-type MgrTask): nobody was told yet */
  MgrTaskEstimates *estimates;  /* (owned) */
  MgrWaitTimes waits;
  MgrSchedulerFigures figures;
  guint64 n_unfinished;
  guint64 n_deadlines;          /* unfinished tasks that have one */
  guint n_answered;             /* of ended: who waits for them was answered */
  gint64 measured_at;           /* µs: when available was last measured */
  guint64 available;            /* bytes */
  guint64 headroom;             /* bytes that stay free */
  gint64 blocked_since;         /* µs; 0: nothing is stuck */
  gint64 stall_time;            /* µs */
  gint64 level_since;           /* µs: since when the level is what it is */
  MgrPressureLevel level;
  gint64 ageing_bound;          /* µs */
  MgrScheduleStrategy strategy;
  MgrSpillPolicy spill;
  guint8 stall_step;            /* how far the way out of a stall was gone */
  guint8 armed : 1;             /* the watch will look again */
  guint8 telling : 1;         /* the owner will look at came and ended */
  guint8 learns : 1;
  guint8 paused : 1;
  guint8 preempts : 1;
  guint8 forced : 1;          /* the first may start though measured memory lacks */
  guint8 closed : 1;
};

MgrScheduler *mgr_scheduler_new                (MgrComponent          *root,
                                                MgrPressureMonitor    *monitor,
                                                MgrMemoryLimits       *limits,
                                                MgrClock              *clock) G_GNUC_WARN_UNUSED_RESULT;
void          mgr_scheduler_set_hooks          (MgrScheduler          *self,
                                                MgrSchedulerTrimFunc   trim,
                                                MgrSchedulerNoteFunc   note,
                                                gpointer               user_data);

/* The manager is gone: what waits is withdrawn, what runs is cancelled. */
void          mgr_scheduler_close              (MgrScheduler          *self);

/* Any thread, no lock held: starts all that may start. */
void          mgr_scheduler_dispatch           (MgrScheduler          *self);

void          mgr_scheduler_attempt_measured   (MgrScheduler          *self,
                                                MgrTaskAttempt        *attempt,
                                                guint64                bytes);
void          mgr_scheduler_attempt_finished   (MgrScheduler          *self,
                                                MgrTaskAttempt        *attempt,
                                                MgrTaskReason          reason,
                                                int                    exit_status,
                                                const GError          *error);
guint64       mgr_scheduler_get_grant_of       (MgrTask               *task);

/* With the lock held. */
MgrSchedulerPlace *mgr_scheduler_find_place    (MgrScheduler          *self,
                                                MgrTask               *task,
                                                GError               **error);
MgrSchedulerPart  *mgr_scheduler_find_part     (MgrScheduler          *self,
                                                MgrTask               *task,
                                                MgrSchedulerPlace     *place,
                                                GError               **error);
guint64            mgr_scheduler_choose_grant  (MgrScheduler          *self,
                                                MgrTask               *task);
void               mgr_scheduler_learn         (MgrScheduler          *self,
                                                MgrTask               *task,
                                                gint64                 now);
/* @task will not run again; nor will what depends on it, unless it was done. */
void               mgr_scheduler_finish        (MgrScheduler          *self,
                                                MgrTask               *task,
                                                MgrTaskReason          reason,
                                                const GError          *error);
/* What it depends on is done. */
void               mgr_scheduler_enqueue       (MgrScheduler          *self,
                                                MgrTask               *task);

/* No lock held: the owner tells of what came and ended; who waits is answered. */
void               mgr_scheduler_tell          (MgrScheduler          *self);
/* In the owner's context, no lock held. */
void               mgr_scheduler_emit_finished (MgrScheduler          *self,
                                                MgrTask               *task);
void               mgr_scheduler_say_stalled   (MgrScheduler          *self,
                                                const char            *evidence);
void               mgr_scheduler_note          (MgrScheduler          *self,
                                                const char            *format,
                                                ...) G_GNUC_PRINTF (2, 3);

/* The source that looks after tasks: made in the owner's context, armed from any. */
GSource           *mgr_scheduler_watch_new     (MgrScheduler          *self);
void               mgr_scheduler_watch_arm     (MgrScheduler          *self);

/* No lock held: cancels an attempt; kills it where it was told so before. */
void               mgr_scheduler_end_attempt   (MgrScheduler          *self,
                                                MgrTaskAttempt        *attempt,
                                                gboolean               kill);

G_END_DECLS
