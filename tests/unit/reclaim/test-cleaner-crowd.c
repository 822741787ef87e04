/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-cleaner-private.h"

#include <stdlib.h>

/* 24 threads do at random whatever may be done with one cleaner; MGR_TEST_SECONDS says
 * for how long. Each either succeeds or fails with an error that it has to expect, and a
 * watchdog sees to it that none of them hangs. */

#define N_THREADS 24
#define N_SHARED 12
#define SECONDS 2
#define WATCHDOG_SECONDS 10

typedef struct
{
  MgrCleaner *cleaner;           /* (owned) */
  MgrResource *shared[N_SHARED]; /* (owned) pinned, set and asked by all */
  gint stop;                     /* atomic */
  gint taken_pinned;             /* atomic: how often a pinned one was asked */
} Crowd;

typedef struct
{
  Crowd *crowd;
  guint index;
  GRand *rand;           /* (owned) */
  GMainContext *context; /* (owned) */
  gint beats;            /* atomic: grows as long as it does not hang */
  gint ended;            /* atomic */
  guint done;
  guint refused;
} Member;

/* A pin and the handler must never overlap. */
static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Crowd *crowd = user_data;

  if (mgr_resource_is_pinned (resource))
    g_atomic_int_inc (&crowd->taken_pinned);
  return MIN (target, mgr_resource_get_size (resource));
}

static guint64
forget_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  mgr_resource_unregister (resource);
  return mgr_resource_get_size (resource);
}

static gint
pick (Member *member,
      gint    n)
{
  return g_rand_int_range (member->rand, 0, n);
}

static MgrCleanupFlags
pick_flags (Member *member)
{
  return (MgrCleanupFlags) pick (member, 8);
}

/* Mostly such as do not trim the heap: that would be all the test does. */
static MgrCleanupStrategy
pick_strategy (Member *member)
{
  return (MgrCleanupStrategy) (pick (member, 200) == 0 ? pick (member, 4) : pick (member, 2));
}

static void
note_outcome (Member       *member,
              gboolean      done,
              const GError *error)
{
  if (done)
    {
      g_assert_no_error (error);
      member->done++;
      return;
    }

  if (!g_error_matches (error, MGR_ERROR, MGR_ERROR_STALE_PLAN))
    g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  member->refused++;
}

static void
do_cleanup (Member *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup (member->crowd->cleaner, pick_strategy (member),
                         pick (member, 2), TRUE, &error);

  note_outcome (member, report != NULL, error);
}

static void
do_plan (Member *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_plan (member->crowd->cleaner, pick_strategy (member), pick_flags (member), NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GVariant) variant = g_variant_ref_sink (mgr_cleanup_plan_to_variant (plan));

  g_assert_cmpuint (g_variant_n_children (variant), >, 0);
  report = mgr_cleaner_execute (member->crowd->cleaner, plan, &error);
  note_outcome (member, report != NULL, error);
}

static void
count_end_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup_finish (MGR_CLEANER (source), result, NULL);

  g_atomic_int_inc ((gint *) user_data);
}

/* Ends in this thread's context, which is iterated until it has. */
static void
do_background (Member *member)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gint ended = 0;

  mgr_cleaner_cleanup_async (member->crowd->cleaner, pick_strategy (member), pick_flags (member),
                             cancellable, count_end_cb, &ended);
  if (pick (member, 4) == 0)
    g_cancellable_cancel (cancellable);
  while (g_atomic_int_get (&ended) == 0)
    g_main_context_iteration (member->context, TRUE);
  member->done++;
}

static void
do_register (Member *member)
{
  g_autofree char *name = g_strdup_printf ("temp_%u_%d", member->index, pick (member, 8));
  g_autoptr (MgrResource) resource = mgr_resource_new (name, (guint64) pick (member, 1000));
  g_autoptr (GError) error = NULL;

  g_signal_connect (resource, "reclaim",
                    G_CALLBACK (pick (member, 4) == 0 ? forget_cb : reclaim_cb), member->crowd);
  if (!mgr_cleaner_register (member->crowd->cleaner, resource, &error))
    g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  else if (pick (member, 2) == 0)
    mgr_cleaner_unregister (member->crowd->cleaner, resource);
}

static void
do_change (Member *member)
{
  MgrResource *resource = member->crowd->shared[pick (member, N_SHARED)];

  switch (pick (member, 4))
    {
    case 0:
      mgr_resource_set_size (resource, (guint64) pick (member, 1000));
      break;
    case 1:
      mgr_resource_set_safety (resource, (MgrSafety) pick (member, 3));
      break;
    case 2:
      mgr_resource_set_priority (resource, (guint) pick (member, 10) + 1);
      break;
    default:
      g_assert_true (mgr_protection_rules_add (mgr_cleaner_get_rules (member->crowd->cleaner),
                                               "nothing_*", MGR_SAFETY_PROTECTED, NULL));
      mgr_protection_rules_clear (mgr_cleaner_get_rules (member->crowd->cleaner));
      break;
    }
}

