/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

/* What the source of that name measured. */
typedef struct
{
  char *name;                  /* (owned) */
  MgrPressureReading *reading; /* (owned) */
} MgrNamedReading;

/* The sources of a monitor, read together. All functions may be called from any
 * thread. */
typedef struct _MgrSourceSet MgrSourceSet;

MgrSourceSet *mgr_source_set_new     (void);
void          mgr_source_set_free    (MgrSourceSet       *self);
void          mgr_source_set_add     (MgrSourceSet       *self,
                                      MgrPressureSource  *source);
gboolean      mgr_source_set_remove  (MgrSourceSet       *self,
                                      MgrPressureSource  *source);

/* Reads every source. Returns: (transfer full) (element-type MgrNamedReading): who
 * answered, in the order in which they were added; @missing: (out) (transfer full):
 * the names of the others. */
GPtrArray    *mgr_source_set_collect (MgrSourceSet       *self,
                                      GStrv              *missing) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
