/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-bus-generated.h"
#include "mgr-manager.h"

G_BEGIN_DECLS

#define MGR_TYPE_EXPORTED_MANAGER (mgr_exported_manager_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedManager, mgr_exported_manager,
                      MGR, EXPORTED_MANAGER, MgrBusManager1Skeleton)

/* Shows @manager as org.libmgr.Manager1, without keeping it alive. */
MgrExportedManager *mgr_exported_manager_new (MgrManager *manager);

G_END_DECLS
