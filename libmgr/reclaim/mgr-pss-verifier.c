/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-pss-verifier-private.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-process-memory-private.h"
#include "reclaim/mgr-cleanup-report-private.h"

#include <glib/gstdio.h>
#include <time.h>
#include <unistd.h>

/* At most so much of a core's time. */
#define DUTY 100

/* What was measured before a cleanup says something about it for this long, and what
 * is measured after it. */
#define FRESH (5 * G_TIME_SPAN_SECOND)

/* Nobody prepares for the same cleanup again so soon. */
#define PREPARED G_TIME_SPAN_SECOND

typedef struct
{
  MgrCleanupReport *report; /* (owned) */
  guint64 pss_before;
  gint64 time; /* when the cleanup had ended */
} Pending;

struct _MgrPssVerifier
{
  GObject parent_instance;

  MgrProcessMemory *memory; /* (owned), never changes */
  GMainContext *context;    /* (owned), never changes */
  GWeakRef owner;
  MgrPssVerifiedFunc verified;
  gboolean available; /* never changes */

  GMutex lock;

  /* Guarded by lock */
  GQueue pending;     /* (element-type Pending) in the order of their times */
  gboolean measuring; /* a measure is under way, or waits for the thread */
  gboolean waiting;   /* a source waits until the next one may begin */
  guint64 pss;        /* 0: never measured */
  guint64 resident;   /* anonymous memory when that was measured; 0: not known */
  gint64 start;       /* of the last measure */
  gint64 end;         /* of the last measure */
  gint64 next;        /* when the next one may begin */
};

G_DEFINE_FINAL_TYPE (MgrPssVerifier, mgr_pss_verifier, G_TYPE_OBJECT)

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  mgr_cleanup_report_unref (pending->report);
  g_free (pending);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pending, pending_free)

static void
mgr_pss_verifier_finalize (GObject *object)
{
  MgrPssVerifier *self = MGR_PSS_VERIFIER (object);

  g_queue_clear_full (&self->pending, pending_free);
  g_weak_ref_clear (&self->owner);
  g_main_context_unref (self->context);
  mgr_process_memory_free (self->memory);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_pss_verifier_parent_class)->finalize (object);
}

static void
mgr_pss_verifier_class_init (MgrPssVerifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_pss_verifier_finalize;
}

static void
mgr_pss_verifier_init (MgrPssVerifier *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->pending);
  g_weak_ref_init (&self->owner, NULL);
  self->context = g_main_context_ref_thread_default ();
  self->end = G_MININT64;
}

MgrPssVerifier *
mgr_pss_verifier_new (const char         *proc_path,
                      GObject            *owner,
                      MgrPssVerifiedFunc  verified)
{
  MgrPssVerifier *self = g_object_new (MGR_TYPE_PSS_VERIFIER, NULL);
  g_autofree char *path = g_build_filename (proc_path, "self", "smaps_rollup", NULL);

  self->memory = mgr_process_memory_new (proc_path);
  self->available = g_access (path, R_OK) == 0;
  self->verified = verified;
  g_weak_ref_set (&self->owner, owner);
  return self;
}

gint64
mgr_pss_duty_get_next (gint64 end,
                       gint64 cost)
{
  return end + (DUTY - 1) * cost;
}

static gint64
get_processor_time (void)
{
  struct timespec used;

  if (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used) != 0)
    return g_get_monotonic_time ();

  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* One that waits for longer than FRESH is given up: what is measured then says nothing
 * about its cleanup. */
static void
verifier_drop_stale_locked (MgrPssVerifier *self,
                            gint64          now)
{
  Pending *oldest;

  while ((oldest = g_queue_peek_head (&self->pending)) != NULL && now - oldest->time > FRESH)
    pending_free (g_queue_pop_head (&self->pending));
}

static void verifier_begin_locked (MgrPssVerifier *self);

static Pending *
verifier_next_verified (MgrPssVerifier *self,
                        guint64        *out_pss)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Pending *oldest = g_queue_peek_head (&self->pending);

  if (oldest == NULL || oldest->time > self->start)
    return NULL;

  *out_pss = self->pss;
  return g_queue_pop_head (&self->pending);
}

static void
tell_verified_cb (gpointer object,
                  gpointer user_data)
{
  MgrPssVerifier *self = MGR_PSS_VERIFIER (object);

  while (TRUE)
    {
      guint64 pss = 0;
      g_autoptr (Pending) pending = verifier_next_verified (self, &pss);
      g_autoptr (MgrCleanupReport) report = NULL;
      g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);

      if (pending == NULL || owner == NULL)
        return;

      report = mgr_cleanup_report_verify (pending->report, pending->pss_before, pss);
      self->verified (owner, report);
    }
}

