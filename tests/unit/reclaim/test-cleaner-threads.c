/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-reclaim-private.h"

#define BOX (100 * G_TIME_SPAN_MILLISECOND) /* of MGR_CLEANUP_STRATEGY_AGGRESSIVE */

/* A thread with a context of its own, in which it makes a resource and, once it
 * is told to, iterates until it is told to stop. */
typedef struct
{
  GThread *thread;       /* (owned) */
  GMainContext *context; /* (owned) */
  const char *name;      /* (unowned) until it is made */
  MgrResource *resource; /* (owned) */
  GCallback reclaim;

  gint made;    /* atomic */
  gint serving; /* atomic */
  gint stop;    /* atomic */

  GThread *ran_in; /* written by handlers, read after join or cleanup */
  gint entered;    /* atomic */
  gint may_return; /* atomic */
} Owner;

static gpointer
owner_thread (gpointer user_data)
{
  Owner *owner = user_data;

  g_main_context_push_thread_default (owner->context);
  owner->resource = mgr_resource_new (owner->name, 100);
  g_signal_connect (owner->resource, "reclaim", owner->reclaim, owner);
  g_atomic_int_set (&owner->made, TRUE);

  while (!g_atomic_int_get (&owner->stop))
    {
      if (g_atomic_int_get (&owner->serving))
        g_main_context_iteration (owner->context, FALSE);
      g_thread_yield ();
    }

  while (g_main_context_iteration (owner->context, FALSE))
    continue;
  g_main_context_pop_thread_default (owner->context);
  return NULL;
}

static void
owner_start_named (Owner      *owner,
                   const char *name,
                   MgrCleaner *cleaner,
                   GCallback   reclaim,
                   gboolean    serving)
{
  *owner = (Owner) { .name = name, .reclaim = reclaim, .serving = serving };
  owner->context = g_main_context_new ();
  owner->thread = g_thread_new ("owner", owner_thread, owner);
  while (!g_atomic_int_get (&owner->made))
    g_thread_yield ();
  g_assert_true (mgr_cleaner_register (cleaner, owner->resource, NULL));
}

static void
owner_start (Owner      *owner,
             MgrCleaner *cleaner,
             GCallback   reclaim,
             gboolean    serving)
{
  owner_start_named (owner, "temp_a", cleaner, reclaim, serving);
}

static void
owner_stop (Owner *owner)
{
  g_atomic_int_set (&owner->stop, TRUE);
  g_thread_join (g_steal_pointer (&owner->thread));
}

static void
owner_clear (Owner *owner)
{
  g_clear_object (&owner->resource);
  g_clear_pointer (&owner->context, g_main_context_unref);
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Owner *owner = user_data;

  owner->ran_in = g_thread_self ();
  g_atomic_int_set (&owner->entered, TRUE);
  return mgr_resource_get_size (resource);
}

static guint64
free_late_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  Owner *owner = user_data;

  g_atomic_int_set (&owner->entered, TRUE);
  while (!g_atomic_int_get (&owner->may_return))
    g_thread_yield ();
  return 60;
}

static guint64
nested_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Owner *owner = user_data;
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_atomic_int_set (&owner->entered, TRUE);
  return 1;
}

static MgrCleanupReport *
cleanup (MgrCleaner *cleaner)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, &error);

  g_assert_no_error (error);
  return report;
}

static void
test_owner_serves (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner;
  GThread *thread;

  g_test_summary ("A handler runs in the thread that made the resource");

  owner_start (&owner, cleaner, G_CALLBACK (free_all_cb), TRUE);
  thread = owner.thread;
  report = cleanup (cleaner);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 100);
  g_assert_true (owner.ran_in == thread);

  owner_stop (&owner);
  owner_clear (&owner);
}

static void
test_owner_never_answers (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner;

  g_test_summary ("An owner that does not begin in time is kept, and not asked afterwards");

  mgr_cleaner_set_owner_deadline (cleaner, 2 * G_TIME_SPAN_MILLISECOND);
  owner_start (&owner, cleaner, G_CALLBACK (free_all_cb), FALSE);
  report = cleanup (cleaner);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 0);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");

  owner_stop (&owner);
  g_assert_false (g_atomic_int_get (&owner.entered));
  g_assert_cmpuint (mgr_resource_get_size (owner.resource), ==, 100);
  owner_clear (&owner);
}

