/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-sketch-private.h"

#include <string.h>

#define LOW_BITS G_GUINT64_CONSTANT (0x7777777777777777)

/* Uses per key after which the past counts half. */
#define SAMPLE 10

#define FIRST_BLOCKS 16

void
mgr_cache_sketch_init (MgrCacheSketch *self,
                       guint64         n_keys)
{
  guint64 n_blocks = MAX (n_keys / MGR_CACHE_SKETCH_KEYS, FIRST_BLOCKS);

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

void
mgr_cache_sketch_double (MgrCacheSketch *self)
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

/* Counts those of two counters that are not full. Returns: what was counted, or 0 */
static inline guint64
half_add (guint64 *block,
          guint32  choice,
          guint    half)
{
  guint64 *word = mgr_cache_sketch_word (block, choice, half);
  guint64 ones = G_GUINT64_CONSTANT (1) << mgr_cache_sketch_low (choice, half)
                 | G_GUINT64_CONSTANT (1) << mgr_cache_sketch_high (choice, half);
  guint64 pairs = *word & *word >> 1;

  /* The lowest bit of each counter that has all four set. */
  ones &= ~(pairs & pairs >> 2);
  *word += ones;
  return ones;
}

void
mgr_cache_sketch_add (MgrCacheSketch *self,
                      guint32         hash)
{
  guint64 *block = mgr_cache_sketch_block (self, hash);
  guint32 choice = mgr_cache_sketch_choose (hash);
  guint64 added = half_add (block, choice, 0) | half_add (block, choice, 1);

  self->n_additions += added != 0;
  if (self->n_additions >= self->n_blocks * MGR_CACHE_SKETCH_KEYS * SAMPLE)
    sketch_halve (self);
}
