/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-lifeline-private.h"
#include "reclaim/mgr-resource-private.h"

typedef struct
{
  MgrLifeline *seen; /* (unowned) (nullable) */
  guint lost;
} Lost;

static Lost lost;

static void
lost_cb (gpointer     holder,
         MgrLifeline *lifeline)
{
  g_assert_true (G_IS_OBJECT (holder));
  lost.seen = lifeline;
  lost.lost++;
}

static void
test_lifeline (void)
{
  g_autoptr (GObject) holder = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  MgrLifeline *lifeline = mgr_lifeline_new (object, holder, lost_cb);
  g_autoptr (GObject) held = mgr_lifeline_dup_object (lifeline);

  lost = (Lost) { 0 };
  g_assert_true (held == object);
  g_object_unref (object);
  g_assert_cmpuint (lost.lost, ==, 0);
  g_clear_object (&held);
  g_assert_cmpuint (lost.lost, ==, 1);
  g_assert_true (lost.seen == lifeline);
  g_assert_null (mgr_lifeline_dup_object (lifeline));
  mgr_lifeline_cut (lifeline);
}

static void
test_lifeline_cut (void)
{
  g_autoptr (GObject) holder = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  lost = (Lost) { 0 };
  mgr_lifeline_cut (mgr_lifeline_new (object, holder, lost_cb));
  g_object_unref (object);
  g_assert_cmpuint (lost.lost, ==, 0);
}

static void
test_lifeline_holder_gone (void)
{
  GObject *holder = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  MgrLifeline *lifeline = mgr_lifeline_new (object, holder, lost_cb);

  lost = (Lost) { 0 };
  g_object_unref (holder);
  g_object_unref (object);
  g_assert_cmpuint (lost.lost, ==, 0);
  mgr_lifeline_cut (lifeline);
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  if (user_data != NULL)
    (*(guint *) user_data)++;
  return mgr_resource_get_size (resource);
}

static guint
count_registered (MgrCleaner *cleaner)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return g_list_model_get_n_items (mgr_cleaner_get_resources (cleaner));
}

static gpointer
unref_thread (gpointer user_data)
{
  g_object_unref (user_data);
  return NULL;
}

static void
test_bound (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GObject) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A resource leaves its cleaner when its object goes, in whatever thread");

  mgr_resource_bind_object (resource, object);
  bound = mgr_resource_get_bound_object (resource);
  g_assert_true (bound == object);
  g_clear_object (&bound);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  g_assert_cmpuint (count_registered (cleaner), ==, 1);

  g_thread_join (g_thread_new ("unref", unref_thread, object));
  g_assert_cmpuint (count_registered (cleaner), ==, 0);
  g_assert_null (mgr_resource_get_bound_object (resource));

  g_assert_false (mgr_cleaner_register (cleaner, resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "temp_a"));
  g_assert_cmpuint (count_registered (cleaner), ==, 0);
}

static void
test_bound_last (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  GObject *first = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *second = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_summary ("Only the object bound last counts, and none after NULL");

  mgr_resource_bind_object (resource, first);
  mgr_resource_bind_object (resource, second);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  g_object_unref (first);
  g_assert_cmpuint (count_registered (cleaner), ==, 1);

  mgr_resource_bind_object (resource, NULL);
  g_object_unref (second);
  g_assert_cmpuint (count_registered (cleaner), ==, 1);
}

static void
test_resource_goes_first (void)
{
  MgrResource *resource = mgr_resource_new ("temp_a", 100);
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  mgr_resource_bind_object (resource, object);
  g_object_unref (resource);
  g_object_unref (object);
}

static void
test_two_cleaners (void)
{
  g_autoptr (MgrCleaner) first = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrCleaner) second = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrCleaner) third = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  MgrCleaner *gone = mgr_cleaner_new (NULL, "/nonexistent");

  g_assert_true (mgr_cleaner_register (first, resource, NULL));
  g_assert_true (mgr_cleaner_register (second, resource, NULL));
  g_assert_true (mgr_cleaner_register (third, resource, NULL));
  g_assert_true (mgr_cleaner_register (gone, resource, NULL));
  g_object_unref (gone);

  g_assert_true (mgr_cleaner_unregister (second, resource));
  g_assert_true (mgr_resource_unregister (resource));
  g_assert_false (mgr_resource_unregister (resource));
  g_assert_cmpuint (count_registered (first), ==, 0);
  g_assert_cmpuint (count_registered (second), ==, 0);
  g_assert_cmpuint (count_registered (third), ==, 0);
  g_assert_true (mgr_cleaner_register (first, resource, NULL));
}

typedef struct
{
  GObject *object; /* (owned) (nullable) */
  GWeakRef ref;
} Tied;

