/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "object-pool-fixture.h"

/* Leases @n at a time once, so that as many are free; the last released is the next. */
static void
use (MgrObjectPool *pool,
     guint          n)
{
  g_autoptr (GPtrArray) leases = g_ptr_array_new_with_free_func ((GDestroyNotify) give_back);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (leases, acquire (pool));
}

static void
pass (Fixture *fixture,
      gint64   time)
{
  mgr_test_settle ();
  mgr_manual_clock_advance (fixture->clock, time);
  mgr_test_settle ();
}

static void
test_idle_go (Fixture       *fixture,
              gconstpointer  data)
{
  g_test_summary ("What is idle for the time to live goes, at most a quarter of it later");

  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 3);
  for (guint i = 0; i < 4; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 3, 3, 0);
  pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 0, 0, 0);
  g_assert_cmpint (n_things, ==, 0);
}

static void
test_used_stay (Fixture       *fixture,
                gconstpointer  data)
{
  MgrLease *lease;

  g_test_summary ("One object is in use now and then: it stays, and the others go");

  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 3);
  for (guint i = 0; i < 12; i++)
    {
      pass (fixture, G_USEC_PER_SEC);
      use (fixture->pool, 1);
    }
  assert_counts (fixture->pool, 1, 1, 0);
  lease = acquire (fixture->pool);
  g_assert_cmpuint (thing_of (lease)->number, ==, 2);
  give_back (lease);
}

static void
test_min_stays (Fixture       *fixture,
                gconstpointer  data)
{
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 2, 4, NULL));
  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 4);
  for (guint i = 0; i < 12; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 2, 2, 0);

  /* Those that stay are no reason to look again and again. */
  mgr_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&n_made), ==, 4);
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 1, 4, NULL));
  for (guint i = 0; i < 6; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 1, 1, 0);
}

static void
test_leased_count_for_min (Fixture       *fixture,
                           gconstpointer  data)
{
  MgrLease *lease;

  g_test_summary ("What is leased counts among those that stay");

  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 1, 4, NULL));
  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 2);
  lease = acquire (fixture->pool);
  for (guint i = 0; i < 6; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 1, 0, 1);
  give_back (lease);
}

static void
test_timeout_changed (Fixture       *fixture,
                      gconstpointer  data)
{
  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 1);
  for (guint i = 0; i < 4; i++)
    pass (fixture, G_USEC_PER_SEC);

  g_test_summary ("A new time to live counts from when it is set");
  mgr_object_pool_set_idle_timeout (fixture->pool, 8 * G_USEC_PER_SEC);
  for (guint i = 0; i < 4; i++)
    pass (fixture, 2 * G_USEC_PER_SEC);
  assert_counts (fixture->pool, 1, 1, 0);
  pass (fixture, 2 * G_USEC_PER_SEC);
  assert_counts (fixture->pool, 0, 0, 0);

  use (fixture->pool, 1);
  pass (fixture, G_USEC_PER_SEC);
  mgr_object_pool_set_idle_timeout (fixture->pool, 0);
  for (guint i = 0; i < 20; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 1, 1, 0);
}

static void
test_set_on_idle_objects (Fixture       *fixture,
                          gconstpointer  data)
{
  use (fixture->pool, 2);
  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  for (guint i = 0; i < 6; i++)
    pass (fixture, G_USEC_PER_SEC);
  assert_counts (fixture->pool, 0, 0, 0);
}

static void
test_very_short (Fixture       *fixture,
                 gconstpointer  data)
{
  g_test_summary ("A time to live of a microsecond makes no busy loop");

  mgr_object_pool_set_idle_timeout (fixture->pool, 1);
  use (fixture->pool, 2);
  pass (fixture, 0);
  assert_counts (fixture->pool, 2, 2, 0);
  for (guint i = 0; i < 6; i++)
    pass (fixture, G_TIME_SPAN_MILLISECOND);
  assert_counts (fixture->pool, 0, 0, 0);
}

static void
test_gone_with_timer (Fixture       *fixture,
                      gconstpointer  data)
{
  mgr_object_pool_set_idle_timeout (fixture->pool, 4 * G_USEC_PER_SEC);
  use (fixture->pool, 2);
  mgr_test_settle ();
  g_assert_finalize_object (g_steal_pointer (&fixture->pool));
  mgr_manual_clock_advance (fixture->clock, 10 * G_USEC_PER_SEC);
}

/* Under pressure */

