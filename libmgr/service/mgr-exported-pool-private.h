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

/* Shows @pool as org.libmgr.Pool1. */
MgrExportedPool *mgr_exported_pool_new         (MgrPool    *pool);

/* The object path of the pool called @name. */
char            *mgr_exported_pool_object_path (const char *name);

G_END_DECLS
