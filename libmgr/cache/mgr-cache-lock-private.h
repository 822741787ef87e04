/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A lock for a few dozen instructions: one exchange to take it and one store to give
 * it back, which is half of what a GMutex costs. Who has to wait looks again after a
 * while, and sleeps when the holder does not seem to run. It is unfair on purpose: a
 * thread that has the lock's data in its cache goes on with it. */
typedef struct
{
  int taken; /* atomic */
} MgrCacheLock;

void mgr_cache_lock_wait (MgrCacheLock *self);

static inline gboolean
mgr_cache_lock_try (MgrCacheLock *self)
{
  return __atomic_load_n (&self->taken, __ATOMIC_RELAXED) == 0 &&
         __atomic_exchange_n (&self->taken, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void
mgr_cache_lock_take (MgrCacheLock *self)
{
  if (G_UNLIKELY (__atomic_exchange_n (&self->taken, 1, __ATOMIC_ACQUIRE) != 0))
    mgr_cache_lock_wait (self);
}

static inline void
mgr_cache_lock_give (MgrCacheLock *self)
{
  __atomic_store_n (&self->taken, 0, __ATOMIC_RELEASE);
}

G_END_DECLS
