/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"

/* What of a pool runs in this thread, the innermost first. */
typedef struct _Inside Inside;

struct _Inside
{
  MgrObjectCore *core; /* (unowned) */
  gboolean creates;
  char *failure;       /* (owned) (nullable): why a handler gave no object */
  Inside *outer;       /* (unowned) (nullable) */
};

static GPrivate innermost;

static void
inside_enter (Inside        *self,
              MgrObjectCore *core,
              gboolean       creates)
{
  *self = (Inside) { .core = core, .creates = creates, .outer = g_private_get (&innermost) };
  g_private_set (&innermost, self);
}

static void
inside_leave (Inside *self)
{
  g_private_set (&innermost, self->outer);
  g_free (self->failure);
}

gboolean
mgr_object_core_is_inside (MgrObjectCore *core)
{
  for (Inside *inside = g_private_get (&innermost); inside != NULL; inside = inside->outer)
    {
      if (inside->core == core)
        return TRUE;
    }

  return FALSE;
}

/**
 * mgr_object_pool_fail_create:
 * @self: a pool
 * @message: why there is no object
 *
 * Says why a handler of #MgrObjectPool::create gives no object: the request that it was
 * to be made for fails with this text, and %MGR_ERROR_FAILED. To be called by the
 * handler, which then returns %NULL. An implementation of the vfunc sets an error
 * instead.
 *
 * Returns: %TRUE if a handler of @self runs in this thread; %FALSE where nothing was done
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_fail_create (MgrObjectPool *self,
                             const char    *message)
{
  Inside *inside = g_private_get (&innermost);

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  if (inside == NULL || !inside->creates || inside->core != mgr_object_pool_get_core (self))
    return FALSE;

  g_free (inside->failure);
  inside->failure = g_strdup (message);
  return TRUE;
}

static GObject *
pool_call_create (MgrObjectPool  *self,
                  GError        **error)
{
  MgrObjectCore *core = mgr_object_pool_get_core (self);
  gboolean has_handler = mgr_object_pool_has_handler (self, FALSE);
  GObject *object = NULL;
  Inside inside;

  inside_enter (&inside, core, TRUE);
  if (has_handler)
    object = mgr_object_pool_emit_create (self);
  if (object == NULL && inside.failure != NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, inside.failure);
  else if (object == NULL)
    object = MGR_OBJECT_POOL_GET_CLASS (self)->create (self, error);
  inside_leave (&inside);

  return object;
}

/* Takes @object. */
static GObject *
pool_check_created (MgrObjectPool  *self,
                    GObject        *object,
                    GError        **error)
{
  if (g_object_is_floating (object))
    g_object_ref_sink (object);

  if (g_object_replace_qdata (object, mgr_object_core_quark (), NULL,
                              mgr_object_pool_get_core (self), NULL, NULL))
    return object;

  g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
               "its “create” gave a %s that is in a pool already: it has to make a new object "
               "each time", G_OBJECT_TYPE_NAME (object));
  g_object_unref (object);
  return NULL;
}

/* Whoever wants to reset objects connects before the first is made, as a rule: here it
 * costs nothing to look. */
static void
pool_count_created (MgrObjectPool *self,
                    gint64         duration)
{
  MgrObjectCore *core = mgr_object_pool_get_core (self);

  if (mgr_object_pool_has_handler (self, TRUE))
    mgr_object_pool_set_resets (self, TRUE);

  g_mutex_lock (&core->lock);
  core->n_created++;
  core->create_time += MAX (duration, 0);
  g_mutex_unlock (&core->lock);
}

GObject *
mgr_object_pool_create_object (MgrObjectPool  *self,
                               GError        **error)
{
  MgrClock *clock = mgr_pool_get_clock (MGR_POOL (self));
  gint64 start = mgr_clock_get_time (clock);
  g_autoptr (GError) local_error = NULL;
  GObject *object;

  object = pool_call_create (self, &local_error);
  if (object != NULL)
    object = pool_check_created (self, object, &local_error);

  if (object != NULL)
    {
      pool_count_created (self, mgr_clock_get_time (clock) - start);
      return object;
    }

  if (local_error == NULL)
    g_set_error (&local_error, MGR_ERROR, MGR_ERROR_FAILED,
                 "its “create” gave none, and no reason");
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                              "Pool “%s” could not make an object: ",
                              mgr_pool_get_name (MGR_POOL (self)));
  return NULL;
}

