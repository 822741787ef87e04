/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "ledger/mgr-allocation.h"

G_BEGIN_DECLS

#define MGR_TYPE_COMPONENT (mgr_component_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrComponent, mgr_component, MGR, COMPONENT, GObject)

MGR_AVAILABLE_IN_1_0
const char    *mgr_component_get_name             (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
const char    *mgr_component_get_path             (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
MgrComponent  *mgr_component_get_parent           (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
GListModel    *mgr_component_get_children         (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_budget           (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_component_set_budget           (MgrComponent        *self,
                                                   guint64              budget,
                                                   GError             **error);

MGR_AVAILABLE_IN_1_0
double         mgr_component_get_budget_share     (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_component_set_budget_share     (MgrComponent        *self,
                                                   double               share,
                                                   GError             **error);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_guaranteed       (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_component_set_guaranteed       (MgrComponent        *self,
                                                   guint64              guaranteed,
                                                   GError             **error);

MGR_AVAILABLE_IN_1_0
guint          mgr_component_get_priority         (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
void           mgr_component_set_priority         (MgrComponent        *self,
                                                   guint                priority);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_used             (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_peak             (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_available        (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_allocation_count (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_get_refused_count    (MgrComponent        *self);

MGR_AVAILABLE_IN_1_0
MgrAllocation *mgr_component_allocate             (MgrComponent        *self,
                                                   guint64              size,
                                                   const char          *description,
                                                   guint                priority,
                                                   const char * const  *tags,
                                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrAllocation *mgr_component_allocate_static      (MgrComponent        *self,
                                                   guint64              size,
                                                   const char          *description,
                                                   guint                priority,
                                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
guint64        mgr_component_reserve              (MgrComponent        *self,
                                                   guint64              size,
                                                   GError             **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean       mgr_component_release              (MgrComponent        *self,
                                                   guint64              id,
                                                   GError             **error);

G_END_DECLS
