/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
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

/* With the lock held: what the capacity leaves for segments. */
static guint64
pool_get_room (MgrTensorPool *self)
{
  return self->capacity - MIN (self->reserved, self->capacity);
}

/* What the budgets leave for segments. */
static guint64
pool_get_affordable (MgrTensorPool *self)
{
  MgrComponent *component = mgr_pool_get_component (MGR_POOL (self));

  return component != NULL ? mgr_component_get_available (component) : G_MAXUINT64;
}

/* Segments without a block, in which @size bytes have not found room, make way for a
 * segment of that size, if that is enough. */
static void
pool_make_way (MgrTensorPool *self,
               guint64        size)
{
  g_autoptr (GPtrArray) detached = NULL;
  guint64 room;

  g_mutex_lock (&self->lock);
  room = MIN (pool_get_room (self), pool_get_affordable (self));
  if (room < size && room + mgr_tensor_pool_get_idle (self) >= size)
    detached = mgr_tensor_pool_detach_free (self, size - room);
  g_mutex_unlock (&self->lock);

  if (detached != NULL)
    mgr_tensor_pool_drop (self, detached);
}

/* How large a segment for @size bytes, whole pages, is to be: no larger than what there is
 * to be had, unless it would be too small; 0 if the capacity has no room for it. */
static guint64
pool_plan_segment (MgrTensorPool *self,
                   guint64        size)
{
  guint64 room;

  pool_make_way (self, size);
  g_mutex_lock (&self->lock);
  room = pool_get_room (self);
  g_mutex_unlock (&self->lock);
  if (room < size)
    return 0;

  room = MIN (room, pool_get_affordable (self));
  return MAX (size, round_down (MIN (self->segment_size, room), mgr_memory_page_size ()));
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

/* A segment of @planned bytes or, where something else limits it, such as the machine,
 * a smaller one: of @needed bytes at least. */
static MgrTensorSegment *
pool_make_segment_for (MgrTensorPool  *self,
                       guint64         needed,
                       guint64         planned,
                       GError        **error)
{
  while (planned > needed)
    {
      MgrTensorSegment *segment = pool_make_segment (self, planned, NULL);

      if (segment != NULL)
        return segment;
      planned = MAX (needed, round_down (planned / 2, mgr_memory_page_size ()));
    }

  return pool_make_segment (self, needed, error);
}

/* With the grow_lock held: a segment in which @size bytes find room. */
static MgrTensorSegment *
pool_grow_for (MgrTensorPool  *self,
               guint64         size,
               GError        **error)
{
  const guint64 page = mgr_memory_page_size ();
  guint64 needed = size <= G_MAXINT64 - page ? round_up (size, page) : 0;
  guint64 planned = needed > 0 ? pool_plan_segment (self, needed) : 0;
  g_autofree char *asked = mgr_size_format (size);
  g_autofree char *segment_size = mgr_size_format (needed);
  MgrTensorSegment *segment;

  if (planned == 0)
    {
      pool_refuse (self, size, error);
      return NULL;
    }

  segment = pool_make_segment_for (self, needed, planned, error);
  if (segment == NULL)
    g_prefix_error (error, "A tensor of %s needs a segment of %s more: ", asked, segment_size);
  return segment;
}

MgrTensorPoolBlock *
mgr_tensor_pool_grow_and_take (MgrTensorPool  *self,
                               guint64         size,
                               const char     *description,
                               GError        **error)
{
  MgrTensorSegment *segment;
  MgrTensorPoolBlock *block;

  /* Somebody else may have made room while this thread waited for the lock. */
  g_mutex_lock (&self->lock);
  block = mgr_tensor_pool_take (self, size, description);
  g_mutex_unlock (&self->lock);
  if (block != NULL)
    return block;

  segment = pool_grow_for (self, size, error);
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
  guint64 room = pool_get_room (self);
  guint64 largest = round_down (room + mgr_tensor_pool_get_idle (self), mgr_memory_page_size ());

  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      largest = MAX (largest, mgr_offset_allocator_get_largest_free (segment->space));
    }

  return largest;
}
