/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-heap-reclaimer.h"

#include "base/mgr-process-memory-private.h"
#include "reclaim/mgr-heap-reclaimer-private.h"

#if defined (HAVE_MALLINFO2) && defined (HAVE_MALLOC_TRIM)
#define HAVE_HEAP 1
#include <malloc.h>
#else
#define HAVE_HEAP 0
#endif

/**
 * SECTION:mgr-heap-reclaimer
 * @title: MgrHeapReclaimer
 * @short_description: gives back what malloc holds free
 *
 * What is freed in small pieces between others that stay, the C library keeps: the
 * process does not shrink. This reclaimer has it give back the pages in which nothing
 * is in use. Nothing is lost by that.
 *
 * Both to look and to trim means to walk all free pieces, in which the C library lets
 * nobody else allocate: some tens of milliseconds for 200 MB in pieces of 500 bytes. So
 * mgr_reclaimer_reclaim() does nothing where it learned that this takes longer than
 * until the deadline, and mgr_reclaimer_estimate() is not called by a #MgrCleaner,
 * which goes by what was freed and did not come back.
 *
 * A manager has one, which comes after all other resources under the name `heap`,
 * where the C library offers what it takes (glibc from 2.33); elsewhere it estimates
 * and returns 0.
 *
 * All functions may be called from any thread.
 */

/* What walking and trimming cost until they are measured, in microseconds for each
 * KiB that is held free: 175 MiB in pieces of 500 bytes took 5 to 35 ms to walk, and
 * 13 to 100 ms to trim. */
#define USUAL_WALK_COST 0.2
#define USUAL_TRIM_COST 0.6

/* Of what is held free, the part that lies in pages of its own. */
#define USUAL_SHARE 0.25

/* Of old experience, so much counts when new is added. */
#define MEMORY 0.5

/* Less than this teaches nothing about costs and shares. */
#define TELLING_SIZE ((guint64) 1 << 20)

/**
 * MgrHeapReclaimer:
 *
 * A #MgrReclaimer that gives back what malloc holds free.
 *
 * Since: 1.0
 */
struct _MgrHeapReclaimer
{
  GObject parent_instance;

  char *proc_path;          /* (owned) (nullable), never changes */
  MgrProcessMemory *memory; /* (owned), never changes */

  GMutex lock;

  /* Guarded by lock */
  guint64 held;        /* free bytes that trimming might return, when it looked last */
  guint64 dead;        /* free bytes that trimming could not return, or did */
  gboolean dead_known; /* whether dead is of the last trim */
  guint64 suspected;   /* bytes freed since the last trim that did not leave the process */
  double walk_cost;    /* µs per KiB held free */
  double trim_cost;    /* µs per KiB held free */
  double share;        /* of what was held, that trimming returned */
};

typedef enum
{
  PROP_PROC_PATH = 1,
} MgrHeapReclaimerProperty;

static GParamSpec *props[PROP_PROC_PATH + 1];

static void mgr_heap_reclaimer_iface_init (MgrReclaimerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrHeapReclaimer, mgr_heap_reclaimer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      mgr_heap_reclaimer_iface_init))

static void
mgr_heap_reclaimer_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (object);

  switch ((MgrHeapReclaimerProperty) id)
    {
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_heap_reclaimer_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (object);

  switch ((MgrHeapReclaimerProperty) id)
    {
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_heap_reclaimer_constructed (GObject *object)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (object);

  G_OBJECT_CLASS (mgr_heap_reclaimer_parent_class)->constructed (object);

  self->memory = mgr_process_memory_new (self->proc_path);
}

static void
mgr_heap_reclaimer_finalize (GObject *object)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (object);

  mgr_process_memory_free (self->memory);
  g_free (self->proc_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_heap_reclaimer_parent_class)->finalize (object);
}

