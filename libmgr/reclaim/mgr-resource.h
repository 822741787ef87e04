/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "ledger/mgr-component.h"
#include "reclaim/mgr-reclaim-record.h"
#include "reclaim/mgr-reclaimer.h"

G_BEGIN_DECLS

#define MGR_TYPE_RESOURCE (mgr_resource_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrResource, mgr_resource, MGR, RESOURCE, GObject)

MGR_AVAILABLE_IN_1_0
MgrResource  *mgr_resource_new               (const char    *name,
                                              guint64        size);

MGR_AVAILABLE_IN_1_0
MgrResource  *mgr_resource_new_for_reclaimer (const char    *name,
                                              MgrReclaimer  *reclaimer);

MGR_AVAILABLE_IN_1_0
const char   *mgr_resource_get_name          (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
MgrReclaimer *mgr_resource_get_reclaimer     (MgrResource   *self);

/* How much it holds */

MGR_AVAILABLE_IN_1_0
guint64       mgr_resource_get_size          (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_size          (MgrResource   *self,
                                              guint64        size);

MGR_AVAILABLE_IN_1_0
guint64       mgr_resource_get_limit         (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_limit         (MgrResource   *self,
                                              guint64        limit);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_is_over_limit     (MgrResource   *self);

/* What a cleanup may do with it, and when */

MGR_AVAILABLE_IN_1_0
MgrSafety     mgr_resource_get_safety        (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_safety        (MgrResource   *self,
                                              MgrSafety      safety);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_get_safety_set    (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
guint         mgr_resource_get_priority      (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_priority      (MgrResource   *self,
                                              guint          priority);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_begin_access      (MgrResource   *self,
                                              GError       **error);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_end_access        (MgrResource   *self,
                                              GError       **error);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_is_pinned         (MgrResource   *self);

/* What it costs */

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_get_lossy         (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_lossy         (MgrResource   *self,
                                              gboolean       lossy);

MGR_AVAILABLE_IN_1_0
gint64        mgr_resource_get_rebuild_cost  (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_rebuild_cost  (MgrResource   *self,
                                              gint64         rebuild_cost);

MGR_AVAILABLE_IN_1_0
gint64        mgr_resource_get_walk_cost     (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_walk_cost     (MgrResource   *self,
                                              gint64         walk_cost);

MGR_AVAILABLE_IN_1_0
gint64        mgr_resource_get_maintenance_interval (MgrResource *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_maintenance_interval (MgrResource *self,
                                                     gint64       maintenance_interval);

/* Whose it is */

MGR_AVAILABLE_IN_1_0
MgrComponent *mgr_resource_get_component     (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_set_component     (MgrResource   *self,
                                              MgrComponent  *component);

MGR_AVAILABLE_IN_1_0
void          mgr_resource_bind_object       (MgrResource   *self,
                                              GObject       *object);

MGR_AVAILABLE_IN_1_0
GObject      *mgr_resource_get_bound_object  (MgrResource   *self);

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_unregister        (MgrResource   *self);

/* For its handlers */

MGR_AVAILABLE_IN_1_0
gboolean      mgr_resource_fail              (MgrResource   *self,
                                              const char    *message);

G_END_DECLS
