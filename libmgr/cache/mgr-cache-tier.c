/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-tier-private.h"

/* The worker waits so long for more to do. */
#define LINGER G_USEC_PER_SEC

typedef enum
{
  OP_RESERVED, /* waits for its bytes */
  OP_STORE,
  OP_REMOVE,
} OpKind;

typedef struct
{
  OpKind kind;
  guint64 ticket;
  GBytes *key;     /* (owned) */
  GBytes *value;   /* (owned) (nullable): what is to be stored */
  gint64 deadline; /* µs; 0 for none */
} Op;

/* One for all who read the same key at the same time. Guarded by the lock of the tier. */
struct _MgrCacheReading
{
  GBytes *key;       /* (owned) */
  guint n_readers;
  gboolean outdated; /* and among the readings no more */
};

struct _MgrCacheTier
{
  gatomicrefcount ref_count;

  MgrCacheStore *store; /* (owned) */
  MgrClock *clock;      /* (owned) */

  GMutex lock;
  GCond idle;           /* nothing is on its way */
  GCond work;           /* something is, or nobody has this any more */
  GHashTable *ops;      /* (owned) (element-type GBytes Op), guarded by lock as all below:
                         * the latest of each key */
  GQueue queue;         /* (element-type GBytes) (owned): keys of @ops, some for nothing */
  guint64 bytes;        /* of what is to be stored */
  guint64 last_ticket;
  gboolean clearing;    /* all that is stored is to go first */
  gboolean has_worker;
  gboolean busy;        /* the worker is doing something */
  gboolean closed;
  GHashTable *readings; /* (owned) (element-type GBytes MgrCacheReading): those readings that
                         * are up to date */
  guint n_clears;       /* how often all was to go */
};

static void
op_free (gpointer data)
{
  Op *op = data;

  g_bytes_unref (op->key);
  g_clear_pointer (&op->value, g_bytes_unref);
  g_free (op);
}

MgrCacheTier *
mgr_cache_tier_new (MgrCacheStore *store,
                    MgrClock      *clock)
{
  MgrCacheTier *self = g_new0 (MgrCacheTier, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  g_cond_init (&self->work);
  self->ops = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, op_free);
  g_queue_init (&self->queue);
  self->readings = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  return self;
}

/* Also for the worker, which may be the last to have it. */
static void
tier_unref (gpointer data)
{
  MgrCacheTier *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->ops);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  g_hash_table_unref (self->readings);
  g_cond_clear (&self->work);
  g_cond_clear (&self->idle);
  g_mutex_clear (&self->lock);
  g_object_unref (self->clock);
  g_object_unref (self->store);
  g_free (self);
}

void
mgr_cache_tier_free (MgrCacheTier *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->lock);
  tier_unref (self);
}

/* The worker. All here with the lock held, unless said otherwise. */

static gsize
op_get_size (const Op *op)
{
  return op->value != NULL ? g_bytes_get_size (op->value) : 0;
}

/* Without the lock. A store that fails says so itself, and finds nothing of it. */
static void
op_run (MgrCacheTier *self,
        GBytes       *key,
        GBytes       *value,
        gint64        deadline)
{
  gint64 ttl = deadline > 0 ? deadline - mgr_clock_get_time (self->clock) : 0;
  g_autoptr (GError) error = NULL;

  if (value == NULL)
    mgr_cache_store_remove (self->store, key, NULL, &error);
  else if (deadline == 0 || ttl > 0)
    mgr_cache_store_store (self->store, key, value, ttl, NULL, &error);
  if (error != NULL)
    g_info ("A second tier: %s", error->message);
}

static void
tier_run_clear (MgrCacheTier *self)
{
  guint n_clears = self->n_clears;
  g_autoptr (GError) error = NULL;

  g_mutex_unlock (&self->lock);
  mgr_cache_store_clear (self->store, NULL, &error);
  if (error != NULL)
    g_info ("A second tier: %s", error->message);
  g_mutex_lock (&self->lock);

  /* Until then nothing that is stored is found. */
  if (self->n_clears == n_clears)
    self->clearing = FALSE;
}

