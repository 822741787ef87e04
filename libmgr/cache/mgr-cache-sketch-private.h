/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counts how often keys were asked for of late, those included that are not in the
 * cache: a count-min sketch of four rows with counters of four bits. All counters of
 * a key are within one cache line. When ten times as many uses were counted as the
 * cache has room for, all counters are halved.
 *
 * Einziger, Friedman, Manes: TinyLFU, ACM Transactions on Storage 13, 2017. */
typedef struct
{
  guint64 (*blocks)[8]; /* (owned) */
  guint32 n_blocks;
  guint32 n_additions;  /* since the counters were halved */
} MgrCacheSketch;

/* @n_keys is how many may come to be told apart, or 0 where nobody knows: it begins
 * small all the same. */
void  mgr_cache_sketch_init    (MgrCacheSketch       *self,
                                guint64               n_keys);
void  mgr_cache_sketch_clear   (MgrCacheSketch       *self);
/* Makes room to tell @n_keys apart, without forgetting; it never shrinks. */
void  mgr_cache_sketch_reserve (MgrCacheSketch       *self,
                                guint64               n_keys);
void  mgr_cache_sketch_add     (MgrCacheSketch       *self,
                                guint32               hash);
/* Returns: 0 to 15 */
guint mgr_cache_sketch_get     (const MgrCacheSketch *self,
                                guint32               hash);

G_END_DECLS
