/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-proc-file-private.h"

G_BEGIN_DECLS

/* Reads MemTotal and MemAvailable in bytes; available is never more than total. */
gboolean mgr_meminfo_read (MgrProcFile  *file,
                           guint64      *out_total,
                           guint64      *out_available,
                           GError      **error);

G_END_DECLS
