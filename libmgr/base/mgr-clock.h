/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_CLOCK (mgr_clock_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (MgrClock, mgr_clock, MGR, CLOCK, GObject)

struct _MgrClockClass
{
  /*< private >*/
  GObjectClass parent_class;

  /*< public >*/
  gint64    (*get_time)     (MgrClock *self);
  GSource * (*create_timer) (MgrClock *self,
                             gint64    due);
  void      (*set_timer)    (MgrClock *self,
                             GSource  *timer,
                             gint64    due);

  /*< private >*/
  gpointer padding[3];
};

MGR_AVAILABLE_IN_1_0
MgrClock *mgr_clock_get_default  (void);

MGR_AVAILABLE_IN_1_0
gint64    mgr_clock_get_time     (MgrClock *self);

MGR_AVAILABLE_IN_1_0
GSource  *mgr_clock_create_timer (MgrClock *self,
                                  gint64    due) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void      mgr_clock_set_timer    (MgrClock *self,
                                  GSource  *timer,
                                  gint64    due);

G_END_DECLS
