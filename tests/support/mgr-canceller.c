/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-canceller.h"

#include <malloc.h>

/* From none to what it takes to let an operation go. */
#define MOST_TURNS 64

/* No object is smaller, and four of five rounds may have come too late to leave one. */
#define LEAST_PER_ROUND (64 / 5)

/* The thread, and the lists that grow with the first rounds. */
#define HEAP_AT_MOST (32 << 10)

static void
linger_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  MgrCanceller *self = user_data;

  g_atomic_int_set (&self->is_within, TRUE);
  self->n_turns = (self->n_turns + 7) % MOST_TURNS;
  for (guint i = 0; i < self->n_turns; i++)
    g_thread_yield ();
}

/* Spins, since it would be too late where it had to be woken up. */
static gpointer
cancel_thread (gpointer user_data)
{
  MgrCanceller *self = user_data;

  while (!g_atomic_int_get (&self->stops))
    {
      GCancellable *cancellable = g_atomic_pointer_get (&self->next);

      if (cancellable == NULL)
        {
          g_thread_yield ();
          continue;
        }
      g_cancellable_cancel (cancellable);
      g_object_unref (cancellable);
      g_atomic_pointer_set (&self->next, NULL);
    }

  return NULL;
}

static void
wait_until_done (MgrCanceller *self)
{
  while (g_atomic_pointer_get (&self->next) != NULL)
    g_thread_yield ();
}

void
mgr_canceller_start (MgrCanceller *self)
{
  *self = (MgrCanceller) { .heap = mallinfo2 ().uordblks };
  self->thread = g_thread_new ("cancels", cancel_thread, self);
}

GCancellable *
mgr_canceller_new_cancellable (MgrCanceller *self)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_signal_connect (cancellable, "cancelled", G_CALLBACK (linger_cb), self);
  return cancellable;
}

void
mgr_canceller_cancel (MgrCanceller *self,
                      GCancellable *cancellable)
{
  wait_until_done (self);
  g_atomic_int_set (&self->is_within, FALSE);
  g_atomic_pointer_set (&self->next, g_object_ref (cancellable));
  while (!g_atomic_int_get (&self->is_within))
    g_thread_yield ();
}

void
mgr_canceller_stop (MgrCanceller *self,
                    guint         n_rounds)
{
  gsize heap;

  wait_until_done (self);
  g_atomic_int_set (&self->stops, TRUE);
  g_thread_join (self->thread);

  heap = mallinfo2 ().uordblks;
  g_test_message ("heap: %" G_GSIZE_FORMAT " KiB before, %" G_GSIZE_FORMAT " KiB after",
                  self->heap >> 10, heap >> 10);
  g_assert_cmpuint (heap, <, self->heap + HEAP_AT_MOST + (gsize) n_rounds * LEAST_PER_ROUND);
}
