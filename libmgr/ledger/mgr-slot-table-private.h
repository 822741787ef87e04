/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component-private.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_SLOT_FREE,
  MGR_SLOT_LIVE,
  MGR_SLOT_RELEASED, /* the charge is given back, handles remain */
} MgrSlotState;

/* An allocation is a slot of a table that never moves; its memory is used again
 * for the next one. Everything but ref_count is guarded by the component's lock
 * while the slot changes hands, and constant while a handle is held, except
 * size, state and kept, which change under that lock. */
struct _MgrAllocation
{
  int ref_count;            /* atomic */
  MgrSlotState state;
  MgrComponent *component;  /* (unowned), kept by the ledger; atomic for lookups */
  guint64 id;
  guint64 size;
  gint64 created;
  const char *description;  /* (unowned): static, or within text */
  const char **tags;        /* (unowned) (nullable): within text */
  gpointer text;            /* (owned) (nullable): copied description and tags */
  MgrAllocation *next_free; /* (unowned) */
  guint8 priority;
  gboolean kept;            /* the manager holds a reference, until deallocated */
};

/* 26 bits of index, 27 of generation: an id fits the 53 bits that JavaScript can
 * count, and no id is ever used twice. */
#define MGR_SLOT_INDEX_BITS 26
#define MGR_SLOT_GENERATION_BITS 27
#define MGR_SLOTS_PER_CHUNK 64

struct _MgrSlotChunk
{
  MgrSlotChunk *next_free; /* (unowned), guarded by tree_lock */
  guint index;
  MgrAllocation slots[MGR_SLOTS_PER_CHUNK];
};

typedef void (*MgrSlotFunc) (MgrAllocation *slot,
                             gpointer       user_data);

/* With the tree_lock held: more free slots for @component; %FALSE when all 2^26
 * are in use. */
gboolean       mgr_slot_table_grow    (MgrComponent *component);

/* With the tree_lock held: the chunks of a component without handles may serve
 * others. */
void           mgr_slot_table_reclaim (MgrComponent *component);

/* With the component lock held. */
MgrAllocation *mgr_slot_take          (MgrComponent  *component);
/* Returns: (nullable): what the caller frees with g_free() once unlocked */
gpointer       mgr_slot_put           (MgrComponent  *component,
                                       MgrAllocation *slot);

/* Without any lock: where the slot of an id is, if there is one. */
MgrAllocation *mgr_slot_find          (MgrLedger    *ledger,
                                       guint64       id);

/* With the tree_lock held: calls @func for each live slot of the subtree, with
 * the lock of the slot's component held. */
void           mgr_slot_table_foreach (MgrComponent *component,
                                       MgrSlotFunc   func,
                                       gpointer      user_data);

void           mgr_slot_table_free    (MgrLedger    *ledger);

G_END_DECLS
