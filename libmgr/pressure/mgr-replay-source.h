/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "base/mgr-enums.h"
#include "pressure/mgr-pressure-source.h"
#include "pressure/mgr-pressure-trace.h"

G_BEGIN_DECLS

#define MGR_TYPE_REPLAY_SOURCE (mgr_replay_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrReplaySource, mgr_replay_source, MGR, REPLAY_SOURCE, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureSource *mgr_replay_source_new (MgrPressureTrace *trace,
                                          MgrReplayPart     part,
                                          MgrClock         *clock,
                                          gint64            start);

G_END_DECLS