/* It stays among the ops meanwhile, so that those who load see it. */
static void
tier_run_op (MgrCacheTier *self,
             GBytes       *key)
{
  Op *op = g_hash_table_lookup (self->ops, key);
  g_autoptr (GBytes) value = NULL;
  guint64 ticket;
  gint64 deadline;

  if (op == NULL || op->kind == OP_RESERVED)
    return;

  ticket = op->ticket;
  deadline = op->deadline;
  value = op->value != NULL ? g_bytes_ref (op->value) : NULL;
  g_mutex_unlock (&self->lock);
  op_run (self, key, value, deadline);
  g_mutex_lock (&self->lock);

  op = g_hash_table_lookup (self->ops, key);
  if (op != NULL && op->ticket == ticket)
    {
      self->bytes -= op_get_size (op);
      g_hash_table_remove (self->ops, key);
    }
}

static gboolean
tier_has_work (MgrCacheTier *self)
{
  return self->clearing || self->queue.length > 0;
}

static void
tier_work (MgrCacheTier *self)
{
  self->busy = TRUE;
  while (tier_has_work (self))
    {
      g_autoptr (GBytes) key = NULL;

      if (self->clearing)
        {
          tier_run_clear (self);
          continue;
        }

      key = g_queue_pop_head (&self->queue);
      tier_run_op (self, key);
    }
  self->busy = FALSE;
  g_cond_broadcast (&self->idle);
}

static gpointer
worker_run (gpointer data)
{
  MgrCacheTier *self = data;
  gboolean waits = TRUE;

  g_mutex_lock (&self->lock);
  while (waits)
    {
      gint64 end = g_get_monotonic_time () + LINGER;

      tier_work (self);
      while (waits && !self->closed && !tier_has_work (self))
        waits = g_cond_wait_until (&self->work, &self->lock, end);
      waits = tier_has_work (self);
    }
  self->has_worker = FALSE;
  g_mutex_unlock (&self->lock);

  tier_unref (self);
  return NULL;
}

static void
tier_wake (MgrCacheTier *self)
{
  g_cond_signal (&self->work);
  if (self->has_worker)
    return;

  self->has_worker = TRUE;
  g_atomic_ref_count_inc (&self->ref_count);
  g_thread_unref (g_thread_new ("libmgr-tier", worker_run, self));
}

/* Returns: (transfer none): in place of what was to be done with @key */
static Op *
tier_add_op (MgrCacheTier *self,
             GBytes       *key,
             OpKind        kind)
{
  Op *old = g_hash_table_lookup (self->ops, key);
  Op *op = g_new0 (Op, 1);

  if (old != NULL)
    self->bytes -= op_get_size (old);
  op->kind = kind;
  op->key = g_bytes_ref (key);
  op->ticket = ++self->last_ticket;
  g_hash_table_replace (self->ops, op->key, op);
  return op;
}

static void
tier_enqueue (MgrCacheTier *self,
              GBytes       *key)
{
  g_queue_push_tail (&self->queue, g_bytes_ref (key));
}

static void
tier_forget_all (MgrCacheTier *self)
{
  g_hash_table_remove_all (self->ops);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->bytes = 0;
  self->clearing = TRUE;
  self->n_clears++;
}

static void
tier_outdate (MgrCacheTier *self,
              GBytes       *key)
{
  MgrCacheReading *reading = g_hash_table_lookup (self->readings, key);

  if (reading == NULL)
    return;

  reading->outdated = TRUE;
  g_hash_table_remove (self->readings, key);
}

static void
tier_outdate_all (MgrCacheTier *self)
{
  GHashTableIter iter;
  gpointer reading;

  g_hash_table_iter_init (&iter, self->readings);
  while (g_hash_table_iter_next (&iter, NULL, &reading))
    ((MgrCacheReading *) reading)->outdated = TRUE;
  g_hash_table_remove_all (self->readings);
}

/* For the cache */

guint64
mgr_cache_tier_reserve (MgrCacheTier *self,
                        GBytes       *key)
{
  guint64 ticket = 0;

  g_mutex_lock (&self->lock);
  if (self->bytes < MGR_CACHE_TIER_MAX_BYTES
      && g_hash_table_size (self->ops) < MGR_CACHE_TIER_MAX_OPS)
    ticket = tier_add_op (self, key, OP_RESERVED)->ticket;
  g_mutex_unlock (&self->lock);

  return ticket;
}

