/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-schedule-enums.h"

G_BEGIN_DECLS

/* How a request to Slurm went. */
typedef enum
{
  MGR_SLURM_OK,
  MGR_SLURM_REFUSED,  /* and will be again */
  MGR_SLURM_AWAY,     /* nobody heard it */
  MGR_SLURM_FULL,     /* it may be taken later */
  MGR_SLURM_UNSURE,   /* it may have been taken: look before asking again */
} MgrSlurmOutcome;

/* What Slurm says of a job. */
typedef struct
{
  char *id;     /* (owned) */
  char *state;  /* (owned), as PENDING */
  int status;   /* as waitpid() gives it */
  char *token;  /* (owned) (nullable): by which it is known to be ours */
} MgrSlurmRow;

/* What stands before the token in the comment of a job. */
#define MGR_SLURM_COMMENT "libmgr:"

void            mgr_slurm_row_free       (MgrSlurmRow        *row);

/* Reads the lines of squeue, in the format below. Those it cannot read are left out. */
#define MGR_SLURM_FORMAT "JobID:|,State:|,exit_code:|,Comment:|"
GPtrArray      *mgr_slurm_parse_rows     (const char         *text) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full) (nullable): the number of a job, from what sbatch printed. */
char           *mgr_slurm_parse_job_id   (const char         *text) G_GNUC_WARN_UNUSED_RESULT;

/* Reads “slurm 23.11.4” and the like. */
gboolean        mgr_slurm_parse_version  (const char         *text,
                                          guint              *major,
                                          guint              *minor);

/* %MGR_TASK_REASON_NONE while the job has not ended. */
MgrTaskReason   mgr_slurm_judge          (const char         *state,
                                          int                 status);

/* What the errors of a program mean; @error says what would help. */
MgrSlurmOutcome mgr_slurm_classify       (const char         *deed,
                                          const char         *errors,
                                          GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSlurmRow, mgr_slurm_row_free)

G_END_DECLS
