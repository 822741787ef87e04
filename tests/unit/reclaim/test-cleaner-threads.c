/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-cleaner-private.h"

/* A thread with a context of its own, in which it makes a resource and, once it
 * is told to, iterates until it is told to stop. */
typedef struct
{
  GThread *thread;       /* (owned) */
  GMainContext *context; /* (owned) */
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
  owner->resource = mgr_resource_new ("temp_a", 100);
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
owner_start (Owner      *owner,
             MgrCleaner *cleaner,
             GCallback   reclaim,
             gboolean    serving)
{
  *owner = (Owner) { .reclaim = reclaim, .serving = serving };
  owner->context = g_main_context_new ();
  owner->thread = g_thread_new ("owner", owner_thread, owner);
  while (!g_atomic_int_get (&owner->made))
    g_thread_yield ();
  g_assert_true (mgr_cleaner_register (cleaner, owner->resource, NULL));
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
  g_test_add_func ("/reclaim/cleaner-threads/busy", test_busy);
  g_test_add_func ("/reclaim/cleaner-threads/signals-in-owner", test_signals_in_owner);
  g_test_add_func ("/reclaim/cleaner-threads/crowd", test_crowd);

  return g_test_run ();
}
