/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "journal/mgr-journal.h"
#include "journal/mgr-journal-tally-private.h"
#include "ledger/mgr-component-private.h"
#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-monitor.h"
#include "schedule/mgr-schedule-core-private.h"
#include "schedule/mgr-schedule-victim-private.h"
#include "schedule/mgr-scheduler-statistics-private.h"
#include "schedule/mgr-scheduler.h"
#include "schedule/mgr-task-attempt-private.h"
#include "schedule/mgr-estimate-file-private.h"
#include "schedule/mgr-task-estimates-private.h"
#include "schedule/mgr-task-list-private.h"
#include "schedule/mgr-wait-times-private.h"

G_BEGIN_DECLS

/* Gives back what can be given back, in the owner's context. */
typedef void (*MgrSchedulerTrimFunc)  (gpointer      user_data);

/* Has others begin to make room for @size in @component, in the owner's context. */
typedef void (*MgrSchedulerRoomFunc)  (MgrComponent *component,
                                       guint64       size,
                                       gpointer      user_data);

/* A place where tasks run. */
typedef struct
{
  MgrExecutor *executor;    /* (owned) */
  char *name;               /* (owned): asked once, as it may be the program's own code */
  MgrExecutorFlags flags;
  guint slots;              /* 0: as many as memory allows */
  guint n_running;          /* guarded by the lock of the scheduler */
  gboolean last;            /* used where no other fits */
} MgrSchedulerPlace;

/* What a component has tasks in, for each place where they run. */
typedef struct
{
  MgrScheduleShare share;   /* first: the items point to it */
  guint64 limit;            /* bytes: what those that wait here were last held against */
  MgrSchedulerPlace *place; /* (unowned) */
  MgrComponent *component;  /* (owned) (nullable): %NULL for what runs elsewhere */
  gboolean gone;            /* that was removed: none of it starts again */
} MgrSchedulerPart;

/* What no task that runs has, and who comes next needs. */
typedef struct
{
  MgrSchedulerPart *part;   /* (unowned) (nullable): NULL if nothing is lacking */
  guint64 bytes;
  gint64 asked;             /* µs: when others were last asked for room */
} MgrSchedulerLack;

struct _MgrScheduler
{
  GObject parent_instance;

  MgrClock *clock;              /* (owned) */
  MgrComponent *root;           /* (owned) */
  MgrPressureMonitor *monitor;  /* (owned) (nullable) */
  MgrMemoryLimits *limits;      /* (owned) (nullable) */
  GMainContext *context;        /* (owned), where signals are emitted */
  GThread *thread;              /* (unowned): the owner's, only to compare */
  MgrTaskList *list;            /* (owned): owner's context only */
  GSource *watch;               /* (owned): looks after what runs and waits */
  MgrSchedulerTrimFunc trim;
  MgrSchedulerRoomFunc make_room;
  gpointer cleaning_data;       /* (unowned), of both */
  MgrJournal *journal;          /* (owned) (nullable) */
  MgrJournalTally *tally;       /* (owned), of what is written there */

  GMutex lock;                  /* guards what follows; no foreign code runs under it */
  MgrScheduleCore *core;        /* (owned) */
  GPtrArray *parts;             /* (owned) (element-type MgrSchedulerPart) */
  GPtrArray *places;            /* (owned) (element-type MgrSchedulerPlace) */
  GPtrArray *came;              /* (owned) (element-type MgrTask): not in the list yet */
  GPtrArray *ended;             /* (owned) (element-type MgrTask): nobody was told yet */
  GPtrArray *to_answer;         /* (owned) (element-type MgrTask): of those, what is waited for */
  MgrTaskEstimates *estimates;  /* (owned) */
  GString *key;                 /* (owned): the one that was last looked for there */
  GString *count_key;           /* (owned): the one that was last counted */
  char *estimates_path;         /* (owned) (nullable) */
  MgrEstimateFile *file;        /* (owned) (nullable): where estimates are kept */
  gint64 kept_at;               /* µs: when they last were */
  GCond kept;                   /* keeping has become false */
  GHashTable *pending;          /* (owned) (element-type MgrTask): wait for others */
  MgrWaitTimes waits;
  MgrSchedulerFigures figures;
  guint64 n_unfinished;
  GHashTable *dated;            /* (owned) (element-type MgrTask): unfinished, with a deadline */
  gint64 measured_at;           /* µs: when available was last measured */
  guint64 available;            /* bytes */
  guint64 headroom;             /* bytes that stay free */
  gint64 blocked_since;         /* µs; 0: nothing is stuck */
  gint64 looked_at;             /* µs of the machine: when the watch last did its work */
  MgrSchedulerLack lack;        /* of who comes next */
  gint64 stall_time;            /* µs */
  MgrScheduleVerdict blocked_by; /* what is in the way and not of tasks */
  gint64 level_since;           /* µs: since when the level is what it is */
  MgrPressureLevel level;
  gint64 ageing_bound;          /* µs */
  MgrScheduleStrategy strategy; /* as it was set */
  MgrScheduleStrategy active;   /* as it is used */
  MgrSpillPolicy spill;
  gint64 spill_wait;            /* µs */
  guint64 stall_entry;          /* in the journal, of the stall that lasts; or 0 */
  guint8 stall_step;            /* how far the way out of a stall was gone */
  guint8 armed : 1;             /* the watch will look again */
  guint8 telling : 1;         /* the owner will look at came and ended */
  guint8 learns : 1;
  guint8 keeping : 1;         /* a thread writes estimates down */
  guint8 in_trouble : 1;      /* they could not be written down */
  guint8 paused : 1;
  guint8 preempts : 1;
  guint8 adaptive : 1;        /* pressure may choose the strategy */
  guint8 forced : 1;          /* one at a time may run though measured memory lacks */
  guint8 closed : 1;
};

