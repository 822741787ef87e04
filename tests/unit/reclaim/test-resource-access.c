/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

static guint64
count_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  (*(guint *) user_data)++;
  return mgr_resource_get_size (resource);
}

static void
begin (MgrResource *resource)
{
  g_autoptr (GError) error = NULL;
  gboolean begun = mgr_resource_begin_access (resource, &error);

  g_assert_no_error (error);
  g_assert_true (begun);
}

static void
end (MgrResource *resource)
{
  g_autoptr (GError) error = NULL;
  gboolean ended = mgr_resource_end_access (resource, &error);

  g_assert_no_error (error);
  g_assert_true (ended);
}

static guint64
reclaim (MgrResource  *resource,
         GError      **error)
{
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };

  return mgr_resource_reclaim (resource, &request, NULL, error);
}

static void
test_counted (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  g_autoptr (GError) error = NULL;
  guint asked = 0;

  g_signal_connect (resource, "reclaim", G_CALLBACK (count_cb), &asked);
  begin (resource);
  begin (resource);
  g_assert_true (mgr_resource_is_pinned (resource));
  end (resource);
  g_assert_true (mgr_resource_is_pinned (resource));

  g_assert_cmpuint (reclaim (resource, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "temp_a"));
  g_assert_cmpuint (asked, ==, 0);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 100);

  end (resource);
  g_assert_false (mgr_resource_is_pinned (resource));
  g_assert_cmpuint (reclaim (resource, NULL), ==, 100);
  g_assert_cmpuint (asked, ==, 1);
}

static void
test_unbalanced (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An end without a beginning is an error, and no pin less than none");

  g_assert_false (mgr_resource_end_access (resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_nonnull (strstr (error->message, "temp_a"));
  g_assert_false (mgr_resource_is_pinned (resource));

  begin (resource);
  g_assert_true (mgr_resource_is_pinned (resource));
  end (resource);
  g_assert_false (mgr_resource_end_access (resource, NULL));
}

static void
test_in_no_plan (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) pinned = mgr_resource_new ("temp_a", 100);
  g_autoptr (MgrResource) other = mgr_resource_new ("temp_b", 100);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  guint asked = 0;

  g_signal_connect (pinned, "reclaim", G_CALLBACK (count_cb), &asked);
  g_signal_connect (other, "reclaim", G_CALLBACK (count_cb), &asked);
  g_assert_true (mgr_cleaner_register (cleaner, pinned, NULL));
  g_assert_true (mgr_cleaner_register (cleaner, other, NULL));
  begin (pinned);

  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY,
                           MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE, NULL);
  steps = mgr_cleanup_plan_get_steps (plan);
  g_assert_cmpuint (steps->len, ==, 1);
  kept = mgr_cleanup_plan_get_kept (plan);
  g_assert_cmpstr (mgr_cleanup_step_get_name (kept->pdata[0]), ==, "temp_a");
  g_assert_cmpstr (mgr_cleanup_step_get_reason (kept->pdata[0]), ==, "pinned");

  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, NULL);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_b");
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");
  g_assert_cmpuint (asked, ==, 1);
  end (pinned);
}

static guint64
pin_other_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  begin (user_data);
  return 100;
}

static void
test_pinned_after_the_plan (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) first = mgr_resource_new ("temp_a", 200);
  g_autoptr (MgrResource) second = mgr_resource_new ("temp_b", 100);
  g_autoptr (MgrCleanupReport) report = NULL;
  guint asked = 0;

  g_test_summary ("A pin set between the plan and a turn is kept");

  g_signal_connect (first, "reclaim", G_CALLBACK (pin_other_cb), second);
  g_signal_connect (second, "reclaim", G_CALLBACK (count_cb), &asked);
  g_assert_true (mgr_cleaner_register (cleaner, first, NULL));
  g_assert_true (mgr_cleaner_register (cleaner, second, NULL));

  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, NULL);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_b");
  g_assert_cmpuint (asked, ==, 0);
  end (second);
}

static guint64
pin_itself_cb (MgrResource *resource,
               guint64      target,
               gpointer     user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_resource_begin_access (resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_assert_false (mgr_resource_is_pinned (resource));
  return 100;
}

static void
test_inside_the_handler (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);

  g_signal_connect (resource, "reclaim", G_CALLBACK (pin_itself_cb), NULL);
  g_assert_cmpuint (reclaim (resource, NULL), ==, 100);
  begin (resource);
  end (resource);
}

/* Two resources that belong to different threads, each of which, while it is cleaned,
 * wants to use the other. */