static void
test_owner_answers_late (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner;

  g_test_summary ("What is freed too late is taken off the size and counts in no report");

  mgr_cleaner_set_owner_deadline (cleaner, 100 * G_TIME_SPAN_MILLISECOND);
  owner_start (&owner, cleaner, G_CALLBACK (free_late_cb), TRUE);
  report = cleanup (cleaner);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 0);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");

  if (!g_atomic_int_get (&owner.entered))
    {
      g_test_skip ("the owner was too slow to begin");
      owner_stop (&owner);
      owner_clear (&owner);
      return;
    }

  g_atomic_int_set (&owner.may_return, TRUE);
  owner_stop (&owner);
  g_assert_cmpuint (mgr_resource_get_size (owner.resource), ==, 40);
  owner_clear (&owner);
}

static void
test_nested_in_owner (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner;

  owner_start (&owner, cleaner, G_CALLBACK (nested_cb), TRUE);
  report = cleanup (cleaner);
  owner_stop (&owner);
  g_assert_true (g_atomic_int_get (&owner.entered));
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1);
  owner_clear (&owner);
}

static gpointer
destroy_context_thread (gpointer user_data)
{
  Owner *owner = user_data;

  g_main_context_push_thread_default (owner->context);
  owner->resource = mgr_resource_new ("temp_a", 100);
  g_signal_connect (owner->resource, "reclaim", G_CALLBACK (free_all_cb), owner);
  g_main_context_pop_thread_default (owner->context);
  return NULL;
}

static void
test_owner_gone (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner = { .context = g_main_context_new () };

  g_test_summary ("A resource whose thread has ended is kept once the deadline has passed");

  mgr_cleaner_set_owner_deadline (cleaner, 2 * G_TIME_SPAN_MILLISECOND);
  g_thread_join (g_thread_new ("gone", destroy_context_thread, &owner));
  g_assert_true (mgr_cleaner_register (cleaner, owner.resource, NULL));

  report = cleanup (cleaner);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");
  g_assert_true (mgr_cleaner_unregister (cleaner, owner.resource));
  owner_clear (&owner);
  g_assert_false (owner.entered);
}

/* Resources of a thread that ends without ever iterating its context. */
typedef struct
{
  MgrCleaner *cleaner; /* (unowned) */
  guint n;
} Silent;

static guint64
unreachable_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  g_assert_not_reached ();
}

/* They come before all others. */
static gpointer
silent_thread (gpointer user_data)
{
  const Silent *silent = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < silent->n; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_far_%u", i);
      g_autoptr (MgrResource) resource = mgr_resource_new (name, 100);

      mgr_resource_set_priority (resource, 1);
      g_signal_connect (resource, "reclaim", G_CALLBACK (unreachable_cb), NULL);
      g_assert_true (mgr_cleaner_register (silent->cleaner, resource, NULL));
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
add_silent (MgrCleaner *cleaner,
            guint       n)
{
  Silent silent = { cleaner, n };

  g_thread_join (g_thread_new ("silent", silent_thread, &silent));
}

static guint64
free_near_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

/* Returns (transfer full) */
static MgrResource *
add_near (MgrCleaner *cleaner)
{
  MgrResource *resource = mgr_resource_new ("temp_near", 10);

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_near_cb), NULL);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  return resource;
}

/* Returns what it took, and asserts that its owner did not answer. */
static gint64
get_silence (MgrCleanupReport *report,
             const char       *name)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_report_get_steps (report);

  for (guint i = 0; i < steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      if (!g_str_equal (mgr_cleanup_step_get_name (step), name))
        continue;

      g_assert_cmpstr (mgr_cleanup_step_get_reason (step), ==, "its owner did not answer in time");
      g_assert_cmpuint (mgr_cleanup_step_get_claimed (step), ==, 0);
      return mgr_cleanup_step_get_duration (step);
    }

  g_assert_not_reached ();
}

static void
test_silent_first (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) near = add_near (cleaner);
  gint64 waits[2];

  g_test_summary ("One owner that does not answer leaves others their turns, and is waited for "
                  "only briefly afterwards");

  add_silent (cleaner, 1);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr (MgrCleanupReport) report = NULL;

      mgr_resource_set_size (near, 10);
      report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
      g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_near");
      waits[i] = get_silence (report, "temp_far_0");
    }

  g_assert_cmpint (waits[0], >, BOX / 5);
  g_assert_cmpint (waits[0], <, BOX);
  g_assert_cmpint (waits[1], <, waits[0]);
}

typedef struct
{
  MgrCleaner *cleaner;      /* (unowned) */
  MgrCleanupReport *report; /* (owned) (nullable) */
} LoopCleanup;

static gboolean
cleanup_in_loop_cb (gpointer user_data)
{
  LoopCleanup *loop_cleanup = user_data;

  loop_cleanup->report = cleanup (loop_cleanup->cleaner);
  return G_SOURCE_REMOVE;
}

