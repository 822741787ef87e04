/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-holders-private.h"
#include "ledger/mgr-refusal-private.h"
#include "ledger/mgr-waiter-private.h"

/* A component whose budget changed, and how far it is over it. */
typedef struct
{
  MgrComponent *component; /* (owned) */
  guint64 excess;
} BudgetChange;

static void budget_apply (MgrComponent *self,
                          guint64       limit,
                          GArray       *changes);

static void
budget_change_emit_cb (gpointer object,
                       gpointer user_data)
{
  guint64 *excess = user_data;

  mgr_component_notify_budget (object);
  if (*excess > 0)
    mgr_component_emit_over_budget (object, *excess);
}

static void
budget_changes_post (GArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      BudgetChange *change = &g_array_index (changes, BudgetChange, i);

      mgr_owner_context_post (change->component->ledger->context, change->component,
                              budget_change_emit_cb,
                              g_memdup2 (&change->excess, sizeof change->excess), g_free);
      g_object_unref (change->component);
    }
}

/* With the tree_lock held: budgets below that are shares of this level's, also
 * through levels that have no budget of their own. */
static void
budget_follow (MgrComponent *self,
               GArray       *changes)
{
  for (guint i = 0; i < self->children->len; i++)
    {
      MgrComponent *child = g_ptr_array_index (self->children, i);

      if (child->share > 0)
        budget_apply (child, mgr_component_share_of (self, child->share), changes);
      else if (child->limit == MGR_BUDGET_NONE)
        budget_follow (child, changes);
    }
}

/* With the tree_lock held. */
static void
budget_apply (MgrComponent *self,
              guint64       limit,
              GArray       *changes)
{
  BudgetChange change = { g_object_ref (self), 0 };

  self->limit = limit;
  if (self->claimed > limit)
    change.excess = self->claimed - limit;
  g_array_append_val (changes, change);

  budget_follow (self, changes);
}

guint64
mgr_component_share_of (MgrComponent *parent,
                        double        share)
{
  MgrComponent *level = parent;

  while (level != NULL && level->limit == MGR_BUDGET_NONE)
    level = level->parent;

  if (level == NULL)
    return MGR_BUDGET_NONE;

  return MAX ((guint64) ((double) level->limit * share), 1);
}

/* What the root may use where its budget is a share of @limit. */
static guint64
share_of_limit (guint64 limit,
                double  share)
{
  return limit > 0 ? MAX ((guint64) ((double) limit * share), 1) : MGR_BUDGET_NONE;
}

/* With the tree_lock held. */
static gboolean
budget_check (MgrComponent  *self,
              guint64        limit,
              GError       **error)
{
  g_autofree char *wanted = mgr_size_format (limit);
  g_autofree char *used = mgr_size_format (self->claimed);
  g_autofree char *reserved = mgr_size_format (self->committed - self->claimed);
  g_autofree char *holders = NULL;

  if (self->committed <= limit)
    return TRUE;

  holders = mgr_holders_describe (self);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
               "A budget of %s for “%s” is less than the %s in use and the %s guaranteed below it. "
               "Largest holders: %s. Release some first; the budget stays as it was",
               wanted, mgr_component_display_path (self), used, reserved, holders);
  return FALSE;
}

gboolean
mgr_component_change_budget (MgrComponent  *self,
                             guint64        limit,
                             double         share,
                             gboolean       forced,
                             GError       **error)
{
  MgrLedger *ledger = self->ledger;
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (BudgetChange));
  gboolean allowed = FALSE;

  g_mutex_lock (&ledger->tree_lock);
  if (self->detached)
    {
      mgr_refusal_set_detached (self, error);
    }
  else
    {
      mgr_charge_drain (ledger);
      if (share > 0)
        limit = self->parent != NULL ? mgr_component_share_of (self->parent, share)
                                     : share_of_limit (limit, share);
      allowed = forced || budget_check (self, limit, error);
    }
  if (allowed)
    {
      self->share = share;
      budget_apply (self, limit, changes);
    }
  g_mutex_unlock (&ledger->tree_lock);

  budget_changes_post (changes);
  if (allowed && g_atomic_int_get (&ledger->n_waiters) > 0)
    mgr_waiters_serve (ledger);
  return allowed;
}

