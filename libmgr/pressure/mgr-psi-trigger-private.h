/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-system-source.h"

G_BEGIN_DECLS

/* Has the kernel tell at once when tasks begin to wait for memory: in the own group,
 * or where that is not to be had, anywhere. It only wakes somebody up; who polls gets
 * along without it. It lives in one thread, whose thread-default context it uses. */
typedef struct _MgrPsiTrigger MgrPsiTrigger;

typedef void (*MgrPsiTriggerFunc) (gpointer user_data);

/* Has the pressure file @path tell. Returns a file descriptor that is ready for
 * POLLPRI when tasks have waited for @out_stall µs in some window, or -1. */
typedef int (*MgrPsiArmFunc) (const char *path,
                              guint64    *out_stall);

int            mgr_psi_trigger_arm   (const char        *path,
                                      guint64           *out_stall);

/* @source says where the files are, and by which clock. @func must not free the
 * trigger. */
MgrPsiTrigger *mgr_psi_trigger_new   (MgrSystemSource   *source,
                                      MgrPsiArmFunc      arm,
                                      MgrPsiTriggerFunc  func,
                                      gpointer           user_data);
void           mgr_psi_trigger_free  (MgrPsiTrigger     *self);

/* Arms it where it is not, and anew where this process is in another group by now.
 * To be called now and then. */
void           mgr_psi_trigger_check (MgrPsiTrigger     *self);

/* The file that is watched, or NULL. */
const char    *mgr_psi_trigger_get_path (MgrPsiTrigger  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPsiTrigger, mgr_psi_trigger_free)

G_END_DECLS
