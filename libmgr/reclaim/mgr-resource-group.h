/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

#define MGR_TYPE_RESOURCE_GROUP (mgr_resource_group_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrResourceGroup, mgr_resource_group, MGR, RESOURCE_GROUP, GObject)

MGR_AVAILABLE_IN_1_0
MgrResourceGroup *mgr_resource_group_new              (const char        *name,
                                                       GObject           *object);

MGR_AVAILABLE_IN_1_0
const char       *mgr_resource_group_get_name         (MgrResourceGroup  *self);

MGR_AVAILABLE_IN_1_0
GObject          *mgr_resource_group_get_object       (MgrResourceGroup  *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_resource_group_get_minimum_size (MgrResourceGroup  *self);

MGR_AVAILABLE_IN_1_0
void              mgr_resource_group_set_minimum_size (MgrResourceGroup  *self,
                                                       guint64            minimum_size);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_resource_group_add              (MgrResourceGroup  *self,
                                                       const char        *item,
                                                       guint64            size,
                                                       GError           **error);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_resource_group_remove           (MgrResourceGroup  *self,
                                                       const char        *item);

MGR_AVAILABLE_IN_1_0
MgrResource      *mgr_resource_group_lookup           (MgrResourceGroup  *self,
                                                       const char        *item);

MGR_AVAILABLE_IN_1_0
GPtrArray        *mgr_resource_group_list_resources   (MgrResourceGroup  *self);

MGR_AVAILABLE_IN_1_0
void              mgr_resource_group_update           (MgrResourceGroup  *self);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_resource_group_unregister       (MgrResourceGroup  *self);

G_END_DECLS
