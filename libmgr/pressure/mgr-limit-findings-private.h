/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-system-files-private.h"

G_BEGIN_DECLS

/* A figure and the rule that gave it. */
typedef struct
{
  guint64 bytes;     /* or MGR_NO_LIMIT: none is known */
  const char *rule;  /* (unowned) (nullable): static */
  const char *place; /* (unowned) (nullable): lasts as long as the files are locked */
} MgrBound;

/* What limits a process, as far as it can be seen. */
typedef struct
{
  MgrBound limit;
  MgrBound soft_limit;
  MgrBound headroom;
  MgrBound swap;      /* what may still be used */
  guint64 swap_limit; /* what may be used at all */
  GString *notes;     /* (owned): sentences about what could not be seen */
} MgrLimitFindings;

/* With the lock of the files held. @rlimits is self/limits, or NULL to ask the kernel
 * itself, which is quicker; @status is self/status. */
void mgr_limit_findings_collect (MgrLimitFindings *self,
                                 MgrSystemFiles   *files,
                                 MgrProcFile      *rlimits,
                                 MgrProcFile      *status);
void mgr_limit_findings_clear   (MgrLimitFindings *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrLimitFindings, mgr_limit_findings_clear)

G_END_DECLS
