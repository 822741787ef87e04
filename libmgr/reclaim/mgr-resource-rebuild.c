/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "base/mgr-size.h"
#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-private.h"

gboolean
mgr_resource_can_rebuild (MgrResource *self)
{
  return mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_REBUILD);
}

static void
rebuild_take_on (MgrResource *self,
                 guint64      built,
                 guint64      size_serial)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->size_serial == size_serial;
  if (changed)
    self->size += MIN (built, G_MAXUINT64 - self->size);
  self->missing = 0;
  self->dropped = FALSE;
  self->measured = G_MININT64;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SIZE);
}

void
mgr_resource_set_dropped (MgrResource *self,
                          gboolean     dropped)
{
  g_mutex_lock (&self->lock);
  self->dropped = dropped;
  g_mutex_unlock (&self->lock);
}

static gboolean
resource_is_dropped (MgrResource *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->dropped;
}

/* What the program has made by itself since a cleanup took all there was, in bytes. An
 * item may hold less than its group counts. */
static guint64
rebuild_find_again (MgrResource *self)
{
  g_autoptr (MgrResourceGroup) group = g_weak_ref_get (&self->group);
  gboolean missed = mgr_resource_get_missing (self) > 0;

  /* What was measured last may be older than what the program has made. */
  g_mutex_lock (&self->lock);
  self->measured = G_MININT64;
  g_mutex_unlock (&self->lock);
  mgr_resource_measure (self, G_MININT64, 0);

  if (group != NULL && resource_is_dropped (self))
    return mgr_resource_group_get_part (group, self->item);

  return missed && mgr_resource_get_missing (self) == 0 ? mgr_resource_get_size (self) : 0;
}

static gboolean
rebuild_may_replace (MgrResource  *self,
                     GError      **error)
{
  g_autofree char *size = NULL;
  guint64 again = rebuild_find_again (self);

  if (again == 0)
    return TRUE;

  size = mgr_size_format (again);
  g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
               "“%s” is there again: it holds %s that the program made since it was cleaned. "
               "Remove that first if what was cleaned is to come back", self->name, size);
  return FALSE;
}

static void
set_failed_error (MgrResource  *self,
                  const char   *failure,
                  GError      **error)
{
  if (failure != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "“%s” could not be brought back: %s", self->name, failure);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "“%s” could not be brought back: its handler of “rebuild” returned 0. It has "
                 "to be computed again", self->name);
}

static gboolean
rebuild_here (MgrResource  *self,
              GError      **error)
{
  g_autoptr (MgrResource) keep_alive = g_object_ref (self);
  g_auto (MgrResourceHold) hold = { NULL, NULL };
  g_autofree char *failure = NULL;
  MgrResourceInside inside;
  guint64 size_serial;
  guint64 built;

  if (!mgr_resource_hold (self, &hold))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "“%s” cannot be brought back: the object that it belongs to is gone",
                   self->name);
      return FALSE;
    }

  if (!rebuild_may_replace (self, error))
    return FALSE;
  /* What is just being made is not cleaned. */
  if (!mgr_resource_begin_access (self, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  size_serial = self->size_serial;
  g_mutex_unlock (&self->lock);

  mgr_resource_inside_enter (&inside, self);
  built = mgr_resource_emit_sum (self, MGR_RESOURCE_SIGNAL_REBUILD);
  failure = mgr_resource_inside_leave (&inside);
  if (built > 0)
    rebuild_take_on (self, built, size_serial);
  else
    set_failed_error (self, failure, error);

  mgr_resource_end_access (self, NULL);
  return built > 0;
}

typedef struct
{
  gboolean built;
  GError *error; /* (owned) (nullable) */
} RebuildCall;

static void
rebuild_call_cb (gpointer object,
                 gpointer user_data)
{
  RebuildCall *call = user_data;

  call->built = rebuild_here (object, &call->error);
}

static void
rebuild_call_free (gpointer data)
{
  RebuildCall *call = data;

  g_clear_error (&call->error);
  g_free (call);
}

static gboolean
rebuild_there (MgrResource  *self,
               GError      **error)
{
  RebuildCall *call = g_new0 (RebuildCall, 1);
  gint64 deadline = g_get_monotonic_time () + self->deadline;
  g_autoptr (MgrOwnerCall) posted =
    mgr_owner_call_post (self->context, self, rebuild_call_cb, call, rebuild_call_free);

  /* A rebuild that has begun may take its time. */
  if (!mgr_owner_call_wait (posted, deadline)
      && (mgr_owner_call_withdraw (posted) || !mgr_owner_call_wait (posted, G_MAXINT64)))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                   "“%s” could not be brought back: its owner did not answer. Iterate the main "
                   "context of the thread that made it", self->name);
      return FALSE;
    }

  if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  return call->built;
}

gboolean
mgr_resource_rebuild (MgrResource  *self,
                      GError      **error)
{
  return mgr_resource_is_owner (self) ? rebuild_here (self, error) : rebuild_there (self, error);
}
