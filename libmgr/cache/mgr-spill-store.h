/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "cache/mgr-cache-store.h"

G_BEGIN_DECLS

#define MGR_TYPE_SPILL_STORE (mgr_spill_store_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrSpillStore, mgr_spill_store, MGR, SPILL_STORE, GObject)

MGR_AVAILABLE_IN_1_0
MgrSpillStore *mgr_spill_store_new           (const char    *directory,
                                              guint64        max_bytes);

MGR_AVAILABLE_IN_1_0
const char    *mgr_spill_store_get_directory (MgrSpillStore *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_spill_store_get_max_bytes (MgrSpillStore *self);

MGR_AVAILABLE_IN_1_0
void           mgr_spill_store_set_max_bytes (MgrSpillStore *self,
                                              guint64        max_bytes);

G_END_DECLS