void
mgr_cache_tier_fill (MgrCacheTier *self,
                     GBytes       *key,
                     guint64       ticket,
                     GBytes       *value,
                     gint64        deadline)
{
  Op *op;

  g_mutex_lock (&self->lock);
  op = g_hash_table_lookup (self->ops, key);
  if (op != NULL && op->ticket == ticket)
    {
      /* Without a value, what it took the place of may have been a removal. */
      op->kind = value != NULL ? OP_STORE : OP_REMOVE;
      op->value = value != NULL ? g_bytes_ref (value) : NULL;
      op->deadline = deadline;
      self->bytes += op_get_size (op);
      tier_enqueue (self, key);
      tier_wake (self);
    }
  g_mutex_unlock (&self->lock);
}

void
mgr_cache_tier_remove (MgrCacheTier *self,
                       GBytes       *key)
{
  g_mutex_lock (&self->lock);
  tier_outdate (self, key);
  tier_add_op (self, key, OP_REMOVE);
  /* Too many to remember: a second tier may lose what it has, and never keep what was
   * removed. */
  if (g_hash_table_size (self->ops) > 2 * MGR_CACHE_TIER_MAX_OPS)
    tier_forget_all (self);
  else
    tier_enqueue (self, key);
  g_mutex_unlock (&self->lock);
}

void
mgr_cache_tier_clear (MgrCacheTier *self)
{
  g_mutex_lock (&self->lock);
  tier_outdate_all (self);
  tier_forget_all (self);
  g_mutex_unlock (&self->lock);
}

void
mgr_cache_tier_wake (MgrCacheTier *self)
{
  g_mutex_lock (&self->lock);
  if (tier_has_work (self))
    tier_wake (self);
  g_mutex_unlock (&self->lock);
}

/* Readings */

MgrCacheReading *
mgr_cache_tier_begin_reading (MgrCacheTier *self,
                              GBytes       *key)
{
  MgrCacheReading *reading;

  g_mutex_lock (&self->lock);
  reading = g_hash_table_lookup (self->readings, key);
  if (reading == NULL)
    {
      reading = g_new0 (MgrCacheReading, 1);
      reading->key = g_bytes_ref (key);
      g_hash_table_insert (self->readings, reading->key, reading);
    }
  reading->n_readers++;
  g_mutex_unlock (&self->lock);

  return reading;
}

gboolean
mgr_cache_tier_is_current (MgrCacheTier          *self,
                           const MgrCacheReading *reading)
{
  gboolean current;

  g_mutex_lock (&self->lock);
  current = !reading->outdated;
  g_mutex_unlock (&self->lock);

  return current;
}

void
mgr_cache_tier_end_reading (MgrCacheTier    *self,
                            MgrCacheReading *reading)
{
  g_mutex_lock (&self->lock);
  if (--reading->n_readers == 0)
    {
      if (!reading->outdated)
        g_hash_table_remove (self->readings, reading->key);
      g_bytes_unref (reading->key);
      g_free (reading);
    }
  g_mutex_unlock (&self->lock);
}

/* With the lock held. Returns: whether what is on its way says it all */
static gboolean
tier_look (MgrCacheTier *self,
           GBytes       *key,
           GBytes      **value,
           gint64       *ttl)
{
  const Op *op = g_hash_table_lookup (self->ops, key);

  *ttl = 0;
  if (op == NULL)
    return self->clearing;

  if (op->kind != OP_STORE)
    return TRUE;

  if (op->deadline > 0)
    *ttl = op->deadline - mgr_clock_get_time (self->clock);
  if (op->deadline == 0 || *ttl > 0)
    *value = g_bytes_ref (op->value);
  return TRUE;
}

GBytes *
mgr_cache_tier_load (MgrCacheTier *self,
                     GBytes       *key,
                     gint64       *ttl,
                     GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  GBytes *value = NULL;
  gboolean known;

  g_mutex_lock (&self->lock);
  known = tier_look (self, key, &value, ttl);
  g_mutex_unlock (&self->lock);
  if (known)
    return value;

  value = mgr_cache_store_load (self->store, key, ttl, cancellable, &error);
  if (error != NULL)
    g_info ("A second tier: %s", error->message);
  return value;
}

gboolean
mgr_cache_tier_flush (MgrCacheTier *self,
                      gint64        timeout)
{
  gint64 end = g_get_monotonic_time () + timeout;
  gboolean in_time = TRUE;
  gboolean idle;

  g_mutex_lock (&self->lock);
  while (in_time && (self->busy || tier_has_work (self)))
    in_time = g_cond_wait_until (&self->idle, &self->lock, end);
  idle = !self->busy && !tier_has_work (self);
  g_mutex_unlock (&self->lock);

  return idle;
}
