/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-standard-pool.h"

G_BEGIN_DECLS

/* Of a block that was pinned for it. */
MgrBlockView *mgr_block_view_new (MgrStandardPool *pool,
                                  guint64          id,
                                  gpointer         data,
                                  gsize            size) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