typedef struct
{
  MgrResource *own;   /* (owned) */
  MgrResource *other; /* (unowned) */
  gint *inside;       /* atomic: how many handlers have begun */
  gint made;          /* atomic */
  gint start;         /* atomic */
  gboolean refused;   /* read after join */
} Crossed;

static guint64
cross_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Crossed *crossed = user_data;
  g_autoptr (GError) error = NULL;

  g_atomic_int_inc (crossed->inside);
  while (g_atomic_int_get (crossed->inside) < 2)
    g_thread_yield ();

  crossed->refused = !mgr_resource_begin_access (crossed->other, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_atomic_int_inc (crossed->inside);
  while (g_atomic_int_get (crossed->inside) < 4)
    g_thread_yield ();
  return 1;
}

static gpointer
cross_thread (gpointer user_data)
{
  Crossed *crossed = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  crossed->own = mgr_resource_new ("temp_a", 100);
  g_signal_connect (crossed->own, "reclaim", G_CALLBACK (cross_cb), crossed);
  g_atomic_int_set (&crossed->made, TRUE);
  while (!g_atomic_int_get (&crossed->start))
    g_thread_yield ();
  g_assert_cmpuint (reclaim (crossed->own, NULL), ==, 1);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_crossed_handlers (void)
{
  gint inside = 0;
  Crossed crossed[2] = { { .inside = &inside }, { .inside = &inside } };
  GThread *threads[2];

  g_test_summary ("Two handlers that want each other's resource do not wait for each other");

  for (guint i = 0; i < 2; i++)
    {
      threads[i] = g_thread_new ("cross", cross_thread, &crossed[i]);
      while (!g_atomic_int_get (&crossed[i].made))
        g_thread_yield ();
    }

  crossed[0].other = crossed[1].own;
  crossed[1].other = crossed[0].own;
  for (guint i = 0; i < 2; i++)
    g_atomic_int_set (&crossed[i].start, TRUE);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (crossed[i].refused);
      g_assert_false (mgr_resource_is_pinned (crossed[i].own));
      g_object_unref (crossed[i].own);
    }
}

typedef struct
{
  MgrResource *resource;
  gint entered;       /* atomic */
  gint may_return;    /* atomic */
  gint begun;         /* atomic */
  gboolean was_freed; /* what the accessor saw, read after join */
  guint64 payload;    /* written by the handler, read by who has access */
} Slow;

static guint64
slow_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  Slow *slow = user_data;

  g_atomic_int_set (&slow->entered, TRUE);
  while (!g_atomic_int_get (&slow->may_return))
    g_thread_yield ();
  slow->payload = 0;
  return 100;
}

static gpointer
access_thread (gpointer user_data)
{
  Slow *slow = user_data;

  while (!g_atomic_int_get (&slow->entered))
    g_thread_yield ();

  /* Nothing to see of it but that it blocks: the handler may return only now. */
  g_atomic_int_set (&slow->may_return, TRUE);
  begin (slow->resource);
  slow->was_freed = slow->payload == 0;
  end (slow->resource);
  return NULL;
}

static void
test_waits_for_the_handler (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  Slow slow = { .resource = resource, .payload = 100 };
  GThread *thread;

  g_test_summary ("Who gets access after a handler began sees what it left");

  g_signal_connect (resource, "reclaim", G_CALLBACK (slow_cb), &slow);
  thread = g_thread_new ("access", access_thread, &slow);
  g_assert_cmpuint (reclaim (resource, NULL), ==, 100);
  g_thread_join (thread);
  g_assert_true (slow.was_freed);
  g_assert_false (mgr_resource_is_pinned (resource));
}

static gpointer
impatient_thread (gpointer user_data)
{
  Slow *slow = user_data;
  g_autoptr (GError) error = NULL;

  while (!g_atomic_int_get (&slow->entered))
    g_thread_yield ();
  g_assert_false (mgr_resource_begin_access (slow->resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "temp_a"));
  g_atomic_int_set (&slow->may_return, TRUE);
  return NULL;
}

static void
test_handler_blocks (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  Slow slow = { .resource = resource, .payload = 100 };
  GThread *thread;

  g_test_summary ("A handler that does not return is not waited for beyond the deadline");

  mgr_resource_set_deadline (resource, 2 * G_TIME_SPAN_MILLISECOND);
  g_signal_connect (resource, "reclaim", G_CALLBACK (slow_cb), &slow);
  thread = g_thread_new ("access", impatient_thread, &slow);
  g_assert_cmpuint (reclaim (resource, NULL), ==, 100);
  g_thread_join (thread);
  g_assert_false (mgr_resource_is_pinned (resource));
}

