/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"

G_BEGIN_DECLS

#define MGR_TYPE_MANUAL_CLOCK (mgr_manual_clock_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrManualClock, mgr_manual_clock, MGR, MANUAL_CLOCK, MgrClock)

MGR_AVAILABLE_IN_1_0
MgrManualClock *mgr_manual_clock_new     (gint64          start);

MGR_AVAILABLE_IN_1_0
void            mgr_manual_clock_advance (MgrManualClock *self,
                                          gint64          delta);

G_END_DECLS
