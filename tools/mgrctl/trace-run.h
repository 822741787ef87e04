/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

G_BEGIN_DECLS

/* Reads a trace that is short enough to be played.
 *
 * Returns: (transfer full): the trace, or NULL on error */
MgrPressureTrace  *trace_load            (const char        *path,
                                          GError           **error);

/* What a monitor said of a recorded run. */
typedef struct
{
  MgrPressureTrace *trace; /* (owned) */
  GPtrArray *samples;      /* (owned) (element-type MgrPressureSample): at least one; the
                            * time is that since the recording began */
} TraceRun;

/* Plays @trace to a monitor, in no time, and for @hold µs more in which the last row
 * holds. Two runs are the same.
 *
 * Returns: (transfer full): the run */
TraceRun          *trace_run_new         (MgrPressureTrace *trace,
                                          gint64            hold);
void               trace_run_free        (TraceRun         *self);

MgrPressureSample *trace_run_get_sample  (const TraceRun   *self,
                                          guint             index);

/* The level that the sample before it had: normal for the first one. */
MgrPressureLevel   trace_run_get_before  (const TraceRun   *self,
                                          guint             index);

/* When things go on as they do, in µs, or MGR_TIME_NEVER. */
gint64             sample_get_time_left  (MgrPressureSample *sample);

/* Returns: (transfer none): `normal` and so on */
const char        *level_get_nick        (MgrPressureLevel  level);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TraceRun, trace_run_free)

G_END_DECLS
