/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../ledger/ledger-fixture.h"
#include "ledger/mgr-allocation-private.h"
#include "mgr-fake-pool.h"
#include "mgr-test-support.h"

#include <math.h>

typedef struct
{
  ScopedLedger *ledger;
  MgrComponent *component; /* (unowned), kept by the ledger */
  MgrPool *pool;
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->ledger = scoped_ledger_new (10000);
  fixture->component = add (fixture->ledger, "pools", 800, NULL);
  fixture->pool = mgr_fake_pool_new ("ticks", fixture->component, 1000, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fixture->pool);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_assert_finalize_object (fixture->pool);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  scoped_ledger_free (fixture->ledger);
  mgr_test_settle ();
}

static void
take_bytes (MgrPool *pool,
            guint64  size)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = mgr_fake_pool_take (pool, size, &error);

  g_assert_no_error (error);
  g_assert_true (taken);
}

/* Returns (transfer full): the text of the error */
static char *
refuse_bytes (MgrPool *pool,
              guint64  size,
              MgrError code)
{
  g_autoptr (GError) error = NULL;
  guint64 used = mgr_pool_get_used (pool);
  guint64 charged = mgr_pool_get_charged (pool);

  g_assert_false (mgr_fake_pool_take (pool, size, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, used);
  g_assert_cmpuint (mgr_pool_get_charged (pool), ==, charged);
  return g_strdup (error->message);
}

static void
test_figures (Fixture       *fixture,
              gconstpointer  data)
{
  MgrPool *pool = fixture->pool;

  take_bytes (pool, 300);
  take_bytes (pool, 100);
  mgr_fake_pool_give (pool, 300);

  g_assert_cmpstr (mgr_pool_get_name (pool), ==, "ticks");
  g_assert_true (mgr_pool_get_component (pool) == fixture->component);
  g_assert_true (mgr_pool_get_clock (pool) == mgr_clock_get_default ());
  g_assert_cmpuint (mgr_pool_get_capacity (pool), ==, 1000);
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 100);
  g_assert_cmpuint (mgr_pool_get_peak (pool), ==, 400);
  g_assert_cmpuint (mgr_pool_get_available (pool), ==, 900);
  g_assert_cmpuint (mgr_pool_get_charged (pool), ==, 400);
  g_assert_cmpuint (mgr_pool_get_allocation_count (pool), ==, 1);
  g_assert_cmpfloat (mgr_pool_get_fragmentation (pool), ==, 0);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 400);
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrComponent) component = NULL;
  g_autoptr (MgrClock) clock = NULL;
  g_autofree char *name = NULL;
  guint64 capacity, used, peak, charged, available, count;
  double low, high, fragmentation;
  gboolean active, flushing;

  take_bytes (fixture->pool, 250);
  g_object_set (fixture->pool, "flushing", TRUE, NULL);
  g_object_get (fixture->pool, "name", &name, "component", &component, "clock", &clock,
                "capacity", &capacity, "low-water", &low, "high-water", &high,
                "active", &active, "flushing", &flushing, "used", &used, "peak", &peak,
                "charged", &charged, "available", &available,
                "fragmentation", &fragmentation, "allocation-count", &count, NULL);

  g_assert_cmpstr (name, ==, "ticks");
  g_assert_true (component == fixture->component);
  g_assert_true (clock == mgr_clock_get_default ());
  g_assert_cmpuint (capacity, ==, 1000);
  g_assert_cmpfloat (low, ==, 0.7);
  g_assert_cmpfloat (high, ==, 0.9);
  g_assert_true (active && flushing);
  g_assert_cmpuint (used, ==, 250);
  g_assert_cmpuint (peak, ==, 250);
  g_assert_cmpuint (charged, ==, 250);
  g_assert_cmpuint (available, ==, 750);
  g_assert_cmpfloat (fragmentation, ==, 0);
  g_assert_cmpuint (count, ==, 1);
}

