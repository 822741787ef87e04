/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-task-attempt-private.h"

G_BEGIN_DECLS

/* What Slurm is asked to run. */
typedef struct
{
  char *name;         /* (owned) */
  char *token;        /* (owned): by which it is found again */
  char *script;       /* (owned) */
  char *directory;    /* (owned) */
  char *output_path;  /* (owned): of the job; what the task names is opened by the script */
  guint64 memory;     /* MiB */
  guint nice;
  gint64 deadline;    /* seconds from now; 0 for none */
  gint64 minutes;     /* for how long it may run; 0 for as long as it takes */
  gint64 minutes_min; /* with a deadline: it may still begin where so much is left */
  gboolean requeue;   /* it may be begun anew after it made room, or its node failed */
} MgrSlurmRequest;

/* @wrapper, where a node has it, writes what becomes of the command to @status_path. What the
 * job says goes to @output_path: all of it, but of a task that names a file for its output
 * only why that, or what else it names, cannot be had. */
MgrSlurmRequest *mgr_slurm_request_new          (MgrTaskAttempt   *attempt,
                                                 const char       *token,
                                                 const char       *wrapper,
                                                 const char       *status_path,
                                                 const char       *output_path,
                                                 gint64            now) G_GNUC_WARN_UNUSED_RESULT;
void             mgr_slurm_request_free         (MgrSlurmRequest  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSlurmRequest, mgr_slurm_request_free)

G_END_DECLS
