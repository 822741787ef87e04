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

typedef struct _MgrComponent MgrComponent;

#define MGR_TYPE_ALLOCATION (mgr_allocation_get_type ())

/**
 * MGR_PRIORITY_DEFAULT:
 *
 * The priority of an allocation or component that nobody set: 5 of 1 to 10.
 *
 * Since: 1.0
 */
#define MGR_PRIORITY_DEFAULT 5

/**
 * MGR_PRIORITY_MIN:
 *
 * The lowest priority, for what can wait longest.
 *
 * Since: 1.0
 */
#define MGR_PRIORITY_MIN 1

/**
 * MGR_PRIORITY_MAX:
 *
 * The highest priority, for what must not fail.
 *
 * Since: 1.0
 */
#define MGR_PRIORITY_MAX 10

typedef struct _MgrAllocation MgrAllocation;

MGR_AVAILABLE_IN_1_0
GType               mgr_allocation_get_type        (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrAllocation      *mgr_allocation_ref             (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
void                mgr_allocation_unref           (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_allocation_release         (MgrAllocation  *self,
                                                    GError        **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_allocation_resize          (MgrAllocation  *self,
                                                    guint64         size,
                                                    GError        **error);

MGR_AVAILABLE_IN_1_0
guint64             mgr_allocation_keep            (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_allocation_is_released     (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_allocation_get_id          (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_allocation_get_size        (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_allocation_get_component   (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
const char         *mgr_allocation_get_description (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
guint               mgr_allocation_get_priority    (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_allocation_get_tags        (MgrAllocation  *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_allocation_get_created     (MgrAllocation  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrAllocation, mgr_allocation_unref)

G_END_DECLS
