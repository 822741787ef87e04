/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "model/mgr-model.h"

G_BEGIN_DECLS

#define MGR_TYPE_MODEL_REGISTRY (mgr_model_registry_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrModelRegistry, mgr_model_registry, MGR, MODEL_REGISTRY, GObject)

MGR_AVAILABLE_IN_1_0
MgrModelRegistry *mgr_model_registry_new              (MgrComponent      *component);

MGR_AVAILABLE_IN_1_0
MgrComponent     *mgr_model_registry_get_component    (MgrModelRegistry  *self);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_model_registry_register         (MgrModelRegistry  *self,
                                                       MgrModel          *model,
                                                       GError           **error);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_model_registry_unregister       (MgrModelRegistry  *self,
                                                       MgrModel          *model);

MGR_AVAILABLE_IN_1_0
MgrModel         *mgr_model_registry_lookup           (MgrModelRegistry  *self,
                                                       const char        *name);

MGR_AVAILABLE_IN_1_0
MgrModelUse      *mgr_model_registry_use              (MgrModelRegistry  *self,
                                                       const char        *name,
                                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gint64            mgr_model_registry_get_idle_timeout (MgrModelRegistry  *self);

MGR_AVAILABLE_IN_1_0
void              mgr_model_registry_set_idle_timeout (MgrModelRegistry  *self,
                                                       gint64             idle_timeout);

MGR_AVAILABLE_IN_1_0
guint             mgr_model_registry_unload_unused    (MgrModelRegistry  *self,
                                                       gint64             idle_time);

MGR_AVAILABLE_IN_1_0
char            **mgr_model_registry_recommend        (MgrModelRegistry  *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
