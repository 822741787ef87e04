/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-pool.h"

struct _MgrFakePool
{
  MgrPool parent_instance;

  GMutex lock;
  MgrPoolGauge gauge;   /* guarded by lock */
  guint64 capacity;     /* guarded by lock */
  guint64 held;         /* guarded by lock: the most used since the last trim */
  guint n_flushes;      /* guarded by lock */

  MgrFakePoolFunc stop_func; /* (nullable) */
  gpointer stop_data;        /* (unowned) */
};

G_DEFINE_FINAL_TYPE (MgrFakePool, mgr_fake_pool, MGR_TYPE_POOL)

static gboolean
mgr_fake_pool_start (MgrPool  *pool,
                     GError  **error)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  if (g_str_equal (mgr_pool_get_name (pool), "broken"))
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "This pool never starts");
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  self->capacity = mgr_pool_get_capacity (pool);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* With the lock held. */
static guint64
fake_pool_trim_locked (MgrFakePool *self,
                       guint64      target)
{
  guint64 idle = self->held - self->gauge.used;
  guint64 given = MIN (idle, target);

  self->held -= given;
  self->gauge.trimmed_bytes += given;
  mgr_pool_charge (MGR_POOL (self), self->held, NULL);
  return given;
}

static guint64
mgr_fake_pool_trim (MgrPool *pool,
                    guint64  target)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);
  guint64 given;

  g_mutex_lock (&self->lock);
  given = fake_pool_trim_locked (self, target);
  g_mutex_unlock (&self->lock);
  return given;
}

static void
mgr_fake_pool_stop (MgrPool *pool)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  mgr_fake_pool_trim (pool, G_MAXUINT64);
  if (self->stop_func != NULL)
    self->stop_func (pool, self->stop_data);
}

static void
mgr_fake_pool_flush (MgrPool  *pool,
                     gboolean  flushing)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  g_assert_cmpint (mgr_pool_get_flushing (pool), ==, flushing);
  g_mutex_lock (&self->lock);
  self->n_flushes++;
  g_mutex_unlock (&self->lock);
}

static gboolean
mgr_fake_pool_resize (MgrPool  *pool,
                      guint64   capacity,
                      GError  **error)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);
  gboolean fits;

  g_mutex_lock (&self->lock);
  fits = capacity >= self->gauge.used;
  if (fits)
    self->capacity = capacity;
  g_mutex_unlock (&self->lock);

  if (!fits)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_BUSY, "More than that is in use");
  return fits;
}

static void
mgr_fake_pool_place_waters (MgrPool *pool,
                            guint64  low_at,
                            guint64  high_at)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  g_mutex_lock (&self->lock);
  if (mgr_pool_gauge_set_waters (&self->gauge, low_at, high_at))
    mgr_pool_say_water (pool, self->gauge.is_high, self->gauge.used);
  g_mutex_unlock (&self->lock);
}

static MgrPoolStatistics *
mgr_fake_pool_get_statistics (MgrPool *pool)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return mgr_pool_make_statistics (pool, &self->gauge,
                                   mgr_pool_get_capacity (pool) - self->gauge.used);
}

static void
mgr_fake_pool_finalize (GObject *object)
{
  g_mutex_clear (&MGR_FAKE_POOL (object)->lock);

  G_OBJECT_CLASS (mgr_fake_pool_parent_class)->finalize (object);
}

static void
mgr_fake_pool_class_init (MgrFakePoolClass *klass)
{
  MgrPoolClass *pool_class = MGR_POOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mgr_fake_pool_finalize;
  pool_class->start = mgr_fake_pool_start;
  pool_class->stop = mgr_fake_pool_stop;
  pool_class->flush = mgr_fake_pool_flush;
  pool_class->resize = mgr_fake_pool_resize;
  pool_class->place_waters = mgr_fake_pool_place_waters;
  pool_class->trim = mgr_fake_pool_trim;
  pool_class->get_statistics = mgr_fake_pool_get_statistics;
}

static void
mgr_fake_pool_init (MgrFakePool *self)
{
  g_mutex_init (&self->lock);
}

MgrPool *
mgr_fake_pool_new (const char    *name,
                   MgrComponent  *component,
                   guint64        capacity,
                   GError       **error)
{
  return g_initable_new (MGR_TYPE_FAKE_POOL, NULL, error,
                         "name", name,
                         "component", component,
                         "capacity", capacity,
                         NULL);
}

/* With the lock held. Returns whether the block is taken; if it is not for want of room,
 * without an error. */
static gboolean
fake_pool_take_locked (MgrFakePool  *self,
                       guint64       size,
                       GError      **error)
{
  guint64 used = self->gauge.used + size;

  if (!mgr_pool_check_open (MGR_POOL (self), error) || size > self->capacity - self->gauge.used)
    return FALSE;

  if (used > self->held)
    {
      if (!mgr_pool_charge (MGR_POOL (self), used, error))
        return FALSE;
      self->held = used;
    }

  if (mgr_pool_gauge_add (&self->gauge, size))
    mgr_pool_say_water (MGR_POOL (self), self->gauge.is_high, self->gauge.used);
  return TRUE;
}

gboolean
mgr_fake_pool_take (MgrPool  *pool,
                    guint64   size,
                    GError  **error)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);
  g_autoptr (GError) local_error = NULL;
  guint64 largest_free;
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = fake_pool_take_locked (self, size, &local_error);
  if (!taken)
    self->gauge.refused++;
  largest_free = self->capacity - self->gauge.used;
  g_mutex_unlock (&self->lock);

  mgr_pool_changed (pool);
  if (!taken && local_error == NULL)
    mgr_pool_set_full (pool, size, largest_free, error);
  else if (!taken)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return taken;
}

void
mgr_fake_pool_give (MgrPool *pool,
                    guint64  size)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  g_mutex_lock (&self->lock);
  if (mgr_pool_gauge_remove (&self->gauge, size))
    mgr_pool_say_water (pool, self->gauge.is_high, self->gauge.used);
  if (!mgr_pool_get_active (pool))
    fake_pool_trim_locked (self, G_MAXUINT64);
  g_mutex_unlock (&self->lock);

  mgr_pool_changed (pool);
}

guint
mgr_fake_pool_n_flushes (MgrPool *pool)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);
  guint n_flushes;

  g_mutex_lock (&self->lock);
  n_flushes = self->n_flushes;
  g_mutex_unlock (&self->lock);

  return n_flushes;
}

void
mgr_fake_pool_set_stop_func (MgrPool         *pool,
                             MgrFakePoolFunc  func,
                             gpointer         user_data)
{
  MgrFakePool *self = MGR_FAKE_POOL (pool);

  self->stop_func = func;
  self->stop_data = user_data;
}
