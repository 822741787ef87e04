/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"

#define KIB 1024
#define MIB (1024 * 1024)

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrComponent *component; /* (unowned) */
  MgrCache *cache;         /* (owned) */
} Case;

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  self->manager = mgr_manager_new (4 * MIB);
  self->component = mgr_manager_add_component (self->manager, "cache", 0, NULL, NULL);
  self->cache = g_object_new (MGR_TYPE_CACHE, "name", "charged", "key-type", MGR_CACHE_KEY_TYPE_INT64,
                              "component", self->component, NULL);
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  g_clear_object (&self->cache);
  g_assert_cmpuint (mgr_component_get_used (self->component), ==, 0);
  g_object_unref (self->manager);
}

/* Never less than what it holds, and not much more. */
static void
assert_charged (Case *self)
{
  guint64 held = mgr_cache_get_n_bytes (self->cache);
  guint64 used = mgr_component_get_used (self->component);

  g_assert_cmpuint (used, >=, held);
  g_assert_cmpuint (used, <=, held + 3 * MAX (64 * KIB, held / 16) + 1);
}

static void
test_follows (Case          *self,
              gconstpointer  data)
{
  for (gint64 i = 0; i < 1000; i++)
    {
      g_assert_true (put_number (self->cache, i, 2 * KIB, NULL));
      assert_charged (self);
    }
  g_assert_cmpuint (mgr_component_get_allocation_count (self->component), ==, 1);

  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (mgr_cache_trim (self->cache, 200 * KIB), >=, 200 * KIB);
      assert_charged (self);
    }
  mgr_cache_clear (self->cache);
  assert_charged (self);
}

/* Where the budget is full others of the cache go. */
static void
test_full_budget (Case          *self,
                  gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;

  for (gint64 i = 0; i < 5000; i++)
    {
      g_autoptr (GError) error = NULL;

      put_number (self->cache, i, 2 * KIB, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (mgr_component_get_used (self->component), <=, 4 * MIB);
      g_assert_cmpuint (mgr_component_get_used (self->component), >=, mgr_cache_get_n_bytes (self->cache));
    }
  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_SIZE), >, 2000);
  g_assert_cmpuint (mgr_cache_get_n_bytes (self->cache), >, 3 * MIB);
}

static void
test_no_budget (Case          *self,
                gconstpointer  data)
{
  g_autoptr (MgrAllocation) other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (put_number (self->cache, 1, KIB, NULL));
  g_assert_false (put_number (self->cache, 1, 5 * MIB, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == MGR_ERROR);
  assert_charged (self);

  /* Nothing went for what would not have fitted anyhow. */
  g_assert_true (has_number (self->cache, 1));
  g_clear_error (&error);
  other = mgr_manager_allocate (self->manager, "cache", 3 * MIB, "other", 5, NULL, NULL);
  g_assert_nonnull (other);
  g_assert_false (put_number (self->cache, 2, 2 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_true (has_number (self->cache, 1));
  g_assert_true (mgr_allocation_release (other, NULL));
}

static void
test_reclaim (Case          *self,
              gconstpointer  data)
{
  MgrReclaimer *reclaimer = MGR_RECLAIMER (self->cache);
  g_autoptr (MgrReclaimEstimate) estimate = NULL;
  g_autoptr (MgrReclaimEstimate) resisting = NULL;
  guint64 before;
  guint64 gone;

  for (gint64 i = 0; i < 1000; i++)
    g_assert_true (put_number (self->cache, i, KIB, NULL));
  before = mgr_cache_get_n_bytes (self->cache);
  estimate = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpstr (mgr_reclaimer_get_name (reclaimer), ==, "charged");
  g_assert_true (mgr_reclaimer_is_thread_safe (reclaimer));
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, before);
  g_assert_true (mgr_reclaim_estimate_get_lossy (estimate));

  /* A quarter, in one call. */
  gone = mgr_reclaimer_reclaim (reclaimer, before / 4, MGR_PRESSURE_LEVEL_HIGH, G_MAXINT64, NULL);
  g_assert_cmpuint (gone, >=, before / 4);
  g_assert_cmpuint (gone, <, before / 4 + 2 * KIB);
  g_assert_cmpuint (mgr_cache_get_n_bytes (self->cache), ==, before - gone);

  g_object_set (self->cache, "resist-pressure", TRUE, NULL);
  resisting = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (resisting), ==, 0);
  gone = mgr_reclaimer_reclaim (reclaimer, KIB, MGR_PRESSURE_LEVEL_CRITICAL, G_MAXINT64, NULL);
  g_assert_cmpuint (gone, ==, 0);
  gone = mgr_reclaimer_reclaim (reclaimer, KIB, MGR_PRESSURE_LEVEL_EMERGENCY, G_MAXINT64, NULL);
  g_assert_cmpuint (gone, >=, KIB);
}

static gpointer
put_many_cb (gpointer data)
{
  Case *self = data;

  for (gint64 i = 0; i < 20000; i++)
    {
      gint64 key = g_random_int_range (0, 4000);

      if (i % 1000 == 0)
        mgr_cache_trim (self->cache, MIB);
      g_assert_true (put_number (self->cache, key, 2 * KIB, NULL));
    }
  return NULL;
}

static void
test_threads (Case          *self,
              gconstpointer  data)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("put", put_many_cb, self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (mgr_component_get_used (self->component), <=, 4 * MIB);
  g_assert_cmpuint (mgr_component_get_used (self->component), >=, mgr_cache_get_n_bytes (self->cache));
  mgr_cache_clear (self->cache);
  assert_charged (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/cache-charge/" name, Case, NULL, case_set_up, func, case_tear_down)

  ADD ("follows", test_follows);
  ADD ("full-budget", test_full_budget);
  ADD ("no-budget", test_no_budget);
  ADD ("reclaim", test_reclaim);
  ADD ("threads", test_threads);

  return g_test_run ();
}
