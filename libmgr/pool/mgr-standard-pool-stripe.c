/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-standard-pool-private.h"

#include <time.h>

/* So many blocks of a size wait to be used again: as many as are freed in one go before
 * others are taken. */
#define STOCK_MAX 32

/* A size that is no longer asked for makes room for another after so many of that. */
#define STRANGERS_MAX 8

/* How many threads have asked any pool for anything. */
static guint n_threads;

/* The number of this one, from 1 on. The model spares a call for each request; a word
 * fits into what the loader keeps spare for libraries that are loaded late. */
static __thread guint thread_number __attribute__ ((tls_model ("initial-exec")));

MgrPoolStripe *
mgr_standard_pool_get_stripe (MgrStandardPool *self)
{
  if (G_UNLIKELY (thread_number == 0))
    thread_number = 1 + (guint) g_atomic_int_add (&n_threads, 1);

  return &self->stripes[thread_number & (self->n_stripes - 1)];
}

static guint64
pool_get_time (MgrStandardPool *self)
{
  struct timespec now;

  if (!self->coarse_clock)
    return (guint64) MAX (mgr_clock_get_time (mgr_pool_get_clock (MGR_POOL (self))), 0);

  /* A fifth of the cost of the exact clock, which nobody needs here. */
  clock_gettime (CLOCK_MONOTONIC_COARSE, &now);
  return (guint64) now.tv_sec * G_USEC_PER_SEC + (guint64) now.tv_nsec / 1000;
}

static MgrBlockLine *
stripe_get_line (MgrPoolStripe *stripe,
                 MgrBlockSlot  *slot)
{
  return &stripe->lines[slot->priority - MGR_PRIORITY_MIN];
}

void
mgr_pool_stripe_leave_line (MgrPoolStripe *stripe,
                            MgrBlockSlot  *slot)
{
  MgrBlockLine *line = stripe_get_line (stripe, slot);

  *(slot->older != NULL ? &slot->older->newer : &line->oldest) = slot->newer;
  *(slot->newer != NULL ? &slot->newer->older : &line->newest) = slot->older;
  slot->older = NULL;
  slot->newer = NULL;
}

void
mgr_pool_stripe_line_up (MgrStandardPool *self,
                         MgrPoolStripe   *stripe,
                         MgrBlockSlot    *slot)
{
  MgrBlockLine *line = stripe_get_line (stripe, slot);

  stripe->last_stamp = MAX (stripe->last_stamp + 1,
                            pool_get_time (self) << MGR_BLOCK_STAMP_BITS);
  slot->stamp = stripe->last_stamp;
  slot->older = line->newest;
  slot->newer = NULL;
  *(line->newest != NULL ? &line->newest->newer : &line->oldest) = slot;
  line->newest = slot;
}

gboolean
mgr_pool_stripe_prepare (MgrPoolStripe *stripe)
{
  MgrBlockChunk *chunk;

  if (G_LIKELY (stripe->free_slots != NULL))
    return TRUE;

  chunk = mgr_block_table_adopt (stripe);
  if (chunk == NULL)
    return FALSE;

  chunk->next = stripe->chunks;
  stripe->chunks = chunk;
  for (guint i = MGR_BLOCKS_PER_CHUNK; i-- > 0;)
    {
      chunk->slots[i].next = stripe->free_slots;
      stripe->free_slots = &chunk->slots[i];
    }
  return TRUE;
}

void
mgr_pool_stripe_put_slot (MgrPoolStripe *stripe,
                          MgrBlockSlot  *slot)
{
  slot->state = MGR_BLOCK_SLOT_FREE;
  slot->place = 0;

  /* One whose ids are used up is never used again. */
  if (slot->id >> (MGR_BLOCK_INDEX_BITS + MGR_BLOCK_GENERATION_BITS) != 0)
    return;

  slot->next = stripe->free_slots;
  stripe->free_slots = slot;
}

