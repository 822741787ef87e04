/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-enums.h"

G_BEGIN_DECLS

/* A key as it is asked for. What it names has to live as long as it is used. */
typedef struct
{
  MgrCacheKeyType type;
  guint32 hash;
  union
  {
    gint64 number;
    const char *text; /* (unowned) */
    GBytes *bytes;    /* (unowned) */
  };
} MgrCacheKey;

/* A key as it is kept: its type is that of the cache. */
typedef union
{
  gint64 number;
  char *text;    /* (owned) */
  GBytes *bytes; /* (owned) */
} MgrCacheKeyData;

/* Keys of different caches have different hashes, by @seed, so nobody can make many
 * keys of one hash. */
MgrCacheKey     mgr_cache_key_string (guint64            seed,
                                      const char        *text);
MgrCacheKey     mgr_cache_key_bytes  (guint64            seed,
                                      GBytes            *bytes);
gboolean        mgr_cache_key_equals (const MgrCacheKey *self,
                                      MgrCacheKeyData    data);
MgrCacheKeyData mgr_cache_key_copy_far (const MgrCacheKey *self);
MgrCacheKeyData mgr_cache_key_data_copy (MgrCacheKeyType type,
                                         MgrCacheKeyData data);
void            mgr_cache_key_data_free (MgrCacheKeyType type,
                                         MgrCacheKeyData data);

/* The finalizer of SplitMix64, by Sebastiano Vigna, with its constants. */
static inline guint64
mgr_cache_key_mix (guint64 bits)
{
  bits = (bits ^ (bits >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

static inline MgrCacheKey
mgr_cache_key_int64 (guint64 seed,
                     gint64  number)
{
  guint64 bits = ((guint64) number ^ seed) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);

  bits = (bits ^ (bits >> 32)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (MgrCacheKey) {
    .type = MGR_CACHE_KEY_TYPE_INT64,
    .hash = (guint32) (bits >> 32),
    .number = number,
  };
}

static inline MgrCacheKeyData
mgr_cache_key_copy (const MgrCacheKey *self)
{
  if (self->type == MGR_CACHE_KEY_TYPE_INT64)
    return (MgrCacheKeyData) { .number = self->number };

  return mgr_cache_key_copy_far (self);
}

G_END_DECLS