static void
test_silent_in_loop (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) near = add_near (cleaner);
  LoopCleanup loop_cleanup = { cleaner, NULL };

  g_test_summary ("Inside of a main loop an emergency does not stop it for long either");

  add_silent (cleaner, 1);
  g_idle_add (cleanup_in_loop_cb, &loop_cleanup);
  while (loop_cleanup.report == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (loop_cleanup.report)[0], ==, "temp_near");
  g_assert_cmpint (get_silence (loop_cleanup.report, "temp_far_0"), <, G_TIME_SPAN_SECOND);
  mgr_cleanup_report_unref (loop_cleanup.report);
}

static void
test_silent_in_plan (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) near = add_near (cleaner);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A plan asks its steps in their order, the one after a silent owner's too");

  add_silent (cleaner, 1);
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE, NULL);
  steps = mgr_cleanup_plan_get_steps (plan);
  g_assert_cmpuint (steps->len, ==, 2);
  g_assert_cmpstr (mgr_cleanup_step_get_name (steps->pdata[0]), ==, "temp_far_0");

  report = mgr_cleaner_execute (cleaner, plan, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_near");
  g_assert_cmpint (get_silence (report, "temp_far_0"), >, BOX / 5);
}

static void
test_silent_many (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) near = add_near (cleaner);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owner;

  g_test_summary ("Whoever has not answered is not waited for once more in the same cleanup");

  mgr_cleaner_set_owner_deadline (cleaner, 200 * G_TIME_SPAN_MILLISECOND);
  add_silent (cleaner, 20);
  owner_start (&owner, cleaner, G_CALLBACK (free_all_cb), TRUE);
  report = cleanup (cleaner);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_cleaned (report)), ==, 2);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 110);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_far_%u", i);
      gint64 wait = get_silence (report, name);

      if (i == 0)
        g_assert_cmpint (wait, >, 150 * G_TIME_SPAN_MILLISECOND);
      else
        g_assert_cmpint (wait, ==, 0);
    }

  owner_stop (&owner);
  owner_clear (&owner);
}

static void
test_silent_of_many_threads (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) near = add_near (cleaner);
  g_autoptr (MgrCleanupReport) report = NULL;
  Owner owners[8];

  g_test_summary ("Many owners that do not answer leave others half of the time");

  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_far_%u", i);

      owner_start_named (&owners[i], name, cleaner, G_CALLBACK (unreachable_cb), FALSE);
      mgr_resource_set_priority (owners[i].resource, 1);
    }

  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_near");
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    {
      owner_stop (&owners[i]);
      owner_clear (&owners[i]);
    }
}

static guint64
free_slowly_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  Owner *owner = user_data;

  g_atomic_int_set (&owner->entered, TRUE);
  g_usleep (150 * G_TIME_SPAN_MILLISECOND);
  return 60;
}

static void
test_slow_owner (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_auto (MgrReclaimRequest) request = { .target = 100 };
  g_autoptr (GError) error = NULL;
  Owner owner;
  guint64 held = 0;
  guint64 freed;

  g_test_summary ("Who has begun while there was patience has until the deadline");

  owner_start (&owner, cleaner, G_CALLBACK (free_slowly_cb), TRUE);
  request.patience = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;
  request.deadline = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  freed = mgr_reclaim_call (owner.resource, &request, &held, &error);
  owner_stop (&owner);
  if (!g_atomic_int_get (&owner.entered))
    {
      g_test_skip ("the owner was too slow to begin");
      g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_cmpuint (freed, ==, 60);
      g_assert_cmpuint (held, ==, 100);
    }

  owner_clear (&owner);
}

static gpointer
cleanup_thread (gpointer user_data)
{
  return cleanup (user_data);
}

static void
test_busy (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;
  Owner owner;

  g_test_summary ("While one thread cleans, another is told so at once");

  owner_start (&owner, cleaner, G_CALLBACK (free_late_cb), TRUE);
  thread = g_thread_new ("cleanup", cleanup_thread, cleaner);
  while (!g_atomic_int_get (&owner.entered))
    g_thread_yield ();

  g_assert_null (mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);

  g_atomic_int_set (&owner.may_return, TRUE);
  report = g_thread_join (thread);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 60);
  owner_stop (&owner);
  owner_clear (&owner);
}

static void
note_thread_cb (MgrCleaner       *cleaner,
                MgrCleanupReport *report,
                gpointer          user_data)
{
  *(GThread **) user_data = g_thread_self ();
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  g_assert_true (g_thread_self () == user_data);
}

