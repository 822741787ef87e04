/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-schedule-share-private.h"

G_BEGIN_DECLS

/* What is done about tasks that run, the longer and the higher the pressure is. */
typedef enum
{
  MGR_SCHEDULE_LEAVE,
  MGR_SCHEDULE_ASK,     /* to make room at its next checkpoint */
  MGR_SCHEDULE_CANCEL,  /* and queue it again */
  MGR_SCHEDULE_KILL,
} MgrScheduleStep;

/* The step for a @level that has held for @held µs. No admission comes before all of
 * them, by the gates. */
MgrScheduleStep  mgr_schedule_victim_get_step (MgrPressureLevel        level,
                                               gint64                  held);

/* Who has to go next: first who takes more than it was granted, then who can be run
 * again, of those the youngest, as it loses least. Who keeps to its grant and cannot be
 * run again is left alone, as is who runs elsewhere. When asking, who was asked already is passed over.
 * Returns: (transfer none) (nullable) */
MgrScheduleItem *mgr_schedule_victim_pick     (const MgrScheduleShare *share,
                                               MgrScheduleStep         step);

G_END_DECLS
