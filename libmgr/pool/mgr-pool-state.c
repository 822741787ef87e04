/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "pool/mgr-pool-core-private.h"

#define NAME_LENGTH_MAX 255

/* One thread at a time starts, stops or resizes a pool. Another one is told so instead
 * of waiting, since foreign code may run meanwhile that waits for it. */
static gboolean
pool_begin_change (MgrPool  *self,
                   GError  **error)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  gboolean busy;

  g_mutex_lock (&priv->lock);
  busy = priv->changing;
  priv->changing = TRUE;
  g_mutex_unlock (&priv->lock);

  if (busy)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Pool “%s” is just being started, stopped or resized: try again once that "
                 "has ended", priv->name);
  return !busy;
}

static void
pool_end_change (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  g_mutex_lock (&priv->lock);
  priv->changing = FALSE;
  g_mutex_unlock (&priv->lock);
}

gboolean
mgr_pool_check_name (const char  *name,
                     GError     **error)
{
  g_autofree char *shown = NULL;

  if (name != NULL && *name != '\0' && strlen (name) <= NAME_LENGTH_MAX
      && strchr (name, '/') == NULL && g_utf8_validate (name, -1, NULL))
    return TRUE;

  shown = name != NULL ? g_utf8_make_valid (name, -1) : g_strdup ("");
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%s” cannot name a pool: use 1 to %d bytes of UTF-8 without “/”",
               shown, NAME_LENGTH_MAX);
  return FALSE;
}

static gboolean
capacity_check (MgrPool  *self,
                guint64   capacity,
                GError  **error)
{
  if (capacity > 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot have this capacity: its “capacity” or, of a pool of objects, its "
               "“max” is 1 at least, and what it is rounded up to has to exist",
               mgr_pool_get_name (self));
  return FALSE;
}

static gboolean
waters_check (MgrPool  *self,
              double    low,
              double    high,
              GError  **error)
{
  /* Written so that what is no number is refused as well. */
  if (low >= 0 && high >= 0 && high <= 1 && (low <= high || high <= 0) && low <= 1)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Pool “%s” cannot have water lines at %g and %g: they are shares of the "
               "capacity from 0 to 1, the low one no higher than the high one",
               mgr_pool_get_name (self), low, high);
  return FALSE;
}

static guint64
pool_round_capacity (MgrPool *self,
                     guint64  capacity)
{
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  return klass->round_capacity != NULL ? klass->round_capacity (self, capacity) : capacity;
}

static void
pool_store_capacity (MgrPool *self,
                     guint64  capacity)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  g_mutex_lock (&priv->lock);
  priv->capacity = capacity;
  g_mutex_unlock (&priv->lock);
}

/* Where the water lines are, in bytes. */
typedef struct
{
  guint64 low_at;
  guint64 high_at;
} WaterMarks;

static WaterMarks
pool_compute_marks (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  WaterMarks marks;

  g_mutex_lock (&priv->lock);
  marks.low_at = (guint64) (priv->low_water * (double) priv->capacity);
  marks.high_at = MAX ((guint64) (priv->high_water * (double) priv->capacity), 1);
  if (priv->high_water >= 1)
    marks.high_at = priv->capacity;
  else if (priv->high_water <= 0)
    marks = (WaterMarks) { 0, G_MAXUINT64 };
  g_mutex_unlock (&priv->lock);

  return marks;
}

/* Tells the subclass where the lines are: once more if another thread has moved them
 * meanwhile, so that the last ones stay. */
static void
pool_place_waters (MgrPool *self)
{
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);
  WaterMarks now = pool_compute_marks (self);
  WaterMarks placed;

  if (klass->place_waters == NULL)
    return;

  do
    {
      placed = now;
      klass->place_waters (self, placed.low_at, placed.high_at);
      now = pool_compute_marks (self);
    }
  while (now.low_at != placed.low_at || now.high_at != placed.high_at);
}

static gboolean
pool_start (MgrPool  *self,
            GError  **error)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);
  guint64 capacity = pool_round_capacity (self, mgr_pool_get_capacity (self));

  if (!mgr_pool_check_name (priv->name, error)
      || !capacity_check (self, capacity, error)
      || !waters_check (self, priv->low_water, priv->high_water, error))
    return FALSE;

  pool_store_capacity (self, capacity);
  pool_place_waters (self);
  if (klass->start != NULL && !klass->start (self, error))
    return FALSE;

  g_atomic_int_or (&priv->gate, MGR_POOL_GATE_ACTIVE);
  return TRUE;
}

