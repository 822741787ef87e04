/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-standard-pool-private.h"

/* Of what is free, so much may lie outside of the largest piece: the last holes would cost
 * a move of nearly everything. */
#define GOAL 0.01

/* While nothing else is to be done less will do, and a little is not worth the while. */
#define IDLE_GOAL 0.05
#define IDLE_START 0.10
#define IDLE_SLICE G_TIME_SPAN_MILLISECOND

/* After a run that pinned blocks kept from its goal, so many are freed before the next. */
#define REST_MIN 16
#define REST_SHARE 8

/* All locks are held for no longer than it takes to move so much, or to pass so many
 * blocks: some 50 µs. */
#define STEP_BYTES ((guint64) 256 << 10)
#define STEP_BLOCKS 1024

/* From the end on, so many blocks are tried to fill a hole with. */
#define FILL_TRIES 8

typedef struct
{
  guint64 id;
  guint64 old_offset;
  guint64 new_offset;
} Move;

typedef struct
{
  double goal;    /* the scatter that is good enough; below 0 for none: all are moved down */
  guint64 room;   /* or a piece that is large enough, in bytes; 0 for none */
  gint64 deadline; /* µs of g_get_monotonic_time() */
} Run;

typedef struct
{
  GArray *moves;  /* (owned) (element-type Move) */
  guint64 bytes;
  guint visited;
} Step;

static gboolean
slot_is_movable (const MgrBlockSlot *slot)
{
  return slot != NULL && slot->pins == 0 && !slot->moving;
}

static guint64
slot_get_alignment (const MgrBlockSlot *slot)
{
  return G_GUINT64_CONSTANT (1) << slot->alignment_shift;
}

static gboolean
run_is_done (const Run       *run,
             MgrStandardPool *self)
{
  guint64 largest;

  if (run->room > 0)
    {
      largest = mgr_offset_allocator_get_largest_free (self->allocator);
      return largest >= run->room || largest == mgr_offset_allocator_get_free (self->allocator);
    }

  return mgr_standard_pool_get_scatter (self) <= run->goal;
}

static void
step_note (Step         *step,
           MgrBlockSlot *slot,
           guint64       new_offset)
{
  const Move move = { slot->id, slot->offset, new_offset };

  g_array_append_val (step->moves, move);
  step->bytes += slot->size;
  slot->offset = new_offset;
}

/* Copies what the block holds to its new place, which may overlap the old one. %FALSE
 * where what that would hold is refused. */
static gboolean
pool_copy (MgrStandardPool *self,
           MgrBlockSlot    *slot,
           guint64          new_offset)
{
  guint8 *data = mgr_arena_get_data (self->arena);

  if (!mgr_standard_pool_hold (self, new_offset, slot->size, 0, NULL))
    return FALSE;

  memmove (data + new_offset, data + slot->offset, slot->size);
  return TRUE;
}

/* Takes a place for the block further down, 0 if there is none. */
static MgrOffsetBlock
pool_find_lower (MgrStandardPool *self,
                 MgrBlockSlot    *slot)
{
  MgrOffsetBlock place = mgr_offset_allocator_take (self->allocator, slot->size,
                                                    slot_get_alignment (slot), NULL);

  if (place == 0 || mgr_offset_allocator_get_offset (self->allocator, place) < slot->offset)
    return place;

  mgr_offset_allocator_give (self->allocator, place);
  return 0;
}

/* Finds a block near the end that fits into a hole, in which it reserves a place. */
static MgrOffsetBlock
pool_find_filling (MgrStandardPool  *self,
                   MgrBlockSlot    **out_slot)
{
  MgrOffsetBlock block = mgr_offset_allocator_get_last (self->allocator);
  MgrOffsetBlock place = 0;

  for (guint tries = 0; block != 0 && place == 0 && tries < FILL_TRIES;
       block = mgr_offset_allocator_get_previous (self->allocator, block))
    {
      *out_slot = mgr_offset_allocator_get_data (self->allocator, block);
      if (mgr_offset_allocator_is_hole (self->allocator, block))
        continue;
      tries++;
      if (slot_is_movable (*out_slot))
        place = pool_find_lower (self, *out_slot);
    }

  return place;
}

