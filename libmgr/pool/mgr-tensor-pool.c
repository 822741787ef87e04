/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-pool.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "pool/mgr-tensor-pool-private.h"

/**
 * SECTION:mgr-tensor-pool
 * @title: MgrTensorPool
 * @short_description: arrays of numbers in shared memory
 *
 * The pool takes shared memory from the system in segments, and deals out tensors of
 * them. A segment is reserved whole: that memory is short is an error when a segment is
 * made, never a signal when a tensor is written to. It is a memfd, so that it has no
 * name that others could find or remove, and it is sealed, so that nobody can make it
 * smaller. The component is charged for whole segments; mgr_pool_trim() gives those back
 * that no tensor is in, and so does a cleanup.
 *
 * mgr_tensor_export() shares a tensor with other processes. What is leased to them
 * counts as used until the last of them has let go of it or is gone.
 *
 * The pool stays while there are tensors of it. May be used from any thread.
 */

/* What is given back and taken again at a time: large beside most tensors, small beside
 * most budgets. */
#define SEGMENT_SIZE_DEFAULT ((guint64) 64 << 20)

/* The widest vector registers, and a cache line. */
#define ALIGNMENT_DEFAULT 64
/* The largest element, and what every system has for a page. */
#define ALIGNMENT_MIN ((guint64) 16)
#define ALIGNMENT_MAX ((guint64) 4096)

/**
 * MgrTensorPool:
 *
 * Arrays of numbers in shared memory.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrTensorPool, mgr_tensor_pool, MGR_TYPE_POOL)

typedef enum
{
  PROP_SEGMENT_SIZE = 1,
  PROP_ALIGNMENT,
  PROP_READ_ONLY_SHARING,
  PROP_CUDA_LIBRARY,
  PROP_LIMITS,
  PROP_PAGE_LOCKED,
  PROP_LEASE_COUNT,
  PROP_LEAK_COUNT,
} MgrTensorPoolProperty;

static GParamSpec *props[PROP_LEAK_COUNT + 1] = { NULL, };

/* The pool as every pool */

static gboolean
check_alignment (MgrTensorPool  *self,
                 GError        **error)
{
  if (self->alignment >= ALIGNMENT_MIN && self->alignment <= ALIGNMENT_MAX &&
      (self->alignment & (self->alignment - 1)) == 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot align tensors to %" G_GUINT64_FORMAT " bytes: it has to be a "
               "power of two from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
               mgr_pool_get_name (MGR_POOL (self)), self->alignment, ALIGNMENT_MIN, ALIGNMENT_MAX);
  return FALSE;
}

static gboolean
check_capacity (MgrTensorPool  *self,
                guint64         capacity,
                GError        **error)
{
  g_autofree char *asked = mgr_size_format (capacity);
  g_autofree char *least = mgr_size_format (mgr_memory_page_size ());
  g_autofree char *most = mgr_size_format (G_MAXINT64);

  if (capacity >= mgr_memory_page_size () && capacity <= G_MAXINT64)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot have a capacity of %s: it takes a page of %s at least, and less "
               "than %s", mgr_pool_get_name (MGR_POOL (self)), asked, least, most);
  return FALSE;
}

static gboolean
mgr_tensor_pool_start (MgrPool  *pool,
                       GError  **error)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  guint64 capacity = mgr_pool_get_capacity (pool);

  if (!check_alignment (self, error) || !check_capacity (self, capacity, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  self->capacity = capacity;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static guint64
mgr_tensor_pool_trim (MgrPool *pool,
                      guint64  target)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  g_autoptr (GPtrArray) detached = NULL;

  mgr_tensor_pool_collect_leases (self);
  g_mutex_lock (&self->lock);
  detached = mgr_tensor_pool_detach_free (self, target);
  g_mutex_unlock (&self->lock);

  return detached->len > 0 ? mgr_tensor_pool_drop (self, detached) : 0;
}

static void
mgr_tensor_pool_stop (MgrPool *pool)
{
  mgr_tensor_pool_trim (pool, G_MAXUINT64);
}

static gboolean
mgr_tensor_pool_resize (MgrPool  *pool,
                        guint64   capacity,
                        GError  **error)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  g_autoptr (GMutexLocker) growing = g_mutex_locker_new (&self->grow_lock);
  g_autoptr (GPtrArray) detached = NULL;
  gboolean fits;

  if (!check_capacity (self, capacity, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  fits = self->reserved <= capacity ||
         self->reserved - mgr_tensor_pool_get_idle (self) <= capacity;
  if (fits && self->reserved > capacity)
    detached = mgr_tensor_pool_detach_free (self, self->reserved - capacity);
  if (fits)
    self->capacity = capacity;
  g_mutex_unlock (&self->lock);

  if (detached != NULL)
    mgr_tensor_pool_drop (self, detached);
  if (!fits)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Pool “%s” cannot shrink to %" G_GUINT64_FORMAT " bytes: its segments with "
                 "tensors in them are larger", mgr_pool_get_name (pool), capacity);
  return fits;
}

static void
mgr_tensor_pool_place_waters (MgrPool *pool,
                              guint64  low_at,
                              guint64  high_at)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);

  g_mutex_lock (&self->lock);
  if (mgr_pool_gauge_set_waters (&self->gauge, low_at, high_at))
    mgr_pool_say_water (pool, self->gauge.is_high, self->gauge.used);
  g_mutex_unlock (&self->lock);
}

