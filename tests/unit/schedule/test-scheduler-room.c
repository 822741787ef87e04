/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* What holds the budget gives way to tasks, as it does to other requests. */

/* Of so many values of 1 MiB each. */
static MgrCache *
fill_cache (Fixture *fixture,
            guint    n_values)
{
  MgrCache *cache = g_object_new (MGR_TYPE_CACHE, "name", "pages", "key-type",
                                  MGR_CACHE_KEY_TYPE_INT64, "component",
                                  mgr_manager_get_root (fixture->manager), NULL);
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  mgr_cache_terms_set_size (terms, MIB);
  g_assert_true (mgr_manager_add_cache (fixture->manager, cache, NULL));
  for (guint i = 0; i < n_values; i++)
    g_assert_true (mgr_cache_put_int64 (cache, i, &value, terms, NULL));

  return cache;
}

static guint64
get_held (MgrCache *cache)
{
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (cache);

  return mgr_cache_statistics_get_bytes (statistics);
}

/* Others make room in a thread of theirs, long before the scheduler would be stuck. */
static void
wait_until_it_runs (Fixture *fixture,
                    MgrTask *task)
{
  for (guint i = 0; i < 5000 && mgr_task_get_state (task) != MGR_TASK_STATE_RUNNING; i++)
    {
      g_usleep (1000);
      look_after (fixture, SECOND / 1000);
    }
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
}

static void
test_caches_give_way (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrCache) cache = fill_cache (fixture, 800);
  g_autoptr (MgrTask) task = command_new ("task", 500 * MIB);
  guint64 left;

  submit (fixture, task);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);
  look_after (fixture, 0);
  wait_until_it_runs (fixture, task);

  left = get_held (cache);
  g_assert_cmpuint (left, <=, 500 * MIB);
  g_assert_cmpuint (left, >=, 400 * MIB);
  g_assert_cmpstr (fixture->said->str, ==, "");
}

static void
test_not_for_what_tasks_hold (Fixture       *fixture,
                              gconstpointer  user_data)
{
  g_autoptr (MgrCache) cache = fill_cache (fixture, 300);
  g_autoptr (MgrTask) runs = command_new ("runs", 500 * MIB);
  g_autoptr (MgrTask) waits = command_new ("waits", 600 * MIB);
  guint64 held = get_held (cache);

  g_test_summary ("Who fits once another task has ended waits for that");

  submit (fixture, runs);
  submit (fixture, waits);
  for (guint i = 0; i < 20; i++)
    {
      look_after (fixture, SECOND);
      g_usleep (1000);
    }
  g_assert_cmpuint (get_held (cache), ==, held);

  mgr_fake_executor_end (fixture->local, runs, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpuint (get_held (cache), ==, held);
}

static void
test_not_while_paused (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autoptr (MgrCache) cache = fill_cache (fixture, 800);
  g_autoptr (MgrTask) task = command_new ("task", 500 * MIB);
  guint64 held = get_held (cache);

  submit (fixture, task);
  g_object_set (fixture->scheduler, "paused", TRUE, NULL);
  for (guint i = 0; i < 20; i++)
    {
      look_after (fixture, SECOND);
      g_usleep (1000);
    }
  g_assert_cmpuint (get_held (cache), ==, held);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/room/caches-give-way", test_caches_give_way);
  ADD ("/schedule/room/not-for-what-tasks-hold", test_not_for_what_tasks_hold);
  ADD ("/schedule/room/not-while-paused", test_not_while_paused);

  return g_test_run ();
}
