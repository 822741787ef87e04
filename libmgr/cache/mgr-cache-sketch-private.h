/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counts how often keys were asked for of late, those included that are not in the
 * cache: a count-min sketch of four rows with counters of four bits. All counters of
 * a key are within one cache line. When as many uses were counted as make ten for each
 * key of a full block, all counters are halved.
 *
 * Einziger, Friedman, Manes: TinyLFU, ACM Transactions on Storage 13, 2017. */
typedef struct
{
  guint32 (*blocks)[16]; /* (owned) */
  guint32 n_blocks;
  guint32 n_additions;   /* since the counters were halved */
} MgrCacheSketch;

/* @n_keys is how many may come to be told apart, or 0 where nobody knows: it begins
 * small all the same. */
void  mgr_cache_sketch_init    (MgrCacheSketch       *self,
                                guint64               n_keys);
void  mgr_cache_sketch_clear   (MgrCacheSketch       *self);
/* Makes room to tell twice as many keys apart, without forgetting; it never shrinks. */
void  mgr_cache_sketch_double  (MgrCacheSketch       *self);
void  mgr_cache_sketch_add     (MgrCacheSketch       *self,
                                guint32               hash);

/* Of so many keys a block tells: where they are few, the memory does not matter, and one
 * key that is taken for another does. */
#define MGR_CACHE_SKETCH_KEYS 8
#define MGR_CACHE_SKETCH_KEYS_OF_FEW 4
#define MGR_CACHE_SKETCH_FEW 32768

#define MGR_CACHE_SKETCH_MAX 15

static inline guint
mgr_cache_sketch_density (guint64 n_keys)
{
  return n_keys <= MGR_CACHE_SKETCH_FEW ? MGR_CACHE_SKETCH_KEYS_OF_FEW : MGR_CACHE_SKETCH_KEYS;
}

static inline void
mgr_cache_sketch_reserve (MgrCacheSketch *self,
                          guint64         n_keys)
{
  if (G_UNLIKELY ((guint64) self->n_blocks * mgr_cache_sketch_density (n_keys) < n_keys))
    mgr_cache_sketch_double (self);
}

/* A block's number is the hash as a fraction of the number of blocks: in twice as many,
 * the keys of one block are in the two at twice its place. */
static inline guint32 *
mgr_cache_sketch_block (const MgrCacheSketch *self,
                        guint32               hash)
{
  return self->blocks[((guint64) hash * self->n_blocks) >> 32];
}

/* Twenty bits that depend on all of the hash, five for each row: which of its four words,
 * and which counter of that. */
static inline guint32
mgr_cache_sketch_choose (guint32 hash)
{
  return (guint32) ((hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 44);
}

static inline guint32 *
mgr_cache_sketch_word (guint32 *block,
                       guint32  choice,
                       guint    row)
{
  return &block[4 * row + (choice >> (5 * row) & 3)];
}

/* Where the counter begins in its word. */
static inline guint
mgr_cache_sketch_shift (guint32 choice,
                        guint   row)
{
  return choice >> (5 * row) & 28;
}

static inline guint
mgr_cache_sketch_row (guint32 *block,
                      guint32  choice,
                      guint    row)
{
  return *mgr_cache_sketch_word (block, choice, row) >> mgr_cache_sketch_shift (choice, row) &
         MGR_CACHE_SKETCH_MAX;
}

/* Returns: 0 to 15 */
static inline guint
mgr_cache_sketch_get (const MgrCacheSketch *self,
                      guint32               hash)
{
  guint32 *block = mgr_cache_sketch_block (self, hash);
  guint32 choice = mgr_cache_sketch_choose (hash);
  guint one = MIN (mgr_cache_sketch_row (block, choice, 0), mgr_cache_sketch_row (block, choice, 1));
  guint other = MIN (mgr_cache_sketch_row (block, choice, 2), mgr_cache_sketch_row (block, choice, 3));

  return MIN (one, other);
}

G_END_DECLS
