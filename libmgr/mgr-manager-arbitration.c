/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "mgr-enum-types.h"
#include "ledger/mgr-refusal-private.h"
#include "mgr-arbiter-words-private.h"
#include "mgr-manager-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* What was made free for one request may be taken by another thread before it is
 * charged; then others are asked once more, but not for ever. */
#define ATTEMPTS 3

typedef enum
{
  PROP_ARBITRATION = MGR_MANAGER_ARBITRATION_PROPERTIES,
  PROP_ARBITRATION_DEADLINE,
} ArbitrationProperty;

void
mgr_manager_install_arbitration (MgrManagerClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrManager:arbitration:
   *
   * Which requests that do not fit ask resources to give way.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    G_OBJECT_CLASS (klass), PROP_ARBITRATION,
    g_param_spec_enum ("arbitration", NULL, NULL, MGR_TYPE_ARBITRATION,
                       MGR_ARBITRATION_WAITING, flags));

  /**
   * MgrManager:arbitration-deadline:
   *
   * How long one request may go on asking, in microseconds, 5 s at most; 0 turns
   * arbitration off.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    G_OBJECT_CLASS (klass), PROP_ARBITRATION_DEADLINE,
    g_param_spec_int64 ("arbitration-deadline", NULL, NULL, 0, MGR_ARBITER_DEADLINE_MAX,
                        MGR_ARBITER_DEADLINE_MAX, flags));
}

gboolean
mgr_manager_get_arbitration_property (MgrManager *self,
                                      guint       property_id,
                                      GValue     *value)
{
  switch ((ArbitrationProperty) property_id)
    {
    case PROP_ARBITRATION:
      g_value_set_enum (value, mgr_manager_get_arbitration (self));
      return TRUE;
    case PROP_ARBITRATION_DEADLINE:
      g_value_set_int64 (value, mgr_manager_get_arbitration_deadline (self));
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
mgr_manager_set_arbitration_property (MgrManager   *self,
                                      guint         property_id,
                                      const GValue *value)
{
  switch ((ArbitrationProperty) property_id)
    {
    case PROP_ARBITRATION:
      mgr_manager_set_arbitration (self, g_value_get_enum (value));
      return TRUE;
    case PROP_ARBITRATION_DEADLINE:
      mgr_manager_set_arbitration_deadline (self, g_value_get_int64 (value));
      return TRUE;
    default:
      return FALSE;
    }
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, user_data);
}

/**
 * mgr_manager_get_arbitration:
 * @self: a manager
 *
 * Gets which requests that do not fit ask resources to give way. May be called from any
 * thread.
 *
 * Returns: which requests do
 *
 * Since: 1.0
 */
MgrArbitration
mgr_manager_get_arbitration (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), MGR_ARBITRATION_NEVER);

  return mgr_arbiter_get_mode (self->arbiter);
}

/**
 * mgr_manager_set_arbitration:
 * @self: a manager
 * @arbitration: which requests do
 *
 * Sets which requests for memory that do not fit ask resources to give way.
 *
 * Such a request asks resources that have a #MgrResource:component and are
 * %MGR_SAFETY_SAFE: first those of its own component and below it, then those of others,
 * each in the order of a cleanup, see #MgrCleaner. Others keep what is guaranteed to them.
 * Nothing is asked of components of a higher priority, and of one of the same priority
 * that has charged anything lately only what it has above its fair share, unless the
 * request stays within the requester's: the fair share is the budget in question, divided
 * among the components that have charged it within the last 30 s. If all of them together
 * hold too little, none is asked.
 *
 * Only charges that are really released count. Where they do not suffice the request fails
 * with nothing charged; what was released is there for others, and those who wait are
 * served.
 *
 * %MGR_ARBITRATION_WAITING is the default: who calls mgr_manager_allocate() may hold locks
 * of his own, which a handler may want too. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manager_set_arbitration (MgrManager     *self,
                             MgrArbitration  arbitration)
{
  g_return_if_fail (MGR_IS_MANAGER (self));
  g_return_if_fail ((guint) arbitration <= MGR_ARBITRATION_ALWAYS);

  if (mgr_arbiter_set_mode (self->arbiter, arbitration))
    mgr_owner_context_post (self->context, self, notify_cb, (gpointer) "arbitration", NULL);
}

/**
 * mgr_manager_get_arbitration_deadline:
 * @self: a manager
 *
 * Gets how long one request may go on asking. May be called from any thread.
 *
 * Returns: the time in microseconds; 0: no request asks
 *
 * Since: 1.0
 */