static void
pool_stop (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  g_atomic_int_and (&priv->gate, ~(guint) MGR_POOL_GATE_ACTIVE);
  if (klass->stop != NULL)
    klass->stop (self);
}

static gboolean
mgr_pool_initable_real_init (GInitable     *initable,
                             GCancellable  *cancellable,
                             GError       **error)
{
  return mgr_pool_set_active (MGR_POOL (initable), TRUE, error);
}

void
mgr_pool_initable_init (GInitableIface *iface)
{
  iface->init = mgr_pool_initable_real_init;
}

/**
 * mgr_pool_get_active:
 * @self: a pool
 *
 * Gets whether the pool serves requests. May be called from any thread.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
mgr_pool_get_active (MgrPool *self)
{
  g_return_val_if_fail (MGR_IS_POOL (self), FALSE);

  return (g_atomic_int_get (&mgr_pool_get_private (self)->gate) & MGR_POOL_GATE_ACTIVE) != 0;
}

/**
 * mgr_pool_set_active:
 * @self: a pool
 * @active: whether it is to serve requests
 * @error: return location for a #GError
 *
 * Starts or stops the pool. A pool is started when it is made. One that is stopped fails
 * requests with %MGR_ERROR_CLOSED, gives its free memory back at once, and the rest as
 * blocks are released. To start can fail: what the system or a budget refuses is said in
 * @error, and the pool stays stopped. While another thread starts, stops or resizes the
 * pool it is %MGR_ERROR_BUSY. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_pool_set_active (MgrPool   *self,
                     gboolean   active,
                     GError   **error)
{
  gboolean done = TRUE;
  gboolean changes;

  g_return_val_if_fail (MGR_IS_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!pool_begin_change (self, error))
    return FALSE;

  changes = mgr_pool_get_active (self) != !!active;
  if (changes && active)
    done = pool_start (self, error);
  else if (changes)
    pool_stop (self);
  pool_end_change (self);

  if (changes && done)
    mgr_pool_notify (self, MGR_POOL_PROP_ACTIVE);
  return done;
}

/**
 * mgr_pool_get_flushing:
 * @self: a pool
 *
 * Gets whether requests fail for now. May be called from any thread.
 *
 * Returns: %TRUE if they do
 *
 * Since: 1.0
 */
gboolean
mgr_pool_get_flushing (MgrPool *self)
{
  g_return_val_if_fail (MGR_IS_POOL (self), FALSE);

  return (g_atomic_int_get (&mgr_pool_get_private (self)->gate) & MGR_POOL_GATE_FLUSHING) != 0;
}

/**
 * mgr_pool_set_flushing:
 * @self: a pool
 * @flushing: whether requests are to fail
 *
 * Wakes who waits for the pool, and fails all requests with %MGR_ERROR_CLOSED until it is
 * unset. What the pool holds stays. It is for the moment when threads that use a pool
 * have to let go of it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pool_set_flushing (MgrPool  *self,
                       gboolean  flushing)
{
  MgrPoolPrivate *priv;
  MgrPoolClass *klass;
  guint before;

  g_return_if_fail (MGR_IS_POOL (self));

  priv = mgr_pool_get_private (self);
  klass = MGR_POOL_GET_CLASS (self);
  if (flushing)
    before = g_atomic_int_or (&priv->gate, MGR_POOL_GATE_FLUSHING);
  else
    before = g_atomic_int_and (&priv->gate, ~(guint) MGR_POOL_GATE_FLUSHING);
  if (((before & MGR_POOL_GATE_FLUSHING) != 0) == !!flushing)
    return;

  if (klass->flush != NULL)
    klass->flush (self, flushing);
  mgr_pool_notify (self, MGR_POOL_PROP_FLUSHING);
}

gboolean
mgr_pool_check_open (MgrPool  *self,
                     GError  **error)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  guint gate = (guint) g_atomic_int_get (&priv->gate);

  if (G_LIKELY (gate == MGR_POOL_GATE_ACTIVE))
    return TRUE;

  if ((gate & MGR_POOL_GATE_ACTIVE) == 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                 "Pool “%s” is not active: start it before asking it for anything",
                 priv->name);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                 "Pool “%s” is flushing: ask again once that has ended", priv->name);
  return FALSE;
}

/**
 * mgr_pool_get_capacity:
 * @self: a pool
 *
 * Gets the most that the pool may hold. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_capacity (MgrPool *self)
{
  MgrPoolPrivate *priv;
  guint64 capacity;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  priv = mgr_pool_get_private (self);
  g_mutex_lock (&priv->lock);
  capacity = priv->capacity;
  g_mutex_unlock (&priv->lock);

  return capacity;
}

/* A pool that is stopped takes any capacity, as long as nothing is left in it. */
static gboolean
pool_resize (MgrPool  *self,
             guint64   capacity,
             GError  **error)
{
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  if (mgr_pool_get_active (self) && klass->resize != NULL)
    return klass->resize (self, capacity, error);

  if (mgr_pool_get_active (self))
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                 "Pool “%s” keeps its capacity while it is active: stop it first",
                 mgr_pool_get_name (self));
  else if (mgr_pool_get_used (self) > 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Pool “%s” keeps its capacity until all that was taken before it was "
                 "stopped is released", mgr_pool_get_name (self));
  else
    return TRUE;

  return FALSE;
}

