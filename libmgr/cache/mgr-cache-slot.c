/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-slot-private.h"

__thread guint mgr_cache_slot_of_thread;

#define SHARED 0

/* A bit for each number that a thread has. */
static guint taken = 1u << SHARED;

/* What runs in the thread after this has the shared one. */
static void
slot_give (gpointer number)
{
  mgr_cache_slot_of_thread = SHARED + 1;
  __atomic_fetch_and (&taken, ~(1u << GPOINTER_TO_UINT (number)), __ATOMIC_RELEASE);
}

/* Returns: SHARED if there is none */
static guint
take_number (void)
{
  guint before = __atomic_load_n (&taken, __ATOMIC_RELAXED);
  guint number;

  do
    {
      number = (guint) __builtin_ctz (~before);
      if (number >= MGR_CACHE_MAX_SLOTS)
        return SHARED;
    }
  while (!__atomic_compare_exchange_n (&taken, &before, before | 1u << number, TRUE,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));

  return number;
}

guint
mgr_cache_slot_take (void)
{
  static GPrivate end = G_PRIVATE_INIT (slot_give);
  guint number = take_number ();

  if (number != SHARED)
    g_private_set (&end, GUINT_TO_POINTER (number));

  mgr_cache_slot_of_thread = number + 1;
  return mgr_cache_slot_of_thread;
}
