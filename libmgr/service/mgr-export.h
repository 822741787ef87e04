/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "mgr-manager.h"

G_BEGIN_DECLS

MGR_AVAILABLE_IN_1_0
gboolean mgr_manager_export            (MgrManager       *self,
                                        GDBusConnection  *connection,
                                        GError          **error);

MGR_AVAILABLE_IN_1_0
gboolean mgr_manager_export_on_session (MgrManager       *self);

MGR_AVAILABLE_IN_1_0
void     mgr_manager_unexport          (MgrManager       *self);

G_END_DECLS