MgrScheduler *mgr_scheduler_new                (MgrComponent          *root,
                                                MgrPressureMonitor    *monitor,
                                                MgrMemoryLimits       *limits,
                                                MgrClock              *clock) G_GNUC_WARN_UNUSED_RESULT;
void          mgr_scheduler_set_cleaning       (MgrScheduler          *self,
                                                MgrSchedulerTrimFunc   trim,
                                                MgrSchedulerRoomFunc   make_room,
                                                gpointer               user_data);
void          mgr_scheduler_set_journal        (MgrScheduler          *self,
                                                MgrJournal            *journal);

/* What the program adds itself is preferred to @executor, whenever that is. */
void          mgr_scheduler_prefer_others      (MgrScheduler          *self,
                                                MgrExecutor           *executor);

/* Any thread, no lock held: @component is no longer there, and what waits for its memory
 * ends. */
void          mgr_scheduler_component_removed  (MgrScheduler          *self,
                                                MgrComponent          *component);

/* The manager is gone: what waits is withdrawn, what runs is cancelled. */
void          mgr_scheduler_close              (MgrScheduler          *self);

/* Any thread, no lock held: where it runs, which stays as long as the scheduler does. */
MgrSchedulerPlace *mgr_scheduler_get_place     (MgrScheduler          *self,
                                                MgrTaskAttempt        *attempt);

/* Any thread, no lock held: starts all that may start. */
void          mgr_scheduler_dispatch           (MgrScheduler          *self);

/* With the lock held: @first cannot start for @verdict, or none waits. */
void          mgr_scheduler_note_lack          (MgrScheduler          *self,
                                                const MgrScheduleItem *first,
                                                MgrScheduleVerdict     verdict);
/* In the owner's context, no lock held: has others make room, now and then, for what
 * would not be there either if all that run ended. */
void          mgr_scheduler_ask_for_room       (MgrScheduler          *self,
                                                gint64                 now);

/* With the lock held, after what runs or what that takes has changed: what was promised is
 * no sign of pressure. */
static inline void
mgr_scheduler_say_promised (MgrScheduler *self)
{
  mgr_component_set_promised (self->root, mgr_schedule_core_get_whole (self->core)->promised);
}

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
MgrScheduleMoment  mgr_scheduler_get_moment    (MgrScheduler          *self);
MgrSchedulerPlace *mgr_scheduler_find_place    (MgrScheduler          *self,
                                                MgrTask               *task,
                                                GError               **error);
MgrSchedulerPlace *mgr_scheduler_find_fitting  (MgrScheduler          *self,
                                                MgrTask               *task,
                                                gboolean               remote);
gboolean           mgr_scheduler_place_is_free (const MgrSchedulerPlace *place);
void               mgr_scheduler_place_free    (gpointer               place);
MgrSchedulerPart  *mgr_scheduler_find_part     (MgrScheduler          *self,
                                                MgrTask               *task,
                                                MgrSchedulerPlace     *place,
                                                GError               **error);
/* The smallest budget on the way up from the component of @task: what is more can never
 * fit. @narrowest is whose that is: (transfer full) (nullable). */
guint64            mgr_scheduler_find_limit    (MgrScheduler          *self,
                                                const MgrTask         *task,
                                                MgrComponent         **narrowest);
void               mgr_scheduler_set_infeasible (MgrScheduler         *self,
                                                const MgrTask         *task,
                                                guint64                grant,
                                                GError               **error);
guint64            mgr_scheduler_choose_grant  (MgrScheduler          *self,
                                                MgrTask               *task);
/* The same for one that was taken in, which is not made infeasible by what was learned. */
guint64            mgr_scheduler_choose_again  (MgrScheduler          *self,
                                                MgrTask               *task);
/* Ends what waits, or has it go elsewhere, where budgets became too small for it. */
void               mgr_scheduler_end_infeasible (MgrScheduler         *self);
/* Forgets components that are gone and in which nothing waits or runs. */
void               mgr_scheduler_drop_parts    (MgrScheduler          *self);
void               mgr_scheduler_learn         (MgrScheduler          *self,
                                                MgrTask               *task,
                                                gint64                 now);
void               mgr_scheduler_expect_duration (MgrScheduler        *self,
                                                MgrTask               *task);
/* No other scheduler takes @task, or what it waits for or is waited for by, from here on. */
gboolean           mgr_scheduler_claim         (MgrScheduler          *self,
                                                MgrTask               *task,
                                                GError               **error);
