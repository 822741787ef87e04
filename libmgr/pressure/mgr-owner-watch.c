/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-owner-watch-private.h"

#include "base/mgr-owner-context-private.h"

/* A loop that has not turned for a second is not just busy. */
#define DEFAULT_LIMIT G_TIME_SPAN_SECOND

#define NEVER G_MININT64

typedef struct
{
  MgrOwnerBlockedFunc func;
  gpointer user_data;     /* (owned) through destroy */
  GDestroyNotify destroy; /* (nullable) */
} Response;

struct _MgrOwnerWatch
{
  MgrClock *clock;     /* (owned) */
  GMainContext *owner; /* (owned) */

  GMutex lock;         /* guards what follows */
  int *answered;       /* (owned) (nullable): atomic, in an atomic box that the ping shares */
  gint64 posted;       /* when the ping was */
  gint64 called;       /* when the response was, or NEVER */
  Response *response;  /* (owned) (nullable), an atomic box */
  gint64 limit;        /* µs by the clock */
};

static void
response_clear (gpointer data)
{
  Response *response = data;

  if (response->destroy != NULL)
    response->destroy (response->user_data);
}

static void
response_unref (Response *response)
{
  g_atomic_rc_box_release_full (response, response_clear);
}

MgrOwnerWatch *
mgr_owner_watch_new (MgrClock     *clock,
                     GMainContext *owner)
{
  MgrOwnerWatch *self = g_new0 (MgrOwnerWatch, 1);

  g_mutex_init (&self->lock);
  self->clock = g_object_ref (clock);
  self->owner = g_main_context_ref (owner);
  self->limit = DEFAULT_LIMIT;
  self->called = NEVER;
  return self;
}

void
mgr_owner_watch_free (MgrOwnerWatch *self)
{
  g_clear_pointer (&self->response, response_unref);
  g_clear_pointer (&self->answered, g_atomic_rc_box_release);
  g_main_context_unref (self->owner);
  g_object_unref (self->clock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
mgr_owner_watch_set_func (MgrOwnerWatch       *self,
                          MgrOwnerBlockedFunc  func,
                          gpointer             user_data,
                          GDestroyNotify       destroy)
{
  Response *response = NULL;
  Response *old;

  if (func != NULL)
    {
      response = g_atomic_rc_box_new0 (Response);
      response->func = func;
      response->user_data = user_data;
      response->destroy = destroy;
    }

  g_mutex_lock (&self->lock);
  old = self->response;
  self->response = response;
  g_mutex_unlock (&self->lock);

  if (old != NULL)
    response_unref (old);
}

void
mgr_owner_watch_set_limit (MgrOwnerWatch *self,
                           gint64         limit)
{
  g_mutex_lock (&self->lock);
  self->limit = limit;
  g_mutex_unlock (&self->lock);
}

static void
ping_cb (gpointer object,
         gpointer user_data)
{
  g_atomic_int_set ((int *) user_data, TRUE);
}

/* With the lock held. The ping has nothing but its box: a context that is never
 * iterated again must not keep itself alive through it. */
static void
owner_watch_ping (MgrOwnerWatch *self,
                  gpointer       object)
{
  g_clear_pointer (&self->answered, g_atomic_rc_box_release);
  self->answered = g_atomic_rc_box_new0 (int);
  mgr_owner_context_post (self->owner, object, ping_cb,
                          g_atomic_rc_box_acquire (self->answered), g_atomic_rc_box_release);

  /* Only now, in case this thread was held up itself. */
  self->posted = mgr_clock_get_time (self->clock);
}

/* With the lock held. */
static gboolean
owner_watch_is_due (MgrOwnerWatch *self,
                    gint64         now)
{
  return self->response != NULL && now - self->posted > self->limit
         && (self->called == NEVER || now - self->called >= self->limit);
}

/* Returns: (transfer full) (nullable): the response, if it is time for it. */
static Response *
owner_watch_check (MgrOwnerWatch *self,
                   gpointer       object,
                   gint64         now,
                   gint64        *blocked_for)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->answered == NULL || g_atomic_int_get (self->answered))
    {
      owner_watch_ping (self, object);
      return NULL;
    }

  if (!owner_watch_is_due (self, now))
    return NULL;

  self->called = now;
  *blocked_for = now - self->posted;
  return g_atomic_rc_box_acquire (self->response);
}

void
mgr_owner_watch_look (MgrOwnerWatch *self,
                      gpointer       object,
                      gboolean       matters)
{
  gint64 now = mgr_clock_get_time (self->clock);
  gint64 blocked_for = 0;
  Response *response;

  response = matters ? owner_watch_check (self, object, now, &blocked_for) : NULL;
  if (response == NULL)
    return;

  response->func (blocked_for, response->user_data);
  response_unref (response);
}
