/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that is held for nothing but to be given back when there is none: by then it
 * is too late to free things that have to be looked for. Any thread. */
typedef struct _MgrEmergencyReserve MgrEmergencyReserve;

MgrEmergencyReserve *mgr_emergency_reserve_new      (void);
void                 mgr_emergency_reserve_free     (MgrEmergencyReserve *self);

/* In bytes; rounded up to whole pages. 0: none. A block that is held is exchanged at
 * once, one that was given back only by mgr_emergency_reserve_restore(). */
guint64              mgr_emergency_reserve_get_size (MgrEmergencyReserve *self);
void                 mgr_emergency_reserve_set_size (MgrEmergencyReserve *self,
                                                     guint64              size);

/* Takes no memory and returns the bytes that went. */
guint64              mgr_emergency_reserve_give_up  (MgrEmergencyReserve *self);

/* The bytes that went since this was asked last. */
guint64              mgr_emergency_reserve_take_given (MgrEmergencyReserve *self);

/* %FALSE: there is still no memory for it. */
gboolean             mgr_emergency_reserve_restore  (MgrEmergencyReserve *self);

/* What is held now, in bytes. */
guint64              mgr_emergency_reserve_get_held (MgrEmergencyReserve *self);

G_END_DECLS
