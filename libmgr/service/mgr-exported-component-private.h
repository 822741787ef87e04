/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "mgr-bus-generated.h"

G_BEGIN_DECLS

#define MGR_BUS_BASE_PATH "/org/libmgr"
#define MGR_BUS_MANAGER_PATH MGR_BUS_BASE_PATH "/Manager"

#define MGR_TYPE_EXPORTED_COMPONENT (mgr_exported_component_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedComponent, mgr_exported_component,
                      MGR, EXPORTED_COMPONENT, MgrBusComponent1Skeleton)

/* Shows @component as org.libmgr.Component1. */
MgrExportedComponent *mgr_exported_component_new         (MgrComponent *component);

/* The object path of the component at @path; that of the manager for the empty
 * path of the root. */
char                 *mgr_exported_component_object_path (const char   *path);

/* That of who is charged: `/` where nobody is, which is %NULL. */
char                 *mgr_exported_component_charged_path (MgrComponent *component);

G_END_DECLS