/* It was refused: what waits for it ends with that. */
void               mgr_scheduler_disclaim      (MgrScheduler          *self,
                                                MgrTask               *task,
                                                const GError          *refusal);
/* Has @task, which was claimed, wait for what it depends on. @failed: how one of those has
 * ended that was not done. */
gboolean           mgr_scheduler_link          (MgrScheduler          *self,
                                                MgrTask               *task,
                                                GError               **failed,
                                                GError               **error);
/* @task will not run again; nor will what depends on it, unless it was done. */
void               mgr_scheduler_finish        (MgrScheduler          *self,
                                                MgrTask               *task,
                                                MgrTaskReason          reason,
                                                const GError          *error);
/* With its component. */
void               mgr_scheduler_finish_homeless (MgrScheduler        *self,
                                                MgrTask               *task);
/* What it depends on is done. */
void               mgr_scheduler_enqueue       (MgrScheduler          *self,
                                                MgrTask               *task);

/* With the lock held: whether there is something to tell. */
gboolean           mgr_scheduler_has_news      (MgrScheduler          *self);
/* No lock held: the owner tells of what came and ended; who waits is answered. */
void               mgr_scheduler_tell          (MgrScheduler          *self);
/* In the owner's context, no lock held. */
void               mgr_scheduler_emit_finished (MgrScheduler          *self,
                                                MgrTask               *task);
void               mgr_scheduler_say_stalled   (MgrScheduler          *self,
                                                const char            *evidence);
/* No lock held: what was learned goes to its file, in a thread now and then, or now. */
void               mgr_scheduler_keep_estimates  (MgrScheduler        *self,
                                                gint64                 now);
void               mgr_scheduler_flush_estimates (MgrScheduler        *self);
void               mgr_scheduler_set_estimates_path (MgrScheduler     *self,
                                                const char            *path);
/* Any thread. */
void               mgr_scheduler_say_misdeclared (MgrScheduler        *self,
                                                MgrTask               *task,
                                                guint64                used);
void               mgr_scheduler_say_active    (MgrScheduler          *self);

/* With the lock held: writes down what was decided. */
void               mgr_scheduler_record_start      (MgrScheduler       *self,
                                                    MgrTask            *task);
void               mgr_scheduler_record_refusal    (MgrScheduler       *self,
                                                    MgrTask            *task,
                                                    const GError       *error);
void               mgr_scheduler_record_preemption (MgrScheduler       *self,
                                                    MgrTask            *task,
                                                    MgrScheduleStep     step,
                                                    gint64              now);
void               mgr_scheduler_record_oom        (MgrScheduler       *self,
                                                    MgrTask            *task,
                                                    guint64             grant,
                                                    gboolean            again);
void               mgr_scheduler_record_misdeclared (MgrScheduler      *self,
                                                    MgrTask            *task,
                                                    guint64             used);
void               mgr_scheduler_record_end        (MgrScheduler       *self,
                                                    MgrTask            *task);
void               mgr_scheduler_record_move       (MgrScheduler       *self,
                                                    MgrTask            *task,
                                                    const char         *executor,
                                                    const char         *why);
/* What is about no task by itself. Returns the number of the entry, or 0. */
guint64            mgr_scheduler_record            (MgrScheduler       *self,
                                                    const char         *event,
                                                    MgrJournalSeverity  severity,
                                                    guint64             cause,
                                                    const char         *format,
                                                    ...) G_GNUC_PRINTF (5, 6);

/* With the lock held: @task, which neither waits in a queue nor runs, goes to a remote
 * executor if there is one for it and the policy allows. */
gboolean           mgr_scheduler_move_away     (MgrScheduler          *self,
                                                MgrTask               *task,
                                                const char            *why);
/* With the lock held: what has waited too long goes where there is a place for it. */
void               mgr_scheduler_spill         (MgrScheduler          *self,
                                                gint64                 now);

/* With the lock held. Returns whether the active strategy has changed. */
gboolean           mgr_scheduler_choose_strategy (MgrScheduler        *self);

/* The source that looks after tasks: made in the owner's context, armed from any. */
GSource           *mgr_scheduler_watch_new     (MgrScheduler          *self);
/* With the lock held: whether it has to be armed. */
gboolean           mgr_scheduler_watch_needed  (MgrScheduler          *self);
/* No lock held, once it has. */
void               mgr_scheduler_watch_arm     (MgrScheduler          *self);
/* What that source does, in the owner's context. */
void               mgr_scheduler_look          (MgrScheduler          *self);
/* A source in @context that does it while the owner's thread blocks and iterates that alone:
 * nothing of the program is called meanwhile, nor signalled. Returns: (transfer full)
 * (nullable): %NULL in any other thread */
GSource           *mgr_scheduler_watch_blocked (MgrScheduler          *self,
                                                GMainContext          *context);

/* No lock held: cancels an attempt; kills it where it was told so before. */
void               mgr_scheduler_end_attempt   (MgrScheduler          *self,
                                                MgrTaskAttempt        *attempt,
                                                gboolean               kill);

G_END_DECLS