static void
pool_settle_in (MgrStandardPool *self,
                MgrBlockSlot    *slot,
                MgrOffsetBlock   place)
{
  mgr_offset_allocator_give (self->allocator, slot->place);
  mgr_offset_allocator_set_data (self->allocator, place, slot);
  slot->place = place;
}

static gboolean
pool_fill_one (MgrStandardPool *self,
               Step            *step)
{
  MgrBlockSlot *slot = NULL;
  MgrOffsetBlock place = pool_find_filling (self, &slot);
  guint64 offset;

  if (place == 0)
    return FALSE;

  offset = mgr_offset_allocator_get_offset (self->allocator, place);
  if (!pool_copy (self, slot, offset))
    {
      mgr_offset_allocator_give (self->allocator, place);
      return FALSE;
    }

  pool_settle_in (self, slot, place);
  step_note (step, slot, offset);
  return TRUE;
}

/* Where a block would come to lie in the hole before it. */
static guint64
pool_get_slide_offset (MgrStandardPool *self,
                       MgrOffsetBlock   hole,
                       MgrBlockSlot    *slot)
{
  guint64 alignment = slot_get_alignment (slot);

  return (mgr_offset_allocator_get_offset (self->allocator, hole) + alignment - 1)
         & ~(alignment - 1);
}

static MgrOffsetBlock
pool_get_cursor (MgrStandardPool *self)
{
  gpointer owner = NULL;
  MgrBlockSlot *slot = mgr_block_table_find (self->slide_cursor, &owner);
  MgrPoolStripe *stripe = owner;

  if (slot != NULL && stripe >= self->stripes && stripe < self->stripes + self->n_stripes
      && slot->id == self->slide_cursor && slot->state == MGR_BLOCK_SLOT_LIVE)
    return slot->place;

  return mgr_offset_allocator_get_first (self->allocator);
}

/* Finds the next block that could move into the hole before it. Returns that hole, or 0
 * where it has passed as many as a step may, or all. */
static MgrOffsetBlock
pool_find_slide (MgrStandardPool  *self,
                 Step             *step,
                 MgrBlockSlot    **out_slot)
{
  MgrOffsetAllocator *allocator = self->allocator;
  MgrOffsetBlock block = pool_get_cursor (self);
  MgrOffsetBlock hole = 0;

  for (; block != 0 && step->visited < STEP_BLOCKS;
       block = mgr_offset_allocator_get_next (allocator, block))
    {
      MgrBlockSlot *slot = mgr_offset_allocator_get_data (allocator, block);

      step->visited++;
      if (hole != 0 && slot_is_movable (slot)
          && pool_get_slide_offset (self, hole, slot) < slot->offset)
        {
          *out_slot = slot;
          return hole;
        }
      hole = mgr_offset_allocator_is_hole (allocator, block) ? block : 0;
      if (slot != NULL)
        self->slide_cursor = slot->id;
    }

  if (block == 0)
    self->slide_cursor = 0;
  return 0;
}

/* %FALSE once the end is reached. */
static gboolean
pool_slide_one (MgrStandardPool *self,
                Step            *step)
{
  MgrBlockSlot *slot = NULL;
  MgrOffsetBlock hole = pool_find_slide (self, step, &slot);
  guint64 offset;

  if (hole == 0)
    return self->slide_cursor != 0;

  self->slide_cursor = slot->id;
  offset = pool_get_slide_offset (self, hole, slot);
  if (pool_copy (self, slot, offset))
    {
      mgr_offset_allocator_slide (self->allocator, slot->place, slot_get_alignment (slot));
      step_note (step, slot, offset);
    }
  return TRUE;
}

/* With all locks held: %FALSE once there is nothing more to be done. Filling moves the
 * least; what it leaves is slid down. */
static gboolean
pool_move_one (MgrStandardPool *self,
               const Run       *run,
               Step            *step)
{
  gboolean more = !run_is_done (run, self);

  if (more && !self->sliding && !pool_fill_one (self, step))
    {
      self->sliding = TRUE;
      self->slide_cursor = 0;
    }
  if (more && self->sliding)
    more = pool_slide_one (self, step);
  if (!more)
    self->sliding = FALSE;

  return more;
}

