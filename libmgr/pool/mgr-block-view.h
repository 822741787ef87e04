/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_BLOCK_VIEW (mgr_block_view_get_type ())

typedef struct _MgrBlockView MgrBlockView;

MGR_AVAILABLE_IN_1_0
GType         mgr_block_view_get_type    (void) G_GNUC_CONST;
MGR_AVAILABLE_IN_1_0
MgrBlockView *mgr_block_view_ref         (MgrBlockView *self);
MGR_AVAILABLE_IN_1_0
void          mgr_block_view_unref       (MgrBlockView *self);

MGR_AVAILABLE_IN_1_0
guint64       mgr_block_view_get_id      (MgrBlockView *self);
MGR_AVAILABLE_IN_1_0
gpointer      mgr_block_view_get_data    (MgrBlockView *self);
MGR_AVAILABLE_IN_1_0
gsize         mgr_block_view_get_address (MgrBlockView *self);
MGR_AVAILABLE_IN_1_0
gsize         mgr_block_view_get_size    (MgrBlockView *self);
MGR_AVAILABLE_IN_1_0
GBytes       *mgr_block_view_get_bytes   (MgrBlockView *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBlockView, mgr_block_view_unref)

G_END_DECLS
