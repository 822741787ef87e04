/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

G_BEGIN_DECLS

typedef enum
{
  TRACE_KIND_OOM,    /* something is killed for want of memory */
  TRACE_KIND_STALL,  /* nothing is killed, but tasks come almost to a stop */
  TRACE_KIND_BENIGN, /* nothing is wrong: each alarm is false */
} TraceKind;

#define N_TRACE_KINDS (TRACE_KIND_BENIGN + 1)

/* What is known to have happened in a recorded run. */
typedef struct
{
  TraceKind kind;
  gint64 harm;     /* µs: the first kill, or when the stall sets in; -1: benign */
  gint64 harm_end; /* µs: the kill, or when the stall is over; -1: benign */
} TraceLabel;

/* Reads what labels.json in the folder of @path says of @trace, which has been read
 * from @path, and finds the rest in the trace. The error is a MgrError and says how
 * to mend it. */
gboolean    trace_label_read         (TraceLabel        *self,
                                      MgrPressureTrace  *trace,
                                      const char        *path,
                                      GError           **error);

/* When something is killed for the first time, in µs, or -1. */
gint64      trace_find_kill          (MgrPressureTrace  *trace);

const char *trace_kind_get_nick      (TraceKind          kind);

/* The column @name of @trace; where it is missing, -1 and an error. */
int         trace_require_column     (MgrPressureTrace  *trace,
                                      const char        *name,
                                      GError           **error);

G_END_DECLS
