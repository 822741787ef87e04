/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "pressure/mgr-memory-limits-private.h"

/* Of the memory found, 5 % stay free for what nobody charges. */
#define DEFAULT_SHARE 0.95

static void
follow_limit_cb (gpointer root,
                 guint64  limit)
{
  mgr_component_follow_limit (root, limit);
}

/* Code over configuration, and a size over a share. Returns 0 for a share. */
static guint64
manager_choose_budget (MgrManager *self,
                       double     *out_share)
{
  double configured_share = mgr_config_get_share (self->config, "total-budget");

  *out_share = 0;
  if (self->requested_budget > 0)
    return self->requested_budget;

  *out_share = self->requested_share;
  if (*out_share > 0)
    return 0;

  *out_share = configured_share > 0 ? configured_share : DEFAULT_SHARE;
  return mgr_config_get_size (self->config, "total-budget");
}

void
mgr_manager_set_up_budget (MgrManager *self)
{
  double share = 0;
  guint64 budget = manager_choose_budget (self, &share);

  self->limits = mgr_memory_limits_new (self->proc_path, self->cgroup_path);
  self->ledger = mgr_ledger_new (self->clock, budget);
  self->root = g_object_ref (self->ledger->root);

  self->root->share = budget > 0 ? 0 : share;
  mgr_component_follow_limit (self->root, mgr_memory_limits_get_limit (self->limits));
  mgr_memory_limits_set_follower (self->limits, G_OBJECT (self->root), follow_limit_cb);
}

/**
 * mgr_manager_get_total_budget:
 * @self: a manager
 *
 * Gets what all components together may use.
 *
 * Returns: the budget in bytes; 0 where no limit was given or found
 *
 * Since: 1.0
 */
guint64
mgr_manager_get_total_budget (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_component_get_budget (self->root);
}

/**
 * mgr_manager_set_total_budget:
 * @self: a manager
 * @total_budget: bytes, 1 at least
 * @error: return location for a #GError
 *
 * Sets what all components together may use, whatever the limits of the process
 * become. It fails as mgr_component_set_budget() does; budgets that are shares follow.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_set_total_budget (MgrManager  *self,
                              guint64      total_budget,
                              GError     **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_component_set_budget (self->root, total_budget, error);
}

/**
 * mgr_manager_get_total_budget_share:
 * @self: a manager
 *
 * Gets #MgrManager:total-budget-share.
 *
 * Returns: the share of the limits of the process, above 0 to 1; 0 where the total
 *    budget is a number of bytes
 *
 * Since: 1.0
 */
double
mgr_manager_get_total_budget_share (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_component_get_budget_share (self->root);
}

/**
 * mgr_manager_set_total_budget_share:
 * @self: a manager
 * @share: a ratio above 0, up to 1
 * @error: return location for a #GError
 *
 * Makes what all components together may use a share of what the process may have,
 * and has it follow when that changes; see #MgrManager:total-budget-share. A share
 * out of range is %MGR_ERROR_INVALID_ARGUMENT, one of less than what is in use now is
 * %MGR_ERROR_NO_BUDGET, and where no limit is known it is %MGR_ERROR_NOT_AVAILABLE;
 * all of them change nothing.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_set_total_budget_share (MgrManager  *self,
                                    double       share,
                                    GError     **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!(share > 0 && share <= 1))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A total budget of %g of the limit: it must be above 0 and at most 1", share);
      return FALSE;
    }

  if (!mgr_memory_limits_refresh (self->limits, error))
    return FALSE;

  return mgr_component_change_budget (self->root, mgr_memory_limits_get_limit (self->limits),
                                      share, FALSE, error);
}
