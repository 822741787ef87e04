/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrCleaner *cleaner;   /* (owned) */
  MgrResource *resource; /* (owned) */
  guint64 rebuilds;      /* how much the handler brings back */
  guint asked;
} Fixture;

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

static guint64
rebuild_cb (MgrResource *resource,
            gpointer     user_data)
{
  Fixture *fixture = user_data;

  fixture->asked++;
  return fixture->rebuilds;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->cleaner = mgr_cleaner_new (MGR_CLOCK (fixture->clock), "/nonexistent");
  fixture->resource = mgr_resource_new ("temp_features", 3 * 1024);
  fixture->rebuilds = 2 * 1024;
  g_signal_connect (fixture->resource, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, fixture->resource, NULL));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->cleaner);
  g_clear_object (&fixture->resource);
  g_clear_object (&fixture->clock);
}

static void
clean (Fixture *fixture)
{
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, NULL);

  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), >, 0);
}

static void
assert_fails (Fixture    *fixture,
              const char *name,
              MgrError    code,
              const char *says)
{
  g_autoptr (GError) error = NULL;
  gboolean restored = mgr_cleaner_restore (fixture->cleaner, name, &error);

  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_false (restored);
  g_assert_cmpstr (error->message, ==, says);
}

static void
test_restores (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gboolean restored;

  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  clean (fixture);
  g_assert_cmpuint (mgr_resource_get_size (fixture->resource), ==, 0);

  restored = mgr_cleaner_restore (fixture->cleaner, "temp_features", &error);
  g_assert_no_error (error);
  g_assert_true (restored);
  g_assert_cmpuint (fixture->asked, ==, 1);
  g_assert_cmpuint (mgr_resource_get_size (fixture->resource), ==, 2 * 1024);

  assert_fails (fixture, "temp_features", MGR_ERROR_EXISTS,
                "“temp_features” is still there: it holds 2.0 KiB, and no cleanup took anything "
                "that is missing");
  clean (fixture);
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_features", NULL));
  g_assert_cmpuint (fixture->asked, ==, 2);
}

static guint64
rebuild_and_set_cb (MgrResource *resource,
                    gpointer     user_data)
{
  mgr_resource_set_size (resource, 77);
  return 1;
}

static void
test_handler_sets_size (Fixture       *fixture,
                        gconstpointer  data)
{
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_and_set_cb), NULL);
  clean (fixture);
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_features", NULL));
  g_assert_cmpuint (mgr_resource_get_size (fixture->resource), ==, 77);
}

static void
test_still_there (Fixture       *fixture,
                  gconstpointer  data)
{
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  assert_fails (fixture, "temp_features", MGR_ERROR_EXISTS,
                "“temp_features” is still there: it holds 3.0 KiB, and no cleanup took anything "
                "that is missing");

  g_test_message ("What the program made again by itself is there as well");
  clean (fixture);
  mgr_resource_set_size (fixture->resource, 3 * 1024);
  assert_fails (fixture, "temp_features", MGR_ERROR_EXISTS,
                "“temp_features” is still there: it holds 3.0 KiB, and no cleanup took anything "
                "that is missing");
  g_assert_cmpuint (fixture->asked, ==, 0);
}

static guint64
measure_cb (MgrResource *resource,
            gpointer     user_data)
{
  return *(guint64 *) user_data;
}

static guint64
empty_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  *(guint64 *) user_data = 0;
  return 0;
}

static void
test_there_again (Fixture       *fixture,
                  gconstpointer  data)
{
  guint64 held = 3 * 1024;

  g_test_summary ("What is measured is measured once more before it would be replaced");

  g_signal_connect (fixture->resource, "reclaim", G_CALLBACK (empty_cb), &held);
  g_signal_connect (fixture->resource, "measure", G_CALLBACK (measure_cb), &held);
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  clean (fixture);
  held = 4 * 1024;
  assert_fails (fixture, "temp_features", MGR_ERROR_EXISTS,
                "“temp_features” is there again: it holds 4.0 KiB that the program made since it "
                "was cleaned. Remove that first if what was cleaned is to come back");
  g_assert_cmpuint (fixture->asked, ==, 0);
}

static void
test_no_handler (Fixture       *fixture,
                 gconstpointer  data)
{
  clean (fixture);
  assert_fails (fixture, "temp_features", MGR_ERROR_NOT_AVAILABLE,
                "“temp_features” cannot be brought back: 3.0 KiB of it were cleaned just now "
                "(emergency cleanup at level normal), and nothing is connected to its “rebuild”. "
                "It has to be computed again");
  mgr_manual_clock_advance (fixture->clock, 119 * G_TIME_SPAN_SECOND);
  assert_fails (fixture, "temp_features", MGR_ERROR_NOT_AVAILABLE,
                "“temp_features” cannot be brought back: 3.0 KiB of it were cleaned 1 min ago "
                "(emergency cleanup at level normal), and nothing is connected to its “rebuild”. "
                "It has to be computed again");
}

