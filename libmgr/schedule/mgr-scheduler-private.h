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
#include "schedule/mgr-wait-times-private.h"

G_BEGIN_DECLS

/* Gives back what can be given back, in the owner's context. */
typedef void (*MgrSchedulerTrimFunc)  (gpointer    user_data);

/* Writes down what was decided; any thread. */
typedef void (*MgrSchedulerNoteFunc)  (gpointer    user_data,
                                       const char *subject,
                                       const char *text);

/* A place where tasks run. */
typedef struct
{
  MgrExecutor *executor;    /* (owned) */
  MgrExecutorFlags flags;
  guint slots;              /* 0: as many as memory allows */
  guint n_running;
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
  GListStore *view;             /* (owned) (element-type MgrTask): owner's context only */
  GSource *watch;               /* (owned) (nullable): owner's context only */
  MgrSchedulerTrimFunc trim;
  MgrSchedulerNoteFunc note;
  gpointer hook_data;           /* (unowned) */

  GMutex lock;                  /* guards what follows; no foreign code runs under it */
  MgrScheduleCore *core;        /* (owned) */
  GPtrArray *parts;             /* (owned) (element-type MgrSchedulerPart) */
  GPtrArray *places;            /* (owned) (element-type MgrSchedulerPlace) */
  GHashTable *tasks;            /* (owned) (element-type MgrTask): not finished, by address */
  MgrTaskEstimates *estimates;  /* (owned) */
  MgrWaitTimes waits;
  MgrSchedulerFigures figures;
  guint64 last_id;
  gint64 measured_at;           /* µs: when available was last measured */
  guint64 available;            /* bytes */
  guint64 headroom;             /* bytes that stay free */
  gint64 blocked_since;         /* µs; 0: nothing is stuck */
  gint64 stall_time;            /* µs */
  gint64 level_since;           /* µs: since when the level is what it is */
  MgrPressureLevel level;
  MgrScheduleStrategy strategy;
  MgrScheduleStrategy strategy_now;
  MgrSpillPolicy spill;
  guint8 stall_step;            /* how far the way out of a stall was gone */
  gboolean adaptive : 1;
  gboolean paused : 1;
  gboolean preempts : 1;
  gboolean forced : 1;          /* the first may start though measured memory lacks */
  gboolean closed : 1;
};

MgrScheduler *mgr_scheduler_new                (MgrComponent          *root,
                                                MgrPressureMonitor    *monitor,
                                                MgrMemoryLimits       *limits,
                                                MgrClock              *clock) G_GNUC_WARN_UNUSED_RESULT;
void          mgr_scheduler_set_hooks          (MgrScheduler          *self,
                                                MgrSchedulerTrimFunc   trim,
                                                MgrSchedulerNoteFunc   note,
                                                gpointer               user_data);

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

G_END_DECLS
