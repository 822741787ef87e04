/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "pool/mgr-standard-pool-private.h"

static gboolean
request_set_invalid (MgrStandardPool        *self,
                     const MgrBlockRequest  *request,
                     GError                **error)
{
  const char *name = mgr_pool_get_name (MGR_POOL (self));
  guint64 alignment = request->alignment;

  if (request->texts.size == 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "A block of 0 bytes of pool “%s”: ask for 1 byte at least", name);
  else if (alignment == 0 || (alignment & (alignment - 1)) != 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "A block of pool “%s” aligned to %" G_GUINT64_FORMAT " bytes: an alignment is a "
                 "power of two", name, alignment);
  else if (alignment > MGR_ARENA_ALIGNMENT)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "A block of pool “%s” aligned to %" G_GUINT64_FORMAT " bytes: an alignment is "
                 "%" G_GUINT64_FORMAT " bytes at most", name, alignment, MGR_ARENA_ALIGNMENT);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "A block of pool “%s” of priority %u: a priority goes from %d to %d",
                 name, request->texts.priority, MGR_PRIORITY_MIN, MGR_PRIORITY_MAX);

  return FALSE;
}

static gboolean
request_check (MgrStandardPool        *self,
               const MgrBlockRequest  *request,
               GError                **error)
{
  guint64 alignment = request->alignment;

  if (G_LIKELY (request->texts.size > 0
                && alignment > 0 && (alignment & (alignment - 1)) == 0
                && alignment <= MGR_ARENA_ALIGNMENT
                && request->texts.priority >= MGR_PRIORITY_MIN
                && request->texts.priority <= MGR_PRIORITY_MAX))
    return TRUE;

  return request_set_invalid (self, request, error);
}

/* Whether the gauge would say something new, which it may only of exact figures. */
static gboolean
pool_needs_all (MgrStandardPool *self,
                guint64          size)
{
  guint64 used = self->gauge.used + size + self->unit - 1;

  return (used > self->gauge.peak && g_atomic_int_get (&self->stocked) != 0)
         || (used >= self->gauge.high_at && !self->gauge.is_high);
}

/* With the lock of the stripe held: takes room as long as it is there for the taking.
 * Whatever stands in the way is looked at with all locks. */
static guint64
stripe_take (MgrStandardPool *self,
             MgrPoolStripe   *stripe,
             MgrBlockRequest *request)
{
  MgrBlockOutcome outcome = MGR_BLOCK_NO_PLACE;

  if (!mgr_pool_stripe_prepare (stripe))
    return 0;

  g_mutex_lock (&self->space_lock);
  if (!pool_needs_all (self, request->texts.size))
    outcome = mgr_standard_pool_take_place (self, stripe->free_slots, request, NULL);
  g_mutex_unlock (&self->space_lock);

  if (outcome != MGR_BLOCK_TAKEN)
    return 0;
  return mgr_pool_stripe_begin_block (self, stripe, stripe->free_slots, request);
}

/* With all locks held. */
static MgrBlockOutcome
pool_take_locked (MgrStandardPool  *self,
                  MgrPoolStripe    *stripe,
                  MgrBlockRequest  *request,
                  GError          **error)
{
  MgrBlockOutcome outcome;

  if (!mgr_pool_check_open (MGR_POOL (self), error))
    return MGR_BLOCK_CLOSED;
  if (!mgr_pool_stripe_prepare (stripe))
    return MGR_BLOCK_NO_ID;

  outcome = mgr_standard_pool_take_place (self, stripe->free_slots, request, NULL);
  if (outcome != MGR_BLOCK_NO_CHARGE)
    return outcome;

  /* What is held elsewhere for nothing makes up for what is needed here. */
  mgr_standard_pool_release_granules (self, G_MAXUINT64);
  return mgr_standard_pool_take_place (self, stripe->free_slots, request, error);
}

static guint64
pool_take (MgrStandardPool  *self,
           MgrPoolStripe    *stripe,
           MgrBlockRequest  *request,
           MgrBlockOutcome  *outcome,
           GError          **error)
{
  guint64 id = 0;

  mgr_standard_pool_lock_all (self);
  *outcome = pool_take_locked (self, stripe, request, error);
  if (*outcome == MGR_BLOCK_TAKEN)
    id = mgr_pool_stripe_begin_block (self, stripe, stripe->free_slots, request);
  mgr_standard_pool_unlock_all (self);

  return id;
}