/* The slot is on no list of the stripe. */
static guint64
stripe_fill_slot (MgrStandardPool *self,
                  MgrPoolStripe   *stripe,
                  MgrBlockSlot    *slot,
                  MgrBlockRequest *request)
{
  slot->next = NULL;
  slot->state = MGR_BLOCK_SLOT_LIVE;
  slot->priority = (guint8) request->texts.priority;
  slot->alignment_shift = (guint8) __builtin_ctzll (request->alignment);
  slot->description = request->texts.description;
  slot->tags = request->texts.tags;
  slot->text = g_steal_pointer (&request->texts.text);
  mgr_pool_stripe_line_up (self, stripe, slot);
  stripe->count++;
  stripe->total++;
  return slot->id;
}

guint64
mgr_pool_stripe_begin_block (MgrStandardPool *self,
                             MgrPoolStripe   *stripe,
                             MgrBlockSlot    *slot,
                             MgrBlockRequest *request)
{
  g_assert (slot == stripe->free_slots);

  stripe->free_slots = slot->next;
  return stripe_fill_slot (self, stripe, slot, request);
}

gpointer
mgr_pool_stripe_end_block (MgrPoolStripe *stripe,
                           MgrBlockSlot  *slot,
                           gboolean       evicted)
{
  gpointer text = g_steal_pointer (&slot->text);

  mgr_pool_stripe_leave_line (stripe, slot);
  stripe->count--;
  slot->description = "";
  slot->tags = NULL;
  slot->state = MGR_BLOCK_SLOT_STOCKED;
  mgr_block_slot_retire (slot, evicted);
  return text;
}

static MgrBlockStock *
stripe_get_stock (MgrPoolStripe *stripe,
                  guint64        size)
{
  /* Fibonacci hashing: sizes that are multiples of each other spread. */
  guint64 hash = size * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return &stripe->stocks[hash / (G_MAXUINT64 / MGR_STANDARD_POOL_STOCKS + 1)];
}

guint64
mgr_pool_stripe_draw (MgrStandardPool *self,
                      MgrPoolStripe   *stripe,
                      MgrBlockRequest *request)
{
  guint64 size = (request->texts.size + self->unit - 1) & ~(self->unit - 1);
  MgrBlockStock *stock = stripe_get_stock (stripe, size);
  MgrBlockSlot *slot = stock->top;

  if (slot == NULL || stock->size != size || (slot->offset & (request->alignment - 1)) != 0)
    return 0;

  stock->top = slot->next;
  stock->count--;
  stock->strangers = 0;
  stripe->stocked_bytes -= size;
  return stripe_fill_slot (self, stripe, slot, request);
}

static void
pool_mark_stocked (MgrStandardPool *self,
                   MgrPoolStripe   *stripe)
{
  guint bit = 1u << (stripe - self->stripes);

  if ((g_atomic_int_get (&self->stocked) & bit) == 0)
    g_atomic_int_or (&self->stocked, bit);
}

/* With the space_lock held. */
static void
stripe_empty_stock (MgrStandardPool *self,
                    MgrPoolStripe   *stripe,
                    MgrBlockStock   *stock)
{
  while (stock->top != NULL)
    {
      MgrBlockSlot *slot = stock->top;

      stock->top = slot->next;
      stripe->stocked_bytes -= slot->size;
      mgr_standard_pool_give_place (self, slot);
      mgr_pool_stripe_put_slot (stripe, slot);
    }
  *stock = (MgrBlockStock) { 0 };
}

/* Whether a block of that size may join the stock. */
static gboolean
stripe_open_stock (MgrStandardPool *self,
                   MgrPoolStripe   *stripe,
                   MgrBlockStock   *stock,
                   guint64          size)
{
  if (stock->count == 0 || stock->size == size)
    return stock->count < STOCK_MAX;

  if (++stock->strangers < STRANGERS_MAX)
    return FALSE;

  g_mutex_lock (&self->space_lock);
  stripe_empty_stock (self, stripe, stock);
  g_mutex_unlock (&self->space_lock);
  return TRUE;
}

