/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_SYSTEM_SOURCE (mgr_system_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (MgrSystemSource, mgr_system_source, MGR, SYSTEM_SOURCE, GObject)

struct _MgrSystemSourceClass
{
  /*< private >*/
  GObjectClass parent_class;

  const char         * (*source_name) (MgrSystemSource  *self);

  /* With the lock of the files held, so that nothing foreign may run in it; @now is
   * the time of the clock. */
  MgrPressureReading * (*measure)     (MgrSystemSource  *self,
                                       gint64            now,
                                       GError          **error);
};

G_END_DECLS
