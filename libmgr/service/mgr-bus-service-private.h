/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-manager.h"

G_BEGIN_DECLS

/* A manager and its components on one connection. Belongs to the context of the
 * manager, which is to be the thread default when it is made. */
typedef struct _MgrBusService MgrBusService;

MgrBusService *mgr_bus_service_new  (MgrManager      *manager,
                                     GDBusConnection *connection);
void           mgr_bus_service_free (MgrBusService   *self);

G_END_DECLS
