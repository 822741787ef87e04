/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "ledger/mgr-component.h"
#include "schedule/mgr-task-private.h"

G_BEGIN_DECLS

struct _MgrTaskAttempt
{
  gatomicrefcount ref_count;

  MgrTask *task;                /* (owned) */
  MgrScheduler *scheduler;      /* (owned) */
  guint number;                 /* from 1 */
  guint64 grant;                /* bytes */
  MgrComponent *component;      /* (owned) (nullable), in which it is reserved */
  guint64 reservation;          /* the id of that; 0 for none */
  GCancellable *cancellable;    /* (owned) */
  int ended;                    /* atomic */

  GMutex lock;                  /* guards what follows */
  gpointer data;                /* (owned) (nullable), of the executor */
  GDestroyNotify free_data;
};

MgrTaskAttempt *mgr_task_attempt_new      (MgrScheduler    *scheduler,
                                           MgrTask         *task,
                                           guint            number,
                                           guint64          grant) G_GNUC_WARN_UNUSED_RESULT;

/* What the executor keeps with it. */
void            mgr_task_attempt_set_data (MgrTaskAttempt  *self,
                                           gpointer         data,
                                           GDestroyNotify   free_data);
gpointer        mgr_task_attempt_get_data (MgrTaskAttempt  *self);

/* Runs the function of the task in the calling thread, and reports how it ended. */
void            mgr_task_attempt_run      (MgrTaskAttempt  *self);

G_END_DECLS
