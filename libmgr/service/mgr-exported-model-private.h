/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-bus-generated.h"
#include "model/mgr-model.h"

G_BEGIN_DECLS

#define MGR_TYPE_EXPORTED_MODEL (mgr_exported_model_get_type ())

G_DECLARE_FINAL_TYPE (MgrExportedModel, mgr_exported_model,
                      MGR, EXPORTED_MODEL, MgrBusModel1Skeleton)

/* Shows a model as org.libmgr.Model1, for mgr_bus_list_new(). */
GDBusObjectSkeleton *mgr_exported_model_new_object (gpointer model);

G_END_DECLS
