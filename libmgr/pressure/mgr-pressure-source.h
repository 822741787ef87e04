/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"
#include "pressure/mgr-pressure-reading.h"

G_BEGIN_DECLS

#define MGR_TYPE_PRESSURE_SOURCE (mgr_pressure_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (MgrPressureSource, mgr_pressure_source, MGR, PRESSURE_SOURCE, GObject)

struct _MgrPressureSourceInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  const char         * (*get_name)       (MgrPressureSource  *self);
  MgrPressureReading * (*read)           (MgrPressureSource  *self,
                                          GError            **error);
  gboolean             (*is_thread_safe) (MgrPressureSource  *self);

  /*< private >*/
  gboolean prompt; /* read never blocks: a file of the kernel's, or a counter */
};

MGR_AVAILABLE_IN_1_0
const char         *mgr_pressure_source_get_name (MgrPressureSource  *self);

MGR_AVAILABLE_IN_1_0
MgrPressureReading *mgr_pressure_source_read     (MgrPressureSource  *self,
                                                  GError            **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean            mgr_pressure_source_is_thread_safe (MgrPressureSource *self);

G_END_DECLS
