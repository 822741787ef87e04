/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "schedule/mgr-slurm-files-private.h"
#include "schedule/mgr-slurm-port-private.h"

G_BEGIN_DECLS

/* A thread that speaks to Slurm for an executor: all its requests come one after the
 * other, and nobody waits for them. */
typedef struct _MgrSlurmWorker MgrSlurmWorker;

typedef struct
{
  char *folder;          /* (owned): of what is kept of jobs */
  char *wrapper;         /* (owned) */
  MgrSlurmPort *port;    /* (owned) */
  MgrClock *clock;       /* (owned): that of deadlines */
  gint64 poll_interval;  /* µs */
  gint64 patience;       /* µs: for how long it is tried to reach Slurm */
  gboolean recovers;     /* takes over jobs that another program left */
} MgrSlurmSettings;

void            mgr_slurm_settings_free (MgrSlurmSettings  *settings);

/* Takes @settings. */
MgrSlurmWorker *mgr_slurm_worker_new    (MgrSlurmSettings  *settings) G_GNUC_WARN_UNUSED_RESULT;

/* The thread ends by itself; jobs go on. May be called in that thread too. */
void            mgr_slurm_worker_free   (MgrSlurmWorker    *self);

/* Any thread. */
void            mgr_slurm_worker_start  (MgrSlurmWorker    *self,
                                         MgrTaskAttempt    *attempt);
void            mgr_slurm_worker_stop   (MgrSlurmWorker    *self,
                                         MgrTaskAttempt    *attempt,
                                         gboolean           kill);

G_END_DECLS
