/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "ledger/mgr-component.h"

G_BEGIN_DECLS

/* Keeps an object on the bus for every component below a root, as they come and
 * go. Belongs to the context where the components' lists change. */
typedef struct _MgrBusTree MgrBusTree;

MgrBusTree *mgr_bus_tree_new  (GDBusObjectManagerServer *server,
                               MgrComponent             *root);
void        mgr_bus_tree_free (MgrBusTree               *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBusTree, mgr_bus_tree_free)

G_END_DECLS
