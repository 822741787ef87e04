/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Keeps an object on the bus for every item of a list, as they come and go. Belongs to
 * the context where the list changes. */
typedef struct _MgrBusList MgrBusList;

/* Returns: (transfer full): what stands for @item, with its interfaces and its path */
typedef GDBusObjectSkeleton *(*MgrBusListExport) (gpointer item);

MgrBusList *mgr_bus_list_new  (GDBusObjectManagerServer *server,
                               GListModel               *model,
                               MgrBusListExport          export_item);
void        mgr_bus_list_free (MgrBusList               *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBusList, mgr_bus_list_free)

G_END_DECLS
