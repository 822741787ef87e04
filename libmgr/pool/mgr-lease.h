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

#define MGR_TYPE_LEASE (mgr_lease_get_type ())

typedef struct _MgrLease MgrLease;

MGR_AVAILABLE_IN_1_0
GType     mgr_lease_get_type    (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrLease *mgr_lease_ref         (MgrLease  *self);

MGR_AVAILABLE_IN_1_0
void      mgr_lease_unref       (MgrLease  *self);

MGR_AVAILABLE_IN_1_0
GObject  *mgr_lease_get_object  (MgrLease  *self);

MGR_AVAILABLE_IN_1_0
gboolean  mgr_lease_release     (MgrLease  *self,
                                 GError   **error);

MGR_AVAILABLE_IN_1_0
gboolean  mgr_lease_is_released (MgrLease  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrLease, mgr_lease_unref)

G_END_DECLS
