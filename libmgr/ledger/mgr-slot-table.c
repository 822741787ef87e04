/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-slot-table-private.h"

#define INDEX_MASK ((G_GUINT64_CONSTANT (1) << MGR_SLOT_INDEX_BITS) - 1)
#define GENERATION_STEP (G_GUINT64_CONSTANT (1) << MGR_SLOT_INDEX_BITS)
#define GENERATION_END (G_GUINT64_CONSTANT (1) << (MGR_SLOT_INDEX_BITS + MGR_SLOT_GENERATION_BITS))

/* The chunks hang in a two-level directory, so that it grows without moving. */
#define CHUNKS_PER_BLOCK 1024
#define CHUNKS_MAX ((guint) ((INDEX_MASK + 1) / MGR_SLOTS_PER_CHUNK))

G_STATIC_ASSERT (CHUNKS_MAX == CHUNKS_PER_BLOCK * G_N_ELEMENTS (((MgrLedger *) NULL)->chunks));

static MgrSlotChunk *
slot_table_chunk (MgrLedger *ledger,
                  guint      index)
{
  MgrSlotChunk **block = g_atomic_pointer_get (&ledger->chunks[index / CHUNKS_PER_BLOCK]);

  return block != NULL ? g_atomic_pointer_get (&block[index % CHUNKS_PER_BLOCK]) : NULL;
}

static MgrSlotChunk *
slot_table_new_chunk (MgrLedger *ledger)
{
  guint index = ledger->n_chunks;
  MgrSlotChunk **block;
  MgrSlotChunk *chunk;

  if (index == CHUNKS_MAX)
    return NULL;

  block = ledger->chunks[index / CHUNKS_PER_BLOCK];
  if (block == NULL)
    {
      block = g_new0 (MgrSlotChunk *, CHUNKS_PER_BLOCK);
      g_atomic_pointer_set (&ledger->chunks[index / CHUNKS_PER_BLOCK], block);
    }

  chunk = g_new0 (MgrSlotChunk, 1);
  chunk->index = index;
  for (guint i = 0; i < MGR_SLOTS_PER_CHUNK; i++)
    chunk->slots[i].id = GENERATION_STEP + (guint64) index * MGR_SLOTS_PER_CHUNK + i;

  ledger->n_chunks++;
  g_atomic_pointer_set (&block[index % CHUNKS_PER_BLOCK], chunk);
  return chunk;
}

gboolean
mgr_slot_table_grow (MgrComponent *component)
{
  MgrLedger *ledger = component->ledger;
  MgrSlotChunk *chunk = ledger->free_chunks;

  if (chunk != NULL)
    ledger->free_chunks = chunk->next_free;
  else
    chunk = slot_table_new_chunk (ledger);

  if (chunk == NULL)
    return FALSE;

  g_mutex_lock (&component->lock);
  for (guint i = MGR_SLOTS_PER_CHUNK; i-- > 0;)
    {
      MgrAllocation *slot = &chunk->slots[i];

      g_atomic_pointer_set (&slot->component, component);
      if (slot->id < GENERATION_END)
        {
          slot->next_free = component->free_slots;
          component->free_slots = slot;
        }
    }
  g_mutex_unlock (&component->lock);

  return TRUE;
}

void
mgr_slot_table_reclaim (MgrComponent *component)
{
  MgrLedger *ledger = component->ledger;

  g_mutex_lock (&component->lock);
  g_assert (component->n_handles == 0);
  component->free_slots = NULL;

  for (guint i = 0; i < ledger->n_chunks; i++)
    {
      MgrSlotChunk *chunk = slot_table_chunk (ledger, i);

      if (chunk->slots[0].component != component)
        continue;

      for (guint j = 0; j < MGR_SLOTS_PER_CHUNK; j++)
        g_atomic_pointer_set (&chunk->slots[j].component, NULL);
      chunk->next_free = ledger->free_chunks;
      ledger->free_chunks = chunk;
    }
  g_mutex_unlock (&component->lock);
}

MgrAllocation *
mgr_slot_take (MgrComponent *component)
{
  MgrAllocation *slot = component->free_slots;

  component->free_slots = slot->next_free;
  component->n_handles++;
  component->n_live++;
  slot->state = MGR_SLOT_LIVE;
  /* Nobody else knows of the slot yet; a full barrier would double the cost. */
  __atomic_store_n (&slot->ref_count, 1, __ATOMIC_RELAXED);
  return slot;
}

gpointer
mgr_slot_put (MgrComponent  *component,
              MgrAllocation *slot)
{
  gpointer text = g_steal_pointer (&slot->text);

  slot->state = MGR_SLOT_FREE;
  slot->description = NULL;
  slot->tags = NULL;
  slot->id += GENERATION_STEP;
  component->n_handles--;

  /* A slot whose generations are used up is never used again: better a few bytes
   * lost in years than an old id that names a new allocation. */
  if (slot->id < GENERATION_END)
    {
      slot->next_free = component->free_slots;
      component->free_slots = slot;
    }

  return text;
}

MgrAllocation *
mgr_slot_find (MgrLedger *ledger,
               guint64    id)
{
  guint64 index = id & INDEX_MASK;
  MgrSlotChunk *chunk = slot_table_chunk (ledger, (guint) (index / MGR_SLOTS_PER_CHUNK));

  if (id >= GENERATION_END || chunk == NULL)
    return NULL;

  return &chunk->slots[index % MGR_SLOTS_PER_CHUNK];
}

static gboolean
component_is_within (MgrComponent *component,
                     MgrComponent *ancestor)
{
  while (component != NULL && component != ancestor)
    component = component->parent;

  return component != NULL;
}

void
mgr_slot_table_foreach (MgrComponent *component,
                        MgrSlotFunc   func,
                        gpointer      user_data)
{
  MgrLedger *ledger = component->ledger;

  for (guint i = 0; i < ledger->n_chunks; i++)
    {
      MgrSlotChunk *chunk = slot_table_chunk (ledger, i);
      MgrComponent *owner = chunk->slots[0].component;

      if (owner == NULL || !component_is_within (owner, component))
        continue;

      g_mutex_lock (&owner->lock);
      for (guint j = 0; j < MGR_SLOTS_PER_CHUNK; j++)
        {
          if (chunk->slots[j].state == MGR_SLOT_LIVE)
            func (&chunk->slots[j], user_data);
        }
      g_mutex_unlock (&owner->lock);
    }
}

void
mgr_slot_table_free (MgrLedger *ledger)
{
  for (guint i = 0; i < ledger->n_chunks; i++)
    g_free (slot_table_chunk (ledger, i));

  for (gsize i = 0; i < G_N_ELEMENTS (ledger->chunks); i++)
    g_free (ledger->chunks[i]);
}