static void
do_access (Member *member)
{
  MgrResource *resource = member->crowd->shared[pick (member, N_SHARED)];
  g_autoptr (GError) error = NULL;

  if (!mgr_resource_begin_access (resource, &error))
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
      return;
    }

  g_thread_yield ();
  g_assert_true (mgr_resource_end_access (resource, NULL));
}

static gpointer
member_thread (gpointer user_data)
{
  Member *member = user_data;
  static void (*const deeds[]) (Member *) = {
    do_cleanup, do_plan, do_background, do_register, do_change, do_access,
  };

  g_main_context_push_thread_default (member->context);
  while (!g_atomic_int_get (&member->crowd->stop))
    {
      deeds[pick (member, G_N_ELEMENTS (deeds))] (member);
      while (g_main_context_iteration (member->context, FALSE))
        continue;
      g_atomic_int_inc (&member->beats);
    }
  g_main_context_pop_thread_default (member->context);
  g_atomic_int_set (&member->ended, TRUE);

  return NULL;
}

typedef struct
{
  Member *members;
  gint stop; /* atomic */
} Watchdog;

static gpointer
watchdog_thread (gpointer user_data)
{
  Watchdog *watchdog = user_data;
  gint beats[N_THREADS] = { 0, };
  gint64 seen[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    seen[i] = g_get_monotonic_time ();

  while (!g_atomic_int_get (&watchdog->stop))
    {
      gint64 now = g_get_monotonic_time ();

      for (guint i = 0; i < N_THREADS; i++)
        {
          gint beat = g_atomic_int_get (&watchdog->members[i].beats);

          if (beat != beats[i])
            seen[i] = now;
          beats[i] = beat;
          if (now - seen[i] > WATCHDOG_SECONDS * G_USEC_PER_SEC)
            g_error ("Thread %u has hung for %d s", i, WATCHDOG_SECONDS);
        }
      g_usleep (20 * G_TIME_SPAN_MILLISECOND);
    }

  return NULL;
}

static void
crowd_init (Crowd *crowd)
{
  *crowd = (Crowd) { .cleaner = mgr_cleaner_new (NULL, NULL) };
  mgr_cleaner_set_owner_deadline (crowd->cleaner, G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < N_SHARED; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_shared_%u", i);

      crowd->shared[i] = mgr_resource_new (name, 500);
      g_signal_connect (crowd->shared[i], "reclaim", G_CALLBACK (reclaim_cb), crowd);
      g_assert_true (mgr_cleaner_register (crowd->cleaner, crowd->shared[i], NULL));
    }
}

static void
crowd_clear (Crowd *crowd)
{
  for (guint i = 0; i < N_SHARED; i++)
    g_object_unref (crowd->shared[i]);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (crowd->cleaner);
}

static gint64
get_seconds (void)
{
  const char *wanted = g_getenv ("MGR_TEST_SECONDS");

  return wanted != NULL ? g_ascii_strtoll (wanted, NULL, 10) : SECONDS;
}

static void
ignore_cb (const char     *domain,
           GLogLevelFlags  level,
           const char     *message,
           gpointer        user_data)
{
}

static void
crowd_run (Crowd   *crowd,
           Member  *members,
           guint32  seed)
{
  GThread *threads[N_THREADS];
  gint64 end = g_get_monotonic_time () + get_seconds () * G_USEC_PER_SEC;
  Watchdog watchdog = { .members = members };
  GThread *watcher;

  for (guint i = 0; i < N_THREADS; i++)
    {
      members[i] = (Member) { .crowd = crowd, .index = i };
      members[i].rand = g_rand_new_with_seed (seed + i);
      members[i].context = g_main_context_new ();
    }
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("member", member_thread, &members[i]);
  watcher = g_thread_new ("watchdog", watchdog_thread, &watchdog);

  while (g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (100);
    }

  g_atomic_int_set (&watchdog.stop, TRUE);
  g_thread_join (watcher);
  g_atomic_int_set (&crowd->stop, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    {
      /* Who waits for a cleanup in the background needs this context. */
      while (!g_atomic_int_get (&members[i].ended))
        g_main_context_iteration (NULL, FALSE);
      g_thread_join (threads[i]);
    }
}

static void
test_crowd (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  guint handler = g_log_set_handler (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, ignore_cb, NULL);
  Member members[N_THREADS];
  Crowd crowd;
  guint done = 0;
  guint refused = 0;

  g_test_summary ("24 threads, a watchdog of 10 s: only success or expected errors");
  g_test_message ("seed %u", seed);

  crowd_init (&crowd);
  crowd_run (&crowd, members, seed);
  for (guint i = 0; i < N_THREADS; i++)
    {
      done += members[i].done;
      refused += members[i].refused;
      g_rand_free (members[i].rand);
      g_main_context_unref (members[i].context);
    }
  g_test_message ("%u cleanups, %u refused", done, refused);
  g_assert_cmpuint (done, >, 0);
  g_assert_cmpint (crowd.taken_pinned, ==, 0);

  crowd_clear (&crowd);
  g_log_remove_handler (G_LOG_DOMAIN, handler);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cases/protection/pins-race-with-reclaim", test_crowd);

  return g_test_run ();
}
