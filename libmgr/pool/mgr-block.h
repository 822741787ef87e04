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

#define MGR_TYPE_BLOCK (mgr_block_get_type ())

typedef struct _MgrBlock MgrBlock;

MGR_AVAILABLE_IN_1_0
GType               mgr_block_get_type        (void) G_GNUC_CONST;
MGR_AVAILABLE_IN_1_0
MgrBlock           *mgr_block_ref             (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
void                mgr_block_unref           (MgrBlock *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_block_get_id          (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
guint64             mgr_block_get_offset      (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
guint64             mgr_block_get_size        (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
const char         *mgr_block_get_description (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
guint               mgr_block_get_priority    (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
const char * const *mgr_block_get_tags        (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
gboolean            mgr_block_get_pinned      (MgrBlock *self);
MGR_AVAILABLE_IN_1_0
gint64              mgr_block_get_last_used   (MgrBlock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBlock, mgr_block_unref)

G_END_DECLS
