/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-heap-reclaimer.h"

#include "base/mgr-process-memory-private.h"
#include "reclaim/mgr-heap-reclaimer-private.h"

#include <time.h>

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
 * Both to look at what is held free and to trim means to walk all free pieces, in which
 * time the C library lets nobody else allocate: some tens of milliseconds for 200 MB in
 * pieces of 500 bytes. So mgr_reclaimer_estimate() does not look: it goes by what
 * cleanups freed that did not leave the process, and by what was seen last; and
 * mgr_reclaimer_reclaim() does nothing where it learned that this takes longer than
 * until the deadline.
 *
 * In an emergency it trims without taking any memory, by mgr_reclaimer_release_now().
 *
 * A manager has one, which comes after all other resources under the name `heap`,
 * where the C library offers what it takes (glibc from 2.33); elsewhere it estimates
 * and returns 0.
 *
 * All functions may be called from any thread.
 */

/* What walking all that is held free costs until it is measured, in microseconds for
 * each KiB: 175 MiB in pieces of 500 bytes took 5 to 35 ms. To trim is to walk, and to
 * give to the kernel what was not given before: that took up to 90 ms besides. */
#define USUAL_WALK_COST 0.2
#define USUAL_GIVE_COST 0.4

/* Of what is held free, the part that lies in pages of its own. */
#define USUAL_SHARE 0.25

/* Of old experience, so much counts when new is added. */
#define MEMORY 0.5

/* Less than this teaches nothing about costs and shares, and is not looked for. */
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
  double walk_cost;    /* µs per KiB of all that is free */
  double give_cost;    /* µs per KiB held */
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
  self->give_cost = USUAL_GIVE_COST;
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

/* What this thread has worked, in microseconds: how busy the machine is says nothing
 * about a heap. */
static gint64
get_work (void)
{
  struct timespec used = { 0, 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used);
  return (gint64) used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static gint64
cost_of (double  cost,
         guint64 bytes)
{
  return (gint64) MIN (cost * (double) bytes / 1024, (double) G_MAXINT32);
}

static void
learn_cost (double *cost,
            gint64  duration,
            guint64 bytes)
{
  double measured = (double) MAX (duration, 0) * 1024 / (double) MAX (bytes, 1);

  if (bytes >= TELLING_SIZE)
    *cost = MEMORY * *cost + (1 - MEMORY) * measured;
}

/* Returns what trimming might return. */
static guint64
heap_reclaimer_look (MgrHeapReclaimer *self)
{
  gint64 start = get_work ();
  guint64 bytes = heap_get_free ();
  guint64 held;

  g_mutex_lock (&self->lock);
  learn_cost (&self->walk_cost, get_work () - start, bytes);
  if (!self->dead_known)
    self->dead = bytes - MIN (self->suspected, bytes);
  self->dead_known = TRUE;

  /* What has been taken into use since is no longer returned. */
  self->dead = MIN (self->dead, bytes);
  self->held = bytes - self->dead;
  self->suspected = 0;
  held = self->held;
  g_mutex_unlock (&self->lock);

  return held;
}

static void
heap_reclaimer_learn (MgrHeapReclaimer *self,
                      gint64            start,
                      guint64           gain)
{
  gint64 duration = get_work () - start;
  guint64 held;

  g_mutex_lock (&self->lock);
  held = MAX (self->held, self->suspected);
  duration -= cost_of (self->walk_cost, self->dead + held);
  learn_cost (&self->give_cost, duration, held);
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
  gint64 start = get_work ();
  guint64 before = 0;
  guint64 after = 0;
  guint64 gain = 0;
  gboolean measured = mgr_process_memory_read_resident (self->memory, &before, NULL);

  heap_trim ();
  measured = measured && mgr_process_memory_read_resident (self->memory, &after, NULL);
  if (measured && after < before)
    gain = before - after;

  heap_reclaimer_learn (self, start, gain);
  return gain;
}

/* To trim @held, and to look before where @looks. */
static gint64
heap_reclaimer_predict_locked (MgrHeapReclaimer *self,
                               guint64           held,
                               gboolean          looks)
{
  gint64 walk = cost_of (self->walk_cost, self->dead + held);

  return (looks ? 2 : 1) * walk + cost_of (self->give_cost, held);
}

gint64
mgr_heap_reclaimer_predict (MgrHeapReclaimer *self,
                            guint64           bytes)
{
  gint64 cost;

  g_mutex_lock (&self->lock);
  cost = heap_reclaimer_predict_locked (self, bytes, TRUE);
  g_mutex_unlock (&self->lock);

  return cost;
}

guint64
mgr_heap_reclaimer_trim_for (MgrHeapReclaimer *self,
                             guint64           bytes,
                             gint64            box)
{
  gint64 start = get_work ();
  guint64 held;
  gint64 cost;

  if (!mgr_heap_reclaimer_is_available () || mgr_heap_reclaimer_predict (self, bytes) > box)
    return 0;

  held = heap_reclaimer_look (self);
  g_mutex_lock (&self->lock);
  cost = heap_reclaimer_predict_locked (self, held, FALSE);
  g_mutex_unlock (&self->lock);
  if (held < bytes / 2 || cost > start + box - get_work ())
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

/* A little is not worth the walk. */
static guint64
share_of (double  share,
          guint64 bytes)
{
  return bytes >= TELLING_SIZE ? (guint64) (CLAMP (share, 0, 1) * (double) bytes) : 0;
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
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 held = MAX (self->suspected, self->held);

  return mgr_reclaim_estimate_new (share_of (self->share, held), FALSE, 0,
                                   heap_reclaimer_predict_locked (self, held, FALSE));
}

static guint64
mgr_heap_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                            guint64            target,
                            MgrPressureLevel   level,
                            gint64             deadline,
                            GError           **error)
{
  MgrHeapReclaimer *self = MGR_HEAP_RECLAIMER (reclaimer);
  gint64 cost;

  g_mutex_lock (&self->lock);
  cost = heap_reclaimer_predict_locked (self, MAX (self->held, self->suspected), FALSE);
  g_mutex_unlock (&self->lock);
  if (cost > deadline - g_get_monotonic_time ())
    return 0;

  return mgr_heap_reclaimer_trim (self);
}

static gboolean
mgr_heap_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return TRUE;
}

/* Neither to trim nor to read how large the process is takes any memory. */
static guint64
mgr_heap_reclaimer_release_now (MgrReclaimer *reclaimer)
{
  return mgr_heap_reclaimer_trim (MGR_HEAP_RECLAIMER (reclaimer));
}

static void
mgr_heap_reclaimer_iface_init (MgrReclaimerInterface *iface)
{
  iface->get_name = mgr_heap_reclaimer_get_name;
  iface->estimate = mgr_heap_reclaimer_estimate;
  iface->reclaim = mgr_heap_reclaimer_reclaim;
  iface->is_thread_safe = mgr_heap_reclaimer_is_thread_safe;
  iface->release_now = mgr_heap_reclaimer_release_now;
}
