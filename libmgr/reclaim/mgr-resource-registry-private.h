/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-protection-rules.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* The resources of a cleaner by name, for any thread, and a list of them that
 * changes only in the context of the thread that made the registry. */
#define MGR_TYPE_RESOURCE_REGISTRY (mgr_resource_registry_get_type ())

G_DECLARE_FINAL_TYPE (MgrResourceRegistry, mgr_resource_registry,
                      MGR, RESOURCE_REGISTRY, GObject)

MgrResourceRegistry *mgr_resource_registry_new      (MgrProtectionRules   *rules);

GListModel          *mgr_resource_registry_get_list (MgrResourceRegistry  *self);

gboolean             mgr_resource_registry_add      (MgrResourceRegistry  *self,
                                                     MgrResource          *resource,
                                                     GError              **error);

gboolean             mgr_resource_registry_remove   (MgrResourceRegistry  *self,
                                                     MgrResource          *resource);

gboolean             mgr_resource_registry_contains (MgrResourceRegistry  *self,
                                                     MgrResource          *resource);

/* Returns (transfer full) (nullable): what was registered as @name and the
 * @serial-th, if it is still registered. */
MgrResource         *mgr_resource_registry_lookup   (MgrResourceRegistry  *self,
                                                     const char           *name,
                                                     guint64               serial);

/* Takes references to all resources, classified by the rules as they are now, as
 * an array of MgrCleanupCandidate that does not own its elements. */
GPtrArray           *mgr_resource_registry_snapshot (MgrResourceRegistry  *self);

G_END_DECLS
