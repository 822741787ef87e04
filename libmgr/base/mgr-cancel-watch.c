/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-cancel-watch-private.h"

/* Shared by who watches and the handler, which may have begun when it is disconnected. */
struct _MgrCancelWatch
{
  gatomicrefcount ref_count;
  GCancellable *cancellable; /* (owned) */
  gulong handler;

  GMutex lock;
  MgrCancelFunc func; /* (nullable) once it is freed; guarded by lock */
  gpointer user_data; /* (unowned) */
};

static void
cancel_watch_unref (gpointer   data,
                    GClosure  *closure)
{
  MgrCancelWatch *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  MgrCancelWatch *self = user_data;

  g_mutex_lock (&self->lock);
  if (self->func != NULL)
    self->func (self->user_data);
  g_mutex_unlock (&self->lock);
}

MgrCancelWatch *
mgr_cancel_watch_new (GCancellable  *cancellable,
                      MgrCancelFunc  func,
                      gpointer       user_data)
{
  MgrCancelWatch *self;

  if (cancellable == NULL)
    return NULL;

  self = g_new0 (MgrCancelWatch, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->cancellable = g_object_ref (cancellable);
  g_mutex_init (&self->lock);
  self->func = func;
  self->user_data = user_data;

  g_atomic_ref_count_inc (&self->ref_count);
  self->handler = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb),
                                         self, cancel_watch_unref, 0);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (cancellable, self);

  return self;
}

void
mgr_cancel_watch_free (MgrCancelWatch *self)
{
  if (self == NULL)
    return;

  g_mutex_lock (&self->lock);
  self->func = NULL;
  g_mutex_unlock (&self->lock);

  g_signal_handler_disconnect (self->cancellable, self->handler);
  cancel_watch_unref (self, NULL);
}