void
mgr_component_follow_limit (MgrComponent *self,
                            guint64       limit)
{
  MgrLedger *ledger = self->ledger;
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (BudgetChange));

  g_mutex_lock (&ledger->tree_lock);
  if (!self->detached && self->share > 0 && self->limit != share_of_limit (limit, self->share))
    {
      mgr_charge_drain (ledger);
      budget_apply (self, share_of_limit (limit, self->share), changes);
    }
  g_mutex_unlock (&ledger->tree_lock);

  budget_changes_post (changes);
  if (changes->len > 0 && g_atomic_int_get (&ledger->n_waiters) > 0)
    mgr_waiters_serve (ledger);
}

/**
 * mgr_component_set_budget:
 * @self: a component
 * @budget: bytes; 0 to be limited by the levels above alone
 * @error: return location for a #GError
 *
 * Sets the budget, also while it is in use. Less than what is in use, or is
 * guaranteed to the components below, is %MGR_ERROR_NO_BUDGET and changes
 * nothing. Budgets below that are shares follow. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_component_set_budget (MgrComponent  *self,
                          guint64        budget,
                          GError       **error)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_component_change_budget (self, budget > 0 ? budget : MGR_BUDGET_NONE, 0, FALSE, error);
}

/**
 * mgr_component_set_budget_share:
 * @self: a component
 * @share: a ratio above 0, up to 1
 * @error: return location for a #GError
 *
 * Makes the budget a share of the parent's, or of the next one above that has a
 * budget. It follows when that changes, even below what is in use: then
 * #MgrComponent::over-budget is emitted and new charges are refused. A share out
 * of range is %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_component_set_budget_share (MgrComponent  *self,
                                double         share,
                                GError       **error)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!(share > 0 && share <= 1) || self->parent == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   self->parent == NULL
                     ? "A share of %g for “%s”, which has no parent: set its budget in bytes"
                     : "A share of %g for “%s”: it must be above 0 and at most 1",
                   share, mgr_component_display_path (self));
      return FALSE;
    }

  return mgr_component_change_budget (self, 0, share, FALSE, error);
}

/* With the tree_lock held. Levels above see the larger of what is committed and
 * what is guaranteed. */
static gboolean
guarantee_apply (MgrComponent  *self,
                 guint64        guaranteed,
                 GError       **error)
{
  guint64 before = MAX (self->committed, self->guaranteed);
  guint64 after = MAX (self->committed, guaranteed);
  MgrComponent *obstacle = NULL;

  if (after > before)
    obstacle = mgr_charge_commit (self->parent, after - before);
  else
    mgr_charge_uncommit (self->parent, before - after);

  if (obstacle != NULL)
    {
      g_autofree char *wanted = mgr_size_format (guaranteed);
      g_autofree char *room = mgr_size_format (obstacle->limit - MIN (obstacle->committed, obstacle->limit));

      g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
                   "A guarantee of %s for “%s” does not fit: “%s” has only %s that is neither "
                   "used nor guaranteed. Lower it, or raise that budget",
                   wanted, mgr_component_display_path (self),
                   mgr_component_display_path (obstacle), room);
      return FALSE;
    }

  self->guaranteed = guaranteed;
  return TRUE;
}

/**
 * mgr_component_set_guaranteed:
 * @self: a component
 * @guaranteed: bytes; 0 for none
 * @error: return location for a #GError
 *
 * Makes others leave that much for this component, whether it uses it or not.
 * What the levels above cannot guarantee is %MGR_ERROR_NO_BUDGET, more than the
 * component's own budget is %MGR_ERROR_INVALID_ARGUMENT; both change nothing.
 * May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_component_set_guaranteed (MgrComponent  *self,
                              guint64        guaranteed,
                              GError       **error)
{
  MgrLedger *ledger;
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (BudgetChange));
  gboolean done = FALSE;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  ledger = self->ledger;
  g_mutex_lock (&ledger->tree_lock);
  if (self->detached)
    {
      mgr_refusal_set_detached (self, error);
    }
  else if (guaranteed > self->limit)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A guarantee of %" G_GUINT64_FORMAT " bytes for “%s” exceeds its own budget of "
                   "%" G_GUINT64_FORMAT " bytes: raise the budget first",
                   guaranteed, mgr_component_display_path (self), self->limit);
    }
  else
    {
      BudgetChange change = { g_object_ref (self), 0 };

      mgr_charge_drain (ledger);
      done = guarantee_apply (self, guaranteed, error);
      g_array_append_val (changes, change);
    }
  g_mutex_unlock (&ledger->tree_lock);

  budget_changes_post (changes);
  if (done && g_atomic_int_get (&ledger->n_waiters) > 0)
    mgr_waiters_serve (ledger);
  return done;
}