gboolean
mgr_pool_stripe_stock (MgrStandardPool *self,
                       MgrPoolStripe   *stripe,
                       MgrBlockSlot    *slot)
{
  MgrBlockStock *stock = stripe_get_stock (stripe, slot->size);

  if (!g_atomic_int_get (&self->stocking) || slot->size > self->stock_bytes_max
      || slot->size > self->stock_bytes_max - stripe->stocked_bytes
      || slot->id >> (MGR_BLOCK_INDEX_BITS + MGR_BLOCK_GENERATION_BITS) != 0)
    return FALSE;

  if (!stripe_open_stock (self, stripe, stock, slot->size))
    return FALSE;

  stock->size = slot->size;
  slot->next = stock->top;
  stock->top = slot;
  stock->count++;
  stripe->stocked_bytes += slot->size;
  pool_mark_stocked (self, stripe);
  return TRUE;
}

void
mgr_standard_pool_lock_all (MgrStandardPool *self)
{
  for (guint i = 0; i < self->n_stripes; i++)
    mgr_brief_lock_take (&self->stripes[i].lock);
  g_mutex_lock (&self->space_lock);

  if (g_atomic_int_get (&self->stocked) == 0)
    return;

  for (guint i = 0; i < self->n_stripes; i++)
    {
      for (guint k = 0; self->stripes[i].stocked_bytes > 0 && k < MGR_STANDARD_POOL_STOCKS; k++)
        stripe_empty_stock (self, &self->stripes[i], &self->stripes[i].stocks[k]);
    }
  g_atomic_int_set (&self->stocked, 0);
}

void
mgr_standard_pool_unlock_all (MgrStandardPool *self)
{
  g_mutex_unlock (&self->space_lock);
  for (guint i = self->n_stripes; i-- > 0;)
    mgr_brief_lock_let_go (&self->stripes[i].lock);
}

static void
pool_set_no_block (MgrStandardPool  *self,
                   guint64           id,
                   MgrBlockFate      fate,
                   MgrError          code,
                   GError          **error)
{
  const char *name = mgr_pool_get_name (MGR_POOL (self));

  if (fate == MGR_BLOCK_FREED)
    g_set_error (error, MGR_ERROR, (int) code,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” was freed before: forget the id with "
                 "the block. Nothing was changed", id, name);
  else if (fate == MGR_BLOCK_EVICTED)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” was evicted to make room: make it "
                 "anew, and pin what must not go", id, name);
  else if (fate == MGR_BLOCK_GONE)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” was freed or evicted, longer ago than "
                 "is known: forget the id with the block, and pin what must not go", id, name);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "Pool “%s” has no block %" G_GUINT64_FORMAT ", and never had: ask the pool that "
                 "allocated it", name, id);
}

MgrPoolStripe *
mgr_standard_pool_lock_block (MgrStandardPool  *self,
                              guint64           id,
                              MgrError          code,
                              MgrBlockSlot    **out_slot,
                              GError          **error)
{
  gpointer owner = NULL;
  MgrBlockSlot *slot = mgr_block_table_find (id, &owner);
  MgrPoolStripe *stripe = owner;
  MgrBlockFate fate;

  if (slot == NULL || stripe < self->stripes || stripe >= self->stripes + self->n_stripes)
    {
      pool_set_no_block (self, id, MGR_BLOCK_NEVER, code, error);
      return NULL;
    }

  mgr_brief_lock_take (&stripe->lock);
  if (G_LIKELY (slot->id == id && slot->state == MGR_BLOCK_SLOT_LIVE))
    {
      *out_slot = slot;
      return stripe;
    }
  fate = mgr_block_slot_get_fate (slot, id);
  mgr_brief_lock_let_go (&stripe->lock);

  pool_set_no_block (self, id, fate, code, error);
  return NULL;
}
