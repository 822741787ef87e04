/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-block-table-private.h"

#define INDEX_MASK ((G_GUINT64_CONSTANT (1) << MGR_BLOCK_INDEX_BITS) - 1)

/* The chunks hang in a two-level directory, so that it grows without moving. */
#define CHUNKS_PER_PAGE 1024
#define CHUNKS_MAX ((guint) ((INDEX_MASK + 1) / MGR_BLOCKS_PER_CHUNK))
#define N_PAGES (CHUNKS_MAX / CHUNKS_PER_PAGE)

static MgrBlockChunk **pages[N_PAGES]; /* (owned), atomic, as what they hold */

static GMutex table_lock;
static guint n_chunks;             /* guarded by table_lock */
static MgrBlockChunk *free_chunks; /* (owned), guarded by table_lock */

/* A chunk is left to die once one of its slots is so near to the last of its ids. */
#define GENERATION_MAX (G_GUINT64_CONSTANT (1) << MGR_BLOCK_GENERATION_BITS)

static guint64
generation_of (guint64 id)
{
  return id >> MGR_BLOCK_INDEX_BITS;
}

static MgrBlockChunk *
table_get_chunk (guint index)
{
  MgrBlockChunk **page = g_atomic_pointer_get (&pages[index / CHUNKS_PER_PAGE]);

  return page != NULL ? g_atomic_pointer_get (&page[index % CHUNKS_PER_PAGE]) : NULL;
}

/* With the table_lock held. */
static MgrBlockChunk *
table_new_chunk (void)
{
  guint index = n_chunks;
  MgrBlockChunk **page;
  MgrBlockChunk *chunk;

  if (index == CHUNKS_MAX)
    return NULL;

  page = pages[index / CHUNKS_PER_PAGE];
  if (page == NULL)
    {
      page = g_new0 (MgrBlockChunk *, CHUNKS_PER_PAGE);
      g_atomic_pointer_set (&pages[index / CHUNKS_PER_PAGE], page);
    }

  chunk = g_new0 (MgrBlockChunk, 1);
  chunk->index = index;
  n_chunks++;
  g_atomic_pointer_set (&page[index % CHUNKS_PER_PAGE], chunk);
  return chunk;
}

static guint64
chunk_last_generation (MgrBlockChunk *chunk)
{
  guint64 last = 0;

  for (guint i = 0; i < MGR_BLOCKS_PER_CHUNK; i++)
    last = MAX (last, generation_of (chunk->slots[i].id));

  return last;
}

/* All slots go on with the same generation, which tells the ids of this owner from
 * those of the ones before. */
static void
chunk_begin (MgrBlockChunk *chunk,
             gpointer       owner)
{
  guint64 generation = chunk_last_generation (chunk) + 1;

  for (guint i = 0; i < MGR_BLOCKS_PER_CHUNK; i++)
    {
      MgrBlockSlot *slot = &chunk->slots[i];

      *slot = (MgrBlockSlot) { .description = "" };
      slot->id = (generation << MGR_BLOCK_INDEX_BITS)
                 + (guint64) chunk->index * MGR_BLOCKS_PER_CHUNK + i;
    }
  chunk->next = NULL;
  chunk->first_generation = generation;
  g_atomic_pointer_set (&chunk->owner, owner);
}

MgrBlockChunk *
mgr_block_table_adopt (gpointer owner)
{
  MgrBlockChunk *chunk;

  g_mutex_lock (&table_lock);
  chunk = free_chunks;
  if (chunk != NULL)
    free_chunks = chunk->next;
  else
    chunk = table_new_chunk ();
  g_mutex_unlock (&table_lock);

  if (chunk != NULL)
    chunk_begin (chunk, owner);
  return chunk;
}

void
mgr_block_table_return (MgrBlockChunk *chunk)
{
  g_atomic_pointer_set (&chunk->owner, NULL);
  if (chunk_last_generation (chunk) + 1 >= GENERATION_MAX)
    return;

  g_mutex_lock (&table_lock);
  chunk->next = free_chunks;
  free_chunks = chunk;
  g_mutex_unlock (&table_lock);
}

MgrBlockSlot *
mgr_block_table_find (guint64   id,
                      gpointer *out_owner)
{
  guint64 index = id & INDEX_MASK;
  MgrBlockChunk *chunk = table_get_chunk ((guint) (index / MGR_BLOCKS_PER_CHUNK));

  if (chunk == NULL || generation_of (id) >= GENERATION_MAX)
    return NULL;

  *out_owner = g_atomic_pointer_get (&chunk->owner);
  return &chunk->slots[index % MGR_BLOCKS_PER_CHUNK];
}

MgrBlockFate
mgr_block_slot_get_fate (MgrBlockSlot *slot,
                         guint64       id)
{
  guint64 index = id & INDEX_MASK;
  MgrBlockChunk *chunk = table_get_chunk ((guint) (index / MGR_BLOCKS_PER_CHUNK));
  guint64 generation = generation_of (id);
  guint64 since;

  if (generation < chunk->first_generation || generation >= generation_of (slot->id))
    return MGR_BLOCK_NEVER;

  since = generation_of (slot->id) - generation - 1;
  if (since < MGR_BLOCK_FATES)
    return (slot->evictions >> since & 1) != 0 ? MGR_BLOCK_EVICTED : MGR_BLOCK_FREED;
  return slot->lost_evictions ? MGR_BLOCK_GONE : MGR_BLOCK_FREED;
}