/* The pool may have been stopped meanwhile, so that nothing of it is said. */
static void
pool_refuse (MgrStandardPool        *self,
             const MgrBlockRequest  *request,
             MgrBlockOutcome         outcome,
             GError                 *reason,
             GError                **error)
{
  guint64 largest;

  mgr_standard_pool_lock_all (self);
  self->gauge.refused++;
  largest = mgr_offset_allocator_get_largest_free (self->allocator);
  mgr_standard_pool_unlock_all (self);

  if (reason != NULL)
    g_propagate_error (error, g_error_copy (reason));
  else if (outcome == MGR_BLOCK_NO_ID)
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "No more blocks of pool “%s”: all 2^26 of the process are in use. Use fewer, "
                 "larger blocks", mgr_pool_get_name (MGR_POOL (self)));
  else
    mgr_pool_set_full (MGR_POOL (self), request->texts.size, largest, error);
}

/* Inside of a handler that is asked what may go nothing can go. */
static GError *
pool_make_deadlock_error (MgrStandardPool       *self,
                          const MgrBlockRequest *request)
{
  g_autofree char *asked = mgr_size_format (request->texts.size);

  return g_error_new (MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                      "%s do not fit into pool “%s”, and a handler of its “evict” has asked for "
                      "them: it would be asked again what may go for them. Allocate after the "
                      "handler has returned", asked, mgr_pool_get_name (MGR_POOL (self)));
}

/* With @reason the error so far. */
static guint64
pool_evict_for (MgrStandardPool  *self,
                MgrPoolStripe    *stripe,
                MgrBlockRequest  *request,
                MgrBlockOutcome   outcome,
                GError          **reason)
{
  if (!mgr_standard_pool_is_asking (self)
      || request->texts.size > mgr_pool_get_capacity (MGR_POOL (self)))
    return mgr_standard_pool_allocate_evicting (self, stripe, request, outcome);

  g_clear_error (reason);
  *reason = pool_make_deadlock_error (self, request);
  return 0;
}

/* What is not there for the taking: makes room for it as the pool is allowed to. */
static guint64
pool_allocate_slowly (MgrStandardPool  *self,
                      MgrPoolStripe    *stripe,
                      MgrBlockRequest  *request,
                      GError          **error)
{
  g_autoptr (GError) reason = NULL;
  MgrBlockOutcome outcome;
  guint64 id = pool_take (self, stripe, request, &outcome, &reason);

  if (id == 0 && outcome == MGR_BLOCK_NO_PLACE
      && (self->flags & MGR_STANDARD_POOL_FLAGS_COMPACT) != 0
      && mgr_standard_pool_compact_for (self, request))
    id = pool_take (self, stripe, request, &outcome, &reason);

  if (id == 0 && (self->flags & MGR_STANDARD_POOL_FLAGS_EVICT) != 0
      && (outcome == MGR_BLOCK_NO_PLACE || outcome == MGR_BLOCK_NO_CHARGE))
    id = pool_evict_for (self, stripe, request, outcome, &reason);

  if (id == 0 && outcome == MGR_BLOCK_CLOSED)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (id == 0)
    pool_refuse (self, request, outcome, reason, error);
  return id;
}

/* Nothing is stocked of a pool that is not open, so that what comes from there needs not
 * be asked about. */
static guint64
pool_allocate (MgrStandardPool  *self,
               MgrBlockRequest  *request,
               GError          **error)
{
  MgrPoolStripe *stripe = mgr_standard_pool_get_stripe (self);
  gboolean open = TRUE;
  guint64 id;

  mgr_brief_lock_take (&stripe->lock);
  id = mgr_pool_stripe_draw (self, stripe, request);
  if (id == 0)
    {
      open = mgr_pool_check_open (&self->parent_instance, error);
      if (open)
        id = stripe_take (self, stripe, request);
    }
  mgr_brief_lock_let_go (&stripe->lock);

  if (id == 0 && open)
    id = pool_allocate_slowly (self, stripe, request, error);
  mgr_pool_changed (&self->parent_instance);
  return id;
}

/**
 * mgr_standard_pool_allocate_aligned:
 * @self: a pool
 * @size: bytes, 1 at least
 * @alignment: what the offset of the block is a multiple of: a power of two, 2 MiB at most
 * @description: (nullable): what it is for
 * @priority: how much it is worth keeping, 1 to 10
 * @tags: (nullable) (array zero-terminated=1): words to find it by
 * @error: return location for a #GError
 *
 * As mgr_standard_pool_allocate(), with an alignment of the caller's. Addresses are
 * aligned as offsets are.
 *
 * Returns: the id of the block, or 0 on failure
 *
 * Since: 1.0
 */
