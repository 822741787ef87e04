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

G_BEGIN_DECLS

#define MGR_TYPE_RESOURCE (mgr_resource_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrResource, mgr_resource, MGR, RESOURCE, GObject)

MGR_AVAILABLE_IN_1_0
MgrResource *mgr_resource_new          (const char  *name,
                                        guint64      size);

MGR_AVAILABLE_IN_1_0
const char  *mgr_resource_get_name     (MgrResource *self);

MGR_AVAILABLE_IN_1_0
guint64      mgr_resource_get_size     (MgrResource *self);

MGR_AVAILABLE_IN_1_0
void         mgr_resource_set_size     (MgrResource *self,
                                        guint64      size);

MGR_AVAILABLE_IN_1_0
MgrSafety    mgr_resource_get_safety   (MgrResource *self);

MGR_AVAILABLE_IN_1_0
void         mgr_resource_set_safety   (MgrResource *self,
                                        MgrSafety    safety);

MGR_AVAILABLE_IN_1_0
gboolean     mgr_resource_get_safety_set (MgrResource *self);

MGR_AVAILABLE_IN_1_0
guint        mgr_resource_get_priority (MgrResource *self);

MGR_AVAILABLE_IN_1_0
void         mgr_resource_set_priority (MgrResource *self,
                                        guint        priority);

G_END_DECLS
