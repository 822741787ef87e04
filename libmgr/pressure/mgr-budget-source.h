/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "ledger/mgr-component.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_BUDGET_SOURCE (mgr_budget_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrBudgetSource, mgr_budget_source, MGR, BUDGET_SOURCE, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureSource *mgr_budget_source_new               (MgrComponent    *component,
                                                        gboolean         track_process,
                                                        const char      *proc_path);

MGR_AVAILABLE_IN_1_0
gboolean           mgr_budget_source_get_track_process (MgrBudgetSource *self);

MGR_AVAILABLE_IN_1_0
void               mgr_budget_source_set_track_process (MgrBudgetSource *self,
                                                        gboolean         track_process);

G_END_DECLS
