/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-owner-context-private.h"

G_BEGIN_DECLS

/* A function that runs once where an object lives, and whose end another thread
 * may wait for. */
typedef struct _MgrOwnerCall MgrOwnerCall;

/* Runs @func in @context unless @object is gone by then. @user_data belongs to the
 * call: @destroy comes once both the call and whoever posted it are done with it,
 * in either thread. Returns (transfer full) */
MgrOwnerCall *mgr_owner_call_post     (GMainContext   *context,
                                       gpointer        object,
                                       MgrOwnerFunc    func,
                                       gpointer        user_data,
                                       GDestroyNotify  destroy);

/* Waits until @func has returned, at most until @deadline of g_get_monotonic_time().
 * %FALSE if it has not by then, or never will, as where @object or the context is
 * gone; what @func wrote to its data may be read only if %TRUE. */
gboolean      mgr_owner_call_wait     (MgrOwnerCall   *call,
                                       gint64          deadline);

/* Keeps @func from running where it has not begun: %FALSE if it has. */
gboolean      mgr_owner_call_withdraw (MgrOwnerCall   *call);

void          mgr_owner_call_unref    (MgrOwnerCall   *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrOwnerCall, mgr_owner_call_unref)

G_END_DECLS