static void
mgr_heap_reclaimer_class_init (MgrHeapReclaimerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_heap_reclaimer_get_property;
  object_class->set_property = mgr_heap_reclaimer_set_property;
  object_class->constructed = mgr_heap_reclaimer_constructed;
  object_class->finalize = mgr_heap_reclaimer_finalize;

  /**
   * MgrHeapReclaimer:proc-path:
   *
   * Where to read how large the process is; `/proc` if none is given.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_heap_reclaimer_init (MgrHeapReclaimer *self)
{
  g_mutex_init (&self->lock);
  self->dead_known = TRUE;
  self->walk_cost = USUAL_WALK_COST;
  self->trim_cost = USUAL_TRIM_COST;
  self->share = USUAL_SHARE;
}

/**
 * mgr_heap_reclaimer_new:
 * @proc_path: (nullable): where to read how large the process is, or %NULL for `/proc`
 *
 * Makes a reclaimer of the heap. One is enough for a process, and a manager has it.
 * May be called from any thread.
 *
 * Returns: (transfer full): the reclaimer
 *
 * Since: 1.0
 */
MgrHeapReclaimer *
mgr_heap_reclaimer_new (const char *proc_path)
{
  return g_object_new (MGR_TYPE_HEAP_RECLAIMER, "proc-path", proc_path, NULL);
}

gboolean
mgr_heap_reclaimer_is_available (void)
{
  return HAVE_HEAP;
}

static guint64
heap_get_free (void)
{
#if HAVE_HEAP
  return mallinfo2 ().fordblks;
#else
  return 0;
#endif
}

static void
heap_trim (void)
{
#if HAVE_HEAP
  malloc_trim (0);
#endif
}

static gint64
cost_of (double  cost,
         guint64 bytes)
{
  return (gint64) MIN (cost * (double) bytes / 1024, (double) G_MAXINT32);
}

/* Learns from something that took until now. */
static void
learn_cost (double *cost,
            gint64  start,
            guint64 bytes)
{
  double measured = (double) (g_get_monotonic_time () - start) * 1024 / (double) MAX (bytes, 1);

  if (bytes >= TELLING_SIZE)
    *cost = MEMORY * *cost + (1 - MEMORY) * measured;
}

/* Returns what trimming might return. */
static guint64
heap_reclaimer_look (MgrHeapReclaimer *self)
{
  gint64 start = g_get_monotonic_time ();
  guint64 bytes = heap_get_free ();
  guint64 held;

  g_mutex_lock (&self->lock);
  learn_cost (&self->walk_cost, start, bytes);
  if (!self->dead_known)
    self->dead = bytes - MIN (self->suspected, bytes);
  self->dead_known = TRUE;

  /* What has been taken into use since is no longer returned. */
  self->dead = MIN (self->dead, bytes);
  self->held = bytes - self->dead;
  held = self->held;
  g_mutex_unlock (&self->lock);

  return held;
}

static void
heap_reclaimer_learn (MgrHeapReclaimer *self,
                      gint64            start,
                      guint64           gain)
{
  guint64 held;

  g_mutex_lock (&self->lock);
  held = MAX (self->held, self->suspected);
  learn_cost (&self->trim_cost, start, held);
  if (held >= TELLING_SIZE)
    self->share = MEMORY * self->share + (1 - MEMORY) * (double) MIN (gain, held) / (double) held;

  /* Trimming leaves the figure of what is free as it was. Who has not looked just now
   * does not know it. */
  self->dead_known = self->held > 0;
  self->dead += self->held;
  self->held = 0;
  self->suspected = 0;
  g_mutex_unlock (&self->lock);
}

guint64
mgr_heap_reclaimer_trim (MgrHeapReclaimer *self)
{
  gint64 start = g_get_monotonic_time ();
  guint64 before = 0;
  guint64 after = 0;
  guint64 gain = 0;
  gboolean measured = mgr_process_memory_read_resident (self->memory, &before);

  heap_trim ();
  measured = measured && mgr_process_memory_read_resident (self->memory, &after);
  if (measured && after < before)
    gain = before - after;

  heap_reclaimer_learn (self, start, gain);
  return gain;
}

static gint64
heap_reclaimer_predict (MgrHeapReclaimer *self,
                        guint64           bytes,
                        gboolean          looks)
{
  gint64 cost;

  g_mutex_lock (&self->lock);
  cost = cost_of (self->trim_cost, bytes);
  if (looks)
    cost += cost_of (self->walk_cost, bytes);
  g_mutex_unlock (&self->lock);

  return cost;
}

guint64
mgr_heap_reclaimer_trim_for (MgrHeapReclaimer *self,
                             guint64           bytes,
                             gint64            box)
{
  gint64 start = g_get_monotonic_time ();
  guint64 held;

  if (!mgr_heap_reclaimer_is_available () || heap_reclaimer_predict (self, bytes, TRUE) > box)
    return 0;

  held = heap_reclaimer_look (self);
  if (held < bytes / 2
      || heap_reclaimer_predict (self, held, FALSE) > start + box - g_get_monotonic_time ())
    return 0;

  return mgr_heap_reclaimer_trim (self);
}

void
mgr_heap_reclaimer_suspect (MgrHeapReclaimer *self,
                            guint64           bytes)
{
  g_mutex_lock (&self->lock);
  self->suspected += MIN (bytes, G_MAXUINT64 - self->suspected);
  g_mutex_unlock (&self->lock);
}

static guint64
share_of (double  share,
          guint64 bytes)
{
  return (guint64) (CLAMP (share, 0, 1) * (double) bytes);
}

guint64
mgr_heap_reclaimer_guess (MgrHeapReclaimer *self)
{
  guint64 guess;

  g_mutex_lock (&self->lock);
  guess = share_of (self->share, MAX (self->suspected, self->held));
  g_mutex_unlock (&self->lock);

  return guess;
}

static const char *
mgr_heap_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return "heap";
}

static MgrReclaimEstimate *
mgr_heap_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (reclaimer);
  guint64 held = heap_reclaimer_look (self);
  guint64 bytes;
  gint64 cost;

  g_mutex_lock (&self->lock);
  bytes = share_of (self->share, held);
  cost = cost_of (self->trim_cost, held);
  g_mutex_unlock (&self->lock);

  return mgr_reclaim_estimate_new (bytes, FALSE, 0, cost);
}

static guint64
mgr_heap_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                            guint64            target,
                            MgrPressureLevel   level,
                            gint64             deadline,
                            GError           **error)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (reclaimer);
  guint64 held;

  g_mutex_lock (&self->lock);
  held = MAX (self->held, self->suspected);
  g_mutex_unlock (&self->lock);

  if (heap_reclaimer_predict (self, held, FALSE) > deadline - g_get_monotonic_time ())
    return 0;

  return mgr_heap_reclaimer_trim (self);
}

static gboolean
mgr_heap_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return TRUE;
}

static void
mgr_heap_reclaimer_iface_init (MgrReclaimerInterface *iface)
{
  iface->get_name = mgr_heap_reclaimer_get_name;
  iface->estimate = mgr_heap_reclaimer_estimate;
  iface->reclaim = mgr_heap_reclaimer_reclaim;
  iface->is_thread_safe = mgr_heap_reclaimer_is_thread_safe;
}
