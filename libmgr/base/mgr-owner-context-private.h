/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

G_BEGIN_DECLS

typedef void (*MgrOwnerFunc) (gpointer object,
                              gpointer user_data);

/* Runs @func once in @context, where @object lives, unless @object is gone by
 * then. Always through an idle source: g_main_context_invoke() would run in the
 * calling thread whenever it can acquire the context, which is the wrong thread
 * before the owner's loop has started. */
void mgr_owner_context_post (GMainContext   *context,
                             gpointer        object,
                             MgrOwnerFunc    func,
                             gpointer        user_data,
                             GDestroyNotify  destroy);

/* Drops a reference to @object in @context, where it lives: what its handlers hold is
 * let go there too, and not in the middle of what the calling thread does. */
void mgr_owner_context_unref (GMainContext   *context,
                              gpointer        object);

/* A weak reference for the data of a source or handler that must neither keep
 * @object alive nor outlive it: g_weak_ref_get() gives a reference to hold while
 * the callback runs, or NULL once the object is gone, in whatever thread that was. */
GWeakRef *mgr_weak_box_new  (gpointer object) G_GNUC_WARN_UNUSED_RESULT;
void      mgr_weak_box_free (gpointer box);

G_END_DECLS