static MgrPoolStatistics *
mgr_tensor_pool_get_statistics (MgrPool *pool)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  MgrPoolStatistics *statistics;

  g_mutex_lock (&self->lock);
  statistics = mgr_pool_make_statistics (pool, &self->gauge,
                                         mgr_tensor_pool_get_largest_free (self));
  g_mutex_unlock (&self->lock);

  return statistics;
}

/* With the lock held. */
static void
segment_draw (MgrTensorPool    *self,
              MgrTensorSegment *segment,
              guint64           start,
              double           *cells,
              guint             n_cells)
{
  MgrOffsetAllocator *space = segment->space;

  for (MgrOffsetBlock i = mgr_offset_allocator_get_first (space); i != 0;
       i = mgr_offset_allocator_get_next (space, i))
    {
      if (!mgr_offset_allocator_is_hole (space, i))
        mgr_pool_cells_add (cells, n_cells, self->capacity,
                            start + mgr_offset_allocator_get_offset (space, i),
                            mgr_offset_allocator_get_length (space, i));
    }
}

static void
mgr_tensor_pool_draw (MgrPool *pool,
                      double  *cells,
                      guint    n_cells)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  guint64 start = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      segment_draw (self, segment, start, cells, n_cells);
      start += segment->memory->size;
    }
  g_mutex_unlock (&self->lock);
}

static MgrReclaimEstimate *
mgr_tensor_pool_estimate (MgrPool *pool)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (pool);
  guint64 idle;

  g_mutex_lock (&self->lock);
  idle = mgr_tensor_pool_get_idle (self);
  g_mutex_unlock (&self->lock);

  return mgr_reclaim_estimate_new (idle, FALSE, 0, 0);
}

/* Properties */

