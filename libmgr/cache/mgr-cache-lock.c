/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-lock-private.h"

/* Looks between which the wait doubles, from one pause on; then the processor is
 * offered to others, and after as many times again it is let go. */
#define LOOKS 8
#define YIELDS 16
#define SLEEP 50 /* µs */

static void
pause_for (guint times)
{
  for (guint i = 0; i < times; i++)
    {
#if defined (__x86_64__) || defined (__i386__)
      __builtin_ia32_pause ();
#elif defined (__aarch64__)
      __asm__ volatile ("yield");
#else
      __atomic_signal_fence (__ATOMIC_SEQ_CST);
#endif
    }
}

void
mgr_cache_lock_wait (MgrCacheLock *self)
{
  for (guint i = 0; !mgr_cache_lock_try (self); i++)
    {
      if (i < LOOKS)
        pause_for (1u << i);
      else if (i < LOOKS + YIELDS)
        g_thread_yield ();
      else
        g_usleep (SLEEP);
    }
}
