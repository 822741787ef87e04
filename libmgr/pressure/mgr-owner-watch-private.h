/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"

G_BEGIN_DECLS

/* Whether the context where an object lives still dispatches. A ping is posted there,
 * and while it is not dispatched for longer than a limit something can be done from
 * another thread. All functions may be called from any thread. */
typedef struct _MgrOwnerWatch MgrOwnerWatch;

/* Called in the thread that looks; @blocked_for: µs since the ping was posted. */
typedef void (*MgrOwnerBlockedFunc) (gint64   blocked_for,
                                     gpointer user_data);

MgrOwnerWatch *mgr_owner_watch_new       (MgrClock            *clock,
                                          GMainContext        *owner);
void           mgr_owner_watch_free      (MgrOwnerWatch       *self);

/* What to do. The data is freed where the last call of @func has ended. */
void           mgr_owner_watch_set_func  (MgrOwnerWatch       *self,
                                          MgrOwnerBlockedFunc  func,
                                          gpointer             user_data,
                                          GDestroyNotify       destroy);

/* For how long a ping may wait, and how far calls are apart at least, µs by the clock;
 * 1 s by default. */
void           mgr_owner_watch_set_limit (MgrOwnerWatch       *self,
                                          gint64               limit);

/* Looks after the context, where that @matters; to be called again and again. @object
 * lives in the context. */
void           mgr_owner_watch_look      (MgrOwnerWatch       *self,
                                          gpointer             object,
                                          gboolean             matters);

G_END_DECLS
