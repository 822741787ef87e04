/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-schedule-item-private.h"

G_BEGIN_DECLS

/* The time at which a task is as good as submitted. Under each strategy it is the time
 * of its submission and an offset of at most @bound: tasks age in the same way under
 * each, none is overtaken by one that came more than @bound later, and as both of a pair
 * age alike, their order never changes and needs no sorting anew. @budget is that of all
 * tasks together. */
gint64 mgr_schedule_order_get_key (const MgrScheduleItem *item,
                                   MgrScheduleStrategy    strategy,
                                   guint64                budget,
                                   gint64                 bound);

G_END_DECLS
