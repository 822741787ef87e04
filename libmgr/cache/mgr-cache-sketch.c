/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-sketch-private.h"

#include <string.h>

#define COUNTER_MAX 15
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

/* The finalizer of MurmurHash3, by Austin Appleby, with its constants: the upper half
 * chooses the block, five bits a row choose the counter. */
static guint64
sketch_mix (guint32 hash)
{
  guint64 mixed = (hash + 1) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);

  mixed = (mixed ^ (mixed >> 33)) * G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return mixed ^ (mixed >> 33);
}

static guint64 *
sketch_block (const MgrCacheSketch *self,
              guint64               mixed)
{
  return self->blocks[((mixed >> 32) * self->n_blocks) >> 32];
}

/* Five bits of the hash a row: which of its two words, and which counter of that. */
static inline guint64 *
row_word (guint64 *block,
          guint64  mixed,
          guint    row)
{
  return &block[2 * row + (mixed >> (5 * row) & 1)];
}

static inline guint
row_shift (guint64 mixed,
           guint   row)
{
  return (guint) (mixed >> (5 * row + 1) & 15) * 4;
}

static inline guint
row_add (guint64 *block,
         guint64  mixed,
         guint    row)
{
  guint64 *word = row_word (block, mixed, row);
  guint shift = row_shift (mixed, row);
  guint added = (*word >> shift & COUNTER_MAX) < COUNTER_MAX;

  *word += (guint64) added << shift;
  return added;
}

static inline guint
row_get (guint64 *block,
         guint64  mixed,
         guint    row)
{
  return (guint) (*row_word (block, mixed, row) >> row_shift (mixed, row)) & COUNTER_MAX;
}

void
mgr_cache_sketch_add (MgrCacheSketch *self,
                      guint32         hash)
{
  guint64 mixed = sketch_mix (hash);
  guint64 *block = sketch_block (self, mixed);
  guint added = row_add (block, mixed, 0) | row_add (block, mixed, 1) |
                row_add (block, mixed, 2) | row_add (block, mixed, 3);

  self->n_additions += added;
  if (self->n_additions >= self->n_blocks * KEYS_PER_BLOCK * SAMPLE)
    sketch_halve (self);
}

guint
mgr_cache_sketch_get (const MgrCacheSketch *self,
                      guint32               hash)
{
  guint64 mixed = sketch_mix (hash);
  guint64 *block = sketch_block (self, mixed);

  return MIN (MIN (row_get (block, mixed, 0), row_get (block, mixed, 1)),
              MIN (row_get (block, mixed, 2), row_get (block, mixed, 3)));
}
