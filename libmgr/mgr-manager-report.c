/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"
#include "mgr-report-private.h"
#include "reclaim/mgr-cleaner-private.h"

static void
report_add_component (MgrReport    *report,
                      MgrComponent *component)
{
  MgrReportComponent entry = {
    .path = g_strdup (mgr_component_get_path (component)),
    .budget = mgr_component_get_budget (component),
    .used = mgr_component_get_used (component),
    .peak = mgr_component_get_peak (component),
    .allocations = mgr_component_get_allocation_count (component),
    .refused = mgr_component_get_refused_count (component),
  };

  report->refused += entry.refused;
  g_array_append_val (report->components, entry);
}

/**
 * mgr_manager_get_report:
 * @self: a manager
 *
 * Gets what the manager knows now. Each figure is exact at the moment it is read.
 * May be called from any thread.
 *
 * Returns: (transfer full): the report
 *
 * Since: 1.0
 */
MgrReport *
mgr_manager_get_report (MgrManager *self)
{
  g_autoptr (GPtrArray) components = NULL;
  MgrCleanerTotals totals;
  MgrReport *report;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  report = mgr_report_new ();
  report->level = mgr_manager_get_level (self);
  report->budget = mgr_manager_get_total_budget (self);
  report->used = mgr_component_get_used (self->root);
  report->peak = mgr_component_get_peak (self->root);
  report->allocations = mgr_component_get_allocation_count (self->root);
  report->refused = mgr_component_get_refused_count (self->root);
  mgr_process_memory_read_anonymous (self->memory, &report->process, NULL);

  components = mgr_ledger_list (self->ledger);
  for (guint i = 1; i < components->len; i++)
    report_add_component (report, g_ptr_array_index (components, i));

  totals = mgr_cleaner_get_totals (self->cleaner);
  report->cleanups = totals.cleanups;
  report->freed = totals.claimed;
  report->returned = totals.returned;

  return report;
}
