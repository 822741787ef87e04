/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-private.h"

/* A reclaimer that holds a number of bytes and notes how it was asked. */
#define TEST_TYPE_RECLAIMER (test_reclaimer_get_type ())
G_DECLARE_FINAL_TYPE (TestReclaimer, test_reclaimer, TEST, RECLAIMER, GObject)

struct _TestReclaimer
{
  GObject parent_instance;

  guint64 bytes;
  gboolean thread_safe;
  gboolean fails;

  guint64 target;
  MgrPressureLevel level;
  gint64 deadline;
  GThread *asked_in; /* (unowned) */
};

static void test_reclaimer_iface_init (MgrReclaimerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestReclaimer, test_reclaimer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      test_reclaimer_iface_init))

static const char *
test_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return "temp_test";
}

static MgrReclaimEstimate *
test_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  TestReclaimer *self = TEST_RECLAIMER (reclaimer);

  self->asked_in = g_thread_self ();
  return mgr_reclaim_estimate_new (self->bytes, FALSE, 50, 60);
}

static guint64
test_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                        guint64            target,
                        MgrPressureLevel   level,
                        gint64             deadline,
                        GError           **error)
{
  TestReclaimer *self = TEST_RECLAIMER (reclaimer);
  guint64 freed = self->bytes;

  self->target = target;
  self->level = level;
  self->deadline = deadline;
  self->asked_in = g_thread_self ();
  if (self->fails)
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, "the disk is full");
      return 0;
    }

  self->bytes = 0;
  return freed;
}

static gboolean
test_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return TEST_RECLAIMER (reclaimer)->thread_safe;
}

static void
test_reclaimer_iface_init (MgrReclaimerInterface *iface)
{
  iface->get_name = test_reclaimer_get_name;
  iface->estimate = test_reclaimer_estimate;
  iface->reclaim = test_reclaimer_reclaim;
  iface->is_thread_safe = test_reclaimer_is_thread_safe;
}

static void
test_reclaimer_class_init (TestReclaimerClass *klass)
{
}

static void
test_reclaimer_init (TestReclaimer *self)
{
}

static TestReclaimer *
make_reclaimer (guint64 bytes)
{
  TestReclaimer *self = g_object_new (TEST_TYPE_RECLAIMER, NULL);

  self->bytes = bytes;
  return self;
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
test_forwards (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (TestReclaimer) reclaimer = make_reclaimer (500);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer ("temp_pool", MGR_RECLAIMER (reclaimer));
  g_autoptr (MgrReclaimer) got = mgr_resource_get_reclaimer (resource);
  g_autoptr (MgrCleanupReport) report = NULL;

  g_assert_true (got == MGR_RECLAIMER (reclaimer));
  g_assert_cmpstr (mgr_resource_get_name (resource), ==, "temp_pool");
  g_assert_false (mgr_resource_is_thread_safe (resource));
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));

  report = cleanup (cleaner);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 500);
  g_assert_cmpuint (reclaimer->target, ==, 500);
  g_assert_cmpint (reclaimer->level, ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpint (reclaimer->deadline, >, g_get_monotonic_time ());
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
  g_assert_false (mgr_resource_get_lossy (resource));
  g_assert_cmpint (mgr_resource_get_rebuild_cost (resource), ==, 50);
  g_assert_cmpint (mgr_resource_get_walk_cost (resource), ==, 60);
}

static void
test_own_name (void)
{
  g_autoptr (TestReclaimer) reclaimer = make_reclaimer (500);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (reclaimer));

  g_assert_cmpstr (mgr_resource_get_name (resource), ==, "temp_test");
}

