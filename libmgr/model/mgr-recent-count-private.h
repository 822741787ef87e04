/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MGR_RECENT_COUNT_MINUTES 60

/* How often something came in the last hour, to the minute. One that is all 0 is empty.
 * One thread at a time. */
typedef struct
{
  gint64 minute; /* that the last count is of */
  guint32 counts[MGR_RECENT_COUNT_MINUTES];
} MgrRecentCount;

/* @time is in microseconds; one that is earlier than the last counts as that. */
void    mgr_recent_count_add (MgrRecentCount *self,
                              gint64          time,
                              guint           n);

guint64 mgr_recent_count_get (MgrRecentCount *self,
                              gint64          time);

G_END_DECLS
