/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-slurm-request-private.h"
#include "schedule/mgr-slurm-words-private.h"

G_BEGIN_DECLS

/* A way to speak to Slurm. It is used by one thread at a time, and may take long. */
typedef struct _MgrSlurmPort MgrSlurmPort;

struct _MgrSlurmPort
{
  /* Whether it is there, and of a version that is understood. */
  MgrSlurmOutcome (*probe)  (MgrSlurmPort           *self,
                             GError                **error);
  /* @id: (out) (transfer full): the number of the job */
  MgrSlurmOutcome (*submit) (MgrSlurmPort           *self,
                             const MgrSlurmRequest  *request,
                             char                  **id,
                             GError                **error);
  /* @rows: (out) (transfer full) (element-type MgrSlurmRow): all jobs of this user */
  MgrSlurmOutcome (*list)   (MgrSlurmPort           *self,
                             GPtrArray             **rows,
                             GError                **error);
  /* A job that has ended is no error. */
  MgrSlurmOutcome (*cancel) (MgrSlurmPort           *self,
                             const char * const     *ids,
                             gboolean                kill,
                             GError                **error);
  void            (*free)   (MgrSlurmPort           *self);
};

/* By the programs of Slurm in @folder, or of the PATH. @partition and @options, of
 * sbatch, may be %NULL. */
MgrSlurmPort *mgr_slurm_commands_new (const char         *folder,
                                      const char         *partition,
                                      const char * const *options) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
