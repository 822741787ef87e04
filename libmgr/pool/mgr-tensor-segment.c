/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-pool-private.h"

void
mgr_tensor_segment_free (MgrTensorSegment *self)
{
  mgr_memory_segment_unref (self->memory);
  mgr_offset_allocator_free (self->space);
  g_free (self);
}

static guint64
round_up (guint64 size,
          guint64 unit)
{
  return (size + unit - 1) & ~(unit - 1);
}

static guint64
round_down (guint64 size,
            guint64 unit)
{
  return size & ~(unit - 1);
}

/* With the lock of the pool held: whether nobody has a part of it, nor just page-locks
 * it. */
static gboolean
segment_is_idle (MgrTensorSegment *self)
{
  return mgr_offset_allocator_get_count (self->space) == 0 &&
         g_atomic_int_get (&self->memory->ref_count) == 1;
}

/* Blocks */

static void
block_free (MgrTensorBlock *block)
{
  MgrTensorPoolBlock *self = (MgrTensorPoolBlock *) block;
  MgrTensorPool *pool = self->pool;
  g_autoptr (GPtrArray) idle = NULL;
  gboolean was_last;
  guint64 size;

  /* Once the block is given back, others may drop the last reference to the pool. */
  g_object_ref (pool);
  g_mutex_lock (&pool->lock);
  size = mgr_offset_allocator_get_length (self->segment->space, self->place);
  mgr_offset_allocator_give (self->segment->space, self->place);
  if (mgr_pool_gauge_remove (&pool->gauge, size))
    mgr_pool_say_water (MGR_POOL (pool), pool->gauge.is_high, pool->gauge.used);
  was_last = pool->gauge.count == 0;
  if (segment_is_idle (self->segment) && !mgr_pool_get_active (MGR_POOL (pool)))
    idle = mgr_tensor_pool_detach_free (pool, G_MAXUINT64);
  g_mutex_unlock (&pool->lock);

  if (idle != NULL)
    mgr_tensor_pool_drop (pool, idle);
  mgr_pool_changed (MGR_POOL (pool));
  g_ref_string_release (block->description);
  g_free (self);
  if (was_last)
    g_object_unref (pool);
  g_object_unref (pool);
}

static void
block_leak (MgrTensorBlock *block)
{
  MgrTensorPool *pool = ((MgrTensorPoolBlock *) block)->pool;

  g_mutex_lock (&pool->lock);
  pool->leaks++;
  g_mutex_unlock (&pool->lock);
  g_debug ("The tensor “%s” went without having been released", block->description);
}

static const MgrTensorBlockClass pool_block_class = {
  .free = block_free,
  .lease = mgr_tensor_pool_lease,
  .leak = block_leak,
};

/* With the lock held. */
static MgrTensorPoolBlock *
segment_take (MgrTensorPool    *pool,
              MgrTensorSegment *segment,
              guint64           size,
              const char       *description)
{
  MgrOffsetBlock place = mgr_offset_allocator_take (segment->space, size, pool->alignment, NULL);
  MgrTensorPoolBlock *self;

  if (place == 0)
    return NULL;

  self = g_new (MgrTensorPoolBlock, 1);
  self->parent.klass = &pool_block_class;
  g_atomic_ref_count_init (&self->parent.ref_count);
  self->parent.segment = segment->memory;
  self->parent.offset = mgr_offset_allocator_get_offset (segment->space, place);
  self->parent.description = g_ref_string_new (description);
  self->pool = pool;
  self->segment = segment;
  self->place = place;

  if (pool->gauge.count == 0)
    g_object_ref (pool);
  if (mgr_pool_gauge_add (&pool->gauge, mgr_offset_allocator_get_length (segment->space, place)))
    mgr_pool_say_water (MGR_POOL (pool), pool->gauge.is_high, pool->gauge.used);
  return self;
}

MgrTensorPoolBlock *
mgr_tensor_pool_take (MgrTensorPool *self,
                      guint64        size,
                      const char    *description)
{
  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorPoolBlock *block = segment_take (self, g_ptr_array_index (self->segments, i), size,
                                                description);

      if (block != NULL)
        return block;
    }

  return NULL;
}

/* Growth */

/* With the lock held. Never fails where @delta is below 0. */
static gboolean
pool_account (MgrTensorPool  *self,
              gint64          delta,
              GError        **error)
{
  guint64 reserved = self->reserved + (guint64) delta;

  if (!mgr_pool_charge (MGR_POOL (self), reserved, error))
    return FALSE;

  self->reserved = reserved;
  return TRUE;
}

/* With the grow_lock held. */
static MgrTensorSegment *
segment_new (MgrTensorPool  *pool,
             guint64         size,
             GError        **error)
{
  g_autoptr (MgrMemorySegment) memory = NULL;
  MgrTensorSegment *self;

  memory = mgr_memory_segment_new (mgr_pool_get_name (MGR_POOL (pool)), size, pool->read_only,
                                   pool->limits, error);
  if (memory == NULL)
    return NULL;

  if (pool->cuda != NULL && !mgr_cuda_lock_pages (pool->cuda, memory, error))
    return NULL;

  self = g_new (MgrTensorSegment, 1);
  self->memory = g_steal_pointer (&memory);
  self->space = mgr_offset_allocator_new (size, pool->alignment);
  return self;
}

