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

#define MGR_CACHE_SKETCH_MAX 15

/* The finalizer of MurmurHash3, by Austin Appleby, with its constants: the upper half
 * chooses the block, five bits a row choose the counter. */
static inline guint64
mgr_cache_sketch_mix (guint32 hash)
{
  guint64 mixed = (hash + 1) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);

  mixed = (mixed ^ (mixed >> 33)) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return mixed ^ (mixed >> 33);
}

static inline guint64 *
mgr_cache_sketch_block (const MgrCacheSketch *self,
              guint64               mixed)
{
  return self->blocks[((mixed >> 32) * self->n_blocks) >> 32];
}

/* Five bits of the hash a row: which of its two words, and which counter of that. */
static inline guint64 *
mgr_cache_sketch_word (guint64 *block,
          guint64  mixed,
          guint    row)
{
  return &block[2 * row + (mixed >> (5 * row) & 1)];
}

static inline guint
mgr_cache_sketch_shift (guint64 mixed,
           guint   row)
{
  return (guint) (mixed >> (5 * row + 1) & 15) * 4;
}

static inline guint
mgr_cache_sketch_row (guint64 *block,
         guint64  mixed,
         guint    row)
{
  return (guint) (*mgr_cache_sketch_word (block, mixed, row) >> mgr_cache_sketch_shift (mixed, row)) & MGR_CACHE_SKETCH_MAX;
}

/* Returns: 0 to 15 */
static inline guint
mgr_cache_sketch_get (const MgrCacheSketch *self,
                      guint32               hash)
{
  guint64 mixed = mgr_cache_sketch_mix (hash);
  guint64 *block = mgr_cache_sketch_block (self, mixed);

  return MIN (MIN (mgr_cache_sketch_row (block, mixed, 0), mgr_cache_sketch_row (block, mixed, 1)),
              MIN (mgr_cache_sketch_row (block, mixed, 2), mgr_cache_sketch_row (block, mixed, 3)));
}

G_END_DECLS