static void
test_not_kept (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  TestReclaimer *reclaimer = make_reclaimer (500);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (reclaimer));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A reclaimer is not kept alive, and its resource goes with it");

  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  g_object_unref (reclaimer);
  g_assert_null (mgr_resource_get_reclaimer (resource));
  g_assert_cmpuint (g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner)), ==, 0);
  mgr_resource_measure (resource, 0, 0);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
  g_assert_false (mgr_cleaner_register (cleaner, resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

static void
test_fails (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (TestReclaimer) failing = make_reclaimer (500);
  g_autoptr (TestReclaimer) other = make_reclaimer (100);
  g_autoptr (MgrResource) first =
    mgr_resource_new_for_reclaimer ("temp_a", MGR_RECLAIMER (failing));
  g_autoptr (MgrResource) second =
    mgr_resource_new_for_reclaimer ("temp_b", MGR_RECLAIMER (other));
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A reclaimer that fails is skipped, the others go on");

  failing->fails = TRUE;
  g_assert_true (mgr_cleaner_register (cleaner, first, NULL));
  g_assert_true (mgr_cleaner_register (cleaner, second, NULL));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*temp_a*the disk is full*");
  report = cleanup (cleaner);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_b");
  g_assert_cmpstr (mgr_cleanup_report_get_kept (report)[0], ==, "temp_a");

  g_assert_cmpuint (mgr_reclaim_call (first, &request, NULL, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "the disk is full");
}

typedef struct
{
  GMainContext *context; /* (unowned) */
  MgrReclaimer *reclaimer;
  MgrResource *resource; /* (owned) */
} Maker;

static gpointer
make_thread (gpointer user_data)
{
  Maker *maker = user_data;

  g_main_context_push_thread_default (maker->context);
  maker->resource = mgr_resource_new_for_reclaimer (NULL, maker->reclaimer);
  g_main_context_pop_thread_default (maker->context);
  return NULL;
}

static void
test_thread_safe (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TestReclaimer) reclaimer = make_reclaimer (500);
  Maker maker = { context, MGR_RECLAIMER (reclaimer), NULL };
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("One that is thread-safe is asked at once, though its owner never iterates");

  reclaimer->thread_safe = TRUE;
  g_thread_join (g_thread_new ("make", make_thread, &maker));
  g_assert_true (mgr_resource_is_thread_safe (maker.resource));
  g_assert_false (mgr_resource_is_owner (maker.resource));
  g_assert_true (mgr_cleaner_register (cleaner, maker.resource, NULL));
  report = cleanup (cleaner);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 500);
  g_assert_true (reclaimer->asked_in == g_thread_self ());
  g_object_unref (maker.resource);
}

static gboolean
never_veto_cb (MgrResource      *resource,
               MgrPressureLevel  level,
               gpointer          user_data)
{
  return FALSE;
}

static void
count_cb (MgrResource      *resource,
          MgrReclaimRecord *record,
          gpointer          user_data)
{
  (*(guint *) user_data)++;
}

static void
test_thread_safe_with_listeners (void)
{
  g_autoptr (TestReclaimer) reclaimer = make_reclaimer (500);
  g_autoptr (MgrResource) resource = NULL;
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };
  g_autoptr (GMainContext) context = g_main_context_new ();
  Maker maker = { context, MGR_RECLAIMER (reclaimer), NULL };
  guint reclaimed = 0;
  gulong id;

  g_test_summary ("A listener binds it to its owner, but for “reclaimed”, which is told there");

  reclaimer->thread_safe = TRUE;
  g_thread_join (g_thread_new ("make", make_thread, &maker));
  resource = g_steal_pointer (&maker.resource);
  id = g_signal_connect (resource, "query-veto", G_CALLBACK (never_veto_cb), NULL);
  g_assert_false (mgr_resource_is_thread_safe (resource));
  g_signal_handler_disconnect (resource, id);
  g_assert_true (mgr_resource_is_thread_safe (resource));

  g_signal_connect (resource, "reclaimed", G_CALLBACK (count_cb), &reclaimed);
  mgr_resource_set_size (resource, 500);
  g_assert_cmpuint (mgr_reclaim_call (resource, &request, NULL, NULL), ==, 500);
  g_assert_cmpuint (reclaimed, ==, 0);
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_cmpuint (reclaimed, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource-reclaimer/forwards", test_forwards);
  g_test_add_func ("/reclaim/resource-reclaimer/own-name", test_own_name);
  g_test_add_func ("/reclaim/resource-reclaimer/not-kept", test_not_kept);
  g_test_add_func ("/reclaim/resource-reclaimer/fails", test_fails);
  g_test_add_func ("/reclaim/resource-reclaimer/thread-safe", test_thread_safe);
  g_test_add_func ("/reclaim/resource-reclaimer/thread-safe-with-listeners",
                   test_thread_safe_with_listeners);

  return g_test_run ();
}
