/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "object-pool-fixture.h"

static void
test_used_again (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrLease *first = acquire (fixture->pool);
  MgrLease *second = acquire (fixture->pool);

  g_test_summary ("The object that came back last is the next to be taken");

  g_assert_cmpuint (thing_of (first)->number, ==, 0);
  g_assert_cmpuint (thing_of (second)->number, ==, 1);
  assert_counts (fixture->pool, 2, 0, 2);

  give_back (second);
  give_back (first);
  assert_counts (fixture->pool, 2, 2, 0);
  first = acquire (fixture->pool);
  second = acquire (fixture->pool);
  g_assert_cmpuint (thing_of (first)->number, ==, 0);
  g_assert_cmpuint (thing_of (second)->number, ==, 1);
  g_assert_cmpuint (fixture->n_asked, ==, 2);
  give_back (first);
  give_back (second);
}

static void
test_figures (Fixture       *fixture,
              gconstpointer  data)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  MgrLease *first = acquire (fixture->pool);
  MgrLease *second = acquire (fixture->pool);
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  give_back (first);
  g_assert_cmpuint (mgr_pool_get_available (pool), ==, 3 * THING_SIZE);
  give_back (second);
  give_back (acquire (fixture->pool));
  g_assert_cmpuint (mgr_pool_trim (pool, 1), ==, THING_SIZE);

  statistics = mgr_pool_get_statistics (pool);
  g_assert_cmpuint (mgr_pool_statistics_get_capacity (statistics), ==, 4 * THING_SIZE);
  g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), ==, THING_SIZE);
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 0);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, 2 * THING_SIZE);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, 3);
  g_assert_cmpuint (mgr_pool_statistics_get_trimmed_bytes (statistics), ==, THING_SIZE);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 0);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (statistics), ==, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_created (fixture->pool), ==, 2);
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrObjectPool) pool =
    g_initable_new (MGR_TYPE_OBJECT_POOL, NULL, &error, "name", "all", "min", 2, "max", 5,
                    "object-size", (guint64) 10, "idle-timeout", (gint64) 7, "thread-safe", TRUE,
                    "resets", TRUE, NULL);
  guint min, max, n_objects, n_free, n_waiting;
  guint64 capacity, object_size, n_created, n_leaked;
  gint64 idle_timeout, create_time;
  gboolean thread_safe, resets;

  g_assert_no_error (error);
  g_object_get (pool, "min", &min, "max", &max, "object-size", &object_size,
                "idle-timeout", &idle_timeout, "thread-safe", &thread_safe, "resets", &resets,
                "n-objects", &n_objects, "n-free", &n_free, "n-waiting", &n_waiting,
                "n-created", &n_created, "n-leaked", &n_leaked, "create-time", &create_time,
                "capacity", &capacity, NULL);
  g_assert_cmpuint (min, ==, 2);
  g_assert_cmpuint (max, ==, 5);
  g_assert_cmpuint (object_size, ==, 10);
  g_assert_cmpuint (capacity, ==, 50);
  g_assert_cmpint (idle_timeout, ==, 7);
  g_assert_true (thread_safe && resets);
  g_assert_cmpuint (n_objects + n_free + n_waiting, ==, 0);
  g_assert_cmpuint (n_created + n_leaked, ==, 0);
  g_assert_cmpint (create_time, ==, 0);

  g_object_set (pool, "idle-timeout", (gint64) 9, "resets", FALSE, NULL);
  g_assert_cmpint (mgr_object_pool_get_idle_timeout (pool), ==, 9);
  g_assert_false (mgr_object_pool_get_resets (pool));
}

static void
test_by_capacity (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrObjectPool) pool =
    g_initable_new (MGR_TYPE_OBJECT_POOL, NULL, &error, "name", "all",
                    "capacity", (guint64) 4000, NULL);

  g_test_summary ("A pool that has a capacity counts its objects by that, at 1 KiB each");

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_object_pool_get_object_size (pool), ==, 1024);
  g_assert_cmpuint (mgr_object_pool_get_max (pool), ==, 3);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (pool)), ==, 3 * 1024);
}

static gboolean
reset_thing_cb (MgrObjectPool *pool,
                GObject       *object,
                gpointer       user_data)
{
  Thing *thing = THING_THING (object);

  thing->dirty = FALSE;
  return ++thing->uses < 2;
}

static void
test_reset (Fixture       *fixture,
            gconstpointer  data)
{
  MgrLease *lease;

  g_test_summary ("An object that cannot be reset is dropped, and makes room for another");

  g_signal_connect (fixture->pool, "reset", G_CALLBACK (reset_thing_cb), NULL);
  lease = acquire (fixture->pool);
  g_assert_true (mgr_object_pool_get_resets (fixture->pool));
  thing_of (lease)->dirty = TRUE;
  give_back (lease);

  lease = acquire (fixture->pool);
  g_assert_cmpuint (thing_of (lease)->number, ==, 0);
  g_assert_false (thing_of (lease)->dirty);
  give_back (lease);
  assert_counts (fixture->pool, 0, 0, 0);
  g_assert_cmpint (n_things, ==, 0);

  lease = acquire (fixture->pool);
  g_assert_cmpuint (thing_of (lease)->number, ==, 1);
  give_back (lease);
}

