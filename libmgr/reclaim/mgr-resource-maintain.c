/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "reclaim/mgr-resource-private.h"
#include "reclaim/mgr-score-table-private.h"

/**
 * mgr_resource_get_maintenance_interval:
 * @self: a resource
 *
 * Gets #MgrResource:maintenance-interval. May be called from any thread.
 *
 * Returns: microseconds; 0 for that of the manager
 *
 * Since: 1.0
 */
gint64
mgr_resource_get_maintenance_interval (MgrResource *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->maintenance_interval;
}

/**
 * mgr_resource_set_maintenance_interval:
 * @self: a resource
 * @maintenance_interval: microseconds; 0 for that of the manager
 *
 * Sets #MgrResource:maintenance-interval. The next maintenance comes so long after
 * the manager has learned of it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_maintenance_interval (MgrResource *self,
                                       gint64       maintenance_interval)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (maintenance_interval >= 0);

  g_mutex_lock (&self->lock);
  changed = self->maintenance_interval != maintenance_interval;
  self->maintenance_interval = maintenance_interval;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL);
}

gboolean
mgr_resource_can_maintain (MgrResource *self)
{
  return mgr_resource_get_limit (self) > 0
         || mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_MAINTAIN);
}

static gboolean
resource_warns (MgrResource *self,
                gint64       time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->warned && time - self->warning_time < MGR_RECLAIM_WARNING_INTERVAL)
    return FALSE;

  self->warned = TRUE;
  self->warning_time = time;
  return TRUE;
}

/* Nobody asked for it, so there is nobody else to tell. */
static guint64
maintain_here (MgrResource             *self,
               const MgrReclaimRequest *request)
{
  g_autoptr (GError) error = NULL;
  guint64 freed = mgr_resource_maintain (self, request, &error);
  gboolean kept = g_error_matches (error, MGR_ERROR, MGR_ERROR_BUSY)
                  || g_error_matches (error, MGR_ERROR, MGR_ERROR_CLOSED)
                  || g_error_matches (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);

  if (error != NULL && !kept && resource_warns (self, request->time))
    g_message ("The maintenance of “%s” failed: %s", self->name, error->message);

  return freed;
}

typedef struct
{
  MgrReclaimRequest request;
  guint64 freed;
} MaintainCall;

static void
maintain_call_cb (gpointer object,
                  gpointer user_data)
{
  MaintainCall *call = user_data;

  call->freed = maintain_here (object, &call->request);
}

static void
maintain_call_free (gpointer data)
{
  MaintainCall *call = data;

  mgr_reclaim_request_clear (&call->request);
  g_free (call);
}

static MaintainCall *
maintain_call_new (const MgrReclaimRequest *request)
{
  MaintainCall *call = g_new0 (MaintainCall, 1);

  mgr_reclaim_request_copy (request, &call->request);
  return call;
}

guint64
mgr_resource_post_maintain (MgrResource             *self,
                            const MgrReclaimRequest *request)
{
  if (mgr_resource_is_owner (self))
    return maintain_here (self, request);

  mgr_owner_context_post (self->context, self, maintain_call_cb, maintain_call_new (request),
                          maintain_call_free);
  return 0;
}

guint64
mgr_resource_call_maintain (MgrResource             *self,
                            const MgrReclaimRequest *request)
{
  g_autoptr (MgrOwnerCall) posted = NULL;
  MaintainCall *call;

  if (mgr_resource_is_owner (self))
    return maintain_here (self, request);

  call = maintain_call_new (request);
  posted = mgr_owner_call_post (self->context, self, maintain_call_cb, call, maintain_call_free);
  if (mgr_owner_call_wait (posted, request->deadline))
    return call->freed;

  mgr_owner_call_withdraw (posted);
  return 0;
}
