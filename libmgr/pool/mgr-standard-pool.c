/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-standard-pool.h"

#include "mgr-enum-types.h"
#include "pool/mgr-standard-pool-private.h"

/**
 * SECTION:mgr-standard-pool
 * @title: MgrStandardPool
 * @short_description: blocks of any size from one piece of memory
 *
 * A program that makes and drops blocks all the time takes them from here: a block costs
 * the same whether it has 64 bytes or a megabyte, and however many there are; memory that
 * was used once stays ready for the next block, until pressure or mgr_pool_trim() takes it
 * back. The component is charged for what is held, in granules of 64 KiB (2 MiB with huge
 * pages), from the moment that a block first lies in one.
 *
 * A block is known by its id, which is never used for another one: an id of a block that
 * was freed, or that is of another pool, is an error and touches nothing. Who wants to use
 * the memory pins the block, or takes a view of it; a block that nobody pinned may be moved
 * by mgr_standard_pool_compact(), and evicted where the pool may do so.
 *
 * With %MGR_STANDARD_POOL_FLAGS_VIRTUAL it deals out offsets of something else, a file, a
 * device, a quota, and its component is charged for what is used.
 *
 * All functions may be called from any thread; threads that allocate at the same time
 * seldom meet. Signals come in the #GMainContext that was the thread default where the
 * pool was made, directly where it is that thread which asks.
 */

typedef enum
{
  PROP_FLAGS = 1,
  PROP_MAX_CAPACITY,
  PROP_LIMITS,
} MgrStandardPoolProperty;

static GParamSpec *props[PROP_LIMITS + 1];

enum
{
  SIGNAL_EVICT,
  SIGNAL_BLOCK_MOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

gpointer mgr_standard_pool_class;

/**
 * MgrStandardPool:
 *
 * Blocks of any size from one piece of memory.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrStandardPool, mgr_standard_pool, MGR_TYPE_POOL)

gboolean
mgr_standard_pool_is_owner (MgrStandardPool *self)
{
  return self->thread == g_thread_self ()
         || g_main_context_is_owner (mgr_pool_get_context (MGR_POOL (self)));
}

gboolean
mgr_standard_pool_asks (MgrStandardPool *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_EVICT], 0, FALSE);
}

gboolean
mgr_standard_pool_tells_moves (MgrStandardPool *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_BLOCK_MOVED], 0, FALSE);
}

gboolean
mgr_standard_pool_emit_evict (MgrStandardPool *self,
                              MgrBlock        *block)
{
  gboolean veto = FALSE;

  g_signal_emit (self, signals[SIGNAL_EVICT], 0, block, &veto);
  return veto;
}

void
mgr_standard_pool_emit_moved (MgrStandardPool *self,
                              guint64          id,
                              guint64          old_offset,
                              guint64          new_offset)
{
  g_signal_emit (self, signals[SIGNAL_BLOCK_MOVED], 0, id, old_offset, new_offset);
}

static gboolean
mgr_standard_pool_is_thread_safe (MgrPool *pool)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);

  return (self->flags & MGR_STANDARD_POOL_FLAGS_EVICT) == 0 || !mgr_standard_pool_asks (self);
}

static void
mgr_standard_pool_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (object);

  switch ((MgrStandardPoolProperty) id)
    {
    case PROP_FLAGS:
      g_value_set_flags (value, self->flags);
      break;
    case PROP_MAX_CAPACITY:
      g_value_set_uint64 (value, self->max_capacity);
      break;
    case PROP_LIMITS:
      g_value_set_object (value, self->limits);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_standard_pool_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (object);

  switch ((MgrStandardPoolProperty) id)
    {
    case PROP_FLAGS:
      self->flags = g_value_get_flags (value);
      break;
    case PROP_MAX_CAPACITY:
      self->max_capacity = g_value_get_uint64 (value);
      break;
    case PROP_LIMITS:
      self->limits = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* A stripe for each processor, so that threads that run side by side seldom meet. Nothing
 * is stocked of a virtual pool, so that one will do there. */
static guint
pool_count_stripes (MgrStandardPool *self)
{
  guint wanted = MIN (g_get_num_processors (), MGR_STANDARD_POOL_STRIPES_MAX);
  guint n_stripes = 1;

  while (n_stripes < wanted && (self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) == 0)
    n_stripes *= 2;

  return n_stripes;
}

static void
mgr_standard_pool_constructed (GObject *object)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (object);

