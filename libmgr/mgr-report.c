/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-report-private.h"

/**
 * SECTION:mgr-report
 * @title: MgrReport
 * @short_description: what a manager knows, at one moment
 *
 * A report does not change. Its figures have the same names here, on D-Bus and
 * in JSON.
 */

/**
 * MgrReport:
 *
 * The state of a manager, from mgr_manager_get_report().
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrReport, mgr_report, mgr_report_ref, mgr_report_unref)

static void
report_component_clear (gpointer data)
{
  MgrReportComponent *component = data;

  g_free (component->path);
}

static void
report_object_clear (gpointer data)
{
  MgrReportObject *object = data;

  g_free (object->name);
  g_free (object->component);
}

static void
report_pool_clear (gpointer data)
{
  MgrReportPool *pool = data;

  g_free (pool->name);
  g_free (pool->kind);
  g_free (pool->component);
  mgr_pool_statistics_unref (pool->statistics);
}

static void
report_cache_clear (gpointer data)
{
  MgrReportCache *cache = data;

  g_free (cache->name);
  g_free (cache->component);
  mgr_cache_statistics_unref (cache->statistics);
}

MgrReport *
mgr_report_new (void)
{
  MgrReport *self = g_new0 (MgrReport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->components = g_array_new (FALSE, TRUE, sizeof (MgrReportComponent));
  g_array_set_clear_func (self->components, report_component_clear);
  self->holders = g_array_new (FALSE, TRUE, sizeof (MgrReportHolders));
  self->largest = g_array_new (FALSE, TRUE, sizeof (MgrReportObject));
  g_array_set_clear_func (self->largest, report_object_clear);
  self->pools = g_array_new (FALSE, TRUE, sizeof (MgrReportPool));
  g_array_set_clear_func (self->pools, report_pool_clear);
  self->caches = g_array_new (FALSE, TRUE, sizeof (MgrReportCache));
  g_array_set_clear_func (self->caches, report_cache_clear);
  self->models = mgr_report_models_new ();
  return self;
}

/**
 * mgr_report_ref:
 * @self: a report
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrReport *
mgr_report_ref (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_report_unref:
 * @self: (transfer full): a report
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_report_unref (MgrReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->last_cleanup, mgr_cleanup_report_unref);
  g_free (self->limits.explanation);
  g_array_unref (self->models);
  g_array_unref (self->caches);
  g_array_unref (self->pools);
  g_array_unref (self->largest);
  g_array_unref (self->holders);
  g_array_unref (self->components);
  g_free (self);
}

/**
 * mgr_report_get_level:
 * @self: a report
 *
 * Gets how short memory is.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_report_get_level (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_LEVEL_NORMAL);

  return self->level;
}

/**
 * mgr_report_get_status:
 * @self: a report
 *
 * Gets how short memory is, in three words. May be called from any thread.
 *
 * Returns: the status that goes with mgr_report_get_level()
 *
 * Since: 1.0
 */
MgrMemoryStatus
mgr_report_get_status (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_MEMORY_STATUS_NORMAL);

  switch (self->level)
    {
    case MGR_PRESSURE_LEVEL_CRITICAL:
    case MGR_PRESSURE_LEVEL_EMERGENCY:
      return MGR_MEMORY_STATUS_CRITICAL;
    case MGR_PRESSURE_LEVEL_MEDIUM:
    case MGR_PRESSURE_LEVEL_HIGH:
      return MGR_MEMORY_STATUS_WARNING;
    case MGR_PRESSURE_LEVEL_NORMAL:
    case MGR_PRESSURE_LEVEL_LOW:
    default:
      return MGR_MEMORY_STATUS_NORMAL;
    }
}

/**
 * mgr_report_get_budget:
 * @self: a report
 *
 * Gets what all components together may use.
 *
 * Returns: the total budget in bytes; 0 for none
 *
 * Since: 1.0
 */
guint64
mgr_report_get_budget (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->budget;
}

