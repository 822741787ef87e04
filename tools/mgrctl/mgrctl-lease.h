/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-lease-why.h"

G_BEGIN_DECLS

/* Memory that a program on the bus keeps free for a command. */
typedef struct _MgrctlLease MgrctlLease;

typedef void (*MgrctlLeaseEndingFunc) (gpointer user_data);

/* Asks the program that the options name, or the only one there is, to grant @bytes, and
 * waits for it. @why, which may be %NULL, is told why where that takes long. %NULL without an error where there is none that could grant anything; it
 * is an error where the options name it. */
MgrctlLease *mgrctl_lease_acquire (const MgrctlOptions   *options,
                                   const char            *name,
                                   guint64                bytes,
                                   const char            *priority,
                                   MgrctlLeaseWhyFunc     why,
                                   GCancellable          *cancellable,
                                   GError               **error);

/* Calls @func in the main context when the program needs the memory back. */
void         mgrctl_lease_watch   (MgrctlLease           *self,
                                   MgrctlLeaseEndingFunc  func,
                                   gpointer               user_data);

/* How long it was waited for, in µs. */
gint64       mgrctl_lease_get_wait (MgrctlLease          *self);

/* Tells how much of it is in use. */
void         mgrctl_lease_report  (MgrctlLease           *self,
                                   guint64                bytes);
void         mgrctl_lease_release (MgrctlLease           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlLease, mgrctl_lease_release)

G_END_DECLS
