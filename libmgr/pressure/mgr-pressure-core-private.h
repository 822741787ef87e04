/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-owner-watch-private.h"
#include "pressure/mgr-pressure-engine-private.h"
#include "pressure/mgr-pressure-sample.h"
#include "pressure/mgr-pressure-worker-private.h"
#include "pressure/mgr-source-set-private.h"
#include "pressure/mgr-system-watch-private.h"

G_BEGIN_DECLS

/* Two wake-ups a second cost next to nothing, and a leak of 2 GiB/s is seen before
 * it has taken 1 GiB. */
#define MGR_DEFAULT_PRESSURE_INTERVAL (500 * G_TIME_SPAN_MILLISECOND)

#define MGR_TYPE_PRESSURE_CORE (mgr_pressure_core_get_type ())

/* What of a monitor its thread has to do with. It stands apart from the monitor, whose
 * references other languages watch: a thread that took one would wake their main loop,
 * or wait for their interpreter, and what is dropped within a reading would have to
 * wait for it. Any thread, except where it says otherwise. */
G_DECLARE_FINAL_TYPE (MgrPressureCore, mgr_pressure_core, MGR, PRESSURE_CORE, GObject)

/* Called in the owner's context, while the monitor lives. */
typedef struct
{
  void (*level_changed)  (gpointer           monitor,
                          MgrPressureSample *sample);
  void (*limits_changed) (gpointer           monitor,
                          MgrMemoryLimits   *limits);
} MgrPressureCoreFuncs;

/* To be called by the thread that makes the monitor. */
MgrPressureCore   *mgr_pressure_core_new           (gpointer                    monitor,
                                                    const MgrPressureCoreFuncs *funcs,
                                                    MgrClock                   *clock,
                                                    GMainContext               *owner);

/* A sample of what is there now, and the limits that hold now. */
MgrPressureSample *mgr_pressure_core_look          (MgrPressureCore            *self);

/* The same as a MgrPressureWorkerFunc. */
gint64             mgr_pressure_core_tick          (gpointer                    self,
                                                    MgrPressureWorker          *worker);

gint64             mgr_pressure_core_get_pace      (MgrPressureCore            *self);
gint64             mgr_pressure_core_get_interval  (MgrPressureCore            *self);

/* Returns whether that is new. */
gboolean           mgr_pressure_core_set_interval  (MgrPressureCore            *self,
                                                    gint64                      interval);

/* The engine is the caller's until it is unlocked; no foreign code may run meanwhile. */
MgrPressureEngine *mgr_pressure_core_lock_engine   (MgrPressureCore            *self);
void               mgr_pressure_core_unlock_engine (MgrPressureCore            *self);

/* All of them stay the core's own. */
MgrSourceSet      *mgr_pressure_core_get_sources   (MgrPressureCore            *self);
MgrSystemWatch    *mgr_pressure_core_get_system    (MgrPressureCore            *self);
MgrOwnerWatch     *mgr_pressure_core_get_watch     (MgrPressureCore            *self);

G_END_DECLS