/* A segment that is accounted for, but not yet known to the pool. */
static MgrTensorSegment *
pool_make_segment (MgrTensorPool  *self,
                   guint64         size,
                   GError        **error)
{
  MgrTensorSegment *segment;
  gboolean accounted;

  g_mutex_lock (&self->lock);
  accounted = pool_account (self, (gint64) size, error);
  g_mutex_unlock (&self->lock);
  if (!accounted)
    return NULL;

  segment = segment_new (self, size, error);
  if (segment != NULL)
    return segment;

  g_mutex_lock (&self->lock);
  pool_account (self, -(gint64) size, NULL);
  g_mutex_unlock (&self->lock);
  return NULL;
}

gboolean
mgr_tensor_pool_grow (MgrTensorPool  *self,
                      guint64         size,
                      GError        **error)
{
  MgrTensorSegment *segment = pool_make_segment (self, size, error);

  if (segment == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->segments, segment);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* How large a segment for @size bytes is to be, 0 if there is no room for it. Segments
 * without a block, in which it has not found room, make way for it. */
static guint64
pool_plan_segment (MgrTensorPool *self,
                   guint64        size)
{
  const guint64 page = mgr_memory_page_size ();
  g_autoptr (GPtrArray) detached = NULL;
  guint64 room;

  if (size > G_MAXINT64 - page)
    return 0;

  size = round_up (size, page);
  g_mutex_lock (&self->lock);
  room = self->capacity - MIN (self->reserved, self->capacity);
  if (room < size && room + mgr_tensor_pool_get_idle (self) >= size)
    detached = mgr_tensor_pool_detach_free (self, size - room);
  g_mutex_unlock (&self->lock);

  if (detached != NULL)
    room += mgr_tensor_pool_drop (self, detached);
  if (room < size)
    return 0;

  return round_down (MIN (MAX (size, self->segment_size), room), page);
}

static void
pool_refuse (MgrTensorPool  *self,
             guint64         size,
             GError        **error)
{
  guint64 largest;

  g_mutex_lock (&self->lock);
  largest = mgr_tensor_pool_get_largest_free (self);
  g_mutex_unlock (&self->lock);
  mgr_pool_set_full (MGR_POOL (self), size, largest, error);
}

MgrTensorPoolBlock *
mgr_tensor_pool_grow_and_take (MgrTensorPool  *self,
                               guint64         size,
                               const char     *description,
                               GError        **error)
{
  MgrTensorSegment *segment;
  MgrTensorPoolBlock *block;
  guint64 planned;

  /* Somebody else may have made room while this thread waited for the lock. */
  g_mutex_lock (&self->lock);
  block = mgr_tensor_pool_take (self, size, description);
  g_mutex_unlock (&self->lock);
  if (block != NULL)
    return block;

  planned = pool_plan_segment (self, size);
  if (planned == 0)
    {
      pool_refuse (self, size, error);
      return NULL;
    }

  segment = pool_make_segment (self, planned, error);
  if (segment == NULL)
    return NULL;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->segments, segment);
  block = segment_take (self, segment, size, description);
  g_mutex_unlock (&self->lock);

  return block;
}

/* Giving back */

guint64
mgr_tensor_pool_get_idle (MgrTensorPool *self)
{
  guint64 idle = 0;

  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      if (segment_is_idle (segment))
        idle += segment->memory->size;
    }

  return idle;
}

GPtrArray *
mgr_tensor_pool_detach_free (MgrTensorPool *self,
                             guint64        target)
{
  GPtrArray *detached = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_tensor_segment_free);
  guint64 bytes = 0;

  /* The first segments are those that requests fill first. */
  for (guint i = self->segments->len; i-- > 0 && bytes < target;)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      if (!segment_is_idle (segment))
        continue;

      bytes += segment->memory->size;
      g_ptr_array_add (detached, g_ptr_array_steal_index (self->segments, i));
    }

  return detached;
}

guint64
mgr_tensor_pool_drop (MgrTensorPool *self,
                      GPtrArray     *detached)
{
  guint64 bytes = 0;

  for (guint i = 0; i < detached->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (detached, i);

      bytes += segment->memory->size;
    }

  /* Uncharged only once it is gone. */
  g_ptr_array_set_size (detached, 0);
  g_mutex_lock (&self->lock);
  pool_account (self, -(gint64) bytes, NULL);
  self->gauge.trimmed_bytes += bytes;
  g_mutex_unlock (&self->lock);

  return bytes;
}

guint64
mgr_tensor_pool_get_largest_free (MgrTensorPool *self)
{
  guint64 room = self->capacity - MIN (self->reserved, self->capacity);
  guint64 largest = round_down (room + mgr_tensor_pool_get_idle (self), mgr_memory_page_size ());

  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      largest = MAX (largest, mgr_offset_allocator_get_largest_free (segment->space));
    }

  return largest;
}
