/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-key-private.h"

G_BEGIN_DECLS

/* Loads in flight: of those who want the same at the same time, the first one loads it,
 * and the others wait for that. All functions may be called from any thread. */
typedef struct _MgrFlights MgrFlights;
typedef struct _MgrFlight MgrFlight;

/* @value_ref, @value_unref: of what is loaded */
MgrFlights *mgr_flights_new       (GBoxedCopyFunc value_ref,
                                   GBoxedFreeFunc value_unref);
void        mgr_flights_free      (MgrFlights    *self);

/* Makes the caller the one who loads, or finds whoever does. Fails with
 * MGR_ERROR_WOULD_DEADLOCK where that one waits for the caller, or is the caller.
 *
 * @cancellable: (nullable): the caller's. The load is cancelled once all who want it have
 *    cancelled.
 * @loads: (out): whether the caller has to load, and then to call mgr_flights_land();
 *    otherwise it has to call mgr_flights_wait()
 *
 * Returns: (transfer full) (nullable) */
MgrFlight  *mgr_flights_board     (MgrFlights    *self,
                                   const MgrKey  *key,
                                   GCancellable  *cancellable,
                                   gboolean      *loads,
                                   GError       **error);

/* As mgr_flights_board(), but joins nobody.
 *
 * Returns: (transfer full) (nullable): %NULL where somebody loads it already */
MgrFlight  *mgr_flights_begin     (MgrFlights    *self,
                                   const MgrKey  *key,
                                   GCancellable  *cancellable);

/* Returns: (transfer none): to load with */
GCancellable *
            mgr_flight_get_cancellable (MgrFlight *flight);

/* Tells all who wait, and takes @flight.
 *
 * @value: (nullable): what was loaded
 * @error: (nullable): why nothing was
 *
 * Returns: whether the value may be kept: %FALSE if mgr_flights_supersede() came */
gboolean    mgr_flights_land      (MgrFlights    *self,
                                   MgrFlight     *flight,
                                   gpointer       value,
                                   const GError  *error);

/* Takes @flight. Fails with MGR_ERROR_TIMED_OUT, and then the next one who asks loads
 * anew, where it takes longer than @timeout, in µs; 0 for no end.
 *
 * Returns: (transfer full) (nullable) */
gpointer    mgr_flights_wait      (MgrFlights    *self,
                                   MgrFlight     *flight,
                                   gint64         timeout,
                                   GCancellable  *cancellable,
                                   GError       **error);

/* What is being loaded for @key, or for all for %NULL, is out of date already. */
void        mgr_flights_supersede (MgrFlights    *self,
                                   const MgrKey  *key);

/* Returns: whether what @flight loads is older than what came meanwhile */
gboolean      mgr_flights_is_superseded (MgrFlights    *self,
                                         MgrFlight     *flight);

G_END_DECLS
