/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-groups.h"

G_BEGIN_DECLS

typedef enum
{
  MGRCTL_FINDING_OK,
  MGRCTL_FINDING_NOTE,     /* well, but good to know */
  MGRCTL_FINDING_MISSING,
} MgrctlFindingState;

typedef struct
{
  MgrctlFindingState state;
  gboolean needed;  /* where this is missing libmgr is of no use */
  char *found;      /* (owned): what there is */
  char *means;      /* (owned): what that is to libmgr */
  char *mend;       /* (owned) (nullable): how it would be better, where it would */
} MgrctlFinding;

/* What the checks look at. */
typedef struct
{
  const char *proc_path;   /* (unowned) */
  const char *cgroup_path; /* (unowned) (nullable): stands for the root directory */
  MgrctlGroups *groups;    /* (owned) */
  char *meminfo;           /* (owned) (nullable): cannot be read */
  char *mounts;            /* (owned) (nullable): cannot be read */
} MgrctlPatient;

typedef MgrctlFinding *(*MgrctlCheckFunc) (const MgrctlPatient *patient);

/* Returns: (transfer full): a finding; @mend may be NULL */
MgrctlFinding *mgrctl_finding_new       (MgrctlFindingState    state,
                                         const char           *found,
                                         const char           *means,
                                         const char           *mend);
void           mgrctl_finding_free      (MgrctlFinding        *self);

/* The checks. */
MgrctlFinding *mgrctl_check_memory      (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_cgroup      (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_limits      (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_rlimits     (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_swap        (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_overcommit  (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_stalls      (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_triggers    (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_bus         (const MgrctlPatient  *patient);
MgrctlFinding *mgrctl_check_gpu         (const MgrctlPatient  *patient);

G_END_DECLS
