/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache/mgr-cache-slot-private.h"

#define N_THREADS 40

/* Threads that run at the same time, until they are let go. */
typedef struct
{
  GMutex lock;
  GCond changed;
  guint n_ready;                /* guarded by lock */
  gboolean released;            /* guarded by lock */
  guint n_of[MGR_CACHE_MAX_SLOTS]; /* guarded by lock: how many have each number */
} Crowd;

static gpointer
take_cb (gpointer data)
{
  Crowd *crowd = data;
  guint slot = mgr_cache_slot_get ();

  g_assert_true (mgr_cache_slot_is_known ());
  g_assert_cmpuint (mgr_cache_slot_get (), ==, slot);
  g_assert_cmpuint (mgr_cache_slot_get_known (), ==, slot);
  g_assert_cmpuint (slot, <, MGR_CACHE_MAX_SLOTS);

  g_mutex_lock (&crowd->lock);
  crowd->n_of[slot]++;
  crowd->n_ready++;
  g_cond_broadcast (&crowd->changed);
  while (!crowd->released)
    g_cond_wait (&crowd->changed, &crowd->lock);
  g_mutex_unlock (&crowd->lock);

  return NULL;
}

static void
crowd_run (guint  n_threads,
           Crowd *crowd)
{
  GThread *threads[N_THREADS];

  g_mutex_init (&crowd->lock);
  g_cond_init (&crowd->changed);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("take", take_cb, crowd);

  g_mutex_lock (&crowd->lock);
  while (crowd->n_ready < n_threads)
    g_cond_wait (&crowd->changed, &crowd->lock);
  crowd->released = TRUE;
  g_cond_broadcast (&crowd->changed);
  g_mutex_unlock (&crowd->lock);

  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_cond_clear (&crowd->changed);
  g_mutex_clear (&crowd->lock);
}

/* Nobody shares but number 0, and those who come later have what is free again. */
static void
test_each_has_its_own (void)
{
  for (guint round = 0; round < 20; round++)
    {
      guint n_threads = round % 2 == 0 ? N_THREADS : 5;
      Crowd crowd = { .n_ready = 0 };
      guint n_own = 0;

      crowd_run (n_threads, &crowd);
      for (guint slot = 1; slot < MGR_CACHE_MAX_SLOTS; slot++)
        {
          g_assert_cmpuint (crowd.n_of[slot], <=, 1);
          n_own += crowd.n_of[slot];
        }
      g_assert_cmpuint (n_own, ==, MIN (n_threads, MGR_CACHE_MAX_SLOTS - 1));
      g_assert_cmpuint (crowd.n_of[0], ==, n_threads - n_own);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/slot/each-has-its-own", test_each_has_its_own);

  return g_test_run ();
}
