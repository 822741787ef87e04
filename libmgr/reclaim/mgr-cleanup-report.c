/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-report.h"

#include "reclaim/mgr-cleanup-report-private.h"

/**
 * SECTION:mgr-cleanup-report
 * @title: MgrCleanupReport
 * @short_description: what a cleanup did, or would do
 *
 * Every registered resource is in one of three lists: cleaned, protected or kept.
 * Two figures say what came of it, and they may differ much: freed is what the
 * resources said, returned is by how much the process really shrank. Memory freed
 * in small scattered pieces stays with the process until malloc trims.
 *
 * A report never changes and may be read from any thread.
 */

/**
 * MgrCleanupReport:
 *
 * What a cleanup did, or in a dry run would do.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCleanupReport, mgr_cleanup_report,
                     mgr_cleanup_report_ref, mgr_cleanup_report_unref)

MgrCleanupReport *
mgr_cleanup_report_new (void)
{
  MgrCleanupReport *self = g_new0 (MgrCleanupReport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/**
 * mgr_cleanup_report_ref:
 * @self: a report
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleanup_report_ref (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cleanup_report_unref:
 * @self: (transfer full): a report
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cleanup_report_unref (MgrCleanupReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_strfreev (self->cleaned);
  g_strfreev (self->protected);
  g_strfreev (self->kept);
  g_free (self);
}

/**
 * mgr_cleanup_report_get_strategy:
 * @self: a report
 *
 * Gets how far the cleanup was asked to go. May be called from any thread.
 *
 * Returns: the strategy
 *
 * Since: 1.0
 */
MgrCleanupStrategy
mgr_cleanup_report_get_strategy (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_CLEANUP_STRATEGY_LIGHT);

  return self->strategy;
}

/**
 * mgr_cleanup_report_get_dry_run:
 * @self: a report
 *
 * Asks whether this is a preview. May be called from any thread.
 *
 * Returns: %TRUE if nothing was touched
 *
 * Since: 1.0
 */
gboolean
mgr_cleanup_report_get_dry_run (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->dry_run;
}

/**
 * mgr_cleanup_report_get_cleaned:
 * @self: a report
 *
 * Gets the names of the resources that freed something, or in a dry run would be
 * asked to, in the order of their turns. May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_cleaned (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->cleaned;
}

/**
 * mgr_cleanup_report_get_protected:
 * @self: a report
 *
 * Gets the names of the %MGR_SAFETY_PROTECTED resources, none of which was
 * touched, in the order of registration. May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_protected (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->protected;
}

/**
 * mgr_cleanup_report_get_kept:
 * @self: a report
 *
 * Gets the names of what was kept for another reason: it is
 * %MGR_SAFETY_CAUTIOUS and the cleanup was not forced, nothing is connected to
 * its #MgrResource::reclaim, it holds nothing, it freed nothing, the target was
 * met or the time was up before its turn, or its owner did not answer in time.
 * May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_kept (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->kept;
}

/**
 * mgr_cleanup_report_get_freed:
 * @self: a report
 *
 * Gets how much the handlers of #MgrResource::reclaim said they freed; in a dry
 * run, the sum of the sizes of what would be cleaned. May be called from any
 * thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_freed (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->freed;
}

/**
 * mgr_cleanup_report_get_returned:
 * @self: a report
 *
 * Gets by how much the process shrank: its anonymous resident memory before the
 * cleanup less that after it. It is negative where other threads took more
 * meanwhile, and 0 in a dry run or where /proc cannot be read. May be called from
 * any thread.
 *
 * Returns: the difference in bytes
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_returned (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

/**
 * mgr_cleanup_report_get_time:
 * @self: a report
 *
 * Gets when the cleanup began, by the clock of its cleaner. May be called from
 * any thread.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_time (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * mgr_cleanup_report_get_duration:
 * @self: a report
 *
 * Gets how long the cleanup took, by the clock of its cleaner. May be called from
 * any thread.
 *
 * Returns: the duration in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_duration (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}
