/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Ties a holder to an object that it must not keep alive, and must not outlive. */
typedef struct _MgrLifeline MgrLifeline;

/* Called in the thread that dropped the last reference to the object. */
typedef void (*MgrLifelineFunc) (gpointer     holder,
                                 MgrLifeline *lifeline);

/* Calls @lost once @object goes away, unless @holder or the lifeline is gone by
 * then. Keeps neither of the two alive. */
MgrLifeline *mgr_lifeline_new        (GObject         *object,
                                      GObject         *holder,
                                      MgrLifelineFunc  lost);

/* Returns (transfer full) (nullable): %NULL once it goes away. */
GObject     *mgr_lifeline_dup_object (MgrLifeline     *lifeline);

MgrLifeline *mgr_lifeline_ref        (MgrLifeline     *lifeline);
void         mgr_lifeline_unref      (MgrLifeline     *lifeline);

/* From now on @lost is not called, and then drops the reference. */
void         mgr_lifeline_cut        (MgrLifeline     *lifeline);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrLifeline, mgr_lifeline_unref)

G_END_DECLS
