/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-eviction-plan-private.h"

/* What a block matters, to be compared: its priority, and then its last use. */
#define STAMP_BITS 60

typedef struct
{
  MgrBlockSlot *slot; /* (unowned) */
  guint64 begin;      /* where the room begins that its going makes: behind the one before */
  guint64 weight;
} Candidate;

/* A window moves over the candidates in the order in which they lie: always the shortest
 * one that ends with the last and is large enough. Of the weights in it, *maxima* has those
 * that are the largest from some point on. */
typedef struct
{
  MgrStandardPool *pool;        /* (unowned) */
  const MgrBlockRequest *request; /* (unowned) */
  GHashTable *answers;          /* (unowned) */
  gboolean held_only;
  guint64 size;

  GArray *candidates;           /* (owned) (element-type Candidate) */
  GArray *maxima;               /* (owned) (element-type guint) of candidates */
  guint first;                  /* of the window */
  guint first_maximum;
  guint64 room_begin;           /* where the room begins that lies before the next block */

  guint64 best_weight;
  guint best_first;
  guint best_end;               /* 0 as long as there is none */
} Search;

static guint64
align_up (guint64 offset,
          guint64 alignment)
{
  return (offset + alignment - 1) & ~(alignment - 1);
}

static guint64
slot_get_weight (const MgrBlockSlot *slot)
{
  return ((guint64) slot->priority << STAMP_BITS)
         | MIN (slot->stamp, (G_GUINT64_CONSTANT (1) << STAMP_BITS) - 1);
}

static Candidate *
search_get (Search *search,
            guint   index)
{
  return &g_array_index (search->candidates, Candidate, index);
}

static void
search_add (Search       *search,
            MgrBlockSlot *slot)
{
  const Candidate candidate = { slot, search->room_begin, slot_get_weight (slot) };
  guint index = search->candidates->len;

  g_array_append_val (search->candidates, candidate);
  while (search->maxima->len > search->first_maximum
         && search_get (search, g_array_index (search->maxima, guint,
                                               search->maxima->len - 1))->weight
            <= candidate.weight)
    g_array_set_size (search->maxima, search->maxima->len - 1);
  g_array_append_val (search->maxima, index);
  search->room_begin = slot->offset + slot->size;
}

static gboolean
search_fits (Search *search,
             guint   index,
             guint64 end)
{
  guint64 offset;

  if (index >= search->candidates->len)
    return FALSE;

  offset = align_up (search_get (search, index)->begin, search->request->alignment);
  return offset < end && search->size <= end - offset;
}

/* The room of the window goes on until @end, where something lies that stays for now. */
static void
search_settle (Search *search,
               guint64 end)
{
  guint64 weight;

  if (!search_fits (search, search->first, end))
    return;

  while (search_fits (search, search->first + 1, end))
    search->first++;
  while (g_array_index (search->maxima, guint, search->first_maximum) < search->first)
    search->first_maximum++;

  weight = search_get (search, g_array_index (search->maxima, guint,
                                              search->first_maximum))->weight;
  if (search->best_end == 0 || weight < search->best_weight)
    {
      search->best_weight = weight;
      search->best_first = search->first;
      search->best_end = search->candidates->len;
    }
}

/* Nothing of what lies before @offset can be had together with what lies behind. */
static void
search_cut (Search *search,
            guint64 offset)
{
  search->first = search->candidates->len;
  search->first_maximum = search->maxima->len;
  search->room_begin = offset;
}

static gboolean
search_may_go (Search       *search,
               MgrBlockSlot *slot)
{
  return slot != NULL && slot->pins == 0 && !slot->moving
         && slot->priority <= search->request->texts.priority
         && g_hash_table_lookup (search->answers, &slot->id) == NULL;
}

