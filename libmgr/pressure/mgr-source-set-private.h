/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-sample-private.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

/* The sources of a monitor, read together. All functions may be called from any
 * thread. */
typedef struct _MgrSourceSet MgrSourceSet;

MgrSourceSet *mgr_source_set_new     (void);
void          mgr_source_set_free    (MgrSourceSet       *self);
void          mgr_source_set_add     (MgrSourceSet       *self,
                                      MgrPressureSource  *source);
gboolean      mgr_source_set_remove  (MgrSourceSet       *self,
                                      MgrPressureSource  *source);

/* Those of the type @type. Returns (transfer full) (element-type MgrPressureSource). */
GPtrArray    *mgr_source_set_list    (MgrSourceSet       *self,
                                      GType               type);

/* Reads every source and sums up; leaves time and level of @figures alone. */
void          mgr_source_set_collect (MgrSourceSet       *self,
                                      MgrPressureFigures *figures);

G_END_DECLS
