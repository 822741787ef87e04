/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"

typedef enum
{
  CALL_WAITING,
  CALL_RUNNING,
  CALL_RETURNED,
  CALL_DROPPED, /* it never ran, and never will */
} CallState;

/* Shared by the thread that asks and the one that answers; the last of the two
 * frees it. */
struct _MgrOwnerCall
{
  gatomicrefcount ref_count;
  MgrOwnerFunc func;
  gpointer user_data;     /* (owned) through destroy */
  GDestroyNotify destroy; /* (nullable) */

  GMutex lock;
  GCond changed;
  CallState state; /* guarded by lock */
};

static gboolean
owner_call_move (MgrOwnerCall *call,
                 CallState     from,
                 CallState     to)
{
  gboolean moves;

  g_mutex_lock (&call->lock);
  moves = call->state == from;
  if (moves)
    call->state = to;
  g_cond_broadcast (&call->changed);
  g_mutex_unlock (&call->lock);

  return moves;
}

static void
owner_call_run_cb (gpointer object,
                   gpointer user_data)
{
  MgrOwnerCall *call = user_data;

  if (!owner_call_move (call, CALL_WAITING, CALL_RUNNING))
    return;

  call->func (object, call->user_data);
  owner_call_move (call, CALL_RUNNING, CALL_RETURNED);
}

/* Also comes where the owner's context goes away without having run the call. */
static void
owner_call_dropped_cb (gpointer user_data)
{
  owner_call_move (user_data, CALL_WAITING, CALL_DROPPED);
  mgr_owner_call_unref (user_data);
}

MgrOwnerCall *
mgr_owner_call_post (GMainContext   *context,
                     gpointer        object,
                     MgrOwnerFunc    func,
                     gpointer        user_data,
                     GDestroyNotify  destroy)
{
  MgrOwnerCall *call = g_new0 (MgrOwnerCall, 1);

  g_atomic_ref_count_init (&call->ref_count);
  g_mutex_init (&call->lock);
  g_cond_init (&call->changed);
  call->func = func;
  call->user_data = user_data;
  call->destroy = destroy;

  g_atomic_ref_count_inc (&call->ref_count);
  mgr_owner_context_post (context, object, owner_call_run_cb, call, owner_call_dropped_cb);
  return call;
}

gboolean
mgr_owner_call_wait (MgrOwnerCall *call,
                     gint64        deadline)
{
  gboolean returned;

  g_mutex_lock (&call->lock);
  while (call->state < CALL_RETURNED
         && g_cond_wait_until (&call->changed, &call->lock, deadline))
    continue;
  returned = call->state == CALL_RETURNED;
  g_mutex_unlock (&call->lock);

  return returned;
}

gboolean
mgr_owner_call_withdraw (MgrOwnerCall *call)
{
  return owner_call_move (call, CALL_WAITING, CALL_DROPPED);
}

void
mgr_owner_call_unref (MgrOwnerCall *call)
{
  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;

  if (call->destroy != NULL)
    call->destroy (call->user_data);
  g_cond_clear (&call->changed);
  g_mutex_clear (&call->lock);
  g_free (call);
}
