/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "base/mgr-size.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-reclaim-record-private.h"
#include "reclaim/mgr-resource-private.h"

static gboolean
resource_allows_locked (MgrResource     *self,
                        MgrCleanupFlags  flags)
{
  return mgr_cleanup_flags_allow (flags, self->safety, self->safety_set);
}

gboolean
mgr_resource_allows (MgrResource     *self,
                     MgrCleanupFlags  flags)
{
  gboolean allows;

  g_mutex_lock (&self->lock);
  allows = resource_allows_locked (self, flags);
  g_mutex_unlock (&self->lock);

  return allows;
}

void
mgr_resource_classify (MgrResource *self,
                       MgrSafety    safety)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = !self->safety_set && self->safety != safety;
  if (changed)
    self->safety = safety;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SAFETY);
}

gboolean
mgr_resource_can_reclaim (MgrResource *self)
{
  return self->reclaimer != NULL || mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_RECLAIM);
}

/* What the resource was when its turn came. */
typedef struct
{
  MgrResourceHold hold;
  gboolean here;   /* in the owner's context: signals may be emitted */
  MgrSafety safety;
  guint64 size;
  guint64 size_serial;
  guint64 limit;   /* 0 where it is not over it */
} Turn;

/* The reason why it must not be asked, or %NULL. */
static const char *
turn_find_obstacle (MgrResource     *self,
                    MgrCleanupFlags  flags,
                    MgrError        *out_code)
{
  *out_code = MGR_ERROR_BUSY;
  if (!resource_allows_locked (self, flags))
    {
      *out_code = MGR_ERROR_STALE_PLAN;
      return "its safety does not allow this cleanup to touch it";
    }
  if (self->accesses > 0)
    return "it is being used: it can be cleaned once each access has ended";
  if (self->reclaiming)
    return "it is being cleaned already";

  return NULL;
}

static gboolean
turn_begin (MgrResource      *self,
            MgrCleanupFlags   flags,
            Turn             *turn,
            GError          **error)
{
  const char *obstacle;
  MgrError code;

  if (!mgr_resource_hold (self, &turn->hold))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "“%s” is not asked: the object that it belongs to is gone", self->name);
      return FALSE;
    }

  turn->here = mgr_resource_is_owner (self);

  g_mutex_lock (&self->lock);
  obstacle = turn_find_obstacle (self, flags, &code);
  if (obstacle == NULL)
    {
      self->reclaiming = TRUE;
      turn->safety = self->safety;
      turn->size = self->size;
      turn->size_serial = self->size_serial;
      turn->limit = self->size > self->limit ? self->limit : 0;
    }
  g_mutex_unlock (&self->lock);

  if (obstacle != NULL)
    g_set_error (error, MGR_ERROR, (int) code, "“%s” is kept: %s", self->name, obstacle);
  return obstacle == NULL;
}

/* What was taken: no more than there was, whatever the handlers say. */
static guint64
turn_get_taken (const Turn *turn,
                guint64     freed)
{
  return turn->size > 0 ? MIN (freed, turn->size) : freed;
}

static void
turn_end (MgrResource *self,
          const Turn  *turn,
          guint64      freed)
{
  guint64 taken = turn_get_taken (turn, freed);
  gboolean changed;

  g_mutex_lock (&self->lock);
  self->reclaiming = FALSE;
  if (freed > 0)
    {
      self->missing += MIN (taken, G_MAXUINT64 - self->missing);
      self->measured = G_MININT64;
    }
  changed = self->size_serial == turn->size_serial && self->size > 0 && freed > 0;
  if (changed)
    self->size -= MIN (self->size, freed);
  g_cond_broadcast (&self->left);
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SIZE);
}

static void
turn_clear (Turn *turn)
{
  mgr_resource_hold_clear (&turn->hold);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Turn, turn_clear)

/* What a handler says counts, unless what it stands for has failed as well. */
static void
turn_set_failure (const char  *failure,
                  GError     **error)
{
  if (failure != NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, failure);
}

static guint64
turn_ask (MgrResource              *self,
          const Turn               *turn,
          const MgrReclaimRequest  *request,
          GError                  **error)
{
  g_autofree char *failure = NULL;
  MgrResourceInside inside;
  guint64 freed = 0;
  guint64 more = 0;

  if (turn->hold.reclaimer != NULL)
    freed = mgr_reclaimer_reclaim (turn->hold.reclaimer, request->target, request->level,
                                   request->deadline, error);
  if (turn->here)
    {
      mgr_resource_inside_enter (&inside, self);
      more = mgr_resource_emit_reclaim (self, request->target);
      failure = mgr_resource_inside_leave (&inside);
      turn_set_failure (failure, error);
    }

  return freed + MIN (more, G_MAXUINT64 - freed);
}

static void
emit_reclaimed_cb (gpointer object,
                   gpointer user_data)
{
  mgr_resource_emit_reclaimed (object, user_data);
}

static char *
turn_explain (const Turn              *turn,
              const MgrReclaimRequest *request)
{
  const char *cause = request->reason != NULL ? request->reason : "asked for directly";
  g_autofree char *limit = NULL;

  if (turn->limit == 0)
    return g_strdup (cause);

  limit = mgr_size_format (turn->limit);
  return g_strdup_printf ("%s, over its limit of %s", cause, limit);
}

