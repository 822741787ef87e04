/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "base/mgr-clock.h"

G_BEGIN_DECLS

/* Calls functions of an object when it is asked to, or a signal of the operating
 * system has come. However many come, it calls at most twice a second, and always once
 * more after the last of them. It takes no memory after it was made. */
typedef struct _MgrEmergencySignal MgrEmergencySignal;

/* In whatever thread asks, or in the context below; takes no memory. Returns the bytes
 * that it gave back. */
typedef guint64 (*MgrEmergencyNowFunc) (gpointer object);

/* Thereafter, in the main context that was the thread default when it was made.
 * Returns FALSE to be called again, after the pause. */
typedef gboolean (*MgrEmergencyFunc) (gpointer object);

MgrEmergencySignal *mgr_emergency_signal_new        (MgrClock             *clock,
                                                     gpointer              object,
                                                     MgrEmergencyNowFunc   at_once,
                                                     MgrEmergencyFunc      func);
void                mgr_emergency_signal_free       (MgrEmergencySignal   *self);

/* Any thread. Returns the bytes given back at once. */
guint64             mgr_emergency_signal_ask        (MgrEmergencySignal   *self);

/* 0: none. Any thread. */
int                 mgr_emergency_signal_get_signum (MgrEmergencySignal   *self);
gboolean            mgr_emergency_signal_set_signum (MgrEmergencySignal   *self,
                                                     int                   signum,
                                                     GError              **error);

G_END_DECLS