/**
 * mgr_report_get_used:
 * @self: a report
 *
 * Gets what all components together have in use.
 *
 * Returns: the use in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_used (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used;
}

/**
 * mgr_report_get_peak:
 * @self: a report
 *
 * Gets the most that was in use at one time.
 *
 * Returns: the peak in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_peak (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->peak;
}

/**
 * mgr_report_get_process:
 * @self: a report
 *
 * Gets the anonymous memory of the process, charged or not: resident and swapped.
 *
 * Returns: the memory in bytes; 0 where the kernel does not tell
 *
 * Since: 1.0
 */
guint64
mgr_report_get_process (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->process;
}

/**
 * mgr_report_get_unmanaged:
 * @self: a report
 *
 * Gets what of the process nobody has charged: mgr_report_get_process() less
 * mgr_report_get_used(). It is negative where charges are for memory that is not
 * touched yet, or not the process's own. May be called from any thread.
 *
 * Returns: the difference in bytes; 0 where the kernel does not tell
 *
 * Since: 1.0
 */
gint64
mgr_report_get_unmanaged (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->process > 0 ? (gint64) (self->process - self->used) : 0;
}

/**
 * mgr_report_get_limit:
 * @self: a report
 *
 * Gets the memory that the process may have, see #MgrMemoryLimits:limit. May be called
 * from any thread.
 *
 * Returns: bytes, or 0 if nothing is known
 *
 * Since: 1.0
 */
guint64
mgr_report_get_limit (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limits.limit;
}

/**
 * mgr_report_get_soft_limit:
 * @self: a report
 *
 * Gets where the kernel begins to slow the process down, see
 * #MgrMemoryLimits:soft-limit. May be called from any thread.
 *
 * Returns: bytes, or 0 if there is none
 *
 * Since: 1.0
 */
guint64
mgr_report_get_soft_limit (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limits.soft_limit;
}

/**
 * mgr_report_get_headroom:
 * @self: a report
 *
 * Gets how much more the process could have, see #MgrMemoryLimits:headroom. May be
 * called from any thread.
 *
 * Returns: bytes; they mean something only where mgr_report_get_limit() is not 0
 *
 * Since: 1.0
 */
guint64
mgr_report_get_headroom (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limits.headroom;
}

/**
 * mgr_report_get_swap:
 * @self: a report
 *
 * Gets how much of it could be swapped out, see #MgrMemoryLimits:swap. May be called
 * from any thread.
 *
 * Returns: bytes; 0 where there is no swap space, or none is allowed
 *
 * Since: 1.0
 */
guint64
mgr_report_get_swap (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->limits.swap;
}

/**
 * mgr_report_get_allocations:
 * @self: a report
 *
 * Gets how many allocations are held.
 *
 * Returns: the number of allocations
 *
 * Since: 1.0
 */
guint64
mgr_report_get_allocations (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->allocations;
}

/**
 * mgr_report_get_refused:
 * @self: a report
 *
 * Gets how many requests were refused.
 *
 * Returns: the number of refusals
 *
 * Since: 1.0
 */
guint64
mgr_report_get_refused (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->refused;
}

/**
 * mgr_report_get_cleanups:
 * @self: a report
 *
 * Gets how many cleanups there were.
 *
 * Returns: the number of cleanups
 *
 * Since: 1.0
 */
guint64
mgr_report_get_cleanups (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->cleanups;
}

/**
 * mgr_report_get_claimed:
 * @self: a report
 *
 * Gets what the resources said they freed in all cleanups, each no more than it held
 * then. May be called from any thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_claimed (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->claimed;
}

/**
 * mgr_report_get_ledger:
 * @self: a report
 *
 * Gets what was taken off the budgets in all cleanups. May be called from any thread.
 *
 * Returns: the sum in bytes; negative where more was charged meanwhile
 *
 * Since: 1.0
 */
gint64
mgr_report_get_ledger (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->ledger;
}

/**
 * mgr_report_get_returned:
 * @self: a report
 *
 * Gets what all cleanups really gave back to the system, by measure.
 *
 * Returns: the sum in bytes; negative where the process grew meanwhile
 *
 * Since: 1.0
 */
gint64
mgr_report_get_returned (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

/**
 * mgr_report_get_last_cleanup:
 * @self: a report
 *
 * Gets what the cleanup did that ended last. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): its report, or %NULL if there was none
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_report_get_last_cleanup (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->last_cleanup;
}