static void
test_reset_connected_late (Fixture       *fixture,
                           gconstpointer  data)
{
  MgrLease *lease = acquire (fixture->pool);

  g_signal_connect (fixture->pool, "reset", G_CALLBACK (reset_thing_cb), NULL);
  mgr_object_pool_set_resets (fixture->pool, TRUE);
  thing_of (lease)->dirty = TRUE;
  give_back (lease);
  lease = acquire (fixture->pool);
  g_assert_false (thing_of (lease)->dirty);
  give_back (lease);
}

/* A pool of its own kind */

#define TYPE_THING_POOL (thing_pool_get_type ())
G_DECLARE_FINAL_TYPE (ThingPool, thing_pool, THING, POOL, MgrObjectPool)

struct _ThingPool
{
  MgrObjectPool parent_instance;
  gboolean refuses;
};

G_DEFINE_FINAL_TYPE (ThingPool, thing_pool, MGR_TYPE_OBJECT_POOL)

static GObject *
thing_pool_create (MgrObjectPool  *pool,
                   GError        **error)
{
  if (!THING_POOL (pool)->refuses)
    return g_object_new (TYPE_THING, NULL);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "no line");
  return NULL;
}

static gboolean
thing_pool_reset (MgrObjectPool *pool,
                  GObject       *object)
{
  THING_THING (object)->dirty = FALSE;
  return TRUE;
}

static void
thing_pool_class_init (ThingPoolClass *klass)
{
  MGR_OBJECT_POOL_CLASS (klass)->create = thing_pool_create;
  MGR_OBJECT_POOL_CLASS (klass)->reset = thing_pool_reset;
}

static void
thing_pool_init (ThingPool *self)
{
}

static void
test_subclass (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrObjectPool) pool =
    g_initable_new (TYPE_THING_POOL, NULL, &error, "name", "own", "max", 2, NULL);
  g_autoptr (MgrLease) refused = NULL;
  MgrLease *lease;

  g_assert_no_error (error);
  g_assert_true (mgr_object_pool_get_resets (pool));
  lease = acquire (pool);
  thing_of (lease)->dirty = TRUE;
  give_back (lease);
  lease = acquire (pool);
  g_assert_false (thing_of (lease)->dirty);

  THING_POOL (pool)->refuses = TRUE;
  refused = mgr_object_pool_acquire (pool, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
  g_assert_cmpstr (error->message, ==, "Pool “own” could not make an object: no line");
  g_assert_cmpuint (mgr_object_pool_get_n_objects (pool), ==, 1);
  give_back (lease);
}

static void
test_prepare (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrLease *lease;

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 3, &error));
  g_assert_no_error (error);
  assert_counts (fixture->pool, 3, 3, 0);
  g_assert_true (mgr_object_pool_prepare (fixture->pool, 2, NULL));
  lease = acquire (fixture->pool);
  g_assert_true (mgr_object_pool_prepare (fixture->pool, 4, NULL));
  assert_counts (fixture->pool, 4, 3, 1);
  give_back (lease);

  g_assert_false (mgr_object_pool_prepare (fixture->pool, 5, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  assert_counts (fixture->pool, 4, 4, 0);
}

static void
test_limits (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrLease *first;
  MgrLease *second;

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 4, NULL));
  first = acquire (fixture->pool);
  second = acquire (fixture->pool);
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 1, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_object_pool_get_min (fixture->pool), ==, 1);
  g_assert_cmpuint (mgr_object_pool_get_max (fixture->pool), ==, 3);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (fixture->pool)), ==, 3 * THING_SIZE);
  assert_counts (fixture->pool, 3, 1, 2);

  g_assert_false (mgr_object_pool_set_limits (fixture->pool, 0, 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_cmpuint (mgr_object_pool_get_min (fixture->pool), ==, 1);
  g_assert_cmpuint (mgr_object_pool_get_max (fixture->pool), ==, 3);
  assert_counts (fixture->pool, 3, 1, 2);

  give_back (first);
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (fixture->pool), 2 * THING_SIZE + 50, NULL));
  g_assert_cmpuint (mgr_object_pool_get_max (fixture->pool), ==, 2);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (fixture->pool)), ==, 2 * THING_SIZE);
  assert_counts (fixture->pool, 2, 1, 1);
  give_back (second);
}

static void
log_water_cb (MgrPool *pool,
              guint64  used,
              gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, used);
}