/* Returns %FALSE if nothing could be measured. */
static gboolean
verifier_measure (MgrPssVerifier *self)
{
  gint64 start = g_get_monotonic_time ();
  gint64 used = get_processor_time ();
  guint64 resident = 0;
  guint64 pss = 0;
  gboolean measured;

  mgr_process_memory_read_resident (self->memory, &resident, NULL);
  measured = mgr_process_memory_read_pss (self->memory, &pss, NULL);
  used = get_processor_time () - used;
  g_mutex_lock (&self->lock);
  self->measuring = FALSE;
  self->end = g_get_monotonic_time ();
  self->next = mgr_pss_duty_get_next (self->end, used);
  self->start = start;
  if (measured)
    {
      self->pss = pss;
      self->resident = resident;
    }
  else
    g_queue_clear_full (&self->pending, pending_free);
  g_mutex_unlock (&self->lock);

  return measured;
}

static void
measure_thread_cb (gpointer data,
                   gpointer user_data)
{
  g_autoptr (MgrPssVerifier) self = MGR_PSS_VERIFIER (data);

  if (!verifier_measure (self))
    return;

  mgr_owner_context_post (self->context, self, tell_verified_cb, NULL, NULL);

  /* A cleanup may have ended after the measure began. */
  g_mutex_lock (&self->lock);
  if (!g_queue_is_empty (&self->pending))
    verifier_begin_locked (self);
  g_mutex_unlock (&self->lock);
}

static GThreadPool *
get_thread_pool (void)
{
  static gsize pool = 0;

  /* One thread for all: the kernel lets only one walk the pages anyway. */
  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (measure_thread_cb, NULL, 1, FALSE, NULL));

  return (GThreadPool *) pool;
}

static gboolean
wait_is_over_cb (gpointer user_data)
{
  g_autoptr (MgrPssVerifier) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  g_mutex_lock (&self->lock);
  self->waiting = FALSE;
  if (!g_queue_is_empty (&self->pending))
    verifier_begin_locked (self);
  g_mutex_unlock (&self->lock);

  return G_SOURCE_REMOVE;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
verifier_wait_locked (MgrPssVerifier *self,
                      gint64          microseconds)
{
  guint milliseconds = (guint) (microseconds / G_TIME_SPAN_MILLISECOND) + 1;
  g_autoptr (GSource) source = g_timeout_source_new (milliseconds);
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_source_set_callback (source, wait_is_over_cb, weak, weak_ref_free);
  g_source_set_static_name (source, "[libmgr] verify a cleanup");
  g_source_attach (source, self->context);
  self->waiting = TRUE;
}

static void
verifier_begin_locked (MgrPssVerifier *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->measuring || self->waiting)
    return;

  if (now >= self->next)
    {
      self->measuring = TRUE;
      g_thread_pool_push (get_thread_pool (), g_object_ref (self), NULL);
      return;
    }

  verifier_drop_stale_locked (self, self->next);
  if (!g_queue_is_empty (&self->pending))
    verifier_wait_locked (self, self->next - now);
}

void
mgr_pss_verifier_prepare (MgrPssVerifier *self)
{
  if (!self->available)
    return;

  g_mutex_lock (&self->lock);
  if (self->pss == 0 || g_get_monotonic_time () - self->end > PREPARED)
    verifier_begin_locked (self);
  g_mutex_unlock (&self->lock);
}

/* What came and went since is private to the process, and so counts as much in its PSS. */
static guint64
move_pss (guint64 pss,
          guint64 before,
          guint64 now)
{
  if (now >= before)
    return pss + MIN (now - before, G_MAXUINT64 - pss);

  return pss - MIN (before - now, pss);
}

guint64
mgr_pss_verifier_estimate_pss (MgrPssVerifier *self)
{
  guint64 now = 0;
  gboolean readable = mgr_process_memory_read_resident (self->memory, &now, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->pss == 0 || g_get_monotonic_time () - self->end > FRESH)
    return 0;

  return readable && self->resident > 0 ? move_pss (self->pss, self->resident, now) : self->pss;
}

gboolean
mgr_pss_verifier_is_busy (MgrPssVerifier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->measuring;
}

void
mgr_pss_verifier_verify (MgrPssVerifier   *self,
                         MgrCleanupReport *report,
                         guint64           pss_before)
{
  Pending *pending;

  if (!self->available)
    return;

  pending = g_new (Pending, 1);
  pending->report = mgr_cleanup_report_ref (report);
  pending->pss_before = pss_before;
  pending->time = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->pending, pending);
  verifier_begin_locked (self);
  g_mutex_unlock (&self->lock);
}