static void
test_not_registered (Fixture       *fixture,
                     gconstpointer  data)
{
  clean (fixture);
  mgr_manual_clock_advance (fixture->clock, 3 * G_TIME_SPAN_HOUR);
  g_assert_true (mgr_resource_unregister (fixture->resource));
  assert_fails (fixture, "temp_features", MGR_ERROR_NOT_AVAILABLE,
                "“temp_features” cannot be brought back: 3.0 KiB of it were cleaned 3 h ago "
                "(emergency cleanup at level normal), and it is no longer registered. "
                "It has to be computed again");
}

static void
test_unknown (Fixture       *fixture,
              gconstpointer  data)
{
  assert_fails (fixture, "temp_feature", MGR_ERROR_NOT_FOUND,
                "There is no resource “temp_feature”, and none was cleaned. "
                "Did you mean “temp_features”?");

  g_test_message ("What is known from the records alone is near as well");
  clean (fixture);
  g_assert_true (mgr_resource_unregister (fixture->resource));
  assert_fails (fixture, "tmp_features", MGR_ERROR_NOT_FOUND,
                "There is no resource “tmp_features”, and none was cleaned. "
                "Did you mean “temp_features”?");
  assert_fails (fixture, "weights", MGR_ERROR_NOT_FOUND,
                "There is no resource “weights”, and none was cleaned: see what "
                "mgr_cleaner_list_records() lists");
  assert_fails (fixture, "", MGR_ERROR_NOT_FOUND,
                "There is no resource “”, and none was cleaned: see what "
                "mgr_cleaner_list_records() lists");
}

static void
test_record_gone (Fixture       *fixture,
                  gconstpointer  data)
{
  MgrResource *other = mgr_resource_new ("temp_b", 1);

  g_test_summary ("What was cleaned so long ago that its record is gone is still known to miss");

  clean (fixture);
  g_signal_connect (other, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_assert_true (mgr_cleaner_register (fixture->cleaner, other, NULL));
  for (guint i = 0; i < 1000; i++)
    {
      mgr_resource_set_size (other, 1);
      mgr_cleanup_report_unref (mgr_cleaner_cleanup (fixture->cleaner,
                                                     MGR_CLEANUP_STRATEGY_LIGHT,
                                                     FALSE, TRUE, NULL));
    }

  assert_fails (fixture, "temp_features", MGR_ERROR_NOT_AVAILABLE,
                "“temp_features” cannot be brought back: it was cleaned long ago, and nothing is "
                "connected to its “rebuild”. It has to be computed again");
  g_object_unref (other);
}

static void
test_handler_fails (Fixture       *fixture,
                    gconstpointer  data)
{
  fixture->rebuilds = 0;
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  clean (fixture);
  assert_fails (fixture, "temp_features", MGR_ERROR_FAILED,
                "“temp_features” could not be brought back: its handler of “rebuild” returned 0. "
                "It has to be computed again");
  g_assert_cmpuint (mgr_resource_get_size (fixture->resource), ==, 0);

  g_test_message ("It may be tried again");
  fixture->rebuilds = 5;
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_features", NULL));
}

static guint64
restore_inside_cb (MgrResource *resource,
                   guint64      target,
                   gpointer     user_data)
{
  Fixture *fixture = user_data;

  assert_fails (fixture, "temp_features", MGR_ERROR_WOULD_DEADLOCK,
                "“temp_features” cannot be brought back inside a handler that a cleanup called: "
                "ask after it has returned");
  fixture->asked++;
  return 10;
}

static void
test_inside_a_cleanup (Fixture       *fixture,
                       gconstpointer  data)
{
  g_signal_connect (fixture->resource, "reclaim", G_CALLBACK (restore_inside_cb), fixture);
  clean (fixture);
  g_assert_cmpuint (fixture->asked, ==, 1);
}

static guint64
clean_inside_cb (MgrResource *resource,
                 gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup (fixture->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_features");
  return 10;
}

static void
test_rebuild_may_clean (Fixture       *fixture,
                        gconstpointer  data)
{
  g_test_summary ("A rebuild may make room for itself; what it makes is pinned meanwhile");

  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (clean_inside_cb), fixture);
  clean (fixture);
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_features", NULL));
  g_assert_cmpuint (mgr_resource_get_size (fixture->resource), ==, 10);
}

static guint64
drop_all_cb (MgrResource *resource,
             gpointer     user_data)
{
  Fixture *fixture = user_data;

  mgr_resource_unregister (resource);
  g_clear_object (&fixture->resource);
  return 10;
}

static void
test_frees_itself (Fixture       *fixture,
                   gconstpointer  data)
{
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (drop_all_cb), fixture);
  clean (fixture);
  g_assert_true (mgr_cleaner_restore (fixture->cleaner, "temp_features", NULL));
  g_assert_null (fixture->resource);
}

