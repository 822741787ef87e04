/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is kept of the jobs in a folder, so that another program finds them after this one
 * was killed. A lock, which ends with the program, says whose they are. One thread. */
typedef struct _MgrSlurmFiles MgrSlurmFiles;

/* The job of an attempt. */
typedef struct
{
  char *name;        /* (owned): of its files */
  char *token;       /* (owned): in the comment of the job */
  char *id;          /* (owned) (nullable): the number of the job, once it is known */
  gboolean found;    /* another program left it */
  gboolean stopped;  /* and it was to end */
} MgrSlurmClaim;

/* What the wrapper wrote. */
typedef struct
{
  guint64 rss;    /* bytes, of all its processes */
  guint64 peak;   /* bytes */
  gboolean ended;
  int exit_status;
  int signal;     /* 0 for none */
} MgrSlurmStatus;

MgrSlurmFiles *mgr_slurm_files_new        (const char           *folder,
                                           GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           mgr_slurm_files_free       (MgrSlurmFiles        *self);

/* Makes a record of a job that is to be, or takes over the one that a program left. */
MgrSlurmClaim *mgr_slurm_files_claim      (MgrSlurmFiles        *self,
                                           const char           *identity,
                                           GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           mgr_slurm_claim_free       (MgrSlurmClaim        *claim);

/* A new token, for a job that takes the place of the one that was found. */
void           mgr_slurm_files_renew      (MgrSlurmFiles        *self,
                                           MgrSlurmClaim        *claim);
void           mgr_slurm_files_set_id     (MgrSlurmFiles        *self,
                                           MgrSlurmClaim        *claim,
                                           const char           *id);
void           mgr_slurm_files_set_stopped (MgrSlurmFiles       *self,
                                            MgrSlurmClaim       *claim);
/* It has ended. */
void           mgr_slurm_files_forget     (MgrSlurmFiles        *self,
                                           MgrSlurmClaim        *claim);

char          *mgr_slurm_files_get_path   (MgrSlurmFiles        *self,
                                           const MgrSlurmClaim  *claim,
                                           const char           *suffix) G_GNUC_WARN_UNUSED_RESULT;
gboolean       mgr_slurm_files_get_status (MgrSlurmFiles        *self,
                                           const MgrSlurmClaim  *claim,
                                           MgrSlurmStatus       *status);

/* The numbers of the jobs in @folder whose program is gone. Any thread. */
char         **mgr_slurm_files_list_left  (const char           *folder) G_GNUC_WARN_UNUSED_RESULT;

gboolean       mgr_slurm_parse_status     (const char           *text,
                                           MgrSlurmStatus       *status);

/* At most @size bytes from the end of a file, as UTF-8. Returns: (transfer full) (nullable):
 * %NULL where it cannot be read. Any thread. */
char          *mgr_slurm_files_read_end   (const char           *path,
                                           gsize                 size) G_GNUC_WARN_UNUSED_RESULT;

#define MGR_SLURM_STATUS_SUFFIX ".status"
#define MGR_SLURM_OUTPUT_SUFFIX ".out"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSlurmFiles, mgr_slurm_files_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSlurmClaim, mgr_slurm_claim_free)

G_END_DECLS