/**
 * mgr_pool_set_capacity:
 * @self: a pool
 * @capacity: the most that it may hold from now on, in bytes, 1 at least
 * @error: return location for a #GError
 *
 * Makes the pool larger or smaller; a kind of pool that comes in pages rounds it up. A
 * smaller one has to hold what is in use: %MGR_ERROR_BUSY otherwise, as where another thread just starts, stops or resizes the
 * pool. A kind of pool that cannot do it while it is active says
 * %MGR_ERROR_NOT_AVAILABLE. The water lines keep their shares. On failure the pool stays
 * as it was. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_pool_set_capacity (MgrPool  *self,
                       guint64   capacity,
                       GError  **error)
{
  gboolean changes;
  gboolean done;

  g_return_val_if_fail (MGR_IS_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  capacity = pool_round_capacity (self, capacity);
  if (!capacity_check (self, capacity, error) || !pool_begin_change (self, error))
    return FALSE;

  changes = capacity != mgr_pool_get_capacity (self);
  done = !changes || pool_resize (self, capacity, error);
  if (changes && done)
    {
      pool_store_capacity (self, capacity);
      pool_place_waters (self);
    }
  pool_end_change (self);

  if (changes && done)
    {
      mgr_pool_notify (self, MGR_POOL_PROP_CAPACITY);
      mgr_pool_changed (self);
    }
  return done;
}

/**
 * mgr_pool_get_low_water:
 * @self: a pool
 *
 * Gets #MgrPool:low-water. May be called from any thread.
 *
 * Returns: the share of the capacity, from 0 to 1
 *
 * Since: 1.0
 */
double
mgr_pool_get_low_water (MgrPool *self)
{
  MgrPoolPrivate *priv;
  double low;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  priv = mgr_pool_get_private (self);
  g_mutex_lock (&priv->lock);
  low = priv->low_water;
  g_mutex_unlock (&priv->lock);

  return low;
}

/**
 * mgr_pool_get_high_water:
 * @self: a pool
 *
 * Gets #MgrPool:high-water. May be called from any thread.
 *
 * Returns: the share of the capacity, from 0 to 1; 0 where the pool says nothing
 *
 * Since: 1.0
 */
double
mgr_pool_get_high_water (MgrPool *self)
{
  MgrPoolPrivate *priv;
  double high;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  priv = mgr_pool_get_private (self);
  g_mutex_lock (&priv->lock);
  high = priv->high_water;
  g_mutex_unlock (&priv->lock);

  return high;
}

/**
 * mgr_pool_set_waters:
 * @self: a pool
 * @low: the share of the capacity below which #MgrPool::low-water comes, or 0 for never
 * @high: the share from which on #MgrPool::high-water comes, or 0 for neither of them
 * @error: return location for a #GError
 *
 * Sets both water lines in one step. A pool that is beyond a line by that says so. Shares
 * outside of 0 to 1, and a low line above the high one, are
 * %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_pool_set_waters (MgrPool  *self,
                     double    low,
                     double    high,
                     GError  **error)
{
  MgrPoolPrivate *priv;

  g_return_val_if_fail (MGR_IS_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!waters_check (self, low, high, error))
    return FALSE;

  priv = mgr_pool_get_private (self);
  g_mutex_lock (&priv->lock);
  priv->low_water = low;
  priv->high_water = high;
  g_mutex_unlock (&priv->lock);

  pool_place_waters (self);
  mgr_pool_notify (self, MGR_POOL_PROP_LOW_WATER);
  mgr_pool_notify (self, MGR_POOL_PROP_HIGH_WATER);
  return TRUE;
}