/* Memory that a handler frees and others read, with nothing but pins between: a
 * sanitizer sees it if they ever meet. */
typedef struct
{
  MgrResource *resource; /* (owned) */
  guint64 *payload;      /* (owned) (nullable) */
  gint seen;             /* atomic: how often it was there */
} Shared;

#define N_SHARED 100
#define PAYLOAD_WORDS 64

typedef struct
{
  Shared shared[N_SHARED];
  gint current; /* atomic: the one that all want now */
} Crowd;

static guint64
free_payload_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Shared *shared = user_data;

  /* Slowly, so that who comes in meanwhile is seen to. */
  for (guint i = 0; i < PAYLOAD_WORDS; i++)
    {
      shared->payload[i] = G_MAXUINT64;
      g_thread_yield ();
    }

  g_clear_pointer (&shared->payload, g_free);
  return 1;
}

static void
shared_init (Shared *shared)
{
  shared->payload = g_new (guint64, PAYLOAD_WORDS);
  for (guint i = 0; i < PAYLOAD_WORDS; i++)
    shared->payload[i] = i;
  shared->resource = mgr_resource_new ("temp_a", sizeof (guint64) * PAYLOAD_WORDS);
  g_signal_connect (shared->resource, "reclaim", G_CALLBACK (free_payload_cb), shared);
}

static void
shared_use (Shared *shared)
{
  begin (shared->resource);
  if (shared->payload != NULL)
    g_atomic_int_inc (&shared->seen);
  for (guint i = 0; shared->payload != NULL && i < PAYLOAD_WORDS; i++)
    {
      g_assert_cmpuint (shared->payload[i], ==, i);
      g_thread_yield ();
    }
  end (shared->resource);
}

static gpointer
crowd_thread (gpointer user_data)
{
  Crowd *crowd = user_data;
  gint current;

  while ((current = g_atomic_int_get (&crowd->current)) < N_SHARED)
    {
      shared_use (&crowd->shared[current]);
      g_thread_yield ();
    }

  return NULL;
}

static void
test_race (void)
{
  g_autofree Crowd *crowd = g_new0 (Crowd, 1);
  GThread *threads[2];

  g_test_summary ("What is pinned is never freed under the one who uses it");

  for (guint i = 0; i < N_SHARED; i++)
    shared_init (&crowd->shared[i]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", crowd_thread, crowd);

  for (guint i = 0; i < N_SHARED; i++)
    {
      while (g_atomic_int_get (&crowd->shared[i].seen) == 0)
        g_thread_yield ();
      while (reclaim (crowd->shared[i].resource, NULL) == 0)
        g_thread_yield ();
      g_atomic_int_inc (&crowd->current);
    }

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_SHARED; i++)
    {
      g_assert_null (crowd->shared[i].payload);
      g_assert_false (mgr_resource_is_pinned (crowd->shared[i].resource));
      g_object_unref (crowd->shared[i].resource);
    }
}

static guint64
refill_cb (MgrResource *resource,
           gpointer     user_data)
{
  g_assert_true (mgr_resource_is_pinned (resource));
  return 1;
}

static void
test_rebuild_pins (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  g_autoptr (GError) error = NULL;
  guint asked = 0;

  g_test_summary ("What is just being brought back is not cleaned");

  g_signal_connect (resource, "reclaim", G_CALLBACK (count_cb), &asked);
  g_signal_connect (resource, "rebuild", G_CALLBACK (refill_cb), NULL);
  g_assert_true (mgr_resource_rebuild (resource, &error));
  g_assert_no_error (error);
  g_assert_false (mgr_resource_is_pinned (resource));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource-access/counted", test_counted);
  g_test_add_func ("/reclaim/resource-access/unbalanced", test_unbalanced);
  g_test_add_func ("/reclaim/resource-access/in-no-plan", test_in_no_plan);
  g_test_add_func ("/reclaim/resource-access/pinned-after-the-plan", test_pinned_after_the_plan);
  g_test_add_func ("/reclaim/resource-access/inside-the-handler", test_inside_the_handler);
  g_test_add_func ("/reclaim/resource-access/crossed-handlers", test_crossed_handlers);
  g_test_add_func ("/reclaim/resource-access/waits-for-the-handler", test_waits_for_the_handler);
  g_test_add_func ("/reclaim/resource-access/handler-blocks", test_handler_blocks);
  g_test_add_func ("/reclaim/resource-access/race", test_race);
  g_test_add_func ("/reclaim/resource-access/rebuild-pins", test_rebuild_pins);

  return g_test_run ();
}
