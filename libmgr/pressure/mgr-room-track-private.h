/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-forecast-private.h"
#include "pressure/mgr-trend-private.h"

G_BEGIN_DECLS

#define MGR_N_TRENDS 3
#define MGR_N_LOWS 10

/* The room below one limit over time, and when it will be gone. */
typedef struct
{
  MgrTrend trends[MGR_N_TRENDS]; /* from the shortest window on */
  guint64 total;                 /* bytes: what the room is a part of */
  double low;                    /* bytes: the least room since it was last gained */
  gint64 last_time;              /* µs */

  /* The least room that was gained back again, by minute: a ring. */
  struct
  {
    gint64 minute;
    double room; /* bytes */
  } lows[MGR_N_LOWS];
} MgrRoomTrack;

void mgr_room_track_init     (MgrRoomTrack       *self);
void mgr_room_track_feed     (MgrRoomTrack       *self,
                              gint64              time,
                              guint64             room,
                              guint64             total);

/* Fills everything of @figures but the source. */
void mgr_room_track_forecast (const MgrRoomTrack *self,
                              guint64             room,
                              MgrForecastFigures *figures);

G_END_DECLS
