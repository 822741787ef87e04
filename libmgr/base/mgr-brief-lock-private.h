/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* A lock for what takes some nanoseconds and is seldom contended. To let go of it is a
 * plain store, so that a pair costs half of what it does with a GMutex, which has to find
 * out whether somebody sleeps. Who finds it taken spins a little and then naps, again and
 * again; it is not fair. One that is all 0 is free, and needs not be cleared. */
typedef struct
{
  int taken; /* atomic */
} MgrBriefLock;

void mgr_brief_lock_wait (MgrBriefLock *self);

static inline void
mgr_brief_lock_take (MgrBriefLock *self)
{
  if (G_UNLIKELY (__atomic_exchange_n (&self->taken, TRUE, __ATOMIC_ACQUIRE)))
    mgr_brief_lock_wait (self);
}

static inline void
mgr_brief_lock_let_go (MgrBriefLock *self)
{
  __atomic_store_n (&self->taken, FALSE, __ATOMIC_RELEASE);
}

G_END_DECLS
