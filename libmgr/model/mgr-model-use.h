/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-error.h"

G_BEGIN_DECLS

#define MGR_TYPE_MODEL_USE (mgr_model_use_get_type ())

typedef struct _MgrModelUse MgrModelUse;

MGR_AVAILABLE_IN_1_0
GType        mgr_model_use_get_type   (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrModelUse *mgr_model_use_ref        (MgrModelUse  *self);

MGR_AVAILABLE_IN_1_0
void         mgr_model_use_unref      (MgrModelUse  *self);

MGR_AVAILABLE_IN_1_0
GObject     *mgr_model_use_get_object (MgrModelUse  *self);

MGR_AVAILABLE_IN_1_0
gboolean     mgr_model_use_end        (MgrModelUse  *self,
                                       GError      **error);

MGR_AVAILABLE_IN_1_0
gboolean     mgr_model_use_is_ended   (MgrModelUse  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrModelUse, mgr_model_use_unref)

G_END_DECLS