static void
test_full (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (MgrPool) alone = mgr_fake_pool_new ("alone", NULL, 2048, NULL);
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autofree char *full = NULL;
  g_autofree char *never = NULL;

  take_bytes (alone, 1024);
  full = refuse_bytes (alone, 1536, MGR_ERROR_NO_BUDGET);
  g_assert_cmpstr (full, ==,
                   "1.5 KiB does not fit into pool “alone”: it has used 1.0 KiB of its "
                   "capacity of 2.0 KiB, and its largest free piece is 1.0 KiB. It would fit "
                   "after 512 B more are released, or with a capacity of 2.5 KiB (2560 bytes)");
  never = refuse_bytes (alone, 4096, MGR_ERROR_INFEASIBLE);
  g_assert_cmpstr (never, ==,
                   "4.0 KiB can never fit into pool “alone”: its whole capacity is 2.0 KiB "
                   "(4096 of 2048 bytes). Ask for less, or raise the capacity");

  statistics = mgr_pool_get_statistics (alone);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 2);
  g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), ==, 1024);
}

static void
test_full_in_pieces (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  take_bytes (fixture->pool, 200);
  mgr_pool_set_full (fixture->pool, 500, 100, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "It would fit once the free pieces are joined"));
}

static void
test_budget_refuses (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *message = NULL;
  g_autofree char *never = NULL;

  never = refuse_bytes (fixture->pool, 900, MGR_ERROR_INFEASIBLE);
  g_assert_true (g_str_has_prefix (never, "Pool “ticks”: 900 B for “pools” can never fit"));
  take_bytes (fixture->pool, 300);
  message = refuse_bytes (fixture->pool, 600, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_prefix (message, "Pool “ticks”: 600 B for “pools” does not fit"));
  take_bytes (fixture->pool, 500);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 800);
}

static void
test_charge_is_one_allocation (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (MgrAllocation) mine = NULL;
  g_autoptr (GPtrArray) found = NULL;

  take_bytes (fixture->pool, 10);
  take_bytes (fixture->pool, 20);
  mine = take (fixture->component, 5);
  g_assert_cmpuint (mgr_component_get_allocation_count (fixture->component), ==, 2);

  found = mgr_allocation_list (fixture->component, "pool", 0, 10);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (mgr_allocation_get_description (found->pdata[0]), ==, "ticks");
  g_assert_cmpuint (mgr_allocation_get_size (found->pdata[0]), ==, 30);
}

static void
test_charge_taken_away (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  take_bytes (fixture->pool, 100);
  found = mgr_allocation_list (fixture->component, "pool", 0, 10);
  mgr_allocation_release (found->pdata[0], &error);
  g_assert_no_error (error);

  g_test_message ("The pool charges all it holds again as soon as that changes");
  take_bytes (fixture->pool, 50);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 150);
  g_clear_pointer (&found, g_ptr_array_unref);
}

static void
test_trim (Fixture       *fixture,
           gconstpointer  data)
{
  take_bytes (fixture->pool, 500);
  take_bytes (fixture->pool, 100);
  mgr_fake_pool_give (fixture->pool, 500);

  g_assert_cmpuint (mgr_pool_trim (fixture->pool, 0), ==, 0);
  g_assert_cmpuint (mgr_pool_trim (fixture->pool, 200), ==, 200);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 400);
  g_assert_cmpuint (mgr_pool_trim (fixture->pool, G_MAXUINT64), ==, 300);
  g_assert_cmpuint (mgr_pool_get_used (fixture->pool), ==, 100);
  g_assert_cmpuint (mgr_pool_get_charged (fixture->pool), ==, 100);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 100);
}

static void
test_reclaimer (Fixture       *fixture,
                gconstpointer  data)
{
  MgrReclaimer *reclaimer = MGR_RECLAIMER (fixture->pool);
  g_autoptr (MgrReclaimEstimate) estimate = NULL;
  g_autoptr (GError) error = NULL;

  take_bytes (fixture->pool, 500);
  mgr_fake_pool_give (fixture->pool, 400);
  estimate = mgr_reclaimer_estimate (reclaimer);

  g_assert_cmpstr (mgr_reclaimer_get_name (reclaimer), ==, "ticks");
  g_assert_true (mgr_reclaimer_is_thread_safe (reclaimer));
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, 400);
  g_assert_false (mgr_reclaim_estimate_get_lossy (estimate));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 150, MGR_PRESSURE_LEVEL_HIGH,
                                           G_MAXINT64, &error), ==, 150);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pool_get_charged (fixture->pool), ==, 350);
}