static void
mgr_tensor_pool_get_property (GObject    *object,
                              guint       id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (object);

  switch ((MgrTensorPoolProperty) id)
    {
    case PROP_SEGMENT_SIZE:
      g_value_set_uint64 (value, self->segment_size);
      break;
    case PROP_ALIGNMENT:
      g_value_set_uint64 (value, self->alignment);
      break;
    case PROP_READ_ONLY_SHARING:
      g_value_set_boolean (value, self->read_only);
      break;
    case PROP_CUDA_LIBRARY:
      g_value_set_string (value, self->cuda_library);
      break;
    case PROP_LIMITS:
      g_value_set_object (value, self->limits);
      break;
    case PROP_PAGE_LOCKED:
      g_value_set_boolean (value, mgr_tensor_pool_get_page_locked (self));
      break;
    case PROP_LEASE_COUNT:
      g_value_set_uint (value, mgr_tensor_pool_get_lease_count (self));
      break;
    case PROP_LEAK_COUNT:
      g_value_set_uint64 (value, mgr_tensor_pool_get_leak_count (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_tensor_pool_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (object);

  switch ((MgrTensorPoolProperty) id)
    {
    case PROP_SEGMENT_SIZE:
      self->segment_size = g_value_get_uint64 (value);
      break;
    case PROP_ALIGNMENT:
      self->alignment = g_value_get_uint64 (value);
      break;
    case PROP_READ_ONLY_SHARING:
      self->read_only = g_value_get_boolean (value);
      break;
    case PROP_CUDA_LIBRARY:
      self->cuda_library = g_value_dup_string (value);
      break;
    case PROP_LIMITS:
      self->limits = g_value_dup_object (value);
      break;
    case PROP_PAGE_LOCKED:
    case PROP_LEASE_COUNT:
    case PROP_LEAK_COUNT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_tensor_pool_constructed (GObject *object)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (object);

  G_OBJECT_CLASS (mgr_tensor_pool_parent_class)->constructed (object);

  if (self->cuda_library == NULL)
    self->cuda_library = g_strdup (MGR_DEFAULT_CUDA);
  if (self->limits == NULL)
    self->limits = mgr_memory_limits_new (NULL, NULL);
}

static void
mgr_tensor_pool_finalize (GObject *object)
{
  MgrTensorPool *self = MGR_TENSOR_POOL (object);

  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_clear_pointer (&self->leases, g_hash_table_unref);
  g_clear_pointer (&self->cuda, mgr_cuda_unref);
  g_clear_object (&self->limits);
  g_free (self->cuda_library);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->grow_lock);

  G_OBJECT_CLASS (mgr_tensor_pool_parent_class)->finalize (object);
}

static void
mgr_tensor_pool_class_init (MgrTensorPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrPoolClass *pool_class = MGR_POOL_CLASS (klass);
  const GParamFlags constant = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags figure = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mgr_tensor_pool_get_property;
  object_class->set_property = mgr_tensor_pool_set_property;
  object_class->constructed = mgr_tensor_pool_constructed;
  object_class->finalize = mgr_tensor_pool_finalize;

  pool_class->start = mgr_tensor_pool_start;
  pool_class->stop = mgr_tensor_pool_stop;
  pool_class->resize = mgr_tensor_pool_resize;
  pool_class->place_waters = mgr_tensor_pool_place_waters;
  pool_class->trim = mgr_tensor_pool_trim;
  pool_class->get_statistics = mgr_tensor_pool_get_statistics;
  pool_class->draw = mgr_tensor_pool_draw;
  pool_class->estimate = mgr_tensor_pool_estimate;

  /**
   * MgrTensorPool:segment-size:
   *
   * How much shared memory the pool takes from the system at a time, in bytes. A tensor
   * that is larger gets a segment of its own. Where the capacity, the budgets or the
   * machine have less left, segments are smaller, down to what the tensor needs.
   *
   * Since: 1.0
   */
  props[PROP_SEGMENT_SIZE] =
    g_param_spec_uint64 ("segment-size", NULL, NULL, 1, G_MAXINT64, SEGMENT_SIZE_DEFAULT, constant);

  /**
   * MgrTensorPool:alignment:
   *
   * Every tensor begins at a multiple of that many bytes, a power of two from 16 to 4096;
   * anything else fails when the pool is started.
   *
   * Since: 1.0
   */
  props[PROP_ALIGNMENT] =
    g_param_spec_uint64 ("alignment", NULL, NULL, 0, G_MAXUINT64, ALIGNMENT_DEFAULT, constant);

  /**
   * MgrTensorPool:read-only-sharing:
   *
   * Whether other processes can only read the tensors. The kernel sees to it, by a seal
   * of the segments.
   *
   * Since: 1.0
   */
  props[PROP_READ_ONLY_SHARING] =
    g_param_spec_boolean ("read-only-sharing", NULL, NULL, FALSE, constant);

  /**
   * MgrTensorPool:cuda-library:
   *
   * The name or path of the library of NVIDIA's driver; %NULL at construction for
   * `libcuda.so.1`.
   *
   * Since: 1.0
   */
  props[PROP_CUDA_LIBRARY] = g_param_spec_string ("cuda-library", NULL, NULL, NULL, constant);

  /**
   * MgrTensorPool:limits:
   *
   * What limits the memory of the process: no segment is made that would exceed it. %NULL
   * at construction for the limits of this process.
   *
   * Since: 1.0
   */
  props[PROP_LIMITS] =
    g_param_spec_object ("limits", NULL, NULL, MGR_TYPE_MEMORY_LIMITS, constant);

  /**
   * MgrTensorPool:page-locked:
   *
   * Whether the segments are page-locked for GPUs; see mgr_tensor_pool_set_page_locked().
   *
   * Since: 1.0
   */
  props[PROP_PAGE_LOCKED] = g_param_spec_boolean ("page-locked", NULL, NULL, FALSE, figure);

  /**
   * MgrTensorPool:lease-count:
   *
   * How many exported tensors other processes hold. Nothing notifies of it.
   *
   * Since: 1.0
   */
  props[PROP_LEASE_COUNT] =
    g_param_spec_uint ("lease-count", NULL, NULL, 0, G_MAXUINT, 0, figure);

  /**
   * MgrTensorPool:leak-count:
   *
   * How many tensors were let go of without mgr_tensor_release(). In C that is as good; in
   * a language with a garbage collector the memory was held until it ran. Nothing notifies
   * of it.
   *
   * Since: 1.0
   */
  props[PROP_LEAK_COUNT] =
    g_param_spec_uint64 ("leak-count", NULL, NULL, 0, G_MAXUINT64, 0, figure);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
notify_page_locked_cb (gpointer object,
                       gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_PAGE_LOCKED]);
}

void
mgr_tensor_pool_notify_page_locked (MgrTensorPool *self)
{
  mgr_owner_context_post (mgr_pool_get_context (MGR_POOL (self)), self, notify_page_locked_cb,
                          NULL, NULL);
}

static void
mgr_tensor_pool_init (MgrTensorPool *self)
{
  g_mutex_init (&self->grow_lock);
  g_mutex_init (&self->lock);
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_tensor_segment_free);
  self->leases = g_hash_table_new (NULL, NULL);
  self->many_leases = MGR_TENSOR_POOL_MANY_LEASES;
}
