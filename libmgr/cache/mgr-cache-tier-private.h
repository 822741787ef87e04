/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "cache/mgr-cache-store.h"

G_BEGIN_DECLS

/* What is on its way from a cache to its store, and the thread that brings it there. Nobody
 * who calls this waits for the store, but for mgr_cache_tier_load(). What is on its way is
 * found as if it were there. All functions may be called from any thread. */
typedef struct _MgrCacheTier MgrCacheTier;

/* That somebody looks for a key, and whether that has been overtaken by a change. */
typedef struct _MgrCacheReading MgrCacheReading;

/* More than this is not on its way at one time. */
#define MGR_CACHE_TIER_MAX_BYTES (32 * 1024 * 1024)
#define MGR_CACHE_TIER_MAX_OPS 4096

MgrCacheTier *mgr_cache_tier_new     (MgrCacheStore *store,
                                      MgrClock      *clock);
/* What is on its way arrives still. */
void          mgr_cache_tier_free    (MgrCacheTier  *self);

/* Begins to store something: its bytes come later, by mgr_cache_tier_fill().
 *
 * Returns: a ticket; 0 if there is no room */
guint64       mgr_cache_tier_reserve (MgrCacheTier  *self,
                                      GBytes        *key);
/* Nothing happens if the ticket is out of date.
 *
 * @value: (nullable): %NULL if it is not to be stored after all
 * @deadline: µs by the clock; 0 for none */
void          mgr_cache_tier_fill    (MgrCacheTier  *self,
                                      GBytes        *key,
                                      guint64        ticket,
                                      GBytes        *value,
                                      gint64         deadline);

/* From now on @key is not found, or none is: to be brought to the store once
 * mgr_cache_tier_wake() is called, which may take longer. */
void          mgr_cache_tier_remove  (MgrCacheTier  *self,
                                      GBytes        *key);
void          mgr_cache_tier_clear   (MgrCacheTier  *self);
void          mgr_cache_tier_wake    (MgrCacheTier  *self);

/* To be begun before what is read is looked for. It is current as long as neither
 * mgr_cache_tier_remove() nor mgr_cache_tier_clear() has come for its key. */
MgrCacheReading *mgr_cache_tier_begin_reading (MgrCacheTier          *self,
                                               GBytes                *key);
gboolean         mgr_cache_tier_is_current    (MgrCacheTier          *self,
                                               const MgrCacheReading *reading);
void             mgr_cache_tier_end_reading   (MgrCacheTier          *self,
                                               MgrCacheReading       *reading);

/* @ttl: (out): µs; 0 if it has no end
 *
 * Returns: (transfer full) (nullable): %NULL where it is not there, whatever the reason */
GBytes       *mgr_cache_tier_load    (MgrCacheTier  *self,
                                      GBytes        *key,
                                      gint64        *ttl,
                                      GCancellable  *cancellable);

/* @timeout: µs
 *
 * Returns: whether nothing is on its way any more */
gboolean      mgr_cache_tier_flush   (MgrCacheTier  *self,
                                      gint64         timeout);

G_END_DECLS
