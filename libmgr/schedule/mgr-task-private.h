/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-schedule-item-private.h"
#include "schedule/mgr-task-attempt.h"

G_BEGIN_DECLS

typedef struct _MgrScheduler MgrScheduler;

/* What a program asked for, of a task for which more than the usual was asked. */
typedef struct
{
  char *executor;           /* (owned) (nullable) */
  char **tags;              /* (owned) (nullable) */
  char **argv;              /* (owned) (nullable): of a command */
  char **environment;       /* (owned) (nullable): the program's own */
  char *directory;          /* (owned) (nullable) */
  char *stdin_path;         /* (owned) (nullable) */
  char *output_path;        /* (owned) (nullable) */
  gint64 timeout;           /* µs; 0 for none */
  GPtrArray *dependencies;  /* (owned) (nullable) (element-type MgrTask) */
  GPtrArray *dependents;    /* (owned) (nullable) (element-type MgrTask): who wait for it */
  gboolean waited_for;      /* others were told to wait for it, submitted or not */
} MgrTaskSetup;

/* What there is of a task that ran or waited for something. */
typedef struct
{
  MgrTaskAttempt *attempt;  /* (owned) (nullable): the one that runs */
  guint64 peak;             /* bytes, the most of any attempt */
  GValue *result;           /* (owned) (nullable): shared, as it is copied without the lock */
  GError *error;            /* (owned) (nullable) */
  int exit_status;
  double progress;          /* 0 to 1 */
  char *message;            /* (owned) (nullable) */
  GSList *waiters;          /* (owned) (element-type GTask) */
  gint64 ended;             /* µs; 0 while it is not finished */
  const char *executor;     /* (unowned) (nullable), interned: where it was, once it is finished */
  guint64 entry;            /* the last about it in the journal, or 0; guarded by the lock
                             * of the scheduler */
} MgrTaskRun;

struct _MgrTask
{
  GObject parent_instance;

  GRefString *name;         /* (owned): one for all of a name, as there may be many */
  GRefString *component;    /* (owned) (nullable): a path; %NULL for the root */
  GMainContext *context;    /* (owned), where signals are emitted */
  MgrTaskFunc func;         /* (nullable): of a closure */
  gpointer user_data;
  GDestroyNotify destroy;
  guint64 memory;           /* bytes asked for; 0: what was learned */

  GMutex lock;              /* taken after that of the scheduler; guards what follows */
  MgrTaskSetup *setup;      /* (owned) (nullable) */
  MgrTaskRun *run;          /* (owned) (nullable) */
  GSequenceIter *listed;    /* (unowned) (nullable), in the list of the scheduler; owner's
                             * context only */
  guint n_pending;          /* dependencies that have not ended */
  guint16 n_attempts;
  guint16 n_errors;
  guint16 max_retries;
  guint8 state;             /* a MgrTaskState */
  guint8 reason;            /* a MgrTaskReason */
  guint8 end_as;            /* a MgrTaskReason: what the attempt that runs is ended for */
  guint8 place;             /* the index of the executor */
  guint8 preemptible : 1;
  guint8 in_owner : 1;      /* its function runs in the owner's context */
  guint8 yields : 1;        /* it was asked to make room */
  gint64 end_since;         /* µs: since when end_as holds */

  MgrScheduleItem item;     /* guarded by the lock of the scheduler, once submitted */
  MgrScheduler *scheduler;  /* (unowned) (nullable), which keeps it until it is finished, and may
                             * be gone then: only to compare */
};

static inline MgrTask *
mgr_task_of_item (MgrScheduleItem *item)
{
  return (MgrTask *) ((char *) item - G_STRUCT_OFFSET (MgrTask, item));
}

/* With the lock held: what is made when it is first needed. */
MgrTaskSetup *mgr_task_get_setup      (MgrTask         *self);
MgrTaskRun   *mgr_task_get_run        (MgrTask         *self);

/* Its scheduler, as long as it waits or runs: one that is finished may outlive it.
 * Returns: (transfer full) (nullable) */
MgrScheduler *mgr_task_ref_scheduler  (MgrTask         *self);

/* A value that goes with its last reference. */
void          mgr_task_result_unref   (GValue          *result);

/* Emits ::state-changed in the owner's context. Any thread, no lock held. */
void          mgr_task_say_state      (MgrTask         *self);
void          mgr_task_say_progress   (MgrTask         *self);

/* Calls back who waits for a task that is finished. No lock held. */
void          mgr_task_answer_waiters (MgrTask         *self);

/* By what it is known to the estimates: its name, the class of its size, and its first
 * tag, in place of what @key holds. Returns (transfer none): that text. */
const char   *mgr_task_write_key      (MgrTask         *self,
                                       GString         *key);

/* Of a command: where it runs, and what two have in common that do the same, which is fit
 * for the name of a file. Both return (transfer full). */
char         *mgr_task_find_directory (MgrTask         *self) G_GNUC_WARN_UNUSED_RESULT;
char         *mgr_task_get_identity   (MgrTask         *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
