/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "cache/mgr-cache-store.h"

G_BEGIN_DECLS

#define MGR_TYPE_REDIS_STORE (mgr_redis_store_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrRedisStore, mgr_redis_store, MGR, REDIS_STORE, GObject)

MGR_AVAILABLE_IN_1_0
MgrRedisStore *mgr_redis_store_new         (const char     *uri,
                                            const char     *prefix,
                                            GError        **error);

MGR_AVAILABLE_IN_1_0
const char    *mgr_redis_store_get_address (MgrRedisStore  *self);

MGR_AVAILABLE_IN_1_0
const char    *mgr_redis_store_get_prefix  (MgrRedisStore  *self);

MGR_AVAILABLE_IN_1_0
gint64         mgr_redis_store_get_timeout (MgrRedisStore  *self);

MGR_AVAILABLE_IN_1_0
void           mgr_redis_store_set_timeout (MgrRedisStore  *self,
                                            gint64          timeout);

G_END_DECLS
