/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-lease.h"

G_BEGIN_DECLS

/* Where the objects of a pool are: a stack of slots with a free one, from which any thread
 * takes without a lock. A lock costs three times as much as the rest of it. */

#define MGR_OBJECT_SLOT_BITS 18
#define MGR_OBJECT_SLOTS_MAX ((1u << MGR_OBJECT_SLOT_BITS) - 1)
#define MGR_OBJECT_CHUNKS 13

/* A slot is never freed before all are: who lost it to another thread may still read
 * next. What is not atomic belongs to who took the slot from the stack, or found it
 * vacant with the lock of the core held. */
typedef struct
{
  GObject *object;   /* (owned) (nullable): of a slot that is leased or free */
  MgrLease *lease;   /* (owned) (nullable): used again if nobody else holds it */
  guint number;      /* from 1 on */
  guint next;        /* atomic: number of the one below, 0: none */
  guint tick;        /* atomic: when it became free */
  guint64 n_taken;   /* atomic: how often */
} MgrObjectSlot;

typedef struct
{
  /* atomic: the number of the top, then how many there are, then a count of all that
   * were ever taken, by which a top is told from the same one that was away meanwhile */
  guint64 head;
  MgrObjectSlot *chunks[MGR_OBJECT_CHUNKS]; /* (owned) atomic: each twice as long as the last */

  /* Guarded by the lock of the core */
  guint n_slots;
  guint vacant;      /* the number of one that is neither leased nor free, 0: none */
} MgrObjectSlots;

#define MGR_OBJECT_FIRST_CHUNK 64

/* In which chunk a slot is. */
static inline guint
mgr_object_slots_get_chunk (guint number)
{
  guint position = (number - 1) / MGR_OBJECT_FIRST_CHUNK + 1;

  return 31 - (guint) __builtin_clz (position);
}

static inline MgrObjectSlot *
mgr_object_slots_get (MgrObjectSlots *self,
                      guint           number)
{
  guint position = number - 1 + MGR_OBJECT_FIRST_CHUNK;
  guint chunk = mgr_object_slots_get_chunk (number);
  MgrObjectSlot *slots = __atomic_load_n (&self->chunks[chunk], __ATOMIC_ACQUIRE);

  return &slots[position - (MGR_OBJECT_FIRST_CHUNK << chunk)];
}

static inline guint
mgr_object_head_get_top (guint64 head)
{
  return (guint) head & MGR_OBJECT_SLOTS_MAX;
}

static inline guint
mgr_object_head_get_count (guint64 head)
{
  return (guint) (head >> MGR_OBJECT_SLOT_BITS) & MGR_OBJECT_SLOTS_MAX;
}

#define MGR_OBJECT_ONE_MORE (G_GUINT64_CONSTANT (1) << MGR_OBJECT_SLOT_BITS)
#define MGR_OBJECT_ONE_TAKEN (G_GUINT64_CONSTANT (1) << (2 * MGR_OBJECT_SLOT_BITS))

/* How many are free. */
static inline guint
mgr_object_slots_count (MgrObjectSlots *self)
{
  return mgr_object_head_get_count (__atomic_load_n (&self->head, __ATOMIC_SEQ_CST));
}

/* The one that became free last, or %NULL if there is none. In @out_left how many are
 * free still. */
static inline MgrObjectSlot *
mgr_object_slots_pop (MgrObjectSlots *self,
                      guint          *out_left)
{
  guint64 head = __atomic_load_n (&self->head, __ATOMIC_ACQUIRE);
  MgrObjectSlot *slot;
  guint64 rest;

  do
    {
      guint top = mgr_object_head_get_top (head);

      if (top == 0)
        return NULL;

      slot = mgr_object_slots_get (self, top);
      rest = head - top - MGR_OBJECT_ONE_MORE + MGR_OBJECT_ONE_TAKEN
             + __atomic_load_n (&slot->next, __ATOMIC_RELAXED);
    }
  while (!__atomic_compare_exchange_n (&self->head, &head, rest, TRUE,
                                       __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE));

  *out_left = mgr_object_head_get_count (rest);
  return slot;
}

/* Returns how many are free now. */
static inline guint
mgr_object_slots_push (MgrObjectSlots *self,
                       MgrObjectSlot  *slot)
{
  guint64 head = __atomic_load_n (&self->head, __ATOMIC_RELAXED);
  guint64 more;

  do
    {
      guint top = mgr_object_head_get_top (head);

      __atomic_store_n (&slot->next, top, __ATOMIC_RELAXED);
      more = head - top + MGR_OBJECT_ONE_MORE + slot->number;
    }
  while (!__atomic_compare_exchange_n (&self->head, &head, more, TRUE,
                                       __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));

  return mgr_object_head_get_count (more);
}

/* With the lock held: a vacant slot, which there is as long as fewer than
 * %MGR_OBJECT_SLOTS_MAX are in use; and makes one vacant again. */
MgrObjectSlot *mgr_object_slots_add    (MgrObjectSlots *self);
void           mgr_object_slots_remove (MgrObjectSlots *self,
                                        MgrObjectSlot  *slot);

void           mgr_object_slots_clear  (MgrObjectSlots *self);

G_END_DECLS