static GObject *
create_slowly_cb (MgrObjectPool *pool,
                  gpointer       user_data)
{
  Fixture *fixture = user_data;

  mgr_manual_clock_advance (fixture->clock, 1000 * (gint64) ++fixture->n_asked);
  return g_object_new (TYPE_THING, NULL);
}

static void
test_estimate (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrReclaimEstimate) estimate = NULL;

  g_test_summary ("The estimate says how long it takes to make what would be given");

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_slowly_cb), fixture);
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 1, 4, NULL));
  use (fixture->pool, 3);
  g_assert_cmpint (mgr_object_pool_get_create_time (fixture->pool), ==, 2000);

  estimate = mgr_reclaimer_estimate (MGR_RECLAIMER (fixture->pool));
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, 2 * THING_SIZE);
  g_assert_true (mgr_reclaim_estimate_get_lossy (estimate));
  g_assert_cmpint (mgr_reclaim_estimate_get_rebuild_cost (estimate), ==, 4000);
}

static void
test_reclaim (Fixture       *fixture,
              gconstpointer  data)
{
  MgrLease *lease;

  g_test_summary ("Those that were idle for longest go first, and those in use never");

  use (fixture->pool, 4);
  lease = acquire (fixture->pool);
  g_assert_cmpuint (mgr_reclaimer_reclaim (MGR_RECLAIMER (fixture->pool), THING_SIZE + 1,
                                           MGR_PRESSURE_LEVEL_HIGH, G_MAXINT64, NULL),
                    ==, 2 * THING_SIZE);
  assert_counts (fixture->pool, 2, 1, 1);
  use (fixture->pool, 1);

  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64), ==, THING_SIZE);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64), ==, 0);
  assert_counts (fixture->pool, 1, 0, 1);
  g_assert_cmpuint (thing_of (lease)->number, ==, 3);
  give_back (lease);
}

static gpointer
trim_cb (gpointer user_data)
{
  return GUINT_TO_POINTER ((guint) mgr_pool_trim (user_data, G_MAXUINT64));
}

static void
test_dropped_where_it_lives (Fixture       *fixture,
                             gconstpointer  data)
{
  g_test_summary ("What another thread trims is let go where the pool lives");

  use (fixture->pool, 2);
  g_assert_false (mgr_reclaimer_is_thread_safe (MGR_RECLAIMER (fixture->pool)));
  g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (g_thread_new ("trim", trim_cb, fixture->pool))),
                    ==, 2 * THING_SIZE);
  g_assert_cmpint (n_things, ==, 2);
  mgr_test_settle ();
  g_assert_cmpint (n_things, ==, 0);
}

static void
test_cleaner (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1 << 20);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrObjectPool) pool =
    mgr_object_pool_new ("managed", mgr_manager_add_component (manager, "pools", 0, NULL, NULL),
                         4, THING_SIZE, NULL);

  g_test_summary ("A pool that a manager knows is cleaned in an emergency");

  g_signal_connect (pool, "create", G_CALLBACK (create_thing_cb), fixture);
  g_assert_true (mgr_manager_add_pool (manager, MGR_POOL (pool), &error));
  g_assert_no_error (error);
  use (pool, 4);
  report = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, NULL);
  g_assert_true (g_strv_contains (mgr_cleanup_report_get_cleaned (report), "managed"));
  assert_counts (pool, 0, 0, 0);
  g_assert_true (mgr_manager_remove_pool (manager, MGR_POOL (pool)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/pool/object-idle/idle-go", test_idle_go);
  ADD ("/pool/object-idle/used-stay", test_used_stay);
  ADD ("/pool/object-idle/min-stays", test_min_stays);
  ADD ("/pool/object-idle/leased-count-for-min", test_leased_count_for_min);
  ADD ("/pool/object-idle/timeout-changed", test_timeout_changed);
  ADD ("/pool/object-idle/set-on-idle-objects", test_set_on_idle_objects);
  ADD ("/pool/object-idle/very-short", test_very_short);
  ADD ("/pool/object-idle/gone-with-timer", test_gone_with_timer);
  ADD ("/pool/object-idle/estimate", test_estimate);
  ADD ("/pool/object-idle/reclaim", test_reclaim);
  ADD ("/pool/object-idle/dropped-where-it-lives", test_dropped_where_it_lives);
  ADD ("/pool/object-idle/cleaner", test_cleaner);

  return g_test_run ();
}
