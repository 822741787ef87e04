/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-tags-private.h"

#include <glib-object.h>

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

/* A value in a cache, which those who got it may hold for longer than the cache. */
typedef struct
{
  gint ref_count;       /* atomic: without a call for each use of the cache */
  guint32 uses;         /* atomic: as far as they are tracked */
  GValue value;         /* (owned), never changes */
  guint64 ticket;       /* for the second tier, of who has evicted it; 0 for none */
  gint64 created;       /* µs by the clock of the cache, never changes */
  gint64 used;          /* atomic: µs, as far as uses are tracked */
  MgrCacheLease *lease; /* (owned) (nullable), never changes */
} MgrCacheHolder;

/* What is in @value itself, with nothing to copy or to free elsewhere. */
static inline gboolean
mgr_cache_value_is_number (const GValue *value)
{
  return G_VALUE_TYPE (value) >= G_TYPE_CHAR && G_VALUE_TYPE (value) <= G_TYPE_DOUBLE;
}

/* @value: is copied
 * @lease: (transfer full) (nullable) */
MgrCacheHolder *mgr_cache_holder_new     (const GValue   *value,
                                          gint64          now,
                                          MgrCacheLease  *lease);
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
