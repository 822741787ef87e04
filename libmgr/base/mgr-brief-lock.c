/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-brief-lock-private.h"

/* Longer than it is held, unless whoever holds it was put off its processor, or moves much
 * memory: then it takes a while, and the processor is of more use to others. */
#define SPINS 100
#define NAP 20 /* µs */

static gboolean
brief_lock_try (MgrBriefLock *self)
{
  return !__atomic_load_n (&self->taken, __ATOMIC_RELAXED)
         && !__atomic_exchange_n (&self->taken, TRUE, __ATOMIC_ACQUIRE);
}

static void
pause_processor (void)
{
#if defined (__x86_64__) || defined (__i386__)
  __builtin_ia32_pause ();
#endif
}

void
mgr_brief_lock_wait (MgrBriefLock *self)
{
  for (guint i = 0; !brief_lock_try (self); i++)
    {
      if (i < SPINS)
        pause_processor ();
      else
        g_usleep (NAP);
    }
}
