/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "base/mgr-clock.h"

G_BEGIN_DECLS

/* Calls a function of an object when a signal of the operating system has come, in
 * the main context that was the thread default when it was made. However many come,
 * it calls at most twice a second, and always once more after the last of them. */
typedef struct _MgrEmergencySignal MgrEmergencySignal;

/* Returns FALSE to be called again. */
typedef gboolean (*MgrEmergencyFunc) (gpointer object);

MgrEmergencySignal *mgr_emergency_signal_new        (MgrClock            *clock,
                                                     gpointer             object,
                                                     MgrEmergencyFunc     func);
void                mgr_emergency_signal_free       (MgrEmergencySignal  *self);

/* 0: none. Any thread. */
int                 mgr_emergency_signal_get_signum (MgrEmergencySignal  *self);
gboolean            mgr_emergency_signal_set_signum (MgrEmergencySignal  *self,
                                                     int                  signum,
                                                     GError             **error);

G_END_DECLS