static void
emit_moves (MgrStandardPool *self,
            GArray          *moves)
{
  for (guint i = 0; i < moves->len; i++)
    {
      const Move *move = &g_array_index (moves, Move, i);

      mgr_standard_pool_emit_moved (self, move->id, move->old_offset, move->new_offset);
    }
}

static void
emit_moves_cb (gpointer object,
               gpointer user_data)
{
  emit_moves (MGR_STANDARD_POOL (object), user_data);
}

static void
moves_unref_cb (gpointer data)
{
  g_array_unref (data);
}

static void
pool_tell_moves (MgrStandardPool *self,
                 GArray          *moves)
{
  if (moves->len == 0 || !mgr_standard_pool_tells_moves (self))
    return;

  if (mgr_standard_pool_is_owner (self))
    emit_moves (self, moves);
  else
    mgr_owner_context_post (mgr_pool_get_context (MGR_POOL (self)), self, emit_moves_cb,
                            g_array_ref (moves), moves_unref_cb);
}

static gboolean
pool_step (MgrStandardPool *self,
           const Run       *run)
{
  g_autoptr (GArray) moves = g_array_new (FALSE, FALSE, sizeof (Move));
  Step step = { .moves = moves };
  gboolean more = TRUE;

  mgr_standard_pool_lock_all (self);
  while (more && step.bytes < STEP_BYTES && step.visited < STEP_BLOCKS)
    {
      step.visited++;
      more = self->allocator != NULL && pool_move_one (self, run, &step);
    }
  mgr_standard_pool_unlock_all (self);

  pool_tell_moves (self, moves);
  return more;
}

/* With all locks held: reserves the next place of a block without memory. */
static MgrOffsetBlock
pool_reserve (MgrStandardPool  *self,
              Step             *step,
              MgrBlockSlot    **out_slot,
              guint64          *out_offset)
{
  MgrOffsetBlock place = pool_find_filling (self, out_slot);

  if (place != 0)
    {
      *out_offset = mgr_offset_allocator_get_offset (self->allocator, place);
      return place;
    }

  self->slide_cursor = 0;
  do
    {
      step->visited = 0;
      place = pool_find_slide (self, step, out_slot);
    }
  while (place == 0 && self->slide_cursor != 0);
  if (place == 0)
    return 0;

  *out_offset = pool_get_slide_offset (self, place, *out_slot);
  mgr_offset_allocator_claim (self->allocator, place, NULL);
  return place;
}

/* With all locks held: the owner has copied the block to @offset. */
static void
pool_complete (MgrStandardPool *self,
               MgrBlockSlot    *slot,
               MgrOffsetBlock   place,
               guint64          offset)
{
  /* A place that reaches up to the block is the hole that it slides into. */
  gboolean slides = mgr_offset_allocator_get_next (self->allocator, place) == slot->place;

  slot->moving = FALSE;
  if (!slides)
    {
      pool_settle_in (self, slot, place);
    }
  else
    {
      mgr_offset_allocator_give (self->allocator, place);
      mgr_offset_allocator_give (self->allocator, slot->place);
      mgr_offset_allocator_take_at (self->allocator, slot->place, offset, slot->size, slot);
    }
  slot->offset = offset;
}

/* What a block without memory stands for is copied by the handlers: until they return it
 * is neither here nor there, and can be neither freed nor pinned. */
static gboolean
pool_step_virtual (MgrStandardPool *self,
                   const Run       *run)
{
  Step step = { 0 };
  MgrBlockSlot *slot = NULL;
  MgrOffsetBlock place = 0;
  guint64 id = 0;
  guint64 old_offset = 0;
  guint64 new_offset = 0;

  mgr_standard_pool_lock_all (self);
  if (self->allocator != NULL && !run_is_done (run, self))
    place = pool_reserve (self, &step, &slot, &new_offset);
  if (place != 0)
    {
      slot->moving = TRUE;
      id = slot->id;
      old_offset = slot->offset;
    }
  mgr_standard_pool_unlock_all (self);
  if (place == 0)
    return FALSE;

  mgr_standard_pool_emit_moved (self, id, old_offset, new_offset);

  mgr_standard_pool_lock_all (self);
  pool_complete (self, slot, place, new_offset);
  mgr_standard_pool_unlock_all (self);
  return TRUE;
}

