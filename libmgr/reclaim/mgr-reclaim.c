/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaim-private.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-resource-private.h"

typedef enum
{
  CALL_WAITING,
  CALL_RUNNING,
  CALL_DONE,
  CALL_WITHDRAWN,
} CallState;

/* Shared by the thread that asks and the one that answers; the last of the two
 * frees it. */
typedef struct
{
  gatomicrefcount ref_count;
  guint64 target;
  MgrCleanupFlags flags;

  GMutex lock;
  GCond changed;
  CallState state; /* guarded by lock */
  guint64 freed;   /* guarded by lock */
} ReclaimCall;

/* How many handlers of `reclaim` this thread is inside of. */
static GPrivate reclaim_depth;

gboolean
mgr_reclaim_in_progress (void)
{
  return GPOINTER_TO_UINT (g_private_get (&reclaim_depth)) > 0;
}

static guint64
reclaim_here (MgrResource *resource,
              guint64      target,
              MgrCleanupFlags flags)
{
  guint depth = GPOINTER_TO_UINT (g_private_get (&reclaim_depth));
  guint64 freed;

  g_private_set (&reclaim_depth, GUINT_TO_POINTER (depth + 1));
  freed = mgr_resource_reclaim (resource, target, flags);
  g_private_set (&reclaim_depth, GUINT_TO_POINTER (depth));

  return freed;
}

static ReclaimCall *
reclaim_call_new (guint64  target,
                  MgrCleanupFlags flags)
{
  ReclaimCall *call = g_new0 (ReclaimCall, 1);

  g_atomic_ref_count_init (&call->ref_count);
  g_mutex_init (&call->lock);
  g_cond_init (&call->changed);
  call->target = target;
  call->flags = flags;
  return call;
}

static ReclaimCall *
reclaim_call_ref (ReclaimCall *call)
{
  g_atomic_ref_count_inc (&call->ref_count);
  return call;
}

static void
reclaim_call_unref (ReclaimCall *call)
{
  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;

  g_cond_clear (&call->changed);
  g_mutex_clear (&call->lock);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReclaimCall, reclaim_call_unref)

static gboolean
reclaim_call_begin (ReclaimCall *call)
{
  gboolean wanted;

  g_mutex_lock (&call->lock);
  wanted = call->state == CALL_WAITING;
  if (wanted)
    call->state = CALL_RUNNING;
  g_mutex_unlock (&call->lock);

  return wanted;
}

static void
reclaim_call_finish (ReclaimCall *call,
                     guint64      freed)
{
  g_mutex_lock (&call->lock);
  call->state = CALL_DONE;
  call->freed = freed;
  g_cond_signal (&call->changed);
  g_mutex_unlock (&call->lock);
}

static void
reclaim_call_cb (gpointer object,
                 gpointer user_data)
{
  ReclaimCall *call = user_data;

  if (reclaim_call_begin (call))
    reclaim_call_finish (call, reclaim_here (MGR_RESOURCE (object), call->target, call->flags));
}

/* Also comes where the owner's context goes away without having run the call. */
static void
reclaim_call_dropped_cb (gpointer user_data)
{
  ReclaimCall *call = user_data;

  if (reclaim_call_begin (call))
    reclaim_call_finish (call, 0);
  reclaim_call_unref (call);
}

static guint64
reclaim_call_wait (ReclaimCall *call,
                   gint64       timeout)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  guint64 freed;

  g_mutex_lock (&call->lock);
  while (call->state != CALL_DONE
         && g_cond_wait_until (&call->changed, &call->lock, deadline))
    continue;
  if (call->state == CALL_WAITING)
    call->state = CALL_WITHDRAWN;
  freed = call->state == CALL_DONE ? call->freed : 0;
  g_mutex_unlock (&call->lock);

  return freed;
}

guint64
mgr_reclaim_call (MgrResource *resource,
                  guint64      target,
                  MgrCleanupFlags flags,
                  gint64       timeout)
{
  g_autoptr (ReclaimCall) call = NULL;

  if (mgr_resource_is_owner (resource))
    return reclaim_here (resource, target, flags);

  call = reclaim_call_new (target, flags);
  mgr_owner_context_post (mgr_resource_get_context (resource), resource,
                          reclaim_call_cb, reclaim_call_ref (call), reclaim_call_dropped_cb);
  return reclaim_call_wait (call, timeout);
}
