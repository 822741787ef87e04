/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MGR_TYPE_BUS_ACCESS (mgr_bus_access_get_type ())

G_DECLARE_FINAL_TYPE (MgrBusAccess, mgr_bus_access, MGR, BUS_ACCESS, GObject)

MgrBusAccess *mgr_bus_access_new          (void);

/* Whether the caller of @invocation is the user that runs this program. */
void          mgr_bus_access_check_async  (MgrBusAccess           *self,
                                           GDBusMethodInvocation  *invocation,
                                           GAsyncReadyCallback     callback,
                                           gpointer                user_data);

gboolean      mgr_bus_access_check_finish (MgrBusAccess           *self,
                                           GAsyncResult           *result,
                                           GError                **error);

G_END_DECLS
