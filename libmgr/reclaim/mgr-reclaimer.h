/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "reclaim/mgr-reclaim-estimate.h"

G_BEGIN_DECLS

#define MGR_TYPE_RECLAIMER (mgr_reclaimer_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (MgrReclaimer, mgr_reclaimer, MGR, RECLAIMER, GObject)

struct _MgrReclaimerInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  const char         * (*get_name)       (MgrReclaimer      *self);
  MgrReclaimEstimate * (*estimate)       (MgrReclaimer      *self);
  guint64              (*reclaim)        (MgrReclaimer      *self,
                                          guint64            target,
                                          MgrPressureLevel   level,
                                          gint64             deadline,
                                          GError           **error);
  gboolean             (*is_thread_safe) (MgrReclaimer      *self);
  guint64              (*release_now)    (MgrReclaimer      *self);
};

MGR_AVAILABLE_IN_1_0
const char         *mgr_reclaimer_get_name       (MgrReclaimer      *self);

MGR_AVAILABLE_IN_1_0
MgrReclaimEstimate *mgr_reclaimer_estimate       (MgrReclaimer      *self) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
guint64             mgr_reclaimer_reclaim        (MgrReclaimer      *self,
                                                  guint64            target,
                                                  MgrPressureLevel   level,
                                                  gint64             deadline,
                                                  GError           **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_reclaimer_is_thread_safe (MgrReclaimer      *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_reclaimer_release_now    (MgrReclaimer      *self);

G_END_DECLS
