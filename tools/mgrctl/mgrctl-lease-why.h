/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-target.h"

G_BEGIN_DECLS

/* Who waits longer than that is told why. */
#define MGRCTL_SAY_WHY_AFTER_MS 1000

/* Finds out why a program does not grant a lease yet, and says so, once. */
typedef struct _MgrctlLeaseWhy MgrctlLeaseWhy;

typedef void (*MgrctlLeaseWhyFunc) (const char *why);

/* To be called where the lease is asked for; @func is called in the main context, if it is
 * not had by then. @target and @name stay the caller's. */
MgrctlLeaseWhy *mgrctl_lease_why_new  (MgrctlTarget       *target,
                                       const char         *name,
                                       guint64             bytes,
                                       MgrctlLeaseWhyFunc  func);
void            mgrctl_lease_why_free (MgrctlLeaseWhy     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlLeaseWhy, mgrctl_lease_why_free)

G_END_DECLS
