/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

/* What the source of that name measured. */
typedef struct
{
  char *name;                  /* (owned) */
  MgrPressureReading *reading; /* (owned) */
} MgrNamedReading;

/* The sources of a monitor, read together. All functions may be called from any
 * thread. */
typedef struct _MgrSourceSet MgrSourceSet;

/* To be called by the thread that makes the monitor whose signals come in @owner;
 * for @interval see below. */
MgrSourceSet *mgr_source_set_new          (MgrClock          *clock,
                                           GMainContext      *owner,
                                           gint64             interval);
void          mgr_source_set_free         (MgrSourceSet      *self);

/* How far samples are apart, µs by the clock, which decides what is fresh. */
void          mgr_source_set_set_interval (MgrSourceSet      *self,
                                           gint64             interval);

/* How long to wait for sources that may block, all of them together, µs of real time;
 * 100 ms by default, and never more than half an interval. */
void          mgr_source_set_set_patience (MgrSourceSet      *self,
                                           gint64             patience);

void          mgr_source_set_add          (MgrSourceSet      *self,
                                           MgrPressureSource *source);
gboolean      mgr_source_set_remove       (MgrSourceSet      *self,
                                           MgrPressureSource *source);

/* Reads every source. Returns: (transfer full) (element-type MgrNamedReading): who
 * answered, in the order in which they were added; @missing: (out) (transfer full):
 * the names of the others. */
GPtrArray    *mgr_source_set_collect      (MgrSourceSet      *self,
                                           GStrv             *missing) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
