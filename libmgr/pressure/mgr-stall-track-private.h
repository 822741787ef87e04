/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* The stall that one source tells of, over time. A pure function of what it was
 * fed. */

#define MGR_STALL_MARKS 72

typedef struct
{
  gint64 time;  /* µs */
  double total; /* µs of stall until then */
} MgrStallMark;

typedef struct
{
  MgrStallMark marks[MGR_STALL_MARKS]; /* a ring, the last of which moves */
  guint next;
  guint length;
} MgrStallTrack;

/* @stall is the share of the time since the last call. */
void   mgr_stall_track_feed        (MgrStallTrack       *self,
                                    gint64               time,
                                    double               stall);

/* The share of the last @window µs; what was before the first call counts as none. */
double mgr_stall_track_get_average (const MgrStallTrack *self,
                                    gint64               window);

G_END_DECLS