guint64
mgr_standard_pool_allocate_aligned (MgrStandardPool     *self,
                                    guint64              size,
                                    guint64              alignment,
                                    const char          *description,
                                    guint                priority,
                                    const char * const  *tags,
                                    GError             **error)
{
  MgrBlockRequest request;
  guint64 id = 0;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  mgr_request_init (&request.texts, size, description, priority, tags);
  request.alignment = alignment;
  if (request_check (self, &request, error))
    id = pool_allocate (self, &request, error);
  mgr_request_clear (&request.texts);

  return id;
}

/**
 * mgr_standard_pool_allocate:
 * @self: a pool
 * @size: bytes, 1 at least
 * @description: (nullable): what it is for
 * @priority: how much it is worth keeping, 1 to 10
 * @tags: (nullable) (array zero-terminated=1): words to find it by
 * @error: return location for a #GError
 *
 * Takes a block. Blocks of memory begin at a multiple of 64 bytes, and their size is
 * rounded up to one; what is in them is not defined. Those of a pool without memory begin
 * anywhere and are as large as asked for. mgr_standard_pool_free() gives a block back.
 *
 * Costs the same however many blocks there are and however large they are, as long as
 * there is room. Where there is none, a pool that may compact does so, then one that may
 * evict asks the handlers of #MgrStandardPool::evict. What still does not fit is
 * %MGR_ERROR_NO_BUDGET, or %MGR_ERROR_INFEASIBLE if it never will. A stopped or flushing
 * pool is %MGR_ERROR_CLOSED. A handler of #MgrStandardPool::evict can have what there is
 * room for; a block for which others would have to go is %MGR_ERROR_WOULD_DEADLOCK there.
 * May be called from any thread.
 *
 * Returns: the id of the block, or 0 on failure
 *
 * Since: 1.0
 */
guint64
mgr_standard_pool_allocate (MgrStandardPool     *self,
                            guint64              size,
                            const char          *description,
                            guint                priority,
                            const char * const  *tags,
                            GError             **error)
{
  return mgr_standard_pool_allocate_aligned (self, size, 1, description, priority, tags, error);
}

static void
pool_set_in_use (MgrStandardPool  *self,
                 guint64           id,
                 gboolean          moving,
                 GError          **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
               "Block %" G_GUINT64_FORMAT " of pool “%s” is %s: free it once that has ended", id,
               mgr_pool_get_name (MGR_POOL (self)), moving ? "being moved" : "pinned");
}

/* Gives the room of an ended block to the stock, or to all. Returns whether now is a time
 * to compact. */
static gboolean
stripe_let_go (MgrStandardPool *self,
               MgrPoolStripe   *stripe,
               MgrBlockSlot    *slot)
{
  gboolean wants_idle;

  if (mgr_pool_stripe_stock (self, stripe, slot))
    return FALSE;

  g_mutex_lock (&self->space_lock);
  mgr_standard_pool_give_place (self, slot);
  if (self->arena == NULL || self->returning)
    mgr_standard_pool_follow_charge (self);
  wants_idle = mgr_standard_pool_wants_idle (self);
  g_mutex_unlock (&self->space_lock);

  mgr_pool_stripe_put_slot (stripe, slot);
  return wants_idle;
}

/**
 * mgr_standard_pool_free:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Gives a block back. One that was freed before is %MGR_ERROR_DOUBLE_RELEASE, one that was
 * evicted or is of another pool %MGR_ERROR_NOT_FOUND, and one that somebody pinned
 * %MGR_ERROR_BUSY: nothing changes then. Of the last 64 blocks that a place in the table
 * has had it is known what became of them; one before those is %MGR_ERROR_NOT_FOUND where
 * it may have been evicted. A pool takes blocks back also when it is stopped. May be called
 * from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_free (MgrStandardPool  *self,
                        guint64           id,
                        GError          **error)
{
  MgrPoolStripe *stripe;
  MgrBlockSlot *slot;
  gpointer text;
  gboolean moving;
  gboolean wants_idle;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  stripe = mgr_standard_pool_lock_block (self, id, MGR_ERROR_DOUBLE_RELEASE, &slot, error);
  if (stripe == NULL)
    return FALSE;

  moving = slot->moving;
  if (G_UNLIKELY (slot->pins > 0 || moving))
    {
      mgr_brief_lock_let_go (&stripe->lock);
      pool_set_in_use (self, id, moving, error);
      return FALSE;
    }

  text = mgr_pool_stripe_end_block (stripe, slot, FALSE);
  wants_idle = stripe_let_go (self, stripe, slot);
  mgr_brief_lock_let_go (&stripe->lock);

  if (text != NULL)
    g_free (text);
  mgr_pool_changed (&self->parent_instance);
  if (wants_idle)
    mgr_standard_pool_compact_idly (self);
  return TRUE;
}