static void
search_visit (Search         *search,
              MgrOffsetBlock  block)
{
  MgrOffsetAllocator *allocator = search->pool->allocator;
  guint64 offset = mgr_offset_allocator_get_offset (allocator, block);
  guint64 size = mgr_offset_allocator_get_length (allocator, block);
  MgrBlockSlot *slot = mgr_offset_allocator_get_data (allocator, block);

  if (mgr_offset_allocator_is_hole (allocator, block))
    {
      if (search->held_only && search->pool->arena != NULL
          && mgr_arena_get_missing (search->pool->arena, offset, size) > 0)
        {
          search_settle (search, offset);
          search_cut (search, offset + size);
        }
      return;
    }

  search_settle (search, offset);
  if (search_may_go (search, slot))
    search_add (search, slot);
  else
    search_cut (search, offset + size);
}

/* The oldest of all those that matter least: if it is large enough with the holes around
 * it, no choice is better, and all others need not be looked at. */
static gboolean
search_try_oldest (Search *search)
{
  MgrOffsetAllocator *allocator = search->pool->allocator;
  MgrBlockSlot *oldest = NULL;
  MgrOffsetBlock before;
  MgrOffsetBlock behind;
  guint64 end;

  for (guint i = 0; i < search->pool->n_stripes; i++)
    {
      for (guint k = 0; k < MGR_STANDARD_POOL_PRIORITIES; k++)
        {
          MgrBlockSlot *slot = search->pool->stripes[i].lines[k].oldest;

          if (slot == NULL)
            continue;
          if (oldest == NULL || slot_get_weight (slot) < slot_get_weight (oldest))
            oldest = slot;
          break;
        }
    }
  if (oldest == NULL || search->held_only || !search_may_go (search, oldest))
    return FALSE;

  before = mgr_offset_allocator_get_previous (allocator, oldest->place);
  behind = mgr_offset_allocator_get_next (allocator, oldest->place);
  end = oldest->offset + oldest->size;
  search->room_begin = oldest->offset;
  if (before != 0 && mgr_offset_allocator_is_hole (allocator, before))
    search->room_begin = mgr_offset_allocator_get_offset (allocator, before);
  if (behind != 0 && mgr_offset_allocator_is_hole (allocator, behind))
    end += mgr_offset_allocator_get_length (allocator, behind);

  search_add (search, oldest);
  search_settle (search, end);
  return search->best_end > 0;
}

static void
search_all (Search *search)
{
  MgrOffsetAllocator *allocator = search->pool->allocator;

  g_array_set_size (search->candidates, 0);
  g_array_set_size (search->maxima, 0);
  search_cut (search, 0);
  for (MgrOffsetBlock block = mgr_offset_allocator_get_first (allocator); block != 0;
       block = mgr_offset_allocator_get_next (allocator, block))
    search_visit (search, block);
  search_settle (search, mgr_offset_allocator_get_size (allocator));
}

static void
plan_take_over (MgrEvictionPlan *self,
                Search          *search)
{
  self->victims = g_ptr_array_new ();
  self->size = search->size;
  self->offset = align_up (search_get (search, search->best_first)->begin,
                           search->request->alignment);
  for (guint i = search->best_first; i < search->best_end; i++)
    {
      MgrBlockSlot *slot = search_get (search, i)->slot;

      g_ptr_array_add (self->victims, slot);
      self->victim_bytes += slot->size;
    }
}

gboolean
mgr_eviction_plan_make (MgrEvictionPlan       *self,
                        MgrStandardPool       *pool,
                        const MgrBlockRequest *request,
                        GHashTable            *answers,
                        gboolean               held_only)
{
  Search search = {
    .pool = pool,
    .request = request,
    .answers = answers,
    .held_only = held_only,
    .size = align_up (request->texts.size, pool->unit),
  };
  gboolean found;

  if (request->texts.size > mgr_offset_allocator_get_size (pool->allocator))
    return FALSE;

  search.candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  search.maxima = g_array_new (FALSE, FALSE, sizeof (guint));
  if (!search_try_oldest (&search))
    search_all (&search);

  found = search.best_end > 0;
  if (found)
    plan_take_over (self, &search);
  g_array_unref (search.candidates);
  g_array_unref (search.maxima);
  return found;
}

void
mgr_eviction_plan_clear (MgrEvictionPlan *self)
{
  g_clear_pointer (&self->victims, g_ptr_array_unref);
}
