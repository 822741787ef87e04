/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-brief-lock-private.h"

#define THREADS 4
#define ROUNDS 20000

typedef struct
{
  MgrBriefLock lock;
  guint inside;      /* guarded by lock */
  guint64 count;     /* guarded by lock */
  guint64 held_long; /* guarded by lock */
} Shared;

static gpointer
count_cb (gpointer user_data)
{
  Shared *shared = user_data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      mgr_brief_lock_take (&shared->lock);
      g_assert_cmpuint (shared->inside++, ==, 0);
      shared->count++;
      /* Now and then long enough for the others to nap. */
      if (i % (ROUNDS / 10) == 0)
        {
          g_usleep (100);
          shared->held_long++;
        }
      shared->inside--;
      mgr_brief_lock_let_go (&shared->lock);
    }

  return NULL;
}

static void
test_one_at_a_time (void)
{
  Shared shared = { 0 };
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("count", count_cb, &shared);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (shared.count, ==, THREADS * ROUNDS);
  g_assert_cmpuint (shared.held_long, ==, THREADS * 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/brief-lock/one-at-a-time", test_one_at_a_time);

  return g_test_run ();
}
