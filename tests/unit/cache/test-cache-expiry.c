/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "mgr-test-support.h"

/* What expires, on a clock of the test's own. */

#define SECOND G_USEC_PER_SEC

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrCache *cache;       /* (owned) */
} Case;

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  self->clock = mgr_manual_clock_new (5 * SECOND);
  self->cache = g_object_new (MGR_TYPE_CACHE, "clock", self->clock, NULL);
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  g_object_unref (self->cache);
  g_object_unref (self->clock);
}

static void
pass (Case  *self,
      gint64 time)
{
  mgr_manual_clock_advance (self->clock, time);
}

static void
test_ttl (Case          *self,
          gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) brief = mgr_cache_terms_new ();
  g_autoptr (MgrCacheTerms) endless = mgr_cache_terms_new ();

  g_object_set (self->cache, "ttl", (gint64) 10 * SECOND, NULL);
  mgr_cache_terms_set_ttl (brief, SECOND);
  mgr_cache_terms_set_ttl (endless, 0);
  put_text (self->cache, "brief", "x", brief);
  put_text (self->cache, "usual", "x", NULL);
  put_text (self->cache, "endless", "x", endless);

  pass (self, SECOND - 1);
  assert_text (self->cache, "brief", "x");
  pass (self, 1);
  assert_text (self->cache, "brief", NULL);
  assert_text (self->cache, "usual", "x");
  pass (self, 9 * SECOND);
  assert_text (self->cache, "usual", NULL);
  pass (self, G_GINT64_CONSTANT (1000000) * SECOND);
  assert_text (self->cache, "endless", "x");
}

/* The main loop has them go, and says so. */
static void
test_they_go_by_themselves (Case          *self,
                            gconstpointer  data)
{
  g_autoptr (MgrCacheStatistics) statistics = NULL;

  g_object_set (self->cache, "ttl", (gint64) SECOND, NULL);
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      put_text (self->cache, key, "x", NULL);
    }
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 2000);

  pass (self, SECOND + 100);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 0);
  g_assert_cmpuint (mgr_cache_get_n_bytes (self->cache), ==, 0);
  statistics = mgr_cache_get_statistics (self->cache);
  g_assert_cmpuint (mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_EXPIRED), ==, 2000);
}

/* A turn of the loop only takes a slice of many. */
static void
test_in_slices (Case          *self,
                gconstpointer  data)
{
  guint n_turns = 0;

  g_object_set (self->cache, "ttl", (gint64) SECOND, NULL);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      put_text (self->cache, key, "x", NULL);
    }

  pass (self, 2 * SECOND);
  while (mgr_cache_get_n_entries (self->cache) > 0)
    {
      guint64 before = mgr_cache_get_n_entries (self->cache);

      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (before - mgr_cache_get_n_entries (self->cache), <=, 512);
      g_assert_cmpuint (++n_turns, <, 10000);
    }
  g_assert_cmpuint (n_turns, >=, 20000 / 512);
}

static void
test_in_passing (Case          *self,
                 gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) endless = mgr_cache_terms_new ();

  g_object_set (self->cache, "ttl", (gint64) SECOND, NULL);
  mgr_cache_terms_set_ttl (endless, 0);
  put_text (self->cache, "a", "x", NULL);
  pass (self, 2 * SECOND);
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 1);
  for (guint i = 0; i < 20; i++)
    put_text (self->cache, "b", "x", endless);
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 1);
}

static void
test_idle (Case          *self,
           gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) both = mgr_cache_terms_new ();

  g_object_set (self->cache, "idle-ttl", (gint64) 16 * SECOND, NULL);
  mgr_cache_terms_set_ttl (both, 40 * SECOND);
  put_text (self->cache, "used", "x", NULL);
  put_text (self->cache, "unused", "x", NULL);
  put_text (self->cache, "both", "x", both);

  for (guint i = 0; i < 3; i++)
    {
      pass (self, 13 * SECOND);
      mgr_test_settle ();
      assert_text (self->cache, "used", "x");
      assert_text (self->cache, "both", "x");
    }
  assert_text (self->cache, "unused", NULL);

  /* No use goes beyond the time it has in all. */
  pass (self, SECOND);
  assert_text (self->cache, "both", NULL);
  pass (self, 17 * SECOND);
  assert_text (self->cache, "used", NULL);
}

static void
test_jitter (Case          *self,
             gconstpointer  data)
{
  guint64 before = 2000;

  g_object_set (self->cache, "ttl", (gint64) 100 * SECOND, "jitter", 0.1, NULL);
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      put_text (self->cache, key, "x", NULL);
    }

  pass (self, 90 * SECOND - 1);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 2000);
  for (guint i = 0; i < 10; i++)
    {
      guint64 after;

      pass (self, SECOND + 10);
      mgr_test_settle ();
      after = mgr_cache_get_n_entries (self->cache);
      /* One and a half times the mean is 300. */
      g_assert_cmpuint (before - after, <=, 300);
      g_assert_cmpuint (before - after, >=, 100);
      before = after;
    }
  g_assert_cmpuint (before, ==, 0);
}

/* An earlier one is not late because a later one was waited for. */
static void
test_earlier_one (Case          *self,
                  gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) brief = mgr_cache_terms_new ();

  g_object_set (self->cache, "ttl", (gint64) 1000 * SECOND, NULL);
  mgr_cache_terms_set_ttl (brief, SECOND);
  put_text (self->cache, "later", "x", NULL);
  put_text (self->cache, "earlier", "x", brief);
  pass (self, 2 * SECOND);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 1);
}

static void
test_clock_goes_back (Case          *self,
                      gconstpointer  data)
{
  g_object_set (self->cache, "ttl", (gint64) 10 * SECOND, NULL);
  put_text (self->cache, "a", "x", NULL);
  pass (self, -4 * SECOND);
  assert_text (self->cache, "a", "x");
  put_text (self->cache, "b", "x", NULL);
  pass (self, 15 * SECOND);
  mgr_test_settle ();
  assert_text (self->cache, "a", NULL);
  assert_text (self->cache, "b", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/cache-expiry/" name, Case, NULL, case_set_up, func, case_tear_down)

  ADD ("ttl", test_ttl);
  ADD ("they-go-by-themselves", test_they_go_by_themselves);
  ADD ("in-slices", test_in_slices);
  ADD ("in-passing", test_in_passing);
  ADD ("idle", test_idle);
  ADD ("jitter", test_jitter);
  ADD ("earlier-one", test_earlier_one);
  ADD ("clock-goes-back", test_clock_goes_back);

  return g_test_run ();
}
