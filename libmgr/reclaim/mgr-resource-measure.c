/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "reclaim/mgr-resource-private.h"

static gboolean
resource_can_measure (MgrResource *self)
{
  return self->reclaimer != NULL || mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_MEASURE);
}

/* %FALSE where the last answer is young enough, or the next one is under way: in
 * another thread, or further up in this one. */
static gboolean
resource_is_due_locked (MgrResource *self,
                        gint64       now)
{
  if (self->measuring)
    return FALSE;

  return self->measured == G_MININT64
         || now < self->measured
         || now - self->measured >= MGR_RESOURCE_MEASURE_INTERVAL;
}

static gboolean
resource_is_due (MgrResource *self,
                 gint64       now)
{
  gboolean due;

  g_mutex_lock (&self->lock);
  due = resource_is_due_locked (self, now);
  g_mutex_unlock (&self->lock);

  return due;
}

static gboolean
resource_begin_measure (MgrResource *self,
                        gint64       now)
{
  gboolean begins;

  g_mutex_lock (&self->lock);
  begins = resource_is_due_locked (self, now);
  if (begins)
    self->measuring = TRUE;
  g_mutex_unlock (&self->lock);

  return begins;
}

static void
resource_end_measure (MgrResource *self)
{
  g_mutex_lock (&self->lock);
  self->measuring = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
resource_take_size (MgrResource *self,
                    guint64      size,
                    gint64       now)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->size != size;
  mgr_resource_set_size_locked (self, size);
  self->measured = now;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SIZE);
}

static guint64
resource_take_estimate (MgrResource  *self,
                        MgrReclaimer *reclaimer)
{
  g_autoptr (MgrReclaimEstimate) estimate = mgr_reclaimer_estimate (reclaimer);

  mgr_resource_set_lossy (self, mgr_reclaim_estimate_get_lossy (estimate));
  mgr_resource_set_rebuild_cost (self, mgr_reclaim_estimate_get_rebuild_cost (estimate));
  mgr_resource_set_walk_cost (self, mgr_reclaim_estimate_get_walk_cost (estimate));
  return mgr_reclaim_estimate_get_bytes (estimate);
}

void
mgr_resource_measure_here (MgrResource *self,
                           gint64       now)
{
  g_autoptr (MgrResource) keep_alive = g_object_ref (self);
  g_auto (MgrResourceHold) hold = { NULL, NULL };
  guint64 size = 0;
  guint64 more = 0;

  if (!mgr_resource_hold (self, &hold))
    return;

  mgr_reclaim_enter ();
  if (hold.reclaimer != NULL)
    size = resource_take_estimate (self, hold.reclaimer);
  if (mgr_resource_is_owner (self))
    more = mgr_resource_emit_sum (self, MGR_RESOURCE_SIGNAL_MEASURE);
  mgr_reclaim_leave ();

  resource_take_size (self, size + MIN (more, G_MAXUINT64 - size), now);
}

/* A measure in another thread. It holds no reference, so that a context that is
 * never iterated does not keep the resource. */
typedef struct
{
  GWeakRef resource;
  gint64 now;
} MeasureCall;

static void
measure_call_cb (gpointer object,
                 gpointer user_data)
{
  const MeasureCall *call = user_data;

  mgr_resource_measure_here (object, call->now);
}

static void
measure_call_free (gpointer data)
{
  MeasureCall *call = data;
  g_autoptr (MgrResource) resource = g_weak_ref_get (&call->resource);

  if (resource != NULL)
    resource_end_measure (resource);
  g_weak_ref_clear (&call->resource);
  g_free (call);
}

static void
resource_measure_there (MgrResource *self,
                        gint64       now,
                        gint64       deadline)
{
  MeasureCall *call = g_new0 (MeasureCall, 1);
  g_autoptr (MgrOwnerCall) posted = NULL;

  g_weak_ref_init (&call->resource, self);
  call->now = now;
  posted = mgr_owner_call_post (self->context, self, measure_call_cb, call, measure_call_free);
  mgr_owner_call_wait (posted, deadline);
}

void
mgr_resource_measure (MgrResource *self,
                      gint64       now,
                      gint64       deadline)
{
  /* Plans ask this of thousands of resources: the cheaper question first. */
  if (!resource_is_due (self, now)
      || !resource_can_measure (self)
      || !resource_begin_measure (self, now))
    return;

  if (mgr_resource_is_owner (self) || mgr_resource_is_thread_safe (self))
    {
      mgr_resource_measure_here (self, now);
      resource_end_measure (self);
    }
  else
    {
      resource_measure_there (self, now, deadline);
    }
}

static const char *
resource_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return mgr_resource_get_name (MGR_RESOURCE (reclaimer));
}

static MgrReclaimEstimate *
resource_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  MgrResource *self = MGR_RESOURCE (reclaimer);
  guint64 size;

  if (resource_can_measure (self))
    mgr_resource_measure_here (self, G_MININT64);

  size = mgr_resource_is_pinned (self) || !mgr_resource_can_reclaim (self)
         ? 0 : mgr_resource_get_size (self);
  return mgr_reclaim_estimate_new (size,
                                   mgr_resource_get_lossy (self),
                                   mgr_resource_get_rebuild_cost (self),
                                   mgr_resource_get_walk_cost (self));
}

/* Who asks without a cleaner may have what is SAFE, and no more. */
static guint64
resource_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                            guint64            target,
                            MgrPressureLevel   level,
                            gint64             deadline,
                            GError           **error)
{
  MgrReclaimRequest request = { .target = target, .level = level, .deadline = deadline };

  request.time = g_get_monotonic_time ();
  return mgr_resource_reclaim (MGR_RESOURCE (reclaimer), &request, NULL, error);
}

static gboolean
resource_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return mgr_resource_is_thread_safe (MGR_RESOURCE (reclaimer));
}

static guint64
resource_reclaimer_release_now (MgrReclaimer *reclaimer)
{
  return mgr_resource_release_now (MGR_RESOURCE (reclaimer));
}

void
mgr_resource_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->get_name = resource_reclaimer_get_name;
  iface->estimate = resource_reclaimer_estimate;
  iface->reclaim = resource_reclaimer_reclaim;
  iface->is_thread_safe = resource_reclaimer_is_thread_safe;
  iface->release_now = resource_reclaimer_release_now;
}
