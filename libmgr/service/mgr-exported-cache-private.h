/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache.h"
#include "mgr-bus-generated.h"

G_BEGIN_DECLS

#define MGR_TYPE_EXPORTED_CACHE (mgr_exported_cache_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedCache, mgr_exported_cache,
                      MGR, EXPORTED_CACHE, MgrBusCache1Skeleton)

/* Shows a cache as org.libmgr.Cache1, for mgr_bus_list_new(). */
GDBusObjectSkeleton *mgr_exported_cache_new_object (gpointer cache);

G_END_DECLS