  G_OBJECT_CLASS (mgr_standard_pool_parent_class)->constructed (object);

  self->unit = (self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) != 0 ? 1 : MGR_STANDARD_POOL_UNIT;
  self->max_capacity = mgr_standard_pool_round_capacity (MGR_POOL (self), self->max_capacity);
  if (self->limits == NULL)
    self->limits = mgr_memory_limits_new (NULL, NULL);
  self->coarse_clock = mgr_pool_get_clock (MGR_POOL (self)) == mgr_clock_get_default ();
  self->n_stripes = pool_count_stripes (self);
  self->stripes = g_new0 (MgrPoolStripe, self->n_stripes);
}

static void
stripe_clear (MgrPoolStripe *stripe)
{
  while (stripe->chunks != NULL)
    {
      MgrBlockChunk *chunk = stripe->chunks;

      stripe->chunks = chunk->next;
      for (guint i = 0; i < MGR_BLOCKS_PER_CHUNK; i++)
        {
          MgrBlockSlot *slot = &chunk->slots[i];

          /* The id of a block that goes with its pool is not given again either. */
          if (slot->state == MGR_BLOCK_SLOT_LIVE)
            mgr_block_slot_retire (slot, FALSE);
          g_clear_pointer (&slot->text, g_free);
        }
      mgr_block_table_return (chunk);
    }
}

