/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-ledger-private.h"

G_BEGIN_DECLS

/* Tells once that a component has room for so much, without taking it: others may be
 * faster. */
typedef struct _MgrRoomWatch MgrRoomWatch;

/* Called in the thread that made the room, which may hold any lock of its own: so it may
 * take none, and is to hand over to another thread. */
typedef void (*MgrRoomFunc) (gpointer user_data);

/* If there is room already, @func is called by then; if the component was removed, never.
 * @destroy is called like it, once nobody may call @func any more. */
MgrRoomWatch *mgr_room_watch_new    (MgrComponent   *component,
                                     guint64         size,
                                     MgrRoomFunc     func,
                                     gpointer        user_data,
                                     GDestroyNotify  destroy);

/* Whether or not it told. In another thread it may just be telling. */
void          mgr_room_watch_cancel (MgrRoomWatch   *self);

/* Without a lock of the ledger: tells those for whom there is room. */
void          mgr_room_watches_tell (MgrLedger      *ledger);

G_END_DECLS