static void
test_inactive (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  take_bytes (fixture->pool, 500);
  take_bytes (fixture->pool, 100);
  mgr_fake_pool_give (fixture->pool, 500);

  g_test_message ("Free memory goes at once, the rest as blocks return");
  g_assert_true (mgr_pool_set_active (fixture->pool, FALSE, &error));
  g_assert_true (mgr_pool_set_active (fixture->pool, FALSE, &error));
  g_assert_false (mgr_pool_get_active (fixture->pool));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 100);
  message = refuse_bytes (fixture->pool, 1, MGR_ERROR_CLOSED);
  g_assert_cmpstr (message, ==,
                   "Pool “ticks” is not active: start it before asking it for anything");
  mgr_fake_pool_give (fixture->pool, 100);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);

  g_assert_true (mgr_pool_set_active (fixture->pool, TRUE, &error));
  g_assert_no_error (error);
  take_bytes (fixture->pool, 10);
}

static void
test_flushing (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *message = NULL;

  take_bytes (fixture->pool, 100);
  mgr_pool_set_flushing (fixture->pool, TRUE);
  mgr_pool_set_flushing (fixture->pool, TRUE);
  message = refuse_bytes (fixture->pool, 1, MGR_ERROR_CLOSED);
  g_assert_cmpstr (message, ==, "Pool “ticks” is flushing: ask again once that has ended");
  g_assert_cmpuint (mgr_pool_get_used (fixture->pool), ==, 100);
  g_assert_cmpuint (mgr_fake_pool_n_flushes (fixture->pool), ==, 1);

  mgr_pool_set_flushing (fixture->pool, FALSE);
  g_assert_cmpuint (mgr_fake_pool_n_flushes (fixture->pool), ==, 2);
  take_bytes (fixture->pool, 1);
}

