/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-sketch-private.h"

#include <string.h>

#define LOW_BITS 0x77777777u

/* Uses for each key of a full block after which the past counts half. */
#define SAMPLE 10

#define FIRST_BLOCKS 16

void
mgr_cache_sketch_init (MgrCacheSketch *self,
                       guint64         n_keys)
{
  guint64 n_blocks = MAX (n_keys / mgr_cache_sketch_density (n_keys), FIRST_BLOCKS);

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
  const guint32 (*from)[16] = old;

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

/* Returns: 1 if there was room to count one more */
static inline guint
row_add (guint32 *block,
         guint32  choice,
         guint    row)
{
  guint32 *word = mgr_cache_sketch_word (block, choice, row);
  guint shift = mgr_cache_sketch_shift (choice, row);
  guint added = (*word >> shift & MGR_CACHE_SKETCH_MAX) < MGR_CACHE_SKETCH_MAX;

  *word += added << shift;
  return added;
}

void
mgr_cache_sketch_add (MgrCacheSketch *self,
                      guint32         hash)
{
  guint32 *block = mgr_cache_sketch_block (self, hash);
  guint32 choice = mgr_cache_sketch_choose (hash);
  guint added = row_add (block, choice, 0) | row_add (block, choice, 1) |
                row_add (block, choice, 2) | row_add (block, choice, 3);

  self->n_additions += added;
  if (self->n_additions >= self->n_blocks * MGR_CACHE_SKETCH_KEYS * SAMPLE)
    sketch_halve (self);
}
