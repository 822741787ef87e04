/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-source.h"
#include "pressure/mgr-pressure-worker-private.h"

G_BEGIN_DECLS

/* What a monitor does with the kernel besides reading sources: it keeps limits fresh,
 * and is woken when tasks begin to wait. Any thread, except where it says otherwise. */
typedef struct _MgrSystemWatch MgrSystemWatch;

MgrSystemWatch  *mgr_system_watch_new            (void);
void             mgr_system_watch_free           (MgrSystemWatch    *self);

/* Only sources of stall are of interest. */
void             mgr_system_watch_add            (MgrSystemWatch    *self,
                                                  MgrPressureSource *source);
void             mgr_system_watch_remove         (MgrSystemWatch    *self,
                                                  MgrPressureSource *source);

/* Returns (transfer full) (nullable). */
MgrMemoryLimits *mgr_system_watch_ref_limits     (MgrSystemWatch    *self);

/* Both return whether that is new. */
gboolean         mgr_system_watch_set_limits     (MgrSystemWatch    *self,
                                                  MgrMemoryLimits   *limits);
gboolean         mgr_system_watch_set_trigger    (MgrSystemWatch    *self,
                                                  gboolean           trigger);
gboolean         mgr_system_watch_get_trigger    (MgrSystemWatch    *self);

/* Returns (transfer full) (nullable) the limits if they are other ones than at the
 * last time. */
MgrMemoryLimits *mgr_system_watch_refresh_limits (MgrSystemWatch    *self);

/* In the worker's thread, after each sample: how long to wait for the next one, where
 * it is due in @pace µs. */
gint64           mgr_system_watch_tick           (MgrSystemWatch    *self,
                                                  MgrPressureWorker *worker,
                                                  gint64             pace);

G_END_DECLS
