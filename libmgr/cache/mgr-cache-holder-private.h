/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-number-private.h"
#include "cache/mgr-cache-tags-private.h"

G_BEGIN_DECLS

/* A use moves the end of an idle entry only where that is by more than this part. */
#define MGR_CACHE_IDLE_SHARE 16

/* What only some entries have. */
typedef struct
{
  gint64 idle;        /* µs, 0 for none */
  gint64 deadline;    /* µs: not even a use goes beyond it; 0 for none */
  gint64 extended;    /* atomic: the deadline that the core was told of */
  gboolean is_failure; /* the value is a GError: a load that failed */
  GPtrArray *tags;    /* (owned) (nullable) (element-type MgrCacheTag) */
} MgrCacheLease;

/* A value in a cache, which those who got it may hold for longer than the cache. One is made
 * for a number when somebody wants to hold it. */
typedef struct
{
  gint ref_count;       /* atomic: without a call for each use of the cache */
  guint32 uses;         /* atomic: as far as they are tracked */
  GValue value;         /* (owned), never changes */
  gint64 note;          /* that of the number it was made for; 0 where it is kept itself */
  guint64 ticket;       /* for the second tier, of who has evicted it; 0 for none */
  gint64 created;       /* µs by the clock of the cache, never changes */
  gint64 used;          /* atomic: µs, as far as uses are tracked */
  MgrCacheLease *lease; /* (owned) (nullable), never changes */
} MgrCacheHolder;

/* @value: is copied
 * @lease: (transfer full) (nullable) */
MgrCacheHolder *mgr_cache_holder_new     (const GValue   *value,
                                          gint64          now,
                                          MgrCacheLease  *lease);
/* @value: (transfer full): as the core has it */
MgrCacheHolder *mgr_cache_holder_take    (MgrCacheValue   value);
/* As the core has it. */
MgrCacheValue   mgr_cache_holder_get_kept (const MgrCacheHolder *self);
gpointer        mgr_cache_holder_ref     (gpointer        holder);
void            mgr_cache_holder_unref   (gpointer        holder);

/* @value: not initialised */
void            mgr_cache_holder_copy_value (const MgrCacheHolder *self,
                                             GValue               *value);
gboolean        mgr_cache_holder_is_valid (const MgrCacheHolder *self);
gboolean        mgr_cache_holder_is_failure (const MgrCacheHolder *self);

/* Bytes of the holder itself. */
gsize           mgr_cache_holder_get_overhead (const MgrCacheHolder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCacheHolder, mgr_cache_holder_unref)

G_END_DECLS
