/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-proc-file-private.h"

G_BEGIN_DECLS

/* What meminfo tells, in bytes. */
typedef struct
{
  guint64 total;
  guint64 available;  /* never more than total */
  guint64 anonymous;  /* MGR_NO_LIMIT: not told */
  guint64 swap_total; /* MGR_NO_LIMIT: not told */
  guint64 swap_free;  /* never more than swap_total */
} MgrMeminfo;

gboolean mgr_meminfo_read (MgrProcFile  *file,
                           MgrMeminfo   *meminfo,
                           GError      **error);

G_END_DECLS