static void
resource_record (MgrResource             *self,
                 const MgrReclaimRequest *request,
                 const Turn              *turn,
                 guint64                  freed)
{
  g_autofree char *reason = turn_explain (turn, request);
  g_autoptr (MgrReclaimRecord) record = mgr_reclaim_record_new (self->name, reason);

  record->safety = turn->safety;
  record->size = turn_get_taken (turn, freed);
  record->time = request->time;
  record->cause = request->cause;
  record->lossy = mgr_resource_get_lossy (self);
  record->can_restore = mgr_resource_can_rebuild (self);

  if (request->records != NULL)
    mgr_record_ring_add (request->records, record);
  if (turn->here)
    mgr_resource_emit_reclaimed (self, record);
  else
    mgr_owner_context_post (self->context, self, emit_reclaimed_cb,
                            mgr_reclaim_record_ref (record),
                            (GDestroyNotify) mgr_reclaim_record_unref);
}

/* What is done in a turn: turn_ask() or turn_maintain(). */
typedef guint64 (*TurnFunc) (MgrResource              *self,
                             const Turn               *turn,
                             const MgrReclaimRequest  *request,
                             GError                  **error);

/* Says in @out_held, where there is one, what it held when it was asked. */
static guint64
resource_take_turn (MgrResource              *self,
                    TurnFunc                  func,
                    const MgrReclaimRequest  *request,
                    guint64                  *out_held,
                    GError                  **error)
{
  g_autoptr (MgrResource) keep_alive = g_object_ref (self);
  g_auto (Turn) turn = { 0 };
  guint64 freed = 0;

  if (!turn_begin (self, request->flags, &turn, error))
    return 0;

  if (out_held != NULL)
    *out_held = turn.size;
  mgr_reclaim_enter ();
  if (turn.here && mgr_resource_emit_query_veto (self, request->level))
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "“%s” is kept: its owner objects to a cleanup now", self->name);
  else
    freed = func (self, &turn, request, error);

  turn_end (self, &turn, freed);
  if (freed > 0)
    resource_record (self, request, &turn, freed);
  mgr_reclaim_leave ();

  return freed;
}

guint64
mgr_resource_reclaim (MgrResource              *self,
                      const MgrReclaimRequest  *request,
                      guint64                  *out_held,
                      GError                  **error)
{
  return resource_take_turn (self, turn_ask, request, out_held, error);
}

/* What is above the limit after @freed bytes went. */
static guint64
turn_get_excess (MgrResource *self,
                 const Turn  *turn,
                 guint64      freed)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 left = self->size;

  /* Where no handler said what is left, what went has not been taken off yet. */
  if (self->size_serial == turn->size_serial)
    left -= MIN (left, freed);

  return self->limit > 0 && left > self->limit ? left - self->limit : 0;
}

static guint64
turn_emit_maintain (MgrResource  *self,
                    GError      **error)
{
  g_autofree char *failure = NULL;
  MgrResourceInside inside;
  guint64 freed;

  mgr_resource_inside_enter (&inside, self);
  freed = mgr_resource_emit_sum (self, MGR_RESOURCE_SIGNAL_MAINTAIN);
  failure = mgr_resource_inside_leave (&inside);
  turn_set_failure (failure, error);

  return freed;
}

static guint64
turn_maintain (MgrResource              *self,
               const Turn               *turn,
               const MgrReclaimRequest  *request,
               GError                  **error)
{
  MgrReclaimRequest rest = *request;
  g_autoptr (GError) failure = NULL;
  guint64 freed = turn->here ? turn_emit_maintain (self, &failure) : 0;
  guint64 more = 0;

  rest.target = turn_get_excess (self, turn, freed);
  if (rest.target > 0)
    more = turn_ask (self, turn, &rest, failure == NULL ? &failure : NULL);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return freed + MIN (more, G_MAXUINT64 - freed);
}

guint64
mgr_resource_maintain (MgrResource              *self,
                       const MgrReclaimRequest  *request,
                       GError                  **error)
{
  if (mgr_resource_get_limit (self) > 0)
    mgr_resource_measure (self, request->time, request->deadline);

  return resource_take_turn (self, turn_maintain, request, NULL, error);
}

typedef struct
{
  MgrPressureLevel level;
  gboolean veto;
} VetoCall;

static gboolean
veto_ask (MgrResource      *self,
          MgrPressureLevel  level)
{
  g_auto (MgrResourceHold) hold = { NULL, NULL };
  gboolean veto;

  if (!mgr_resource_hold (self, &hold))
    return FALSE;

  mgr_reclaim_enter ();
  veto = mgr_resource_emit_query_veto (self, level);
  mgr_reclaim_leave ();

  return veto;
}

static void
veto_call_cb (gpointer object,
              gpointer user_data)
{
  VetoCall *call = user_data;

  call->veto = veto_ask (object, call->level);
}

gboolean
mgr_resource_query_veto (MgrResource      *self,
                         MgrPressureLevel  level,
                         gint64            deadline)
{
  g_autoptr (MgrOwnerCall) posted = NULL;
  VetoCall *call;

  /* A plan that a handler makes bothers nobody: it might ask the handler itself. */
  if (!mgr_resource_may_veto (self) || mgr_reclaim_in_progress ())
    return FALSE;
  if (mgr_resource_is_owner (self))
    return veto_ask (self, level);

  call = g_new0 (VetoCall, 1);
  call->level = level;
  posted = mgr_owner_call_post (self->context, self, veto_call_cb, call, g_free);
  if (mgr_owner_call_wait (posted, deadline))
    return call->veto;

  mgr_owner_call_withdraw (posted);
  return FALSE;
}
