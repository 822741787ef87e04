/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Keeps an object on the bus for every pool of a list, as they come and go. Belongs to
 * the context where the list changes. */
typedef struct _MgrBusPools MgrBusPools;

MgrBusPools *mgr_bus_pools_new  (GDBusObjectManagerServer *server,
                                 GListModel               *pools);
void         mgr_bus_pools_free (MgrBusPools              *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrBusPools, mgr_bus_pools_free)

G_END_DECLS
