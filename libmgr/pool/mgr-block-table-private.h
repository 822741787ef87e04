/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "pool/mgr-offset-allocator-private.h"

G_BEGIN_DECLS

typedef struct _MgrBlockSlot MgrBlockSlot;
typedef struct _MgrBlockChunk MgrBlockChunk;

typedef enum
{
  MGR_BLOCK_SLOT_FREE,
  MGR_BLOCK_SLOT_LIVE,
  MGR_BLOCK_SLOT_STOCKED, /* of no block, but it still has the room of its last one */
} MgrBlockSlotState;

/* What is known of a block beside where it lies. All is guarded by the lock of its
 * owner; offset and place change only while nothing but that of the whole pool is
 * done. Two cache lines. */
struct _MgrBlockSlot
{
  guint64 id;             /* of the live block; otherwise of the next one */
  guint64 offset;         /* in bytes, as size */
  guint64 size;           /* rounded to the unit */
  guint64 stamp;          /* when it was used last: a later one is larger */
  guint64 evictions;      /* a bit for each of the last blocks that are no more, the last one
                           * lowest: whether it was evicted */
  MgrBlockSlot *older;    /* (unowned) (nullable): in the order of use, unless pinned */
  MgrBlockSlot *newer;    /* (unowned) (nullable) */
  MgrBlockSlot *next;     /* (unowned) (nullable): of the free, or of the stocked ones */
  const char *description; /* (unowned): static, or within text */
  const char **tags;      /* (unowned) (nullable): within text */
  gpointer text;          /* (owned) (nullable) */
  MgrOffsetBlock place;
  guint32 pins;
  guint8 state;           /* MgrBlockSlotState */
  guint8 priority;
  guint8 alignment_shift;
  guint8 lost_evictions;  /* TRUE if one was evicted that evictions does not know any more */
  guint8 moving;          /* its owner is told of a new place, and may be copying */
};

/* 26 bits of index, 27 of generation: an id fits the 53 bits that JavaScript can
 * count, and none is ever used twice in the process. */
#define MGR_BLOCK_INDEX_BITS 26
#define MGR_BLOCK_GENERATION_BITS 27
#define MGR_BLOCKS_PER_CHUNK 64

struct _MgrBlockChunk
{
  gpointer owner;       /* (unowned) (nullable), atomic */
  MgrBlockChunk *next;  /* (unowned) (nullable): of its owner, or of those that have none */
  guint64 first_generation; /* of the ids that this owner has given, atomic */
  guint index;
  MgrBlockSlot slots[MGR_BLOCKS_PER_CHUNK];
};

/* The table is one for the process, so that an id tells whose it is. What is not said
 * to be atomic is the owner's: these take no lock of others, and may be called with
 * any held. */

/* Returns (nullable): a chunk of slots that are all free, or none when all 2^26 slots
 * are in use */
MgrBlockChunk *mgr_block_table_adopt  (gpointer       owner);
/* Takes a chunk back of which no block is live. */
void           mgr_block_table_return (MgrBlockChunk *chunk);

/* Without any lock: where the slot of an id is, if there is one, and in @out_owner whose
 * it is. The owner may be gone unless it is the caller. */
MgrBlockSlot  *mgr_block_table_find   (guint64        id,
                                       gpointer      *out_owner);

/* Of so many blocks that a slot has had it is known whether they were evicted. */
#define MGR_BLOCK_FATES 64

/* The block of a slot is no more; the next one has another id. %FALSE if there will be
 * none, since all ids of the slot were used. */
static inline gboolean
mgr_block_slot_retire (MgrBlockSlot *slot,
                       gboolean      evicted)
{
  slot->lost_evictions |= (guint8) (slot->evictions >> (MGR_BLOCK_FATES - 1));
  slot->evictions = slot->evictions << 1 | (evicted ? 1 : 0);
  slot->id += G_GUINT64_CONSTANT (1) << MGR_BLOCK_INDEX_BITS;
  return slot->id >> (MGR_BLOCK_INDEX_BITS + MGR_BLOCK_GENERATION_BITS) == 0;
}

typedef enum
{
  MGR_BLOCK_NEVER,   /* this owner never gave such an id */
  MGR_BLOCK_FREED,
  MGR_BLOCK_EVICTED,
  MGR_BLOCK_GONE,    /* one of the two: so long ago that it is not known any more */
} MgrBlockFate;

/* With the lock of the owner held: what became of an id that is not that of the live
 * block of @slot. */
MgrBlockFate   mgr_block_slot_get_fate (MgrBlockSlot *slot,
                                        guint64       id);

G_END_DECLS