typedef struct
{
  Fixture *fixture;
  GError *error;     /* (owned) read after join */
  gboolean restored; /* read after join */
  gint done;         /* atomic */
} Ask;

static gpointer
ask_thread (gpointer user_data)
{
  Ask *ask = user_data;

  ask->restored = mgr_cleaner_restore (ask->fixture->cleaner, "temp_features", &ask->error);
  g_atomic_int_set (&ask->done, TRUE);
  return NULL;
}

static void
test_in_owner (Fixture       *fixture,
               gconstpointer  data)
{
  Ask ask = { .fixture = fixture };
  GThread *thread;

  g_test_summary ("Asked for in another thread, the handler runs in the owner's context");

  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  clean (fixture);
  thread = g_thread_new ("ask", ask_thread, &ask);
  while (!g_atomic_int_get (&ask.done))
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  g_thread_join (thread);
  g_assert_no_error (ask.error);
  g_assert_true (ask.restored);
  g_assert_cmpuint (fixture->asked, ==, 1);
}

static void
test_owner_blocks (Fixture       *fixture,
                   gconstpointer  data)
{
  Ask ask = { .fixture = fixture };

  g_test_summary ("An owner that does not begin in time is not asked afterwards");

  mgr_resource_set_deadline (fixture->resource, 2 * G_TIME_SPAN_MILLISECOND);
  g_signal_connect (fixture->resource, "rebuild", G_CALLBACK (rebuild_cb), fixture);
  clean (fixture);
  g_thread_join (g_thread_new ("ask", ask_thread, &ask));
  g_assert_error (ask.error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_assert_false (ask.restored);
  g_clear_error (&ask.error);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->asked, ==, 0);
}

typedef struct
{
  GMainContext *context; /* (owned) */
  Fixture *fixture;
  MgrResource *resource; /* (owned) */
} Mortal;

static gpointer
mortal_thread (gpointer user_data)
{
  Mortal *mortal = user_data;
  MgrReclaimRequest request = { .target = 1, .flags = MGR_CLEANUP_FLAGS_FORCE };

  g_main_context_push_thread_default (mortal->context);
  mortal->resource = mgr_resource_new ("temp_mortal", 1);
  g_signal_connect (mortal->resource, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_signal_connect (mortal->resource, "rebuild", G_CALLBACK (rebuild_cb), mortal->fixture);
  mgr_resource_reclaim (mortal->resource, &request, NULL, NULL);
  g_main_context_pop_thread_default (mortal->context);
  return NULL;
}

static void
test_context_dies (Fixture       *fixture,
                   gconstpointer  data)
{
  Mortal mortal = { .context = g_main_context_new (), .fixture = fixture };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A context that nobody iterates any more is waited for until the deadline");

  g_thread_join (g_thread_new ("mortal", mortal_thread, &mortal));
  g_assert_true (mgr_cleaner_register (fixture->cleaner, mortal.resource, NULL));
  mgr_resource_set_deadline (mortal.resource, 2 * G_TIME_SPAN_MILLISECOND);
  g_assert_false (mgr_cleaner_restore (fixture->cleaner, "temp_mortal", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);

  g_assert_true (mgr_cleaner_unregister (fixture->cleaner, mortal.resource));
  g_object_unref (mortal.resource);
  g_main_context_unref (mortal.context);
  g_assert_cmpuint (fixture->asked, ==, 0);
}

#define ADD(name, func) \
  g_test_add ("/reclaim/restore/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("restores", test_restores);
  ADD ("handler-sets-size", test_handler_sets_size);
  ADD ("still-there", test_still_there);
  ADD ("there-again", test_there_again);
  ADD ("no-handler", test_no_handler);
  ADD ("not-registered", test_not_registered);
  ADD ("unknown", test_unknown);
  ADD ("record-gone", test_record_gone);
  ADD ("handler-fails", test_handler_fails);
  ADD ("inside-a-cleanup", test_inside_a_cleanup);
  ADD ("rebuild-may-clean", test_rebuild_may_clean);
  ADD ("frees-itself", test_frees_itself);
  ADD ("in-owner", test_in_owner);
  ADD ("owner-blocks", test_owner_blocks);
  ADD ("context-dies", test_context_dies);

  return g_test_run ();
}