static void
test_water (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GArray) log = g_array_new (FALSE, FALSE, sizeof (guint64));
  MgrLease *leases[4];

  g_signal_connect (fixture->pool, "high-water", G_CALLBACK (log_water_cb), log);
  g_signal_connect (fixture->pool, "low-water", G_CALLBACK (log_water_cb), log);
  for (guint i = 0; i < G_N_ELEMENTS (leases); i++)
    leases[i] = acquire (fixture->pool);
  mgr_test_settle ();
  g_assert_cmpuint (log->len, ==, 1);
  g_assert_cmpuint (g_array_index (log, guint64, 0), ==, 4 * THING_SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (leases); i++)
    give_back (leases[i]);
  mgr_test_settle ();
  g_assert_cmpuint (log->len, ==, 2);
  g_assert_cmpuint (g_array_index (log, guint64, 1), ==, 2 * THING_SIZE);
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  data)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  g_autoptr (GError) error = NULL;
  MgrLease *lease;

  g_test_summary ("A pool that is stopped lets go of what is free, then of what comes back");

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 3, NULL));
  lease = acquire (fixture->pool);
  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  assert_counts (fixture->pool, 1, 0, 1);
  g_assert_cmpint (n_things, ==, 1);
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (mgr_object_pool_try_acquire (fixture->pool, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  give_back (lease);
  assert_counts (fixture->pool, 0, 0, 0);

  g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
  give_back (acquire (fixture->pool));
  assert_counts (fixture->pool, 1, 1, 0);
}

static void
test_flushing (Fixture       *fixture,
               gconstpointer  data)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  g_autoptr (GError) error = NULL;
  MgrLease *lease = acquire (fixture->pool);

  g_test_summary ("What a pool holds stays while it is flushed");

  mgr_pool_set_flushing (pool, TRUE);
  give_back (lease);
  assert_counts (fixture->pool, 1, 1, 0);
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  mgr_pool_set_flushing (pool, FALSE);
  give_back (acquire (fixture->pool));
  g_assert_cmpuint (fixture->n_asked, ==, 1);
}

static void
test_lease_outlives_pool (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrLease) released = acquire (fixture->pool);
  MgrLease *lease = acquire (fixture->pool);
  MgrLease *dropped = acquire (fixture->pool);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_lease_release (released, NULL));
  g_assert_finalize_object (g_steal_pointer (&fixture->pool));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_assert_cmpint (n_things, ==, 2);
  g_assert_cmpuint (thing_of (lease)->number, ==, 1);

  g_assert_false (mgr_lease_release (released, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_nonnull (strstr (error->message, "things"));
  give_back (lease);
  mgr_lease_unref (dropped);
  g_assert_cmpint (n_things, ==, 0);
}

static void
test_leak (Fixture       *fixture,
           gconstpointer  data)
{
  MgrLease *lease = acquire (fixture->pool);

  g_test_summary ("A lease that is dropped gives its object back, and is counted");

  mgr_lease_unref (mgr_lease_ref (lease));
  g_assert_false (mgr_lease_is_released (lease));
  mgr_lease_unref (lease);
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (fixture->pool), ==, 1);
  assert_counts (fixture->pool, 1, 1, 0);
  give_back (acquire (fixture->pool));
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (fixture->pool), ==, 1);
}

static void
test_leak_is_reset_later (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrLease *lease;

  g_test_summary ("Whoever collects garbage is not asked to reset what turns up in it");

  g_signal_connect (fixture->pool, "reset", G_CALLBACK (reset_thing_cb), NULL);
  lease = acquire (fixture->pool);
  thing_of (lease)->dirty = TRUE;
  mgr_lease_unref (lease);
  assert_counts (fixture->pool, 1, 0, 0);
  mgr_test_settle ();
  assert_counts (fixture->pool, 1, 1, 0);
  lease = acquire (fixture->pool);
  g_assert_false (thing_of (lease)->dirty);
  give_back (lease);
}

static void
test_lease_in_a_value (Fixture       *fixture,
                       gconstpointer  data)
{
  g_auto (GValue) value = G_VALUE_INIT;
  MgrLease *lease = acquire (fixture->pool);

  g_value_init (&value, MGR_TYPE_LEASE);
  g_value_set_boxed (&value, lease);
  g_assert_true (g_value_get_boxed (&value) == lease);
  give_back (lease);
  g_assert_true (mgr_lease_is_released (g_value_get_boxed (&value)));
  g_assert_null (mgr_lease_get_object (g_value_get_boxed (&value)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/pool/object/used-again", test_used_again);
  ADD ("/pool/object/figures", test_figures);
  ADD ("/pool/object/properties", test_properties);
  g_test_add_func ("/pool/object/by-capacity", test_by_capacity);
  ADD ("/pool/object/reset", test_reset);
  ADD ("/pool/object/reset-connected-late", test_reset_connected_late);
  ADD ("/pool/object/subclass", test_subclass);
  ADD ("/pool/object/prepare", test_prepare);
  ADD ("/pool/object/limits", test_limits);
  ADD ("/pool/object/water", test_water);
  ADD ("/pool/object/stopped", test_stopped);
  ADD ("/pool/object/flushing", test_flushing);
  ADD ("/pool/object/lease-outlives-pool", test_lease_outlives_pool);
  ADD ("/pool/object/leak", test_leak);
  ADD ("/pool/object/leak-is-reset-later", test_leak_is_reset_later);
  ADD ("/pool/object/lease-in-a-value", test_lease_in_a_value);

  return g_test_run ();
}