static gpointer
register_thread (gpointer user_data)
{
  MgrCleaner *cleaner = user_data;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);
      g_autoptr (MgrResource) resource = mgr_resource_new (name, 1);

      g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
      if (i % 2 == 0)
        g_assert_true (mgr_cleaner_unregister (cleaner, resource));
    }

  return cleanup (cleaner);
}

static void
test_signals_in_owner (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  GListModel *resources = mgr_cleaner_get_resources (cleaner);
  g_autoptr (MgrCleanupReport) report = NULL;
  GThread *fired_in = NULL;

  g_test_summary ("Signals and the list of resources stay with the owner of the cleaner");

  g_signal_connect (cleaner, "cleanup-finished", G_CALLBACK (note_thread_cb), &fired_in);
  g_signal_connect (resources, "items-changed", G_CALLBACK (items_changed_cb), g_thread_self ());
  report = g_thread_join (g_thread_new ("register", register_thread, cleaner));
  g_assert_null (fired_in);
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, 0);

  while (fired_in == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (fired_in == g_thread_self ());
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, 100);
}

typedef struct
{
  MgrCleaner *cleaner;
  guint index;
  gint *stop; /* atomic */
} Worker;

static guint64
free_one_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return 1;
}

static gpointer
worker_thread (gpointer user_data)
{
  Worker *worker = user_data;

  for (guint i = 0; !g_atomic_int_get (worker->stop); i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u_%u", worker->index, i);
      g_autoptr (MgrResource) resource = mgr_resource_new (name, 10);
      g_autoptr (MgrCleanupReport) report = NULL;
      g_autoptr (MgrCleanupPlan) plan = NULL;
      g_autoptr (GError) error = NULL;

      g_signal_connect (resource, "reclaim", G_CALLBACK (free_one_cb), NULL);
      g_assert_true (mgr_cleaner_register (worker->cleaner, resource, NULL));
      mgr_resource_set_size (resource, 20);
      plan = mgr_cleaner_plan (worker->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                               MGR_CLEANUP_FLAGS_FORCE, NULL);
      report = mgr_cleaner_cleanup (worker->cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                    FALSE, TRUE, &error);
      if (report == NULL)
        g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
      g_assert_true (mgr_protection_rules_add (mgr_cleaner_get_rules (worker->cleaner),
                                               name, MGR_SAFETY_PROTECTED, NULL));
      g_assert_true (mgr_cleaner_unregister (worker->cleaner, resource));
    }

  return NULL;
}

static void
test_crowd (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  Worker workers[4];
  GThread *threads[G_N_ELEMENTS (workers)];
  gint stop = FALSE;
  gint64 end = g_get_monotonic_time () + 200 * G_TIME_SPAN_MILLISECOND;

  g_test_summary ("Threads that register, plan, clean and change rules at once do not hang");

  mgr_cleaner_set_owner_deadline (cleaner, G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      workers[i] = (Worker) { cleaner, i, &stop };
      threads[i] = g_thread_new ("worker", worker_thread, &workers[i]);
    }

  while (g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }

  g_atomic_int_set (&stop, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_thread_join (threads[i]);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/cleaner-threads/owner-serves", test_owner_serves);
  g_test_add_func ("/reclaim/cleaner-threads/owner-never-answers", test_owner_never_answers);
  g_test_add_func ("/reclaim/cleaner-threads/owner-answers-late", test_owner_answers_late);
  g_test_add_func ("/reclaim/cleaner-threads/nested-in-owner", test_nested_in_owner);
  g_test_add_func ("/reclaim/cleaner-threads/owner-gone", test_owner_gone);
  g_test_add_func ("/reclaim/cleaner-threads/silent-first", test_silent_first);
  g_test_add_func ("/reclaim/cleaner-threads/silent-in-loop", test_silent_in_loop);
  g_test_add_func ("/reclaim/cleaner-threads/silent-in-plan", test_silent_in_plan);
  g_test_add_func ("/reclaim/cleaner-threads/silent-many", test_silent_many);
  g_test_add_func ("/reclaim/cleaner-threads/silent-of-many-threads", test_silent_of_many_threads);
  g_test_add_func ("/reclaim/cleaner-threads/slow-owner", test_slow_owner);
  g_test_add_func ("/reclaim/cleaner-threads/busy", test_busy);
  g_test_add_func ("/reclaim/cleaner-threads/signals-in-owner", test_signals_in_owner);
  g_test_add_func ("/reclaim/cleaner-threads/crowd", test_crowd);

  return g_test_run ();
}
