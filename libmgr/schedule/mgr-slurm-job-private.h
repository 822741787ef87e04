/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-slurm-files-private.h"
#include "schedule/mgr-slurm-words-private.h"
#include "schedule/mgr-task-attempt-private.h"

G_BEGIN_DECLS

/* How far a job was to be ended. */
typedef enum
{
  MGR_SLURM_GO_ON,
  MGR_SLURM_STOP,
  MGR_SLURM_KILL,
} MgrSlurmEnding;

/* An attempt, and the job that it is. Only the worker's thread knows it. */
typedef struct
{
  MgrTaskAttempt *attempt;  /* (owned) */
  MgrSlurmClaim *claim;     /* (owned) (nullable): until it is first submitted */
  char *output_path;        /* (owned) (nullable): what the job says, until it is first submitted */
  gint64 failing_since;     /* µs: since when no poll told of it; 0: the last one did */
  guint n_missing;          /* polls in a row that did not show it */
  gboolean unsure;          /* it may have been taken: a poll will tell */
  MgrSlurmEnding asked;     /* what was asked of us */
  MgrSlurmEnding told;      /* what Slurm was told */
} MgrSlurmJob;

MgrSlurmJob *mgr_slurm_job_new      (MgrTaskAttempt       *attempt) G_GNUC_WARN_UNUSED_RESULT;
void         mgr_slurm_job_free     (MgrSlurmJob          *self);

/* Whether Slurm has it, as far as is known. */
gboolean     mgr_slurm_job_is_taken (const MgrSlurmJob    *self);

/* Tells how it ended, by what Slurm says and by what the wrapper wrote. What was said last
 * is part of the error. */
void         mgr_slurm_job_report   (MgrSlurmJob          *self,
                                     const char           *state,
                                     int                   status,
                                     const MgrSlurmStatus *measured);

/* Tells that Slurm no longer knows it: what the wrapper wrote is all there is. */
void         mgr_slurm_job_report_missing (MgrSlurmJob          *self,
                                           const MgrSlurmStatus *measured);

G_END_DECLS
