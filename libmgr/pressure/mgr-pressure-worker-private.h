/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"

G_BEGIN_DECLS

/* A thread that calls a function of an object again and again, without keeping the
 * object alive. */
typedef struct _MgrPressureWorker MgrPressureWorker;

/* Returns how long to wait until the next call, in µs. The thread-default context is
 * the worker's own. */
typedef gint64 (*MgrPressureWorkerFunc) (gpointer           object,
                                         MgrPressureWorker *worker);

MgrPressureWorker *mgr_pressure_worker_start (gpointer               object,
                                              MgrPressureWorkerFunc  func,
                                              MgrClock              *clock);
MgrPressureWorker *mgr_pressure_worker_ref   (MgrPressureWorker     *self);
void               mgr_pressure_worker_unref (MgrPressureWorker     *self);

/* What the calls keep from one to the next: it is made, used and at last freed in the
 * worker's thread alone. */
gpointer           mgr_pressure_worker_get_data (MgrPressureWorker  *self);
void               mgr_pressure_worker_set_data (MgrPressureWorker  *self,
                                                 gpointer            data,
                                                 GDestroyNotify      destroy);

/* Calls once more as soon as possible. Any thread. */
void               mgr_pressure_worker_wake  (MgrPressureWorker     *self);

/* Ends the thread and drops the starter's reference. In another thread this waits for
 * a call that is under way; in the worker's own, during such a call, it does not. */
void               mgr_pressure_worker_stop  (MgrPressureWorker     *self);

/* The same, but leaves a call that is under way to itself. */
void               mgr_pressure_worker_leave (MgrPressureWorker     *self);

G_END_DECLS
