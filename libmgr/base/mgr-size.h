/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-error.h"

G_BEGIN_DECLS

MGR_AVAILABLE_IN_1_0
gboolean mgr_size_parse  (const char  *text,
                          guint64     *out_bytes,
                          GError     **error);

MGR_AVAILABLE_IN_1_0
char    *mgr_size_format (guint64      bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