static void
assert_capacity_refused (MgrPool  *pool,
                         guint64   capacity,
                         MgrError  code)
{
  g_autoptr (GError) error = NULL;
  guint64 before = mgr_pool_get_capacity (pool);

  g_assert_false (mgr_pool_set_capacity (pool, capacity, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_cmpuint (mgr_pool_get_capacity (pool), ==, before);
}

static void
test_capacity (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *never = NULL;

  take_bytes (fixture->pool, 500);
  assert_capacity_refused (fixture->pool, 0, MGR_ERROR_INVALID_ARGUMENT);
  assert_capacity_refused (fixture->pool, 499, MGR_ERROR_BUSY);

  g_assert_true (mgr_pool_set_capacity (fixture->pool, 600, &error));
  g_assert_cmpuint (mgr_pool_get_available (fixture->pool), ==, 100);
  never = refuse_bytes (fixture->pool, 601, MGR_ERROR_INFEASIBLE);

  g_test_message ("While it is stopped it takes another only if it is empty");
  g_assert_true (mgr_pool_set_active (fixture->pool, FALSE, &error));
  assert_capacity_refused (fixture->pool, 700, MGR_ERROR_BUSY);
  mgr_fake_pool_give (fixture->pool, 500);
  g_assert_true (mgr_pool_set_capacity (fixture->pool, 20, &error));
  g_assert_true (mgr_pool_set_active (fixture->pool, TRUE, &error));
  g_assert_no_error (error);
  take_bytes (fixture->pool, 20);
}

static void
change_within_cb (MgrPool  *pool,
                  gpointer  user_data)
{
  g_autoptr (GError) error = NULL;
  guint *n_calls = user_data;

  (*n_calls)++;
  g_assert_false (mgr_pool_set_active (pool, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  assert_capacity_refused (pool, 10, MGR_ERROR_BUSY);
  g_assert_false (mgr_pool_get_active (pool));
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 0);
}

static void
test_change_within_change (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  guint n_calls = 0;

  mgr_fake_pool_set_stop_func (fixture->pool, change_within_cb, &n_calls);
  g_assert_true (mgr_pool_set_active (fixture->pool, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
test_occupancy (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree double *cells = NULL;
  gsize length;

  take_bytes (fixture->pool, 375);
  cells = mgr_pool_get_occupancy (fixture->pool, 4, &length);
  g_assert_cmpuint (length, ==, 4);
  g_assert_cmpfloat (cells[0], ==, 1);
  g_assert_cmpfloat (cells[1], ==, 0.5);
  g_assert_cmpfloat (cells[2], ==, 0);
  g_assert_cmpfloat (cells[3], ==, 0);
}

static void
assert_not_made (const char *name,
                 guint64     capacity,
                 MgrError    code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_fake_pool_new (name, NULL, capacity, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
}

static void
test_bad_names_and_capacities (void)
{
  g_autofree char *long_name = g_strnfill (256, 'n');

  assert_not_made (NULL, 1, MGR_ERROR_INVALID_ARGUMENT);
  assert_not_made ("", 1, MGR_ERROR_INVALID_ARGUMENT);
  assert_not_made ("a/b", 1, MGR_ERROR_INVALID_ARGUMENT);
  assert_not_made ("\xff", 1, MGR_ERROR_INVALID_ARGUMENT);
  assert_not_made (long_name, 1, MGR_ERROR_INVALID_ARGUMENT);
  assert_not_made ("ticks", 0, MGR_ERROR_INVALID_ARGUMENT);

  g_test_message ("What cannot be started is not made");
  assert_not_made ("broken", 1, MGR_ERROR_NOT_AVAILABLE);
}

static void
test_not_started (void)
{
  g_autoptr (MgrPool) pool = g_object_new (MGR_TYPE_FAKE_POOL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_fake_pool_take (pool, 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (mgr_pool_set_active (pool, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_bad_waters (Fixture       *fixture,
                 gconstpointer  data)
{
  const double bad[][2] = { { 0.8, 0.5 }, { -0.1, 0.5 }, { 0.5, 1.1 }, { 0.5, -1 },
                            { NAN, 0.5 }, { 0.5, NAN }, { 2, 0 } };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (mgr_pool_set_waters (fixture->pool, bad[i][0], bad[i][1], &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_cmpfloat (mgr_pool_get_low_water (fixture->pool), ==, 0.7);
  g_assert_cmpfloat (mgr_pool_get_high_water (fixture->pool), ==, 0.9);

  g_assert_null (g_initable_new (MGR_TYPE_FAKE_POOL, NULL, &error, "name", "ticks",
                                 "capacity", (guint64) 1, "high-water", 0.5, NULL));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_outlives_its_manager (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (GError) error = NULL;
  MgrComponent *component = mgr_manager_add_component (manager, "pools", 0, NULL, &error);
  g_autoptr (MgrPool) pool = mgr_fake_pool_new ("ticks", component, 1000, &error);

  g_assert_no_error (error);
  take_bytes (pool, 100);
  g_clear_object (&manager);

  g_assert_false (mgr_fake_pool_take (pool, 100, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  mgr_fake_pool_give (pool, 100);
  g_assert_cmpuint (mgr_pool_trim (pool, G_MAXUINT64), ==, 100);
}

static void
add_fixture_test (const char *path,
                  void      (*func) (Fixture       *fixture,
                                     gconstpointer  data))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_fixture_test ("/pool/figures", test_figures);
  add_fixture_test ("/pool/properties", test_properties);
  add_fixture_test ("/pool/full", test_full);
  add_fixture_test ("/pool/full-in-pieces", test_full_in_pieces);
  add_fixture_test ("/pool/budget-refuses", test_budget_refuses);
  add_fixture_test ("/pool/charge-is-one-allocation", test_charge_is_one_allocation);
  add_fixture_test ("/pool/charge-taken-away", test_charge_taken_away);
  add_fixture_test ("/pool/trim", test_trim);
  add_fixture_test ("/pool/reclaimer", test_reclaimer);
  add_fixture_test ("/pool/inactive", test_inactive);
  add_fixture_test ("/pool/flushing", test_flushing);
  add_fixture_test ("/pool/capacity", test_capacity);
  add_fixture_test ("/pool/change-within-change", test_change_within_change);
  add_fixture_test ("/pool/occupancy", test_occupancy);
  add_fixture_test ("/pool/bad-waters", test_bad_waters);
  g_test_add_func ("/pool/bad-names-and-capacities", test_bad_names_and_capacities);
  g_test_add_func ("/pool/not-started", test_not_started);
  g_test_add_func ("/pool/outlives-its-manager", test_outlives_its_manager);

  return g_test_run ();
}
