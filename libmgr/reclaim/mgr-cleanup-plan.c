/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-plan.h"

#include "reclaim/mgr-cleanup-plan-private.h"
#include "reclaim/mgr-cleanup-report-private.h"

/**
 * SECTION:mgr-cleanup-plan
 * @title: MgrCleanupPlan
 * @short_description: what a cleanup would do, and why
 *
 * mgr_cleaner_plan() writes down which resources would be asked, in which order and
 * for how much, and why each of the others would be left alone. mgr_cleaner_execute()
 * then does exactly that, once, or nothing.
 *
 * A plan keeps no resource alive. It never changes and may be read from any thread.
 */

/**
 * MgrCleanupPlan:
 *
 * What a cleanup would do.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCleanupPlan, mgr_cleanup_plan,
                     mgr_cleanup_plan_ref, mgr_cleanup_plan_unref)

/**
 * mgr_cleanup_plan_ref:
 * @self: a plan
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCleanupPlan *
mgr_cleanup_plan_ref (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cleanup_plan_unref:
 * @self: (transfer full): a plan
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cleanup_plan_unref (MgrCleanupPlan *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->protected);
  g_ptr_array_unref (self->kept);
  g_ptr_array_unref (self->turns);
  g_free (self);
}

/**
 * mgr_cleanup_plan_get_strategy:
 * @self: a plan
 *
 * Gets how far the cleanup goes. May be called from any thread.
 *
 * Returns: the strategy
 *
 * Since: 1.0
 */
MgrCleanupStrategy
mgr_cleanup_plan_get_strategy (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, MGR_CLEANUP_STRATEGY_LIGHT);

  return self->strategy;
}

/**
 * mgr_cleanup_plan_get_flags:
 * @self: a plan
 *
 * Gets what the cleanup may touch. May be called from any thread.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
MgrCleanupFlags
mgr_cleanup_plan_get_flags (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, MGR_CLEANUP_FLAGS_NONE);

  return self->flags;
}

/**
 * mgr_cleanup_plan_get_target:
 * @self: a plan
 *
 * Gets how much the cleanup is to free: the share of the strategy in what the
 * resources hold that may be cleaned. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_plan_get_target (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->target;
}

/**
 * mgr_cleanup_plan_get_expected:
 * @self: a plan
 *
 * Gets how much the resources of the steps hold together: what comes of the plan if
 * each frees all of it. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_plan_get_expected (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->expected;
}

/**
 * mgr_cleanup_plan_get_time:
 * @self: a plan
 *
 * Gets when the plan was made, by the clock of its cleaner. May be called from any
 * thread.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_plan_get_time (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

static GPtrArray *
steps_copy (GPtrArray *steps)
{
  GPtrArray *copy = g_ptr_array_new_full (steps->len, (GDestroyNotify) mgr_cleanup_step_unref);

  for (guint i = 0; i < steps->len; i++)
    g_ptr_array_add (copy, mgr_cleanup_step_ref (g_ptr_array_index (steps, i)));

  return copy;
}

/**
 * mgr_cleanup_plan_get_steps:
 * @self: a plan
 *
 * Gets what would be asked, in the order of the turns. May be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrCleanupStep): the steps
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cleanup_plan_get_steps (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return steps_copy (self->steps);
}

/**
 * mgr_cleanup_plan_get_protected:
 * @self: a plan
 *
 * Gets what is PROTECTED and stays, in the order of registration. May be called from
 * any thread.
 *
 * Returns: (transfer container) (element-type MgrCleanupStep): what is protected
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cleanup_plan_get_protected (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return steps_copy (self->protected);
}

/**
 * mgr_cleanup_plan_get_kept:
 * @self: a plan
 *
 * Gets what stays for another reason: first what could not be asked, in the order of
 * registration, then what needs not be asked because the target is met before its
 * turn. May be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrCleanupStep): what is kept
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cleanup_plan_get_kept (MgrCleanupPlan *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return steps_copy (self->kept);
}

/**
 * mgr_cleanup_plan_to_variant:
 * @self: a plan
 *
 * Writes the plan as a dictionary of type `a{sv}` with the keys of
 * mgr_cleanup_report_to_variant(); `dry-run` is %TRUE, `cleaned` names what would be
 * asked, and all that is measured is 0. May be called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_cleanup_plan_to_variant (MgrCleanupPlan *self)
{
  MgrCleanupReport *report;
  GVariant *variant;

  g_return_val_if_fail (self != NULL, NULL);

  report = mgr_cleanup_report_new (self, NULL);
  variant = mgr_cleanup_report_to_variant (report);
  mgr_cleanup_report_unref (report);
  return variant;
}