static guint64
drop_object_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  Tied *tied = user_data;
  g_autoptr (GObject) held = NULL;

  g_clear_object (&tied->object);
  held = g_weak_ref_get (&tied->ref);
  g_assert_nonnull (held);
  return 100;
}

static void
test_object_kept_while_asked (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  g_autoptr (MgrCleanupReport) report = NULL;
  Tied tied = { .object = g_object_new (G_TYPE_OBJECT, NULL) };

  g_test_summary ("An object that its handler drops lives until the handler has returned");

  g_weak_ref_init (&tied.ref, tied.object);
  mgr_resource_bind_object (resource, tied.object);
  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_object_cb), &tied);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, NULL);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_a");
  g_assert_null (g_weak_ref_get (&tied.ref));
  g_weak_ref_clear (&tied.ref);
  g_assert_cmpuint (count_registered (cleaner), ==, 0);
}

static guint64
drop_other_cb (MgrResource *resource,
               guint64      target,
               gpointer     user_data)
{
  g_clear_object ((GObject **) user_data);
  return 200;
}

static void
test_object_goes_during_cleanup (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (MgrResource) first = mgr_resource_new ("temp_a", 200);
  g_autoptr (MgrResource) second = mgr_resource_new ("temp_b", 100);
  g_autoptr (MgrCleanupReport) report = NULL;
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  guint asked = 0;

  g_test_summary ("What lost its object after the plan was made is not asked");

  mgr_resource_bind_object (second, object);
  g_signal_connect (first, "reclaim", G_CALLBACK (drop_other_cb), &object);
  g_signal_connect (second, "reclaim", G_CALLBACK (free_all_cb), &asked);
  g_assert_true (mgr_cleaner_register (cleaner, first, NULL));
  g_assert_true (mgr_cleaner_register (cleaner, second, NULL));
  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE, TRUE, NULL);
  g_assert_cmpuint (asked, ==, 0);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_cleaned (report)), ==, 1);
}

static void
test_orphan_not_asked (void)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
  MgrReclaimRequest request = { .target = 100, .flags = MGR_CLEANUP_FLAGS_FORCE };
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GError) error = NULL;
  guint asked = 0;

  mgr_resource_bind_object (resource, object);
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), &asked);
  g_object_unref (object);

  g_assert_cmpuint (mgr_resource_reclaim (resource, &request, NULL, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (mgr_resource_rebuild (resource, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_assert_cmpuint (asked, ==, 0);
}

#define N_ROUNDS 200

typedef struct
{
  MgrCleaner *cleaner; /* (unowned) */
  GObject *object;     /* (owned) until the thread takes it */
  gint go;             /* atomic */
} Race;

static gpointer
race_thread (gpointer user_data)
{
  Race *race = user_data;

  while (!g_atomic_int_get (&race->go))
    continue;
  g_object_unref (race->object);
  return NULL;
}

static void
test_race (void)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");

  g_test_summary ("Whether the object goes before, after or while it is registered: none remains");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      Race race = { cleaner, g_object_new (G_TYPE_OBJECT, NULL), FALSE };
      g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 100);
      GThread *thread;

      mgr_resource_bind_object (resource, race.object);
      thread = g_thread_new ("race", race_thread, &race);
      g_atomic_int_set (&race.go, TRUE);
      mgr_cleaner_register (cleaner, resource, NULL);
      mgr_cleanup_plan_unref (mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_LIGHT,
                                                MGR_CLEANUP_FLAGS_NONE, NULL));
      g_thread_join (thread);
      g_assert_cmpuint (count_registered (cleaner), ==, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource-lifetime/lifeline", test_lifeline);
  g_test_add_func ("/reclaim/resource-lifetime/lifeline-cut", test_lifeline_cut);
  g_test_add_func ("/reclaim/resource-lifetime/lifeline-holder-gone", test_lifeline_holder_gone);
  g_test_add_func ("/reclaim/resource-lifetime/bound", test_bound);
  g_test_add_func ("/reclaim/resource-lifetime/bound-last", test_bound_last);
  g_test_add_func ("/reclaim/resource-lifetime/resource-goes-first", test_resource_goes_first);
  g_test_add_func ("/reclaim/resource-lifetime/two-cleaners", test_two_cleaners);
  g_test_add_func ("/reclaim/resource-lifetime/object-kept-while-asked",
                   test_object_kept_while_asked);
  g_test_add_func ("/reclaim/resource-lifetime/object-goes-during-cleanup",
                   test_object_goes_during_cleanup);
  g_test_add_func ("/reclaim/resource-lifetime/orphan-not-asked", test_orphan_not_asked);
  g_test_add_func ("/reclaim/resource-lifetime/race", test_race);

  return g_test_run ();
}