/* Whether this thread may have the blocks of a virtual pool moved: nobody else is at it,
 * and there is somebody to do it. */
static gboolean
pool_begin_virtual (MgrStandardPool *self)
{
  return mgr_standard_pool_is_owner (self) && mgr_standard_pool_tells_moves (self)
         && g_atomic_int_compare_and_exchange (&self->moving, FALSE, TRUE);
}

/* %FALSE once there is nothing more to be done. */
static gboolean
pool_run (MgrStandardPool *self,
          const Run       *run)
{
  gboolean is_virtual = (self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) != 0;
  gboolean more;

  if (is_virtual && !pool_begin_virtual (self))
    return FALSE;

  do
    more = is_virtual ? pool_step_virtual (self, run) : pool_step (self, run);
  while (more && g_get_monotonic_time () < run->deadline);

  if (is_virtual)
    g_atomic_int_set (&self->moving, FALSE);
  return more;
}

/**
 * mgr_standard_pool_compact:
 * @self: a pool
 * @budget: how long it may take, in microseconds, or -1 for as long as it takes
 *
 * Moves blocks that nobody pinned, so that what is free comes to lie in one piece; it is
 * done when 99 % of it does. Nothing is lost by that. It goes on in steps, between which
 * others have their turn; #MgrStandardPool::block-moved tells of each move. It goes over
 * the @budget by one step, of less than a millisecond unless a large block has to be moved.
 *
 * Blocks of a virtual pool are copied by the handlers of that signal: without any, and
 * outside of the owner's thread or context, nothing is done. Otherwise it may be called
 * from any thread.
 *
 * Returns: %TRUE if there is more to do
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_compact (MgrStandardPool *self,
                           gint64           budget)
{
  Run run = { .goal = GOAL, .deadline = G_MAXINT64 };

  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), FALSE);

  if (budget >= 0)
    run.deadline = g_get_monotonic_time () + MIN (budget, G_MAXINT64 / 2);
  return pool_run (self, &run);
}

void
mgr_standard_pool_compact_fully (MgrStandardPool *self)
{
  const Run run = { .goal = -1, .deadline = G_MAXINT64 };

  pool_run (self, &run);
}

gboolean
mgr_standard_pool_compact_for (MgrStandardPool       *self,
                               const MgrBlockRequest *request)
{
  Run run = { .deadline = G_MAXINT64 };
  guint64 all;

  g_mutex_lock (&self->space_lock);
  all = mgr_offset_allocator_get_free (self->allocator);
  g_mutex_unlock (&self->space_lock);
  if (request->texts.size > all)
    return FALSE;

  run.room = request->texts.size + MAX (request->alignment, self->unit) - 1;
  pool_run (self, &run);
  return TRUE;
}

static gboolean
compact_idle_cb (gpointer user_data)
{
  g_autoptr (MgrStandardPool) self = g_weak_ref_get (user_data);
  Run run = { .goal = IDLE_GOAL, .deadline = g_get_monotonic_time () + IDLE_SLICE };

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (pool_run (self, &run))
    return G_SOURCE_CONTINUE;

  g_mutex_lock (&self->space_lock);
  self->compacting = FALSE;
  if (mgr_standard_pool_get_scatter (self) > IDLE_START)
    self->compact_rest =
      MAX (mgr_offset_allocator_get_count (self->allocator) / REST_SHARE, REST_MIN);
  g_mutex_unlock (&self->space_lock);
  return G_SOURCE_REMOVE;
}

gboolean
mgr_standard_pool_wants_idle (MgrStandardPool *self)
{
  if ((self->flags & MGR_STANDARD_POOL_FLAGS_COMPACT) == 0 || self->compacting || self->returning)
    return FALSE;

  if (self->compact_rest > 0)
    self->compact_rest--;
  self->compacting = self->compact_rest == 0
                     && mgr_standard_pool_get_scatter (self) > IDLE_START;
  return self->compacting;
}

void
mgr_standard_pool_compact_idly (MgrStandardPool *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, compact_idle_cb, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (source, "[libmgr] pool compaction");
  g_source_attach (source, mgr_pool_get_context (MGR_POOL (self)));
}
