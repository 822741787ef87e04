/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-sketch-private.h"

#include <string.h>

#define LOW_BITS G_GUINT64_CONSTANT (0x7777777777777777)

/* Sixteen counters for each key that is told apart. */
#define KEYS_PER_BLOCK 8

/* Uses per key after which the past counts half. */
#define SAMPLE 10

#define FIRST_BLOCKS 16

void
mgr_cache_sketch_init (MgrCacheSketch *self,
                       guint64         n_keys)
{
  guint64 n_blocks = MAX (n_keys / KEYS_PER_BLOCK, FIRST_BLOCKS);

  /* Doubled some times, this becomes just as many as are needed. */
  while (n_blocks >= 2 * FIRST_BLOCKS)
    n_blocks = (n_blocks + 1) / 2;

  *self = (MgrCacheSketch) { .n_blocks = (guint32) n_blocks };
  self->blocks = g_aligned_alloc0 (n_blocks, sizeof *self->blocks, sizeof *self->blocks);
}

void
mgr_cache_sketch_clear (MgrCacheSketch *self)
{
  g_clear_pointer (&self->blocks, g_aligned_free);
}

/* A block's number is the hash as a fraction of the number of blocks: in twice as many,
 * the keys of one block are in the two at twice its place. */
static void
sketch_double (MgrCacheSketch *self)
{
  gpointer old = self->blocks;
  const guint64 (*from)[8] = old;

  self->blocks = g_aligned_alloc (2 * (gsize) self->n_blocks, sizeof *from, sizeof *from);
  for (gsize i = 0; i < self->n_blocks; i++)
    {
      memcpy (self->blocks[2 * i], from[i], sizeof *from);
      memcpy (self->blocks[2 * i + 1], from[i], sizeof *from);
    }

  self->n_blocks *= 2;
  g_aligned_free (old);
}

void
mgr_cache_sketch_reserve (MgrCacheSketch *self,
                          guint64         n_keys)
{
  while ((guint64) self->n_blocks * KEYS_PER_BLOCK < n_keys)
    sketch_double (self);
}

static void
sketch_halve (MgrCacheSketch *self)
{
  for (gsize i = 0; i < self->n_blocks; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (*self->blocks); j++)
        self->blocks[i][j] = (self->blocks[i][j] >> 1) & LOW_BITS;
    }

  self->n_additions /= 2;
}

static inline guint
row_add (guint64 *block,
         guint64  mixed,
         guint    row)
{
  guint64 *word = mgr_cache_sketch_word (block, mixed, row);
  guint shift = mgr_cache_sketch_shift (mixed, row);
  guint added = (*word >> shift & MGR_CACHE_SKETCH_MAX) < MGR_CACHE_SKETCH_MAX;

  *word += (guint64) added << shift;
  return added;
}

void
mgr_cache_sketch_add (MgrCacheSketch *self,
                      guint32         hash)
{
  guint64 mixed = mgr_cache_sketch_mix (hash);
  guint64 *block = mgr_cache_sketch_block (self, mixed);
  guint added = row_add (block, mixed, 0) | row_add (block, mixed, 1) |
                row_add (block, mixed, 2) | row_add (block, mixed, 3);

  self->n_additions += added;
  if (self->n_additions >= self->n_blocks * KEYS_PER_BLOCK * SAMPLE)
    sketch_halve (self);
}
