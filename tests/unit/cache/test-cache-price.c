/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"

/* What the bytes of a cache cost those who take them: two caches of one size, one of which
 * is used evenly, and the other hardly beyond a few of its entries. */

#define N_ENTRIES 400
#define LOAD_TIME 1000 /* µs */

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrCache *even;        /* (owned) */
  MgrCache *narrow;      /* (owned) */
} Case;

static MgrCache *
cache_new (Case       *self,
           const char *name)
{
  return g_object_new (MGR_TYPE_CACHE,
                       "name", name,
                       "key-type", MGR_CACHE_KEY_TYPE_INT64,
                       "max-entries", (guint64) N_ENTRIES,
                       "clock", self->clock,
                       NULL);
}

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  self->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  self->even = cache_new (self, "even");
  self->narrow = cache_new (self, "narrow");
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  g_object_unref (self->even);
  g_object_unref (self->narrow);
  g_object_unref (self->clock);
}

static gboolean
load_cb (MgrCache       *cache,
         const GValue   *key,
         MgrCacheTerms  *terms,
         GCancellable   *cancellable,
         gpointer        user_data,
         GError        **error)
{
  Case *self = user_data;

  mgr_manual_clock_advance (self->clock, LOAD_TIME);
  mgr_cache_terms_set_value (terms, key);
  mgr_cache_terms_set_size (terms, 1024);
  return TRUE;
}

static void
use (Case     *self,
     MgrCache *cache,
     guint     n_keys,
     guint     n_uses)
{
  for (guint i = 0; i < n_uses; i++)
    {
      g_auto (GValue) key = G_VALUE_INIT;
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&key, G_TYPE_INT64);
      g_value_set_int64 (&key, (gint64) (i * 7919) % n_keys);
      g_assert_true (mgr_cache_get_or_load (cache, &key, load_cb, self, NULL, &value, NULL));
    }
}

static gint64
get_price (MgrCache *cache)
{
  g_autoptr (MgrReclaimEstimate) estimate = mgr_reclaimer_estimate (MGR_RECLAIMER (cache));

  return mgr_reclaim_estimate_get_rebuild_cost (estimate);
}

static void
use_both (Case *self)
{
  use (self, self->even, N_ENTRIES, 20 * N_ENTRIES);
  use (self, self->narrow, N_ENTRIES / 20, 20 * N_ENTRIES);
}

/* Before anything is known both cost what it took to fill them; by and by the one of which
 * a half does as well costs next to nothing. */
static void
test_use_makes_the_price (Case          *self,
                          gconstpointer  data)
{
  g_assert_cmpint (get_price (self->even), ==, 0);

  use (self, self->even, N_ENTRIES, N_ENTRIES);
  use (self, self->narrow, N_ENTRIES, N_ENTRIES);
  g_assert_cmpint (get_price (self->even), ==, N_ENTRIES * LOAD_TIME);
  g_assert_cmpint (get_price (self->narrow), ==, N_ENTRIES * LOAD_TIME);

  use_both (self);
  g_assert_cmpint (get_price (self->even), >, N_ENTRIES * LOAD_TIME / 2);
  g_assert_cmpint (get_price (self->narrow), >, 0);
  g_assert_cmpint (get_price (self->narrow), <, N_ENTRIES * LOAD_TIME / 20);
}

static void
add_resource (MgrCleaner *cleaner,
              MgrCache   *cache,
              const char *name)
{
  g_autoptr (MgrResource) resource = mgr_resource_new_for_reclaimer (name, MGR_RECLAIMER (cache));
  g_autoptr (GError) error = NULL;

  mgr_resource_set_priority (resource, 5);
  g_assert_true (mgr_cleaner_register (cleaner, resource, &error));
  g_assert_no_error (error);
}

/* A cleanup that needs less than one of them has takes from where it costs least. */
static void
test_cleanups_take_the_cheap_one (Case          *self,
                                  gconstpointer  data)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (MGR_CLOCK (self->clock), "/nonexistent");
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GError) error = NULL;

  use (self, self->even, N_ENTRIES, N_ENTRIES);
  use (self, self->narrow, N_ENTRIES, N_ENTRIES);
  get_price (self->even);
  get_price (self->narrow);
  use_both (self);

  add_resource (cleaner, self->even, "temp_even");
  add_resource (cleaner, self->narrow, "temp_narrow");
  plan = mgr_cleaner_plan_bytes (cleaner, mgr_cache_get_n_bytes (self->narrow) / 2,
                                 MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE, &error);
  g_assert_no_error (error);
  steps = mgr_cleanup_plan_get_steps (plan);
  g_assert_cmpuint (steps->len, >, 0);
  g_assert_cmpstr (mgr_cleanup_step_get_name (g_ptr_array_index (steps, 0)), ==, "temp_narrow");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/cache/price/use-makes-the-price", Case, NULL, case_set_up,
              test_use_makes_the_price, case_tear_down);
  g_test_add ("/cache/price/cleanups-take-the-cheap-one", Case, NULL, case_set_up,
              test_cleanups_take_the_cheap_one, case_tear_down);

  return g_test_run ();
}