gint64
mgr_manager_get_arbitration_deadline (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_arbiter_get_deadline (self->arbiter);
}

/**
 * mgr_manager_set_arbitration_deadline:
 * @self: a manager
 * @deadline: microseconds, 5 s at most; 0 turns arbitration off
 *
 * Sets how long one request may go on asking, and wait for others that do. The default
 * is 5 s. A request that does not wait, made inside a main loop, has 50 ms at most; the
 * owner of one resource, where that is another thread, a quarter of the whole. A handler
 * that runs in the thread of the request cannot be interrupted. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_manager_set_arbitration_deadline (MgrManager *self,
                                      gint64      deadline)
{
  g_return_if_fail (MGR_IS_MANAGER (self));
  g_return_if_fail (deadline >= 0 && deadline <= MGR_ARBITER_DEADLINE_MAX);

  if (mgr_arbiter_set_deadline (self->arbiter, deadline))
    mgr_owner_context_post (self->context, self, notify_cb,
                            (gpointer) "arbitration-deadline", NULL);
}

/* What the refusal does not know: what became of asking others. */
static void
explain_outcome (GError                  **error,
                 MgrComponent             *component,
                 const MgrArbiterOutcome  *outcome)
{
  g_autofree char *released = mgr_size_format (outcome->released);
  g_autofree char *reason = mgr_arbiter_outcome_describe (outcome);
  g_autofree char *help = mgr_arbiter_outcome_suggest (outcome, component);
  g_autofree char *message = NULL;

  message = g_strdup_printf ("%s. Resources asked to make room: %u; released meanwhile: %s; it "
                             "ended because %s%s%s", (*error)->message, outcome->asked, released,
                             reason, help != NULL ? ". What would help: " : "",
                             help != NULL ? help : "");
  g_free ((*error)->message);
  (*error)->message = g_steal_pointer (&message);
}

static gboolean
fail_nested (MgrComponent  *component,
             GError       **error)
{
  g_autofree char *refusal = g_strdup ((*error)->message);

  g_clear_error (error);
  g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
               "A reclaim handler asked for memory of “%s” that only others could free: it "
               "would wait for itself. Ask after the handler has returned (%s)",
               mgr_component_get_path (component), refusal);
  return FALSE;
}

/* @error is why it did not fit, and says more afterwards. */
static gboolean
make_room (MgrManager         *self,
           MgrComponent       *component,
           guint64             size,
           MgrArbiterOutcome  *outcome,
           GError            **error)
{
  if (!g_error_matches (*error, MGR_ERROR, MGR_ERROR_NO_BUDGET)
      || !mgr_arbiter_serves (self->arbiter, MGR_ARBITRATION_ALWAYS))
    return FALSE;
  if (mgr_reclaim_in_progress ())
    return fail_nested (component, error);
  if (mgr_arbiter_make_room (self->arbiter, component, size, outcome))
    return TRUE;

  explain_outcome (error, component, outcome);
  return FALSE;
}

MgrAllocation *
mgr_manager_allocate_arbitrated (MgrManager         *self,
                                 MgrComponent       *component,
                                 MgrRequest         *request,
                                 MgrArbiterOutcome  *outcome,
                                 GError            **error)
{
  g_autoptr (MgrManager) keep_alive = g_object_ref (self);
  MgrAllocation *allocation = NULL;

  for (guint i = 0; allocation == NULL && i < ATTEMPTS; i++)
    {
      g_autoptr (GError) refusal = NULL;
      gboolean last = i + 1 == ATTEMPTS;

      allocation = mgr_allocation_new (component, request, &refusal);
      if (allocation == NULL
          && (last || !make_room (self, component, request->size, outcome, &refusal)))
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return NULL;
        }
      if (allocation == NULL)
        mgr_refusal_take_back (component);
    }

  return allocation;
}