static void
mgr_standard_pool_finalize (GObject *object)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (object);

  for (guint i = 0; i < self->n_stripes; i++)
    stripe_clear (&self->stripes[i]);
  g_free (self->stripes);
  g_clear_pointer (&self->allocator, mgr_offset_allocator_free);
  g_clear_pointer (&self->arena, mgr_arena_free);
  g_clear_object (&self->limits);
  g_mutex_clear (&self->space_lock);

  G_OBJECT_CLASS (mgr_standard_pool_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * MgrStandardPool::evict:
   * @self: the pool
   * @block: what would go
   *
   * Asks whether a block may be evicted to make room for another, or under pressure. It
   * comes only of pools with %MGR_STANDARD_POOL_FLAGS_EVICT, and of blocks that nobody
   * pinned; for a request, only of those whose priority is not above its own. The first
   * handler that says %TRUE keeps the block. Of blocks that have to go together none goes
   * unless all may, so that one which was asked for may stay. While a handler runs nothing
   * else is evicted in its thread.
   *
   * Fires directly where the owner's thread allocates or cleans up, otherwise in the
   * owner's main context: the other thread waits up to 100 ms for all answers together, and
   * blocks of which nothing is heard by then stay. No lock is held meanwhile.
   *
   * Returns: %TRUE to keep the block
   *
   * Since: 1.0
   */
  signals[SIGNAL_EVICT] =
    g_signal_new ("evict", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
                  NULL, G_TYPE_BOOLEAN, 1, MGR_TYPE_BLOCK);

  /**
   * MgrStandardPool::block-moved:
   * @self: the pool
   * @id: the id of the block
   * @old_offset: where it began, in bytes
   * @new_offset: where it begins now, in bytes
   *
   * Tells that a block was moved, for who keeps offsets and not ids. What it holds has
   * been copied already.
   *
   * Of a virtual pool it tells that the block is to be moved: the handlers copy what it
   * stands for before they return. The two places may overlap. Until then the block can be
   * neither freed nor pinned, which is %MGR_ERROR_BUSY.
   *
   * Fires in the owner's context, directly where the owner's thread compacts. No lock is
   * held meanwhile.
   *
   * Since: 1.0
   */
  signals[SIGNAL_BLOCK_MOVED] =
    g_signal_new ("block-moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
mgr_standard_pool_class_init (MgrStandardPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrPoolClass *pool_class = MGR_POOL_CLASS (klass);
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  mgr_standard_pool_class = klass;

  object_class->get_property = mgr_standard_pool_get_property;
  object_class->set_property = mgr_standard_pool_set_property;
  object_class->constructed = mgr_standard_pool_constructed;
  object_class->finalize = mgr_standard_pool_finalize;

  pool_class->start = mgr_standard_pool_start;
  pool_class->stop = mgr_standard_pool_stop;
  pool_class->flush = mgr_standard_pool_flush;
  pool_class->resize = mgr_standard_pool_resize;
  pool_class->round_capacity = mgr_standard_pool_round_capacity;
  pool_class->place_waters = mgr_standard_pool_place_waters;
  pool_class->trim = mgr_standard_pool_trim;
  pool_class->get_statistics = mgr_standard_pool_get_statistics;
  pool_class->draw = mgr_standard_pool_draw;
  pool_class->estimate = mgr_standard_pool_estimate;
  pool_class->reclaim = mgr_standard_pool_reclaim;
  pool_class->is_thread_safe = mgr_standard_pool_is_thread_safe;

  /**
   * MgrStandardPool:flags:
   *
   * What the pool is to do by itself.
   *
   * Since: 1.0
   */
  props[PROP_FLAGS] =
    g_param_spec_flags ("flags", NULL, NULL, MGR_TYPE_STANDARD_POOL_FLAGS,
                        MGR_STANDARD_POOL_FLAGS_NONE, flags);

  /**
   * MgrStandardPool:max-capacity:
   *
   * The most that mgr_pool_set_capacity() can make of it, in bytes: so many addresses are
   * set aside when the pool starts, which costs nothing else. With 0 it is 16 times the
   * capacity, or the capacity where the system has no more. A virtual pool needs none.
   *
   * Since: 1.0
   */
  props[PROP_MAX_CAPACITY] =
    g_param_spec_uint64 ("max-capacity", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrStandardPool:limits:
   *
   * What limits the memory of the process: a capacity beyond it is %MGR_ERROR_INFEASIBLE.
   * %NULL at construction for the limits of this process. A virtual pool has none.
   *
   * Since: 1.0
   */
  props[PROP_LIMITS] =
    g_param_spec_object ("limits", NULL, NULL, MGR_TYPE_MEMORY_LIMITS, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
mgr_standard_pool_init (MgrStandardPool *self)
{
  g_mutex_init (&self->space_lock);
  self->gauge.high_at = G_MAXUINT64;
  self->thread = g_thread_self ();
}

/**
 * mgr_standard_pool_new:
 * @component: (nullable): who is charged, or %NULL for nobody
 * @name: what errors and reports call it
 * @capacity: the most that it may hold, in bytes; of memory, rounded up to 64
 * @flags: what it is to do by itself
 * @error: return location for a #GError
 *
 * Makes a pool and starts it. Memory is taken only as blocks need it, but a capacity that
 * the machine, the container, the addresses of the process or a budget above can never
 * hold is %MGR_ERROR_INFEASIBLE at once. May be called from any thread.
 *
 * Returns: (transfer full): the pool, or %NULL on failure
 *
 * Since: 1.0
 */
MgrStandardPool *
mgr_standard_pool_new (MgrComponent          *component,
                       const char            *name,
                       guint64                capacity,
                       MgrStandardPoolFlags   flags,
                       GError               **error)
{
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_STANDARD_POOL, NULL, error,
                         "component", component,
                         "name", name,
                         "capacity", capacity,
                         "flags", flags,
                         NULL);
}

/**
 * mgr_standard_pool_get_flags:
 * @self: a pool
 *
 * Gets what the pool does by itself. May be called from any thread.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
MgrStandardPoolFlags
mgr_standard_pool_get_flags (MgrStandardPool *self)
{
  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), MGR_STANDARD_POOL_FLAGS_NONE);

  return self->flags;
}

/**
 * mgr_standard_pool_get_max_capacity:
 * @self: a pool
 *
 * Gets #MgrStandardPool:max-capacity. May be called from any thread.
 *
 * Returns: bytes, or 0 for what the system has to spare
 *
 * Since: 1.0
 */
guint64
mgr_standard_pool_get_max_capacity (MgrStandardPool *self)
{
  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), 0);

  return self->max_capacity;
}