/* Whether somebody still wants it. */
static gboolean
request_is_placed (MgrObjectRequest *request)
{
  gboolean placed;

  g_mutex_lock (&request->core->lock);
  placed = request->state == MGR_OBJECT_REQUEST_PLACED;
  g_mutex_unlock (&request->core->lock);

  return placed;
}

/* With the lock held: hands what was made to @request, if that still waits. Takes @error;
 * returns the object where it is left over. */
static GObject *
request_answer (MgrObjectRequest *request,
                GObject          *object,
                GError           *error)
{
  MgrObjectCore *core = request->core;
  MgrLease *lease = NULL;

  if (request->state != MGR_OBJECT_REQUEST_PLACED)
    {
      g_clear_error (&error);
      return object;
    }

  if (object != NULL && core->active)
    lease = mgr_object_core_lease (core, g_steal_pointer (&object));
  else if (error == NULL)
    error = mgr_object_queue_make_error (core);
  mgr_object_request_finish (mgr_object_request_ref (request), lease, error);
  return object;
}

void
mgr_object_pool_create_for (MgrObjectPool    *self,
                            MgrObjectRequest *request)
{
  MgrObjectCore *core = mgr_object_pool_get_core (self);
  GObject *object = NULL;
  GError *error = NULL;
  gboolean created;

  if (request_is_placed (request))
    object = mgr_object_pool_create_object (self, &error);
  created = object != NULL;

  g_mutex_lock (&core->lock);
  object = request_answer (request, object, error);
  if (object != NULL)
    object = mgr_object_core_give (core, object);
  else if (!created)
    mgr_object_core_abandon (core);
  mgr_object_core_unlock (core);

  if (object != NULL)
    mgr_object_core_drop (core, object);
}

static gboolean
pool_call_reset (MgrObjectPool *self,
                 GObject       *object)
{
  Inside inside;
  gboolean ready;

  inside_enter (&inside, mgr_object_pool_get_core (self), FALSE);
  /* An emission takes much longer, and has nothing to add. */
  if (mgr_object_pool_has_handler (self, TRUE))
    ready = mgr_object_pool_emit_reset (self, object);
  else
    ready = MGR_OBJECT_POOL_GET_CLASS (self)->reset (self, object);
  inside_leave (&inside);

  return ready;
}

/* The pool, if it wants the object to be reset first. */
static MgrObjectPool *
core_ref_resetting_pool (MgrObjectCore *core)
{
  MgrObjectPool *pool = NULL;

  g_mutex_lock (&core->lock);
  if (core->resets && core->active && core->pool != NULL)
    pool = g_object_ref (core->pool);
  g_mutex_unlock (&core->lock);

  return pool;
}

void
mgr_object_core_return (MgrObjectCore *core,
                        GObject       *object)
{
  g_autoptr (MgrObjectPool) pool = core_ref_resetting_pool (core);
  gboolean ready = TRUE;

  if (pool != NULL && !mgr_object_core_may_call (core))
    {
      g_mutex_lock (&core->lock);
      mgr_object_queue_post_reset (core, object);
      mgr_object_core_unlock (core);
      return;
    }

  if (pool != NULL)
    ready = pool_call_reset (pool, object);

  g_mutex_lock (&core->lock);
  if (ready)
    object = mgr_object_core_give (core, object);
  else
    mgr_object_core_abandon (core);
  mgr_object_core_unlock (core);

  if (object != NULL)
    mgr_object_core_drop (core, object);
}

void
mgr_object_pool_do_chores_cb (gpointer object,
                              gpointer user_data)
{
  MgrObjectCore *core = mgr_object_pool_get_core (object);

  g_mutex_lock (&core->lock);
  core->chores_posted = FALSE;
  g_mutex_unlock (&core->lock);

  while (mgr_object_queue_do_chore (object, core))
    continue;
}
