/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-entry.h"
#include "mgrctl.h"

G_BEGIN_DECLS

/* How many points a curve is to have that is printed. */
#define MGRCTL_CACHE_COLUMNS 65

void mgrctl_cache_print  (const MgrctlOptions *options,
                          const CacheEntry    *entry,
                          const CacheCurve    *curve);

/* @entries: (element-type CacheEntry) */
void mgrctl_caches_print (const MgrctlOptions *options,
                          GPtrArray           *entries);

G_END_DECLS
