/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-bus-generated.h"
#include "pool/mgr-pool.h"

G_BEGIN_DECLS

#define MGR_TYPE_EXPORTED_POOL (mgr_exported_pool_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedPool, mgr_exported_pool,
                      MGR, EXPORTED_POOL, MgrBusPool1Skeleton)

/* Shows a pool as org.libmgr.Pool1, for mgr_bus_list_new(). */
GDBusObjectSkeleton *mgr_exported_pool_new_object (gpointer pool);

G_END_DECLS
