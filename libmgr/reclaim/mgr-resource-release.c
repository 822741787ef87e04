/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-reclaim-record-private.h"
#include "reclaim/mgr-resource-private.h"

/* In an emergency there may be no memory: what a resource stands for is asked to give
 * back what it can without any, and what there is to say of that is said later. */

/* GObject takes memory to find a handler, and so an emergency goes by what was noted. */
gboolean
mgr_resource_may_veto (MgrResource *self)
{
  gboolean may_veto = mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_QUERY_VETO);

  g_mutex_lock (&self->lock);
  self->may_veto = may_veto;
  g_mutex_unlock (&self->lock);

  return may_veto;
}

static void
look_again_cb (gpointer object,
               gpointer user_data)
{
  mgr_resource_may_veto (object);
}

void
mgr_resource_prepare_release (MgrResource *self)
{
  mgr_resource_may_veto (self);

  /* Many connect right after they have registered. */
  if (self->reclaimer != NULL)
    mgr_owner_context_post (self->context, self, look_again_cb, NULL, NULL);
}

static gboolean
release_begin (MgrResource *self,
               guint64     *out_serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  /* What the others free the heap holds: it comes after all of them, and is not of the list. */
  if (self->reclaimer_is_heap)
    return FALSE;

  if (self->safety != MGR_SAFETY_SAFE || self->accesses > 0 || self->reclaiming || self->orphaned)
    return FALSE;

  /* Its owner cannot be asked now. */
  if (self->may_veto)
    return FALSE;

  self->reclaiming = TRUE;
  *out_serial = self->size_serial;
  return TRUE;
}

static void
release_end (MgrResource *self,
             guint64      serial,
             guint64      bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->reclaiming = FALSE;
  self->released += MIN (bytes, G_MAXUINT64 - self->released);
  if (bytes > 0)
    {
      self->missing += MIN (bytes, G_MAXUINT64 - self->missing);
      self->measured = G_MININT64;
    }
  if (self->size_serial == serial)
    self->size -= MIN (self->size, bytes);
  g_cond_broadcast (&self->left);
}

guint64
mgr_resource_release_now (MgrResource *self)
{
  g_autoptr (MgrReclaimer) reclaimer = mgr_resource_get_reclaimer (self);
  guint64 serial;
  guint64 bytes;

  if (reclaimer == NULL || !release_begin (self, &serial))
    return 0;

  bytes = mgr_reclaimer_release_now (reclaimer);
  release_end (self, serial, bytes);
  return bytes;
}

static guint64
release_take (MgrResource *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 released = self->released;

  self->released = 0;
  return released;
}

static void
emit_reclaimed_cb (gpointer object,
                   gpointer user_data)
{
  mgr_resource_emit_reclaimed (object, user_data);
}

void
mgr_resource_settle_release (MgrResource   *self,
                             gint64         time,
                             guint64        cause,
                             MgrRecordRing *records)
{
  guint64 released = release_take (self);
  g_autoptr (MgrReclaimRecord) record = NULL;

  if (released == 0)
    return;

  record = mgr_reclaim_record_new (self->name, "emergency");
  record->safety = MGR_SAFETY_SAFE;
  record->size = released;
  record->time = time;
  record->cause = cause;
  record->lossy = mgr_resource_get_lossy (self);
  record->can_restore = mgr_resource_can_rebuild (self);
  mgr_record_ring_add (records, record);

  mgr_resource_notify (self, MGR_RESOURCE_PROP_SIZE);
  mgr_owner_context_post (self->context, self, emit_reclaimed_cb,
                          mgr_reclaim_record_ref (record),
                          (GDestroyNotify) mgr_reclaim_record_unref);
}
