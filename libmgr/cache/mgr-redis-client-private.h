/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "cache/mgr-cache-store-statistics-private.h"
#include "cache/mgr-redis-address-private.h"

G_BEGIN_DECLS

/* What a Redis store does, in terms of commands: it counts, and remembers what could not
 * be removed. Calls fail only where they are cancelled; see MgrCacheStore for what they
 * return. All functions may be called from any thread. */
typedef struct _MgrRedisClient MgrRedisClient;

/* @address: (transfer full) */
MgrRedisClient *mgr_redis_client_new         (MgrRedisAddress       *address,
                                              const char            *prefix,
                                              MgrClock              *clock);
void            mgr_redis_client_free        (MgrRedisClient        *self);

/* µs; it is 0 until it is set. Returns whether it was another. */
gboolean        mgr_redis_client_set_timeout (MgrRedisClient        *self,
                                              gint64                 timeout);
gint64          mgr_redis_client_get_timeout (MgrRedisClient        *self);

/* Returns: (transfer full) (nullable) */
GBytes         *mgr_redis_client_load        (MgrRedisClient        *self,
                                              GBytes                *key,
                                              gint64                *ttl,
                                              GCancellable          *cancellable,
                                              GError               **error);

gboolean        mgr_redis_client_store       (MgrRedisClient        *self,
                                              GBytes                *key,
                                              GBytes                *value,
                                              gint64                 ttl,
                                              GCancellable          *cancellable,
                                              GError               **error);

gboolean        mgr_redis_client_remove      (MgrRedisClient        *self,
                                              GBytes                *key,
                                              GCancellable          *cancellable,
                                              GError               **error);

gboolean        mgr_redis_client_clear       (MgrRedisClient        *self,
                                              GCancellable          *cancellable,
                                              GError               **error);

void            mgr_redis_client_get_figures (MgrRedisClient        *self,
                                              MgrCacheStoreFigures  *figures);

/* Returns: (transfer full) (nullable) */
char           *mgr_redis_client_dup_problem (MgrRedisClient        *self);

G_END_DECLS
