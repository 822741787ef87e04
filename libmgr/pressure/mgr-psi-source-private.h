/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-proc-file-private.h"
#include "pressure/mgr-psi-source.h"

G_BEGIN_DECLS

/* A pressure file must not be read more often than this. Each read consumes the
 * update that would have fired other programs' triggers on it: at 10 ms they starve,
 * at 250 ms they do not. */
#define MGR_PSI_READ_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

/* Reads `total=` of the line `some`, in µs. */
gboolean mgr_psi_read_total (MgrProcFile  *file,
                             guint64      *out_total,
                             GError      **error);

G_END_DECLS
