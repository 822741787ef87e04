/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-protection-rules.h"
#include "reclaim/mgr-record-ring-private.h"
#include "reclaim/mgr-resource-group.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* The resources of a cleaner by name, for any thread, and a list of them that
 * changes only in the context of the thread that made the registry; the groups that
 * bring some of them in, and the records of what was taken from them. */
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

/* Returns (transfer full) (nullable) */
MgrResource         *mgr_resource_registry_lookup   (MgrResourceRegistry  *self,
                                                     const char           *name);

gboolean             mgr_resource_registry_add_group    (MgrResourceRegistry  *self,
                                                         MgrResourceGroup     *group,
                                                         GError              **error);

gboolean             mgr_resource_registry_remove_group (MgrResourceRegistry  *self,
                                                         MgrResourceGroup     *group);

/* Returns (transfer full) (nullable): the @serial-th that was registered, as @name, if
 * it still is. */
MgrResource         *mgr_resource_registry_lookup_serial (MgrResourceRegistry  *self,
                                                          const char           *name,
                                                          guint64               serial);

/* Has groups look again, and takes references to all resources, classified by the
 * rules as they are now and measured at @now by the clock of the cleaner, as an array
 * of MgrCleanupCandidate that does not own its elements. With @here nobody is asked
 * but who may be in the calling thread; all others are out of reach. */
GPtrArray           *mgr_resource_registry_snapshot (MgrResourceRegistry  *self,
                                                     gint64                now,
                                                     gboolean              here);

/* Returns (transfer full): all names, in no order. */
char               **mgr_resource_registry_list_names (MgrResourceRegistry  *self);

/* Returns (transfer full) (element-type MgrResource): all, in no order. */
GPtrArray           *mgr_resource_registry_list     (MgrResourceRegistry  *self);

MgrRecordRing       *mgr_resource_registry_get_records (MgrResourceRegistry  *self);

G_END_DECLS
