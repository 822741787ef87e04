/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A small number that no other running thread has, so that a thread can count without a lock
 * in a place of its own. It is another's when the thread has ended. Threads that come when
 * there is none left share number 0. */
#define MGR_CACHE_MAX_SLOTS 16

/* 0 until it is asked for; then the number and 1. Found without a call, also in a library that
 * was loaded later. */
extern __thread guint mgr_cache_slot_of_thread __attribute__ ((tls_model ("initial-exec"), visibility ("hidden")));

guint mgr_cache_slot_take (void);

static inline gboolean
mgr_cache_slot_is_known (void)
{
  return mgr_cache_slot_of_thread != 0;
}

/* Of a thread that has asked before. */
static inline guint
mgr_cache_slot_get_known (void)
{
  return mgr_cache_slot_of_thread - 1;
}

static inline guint
mgr_cache_slot_get (void)
{
  guint slot = mgr_cache_slot_of_thread;

  return (G_LIKELY (slot != 0) ? slot : mgr_cache_slot_take ()) - 1;
}

G_END_DECLS
