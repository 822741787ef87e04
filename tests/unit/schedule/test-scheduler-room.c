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

static MgrTask *
small_new (const char *name,
           MgrTask    *before)
{
  MgrTask *task = command_new (name, 10 * MIB);

  g_object_set (task, "component", "small", NULL);
  if (before != NULL)
    g_assert_true (mgr_task_add_dependency (task, before, NULL));
  return task;
}

static void
assert_homeless (MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_ERROR);
  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "component “small” was removed"));
}

static void
test_component_removed (Fixture       *fixture,
                        gconstpointer  user_data)
{
  MgrComponent *small = mgr_manager_lookup_component (fixture->manager, "small");
  g_autoptr (MgrTask) runs = command_new ("runs", 10 * MIB);
  g_autoptr (MgrTask) waits = small_new ("waits", NULL);
  g_autoptr (MgrTask) depends = small_new ("depends", runs);
  g_autoptr (MgrTask) last = command_new ("last", 10 * MIB);
  g_autoptr (MgrTask) again = small_new ("again", NULL);

  g_test_summary ("What waits for memory of a component ends with it, as a request does");

  submit (fixture, runs);
  mgr_scheduler_pause (fixture->scheduler);
  g_assert_true (mgr_task_add_dependency (last, waits, NULL));
  submit (fixture, waits);
  submit (fixture, depends);
  submit (fixture, last);
  g_assert_true (mgr_manager_remove_component (fixture->manager, small, NULL));
  assert_homeless (waits);
  assert_homeless (depends);
  g_assert_cmpint (mgr_task_get_reason (last), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpint (mgr_task_get_state (runs), ==, MGR_TASK_STATE_RUNNING);

  mgr_scheduler_resume (fixture->scheduler);
  mgr_manager_add_component (fixture->manager, "small", 200 * MIB, NULL, NULL);
  submit (fixture, again);
  g_assert_cmpint (mgr_task_get_state (again), ==, MGR_TASK_STATE_RUNNING);
}

static void
test_component_in_use (Fixture       *fixture,
                       gconstpointer  user_data)
{
  MgrComponent *small = mgr_manager_lookup_component (fixture->manager, "small");
  g_autoptr (MgrTask) runs = small_new ("runs", NULL);
  g_autoptr (MgrTask) depends = small_new ("depends", runs);
  g_autoptr (GError) error = NULL;

  submit (fixture, runs);
  submit (fixture, depends);
  g_assert_false (mgr_manager_remove_component (fixture->manager, small, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_cmpint (mgr_task_get_state (depends), ==, MGR_TASK_STATE_WAITING);
  mgr_fake_executor_end (fixture->local, runs, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (depends), ==, MGR_TASK_STATE_RUNNING);
}

static void
assert_running (MgrTask *task)
{
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
}

static void
test_others_hold_it (Fixture       *fixture,
                     gconstpointer  user_data)
{
  MgrComponent *small = mgr_ledger_lookup (mgr_manager_get_root (fixture->manager)->ledger, "small");
  g_autoptr (MgrTask) waits = command_new ("waits", 500 * MIB);
  g_autoptr (MgrTask) fits = command_new ("fits", 10 * MIB);
  g_autoptr (MgrTask) own = command_new ("own", 150 * MIB);
  g_autoptr (MgrTask) own_fits = command_new ("own-fits", 50 * MIB);
  MgrAllocation *kept;

  press (fixture, 600 * MIB);
  kept = mgr_component_allocate (small, 100 * MIB, NULL, 5, NULL, NULL);
  g_object_set (own, "component", "small", NULL);
  g_object_set (own_fits, "component", "small", NULL);
  submit (fixture, waits);
  submit (fixture, fits);
  submit (fixture, own);
  submit (fixture, own_fits);
  assert_running (fits);
  assert_running (own_fits);
  assert_explained (fixture, waits, "it needs 500.0 MiB, and the budget of all has 300.0 MiB for "
                                    "tasks: the rest is held by others, or guaranteed to them, and "
                                    "200.0 MiB of it have to be given up first");
  assert_explained (fixture, own, "component “small” has 100.0 MiB for tasks: the rest is held by "
                                  "others");

  mgr_allocation_unref (kept);
  press (fixture, 0);
  look_after (fixture, SECOND);
  assert_running (waits);
  assert_running (own);
  g_object_unref (small);
}

static void
test_guaranteed_to_others (Fixture       *fixture,
                           gconstpointer  user_data)
{
  MgrComponent *other = mgr_manager_add_component (fixture->manager, "other", 500 * MIB, NULL, NULL);
  g_autoptr (MgrTask) waits = command_new ("waits", 600 * MIB);
  g_autoptr (MgrTask) fits = command_new ("fits", 10 * MIB);

  g_assert_true (mgr_component_set_guaranteed (other, 500 * MIB, NULL));
  submit (fixture, waits);
  submit (fixture, fits);
  assert_running (fits);
  assert_explained (fixture, waits, "100.0 MiB of it have to be given up first");

  g_assert_true (mgr_component_set_guaranteed (other, 0, NULL));
  look_after (fixture, SECOND);
  assert_running (waits);
}

static void
test_budget_is_lowered (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", 10 * MIB);
  g_autoptr (MgrTask) depends = command_new ("depends", 400 * MIB);
  g_autoptr (MgrTask) large = command_new ("large", 400 * MIB);
  g_autoptr (MgrTask) fits = command_new ("fits", 100 * MIB);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What can never fit any more fails, whether it waits for memory or for others");

  g_assert_true (mgr_task_add_dependency (depends, before, NULL));
  submit (fixture, before);
  mgr_scheduler_pause (fixture->scheduler);
  submit (fixture, depends);
  submit (fixture, large);
  submit (fixture, fits);
  g_assert_true (mgr_component_set_budget (mgr_manager_get_root (fixture->manager), 300 * MIB, NULL));
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_reason (large), ==, MGR_TASK_REASON_ERROR);
  g_assert_false (mgr_task_get_result (large, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "Task “large” needs 400.0 MiB in “/”, and the budget of "
                                            "all (300.0 MiB) can never hold that"));
  g_assert_cmpint (mgr_task_get_state (depends), ==, MGR_TASK_STATE_WAITING);

  mgr_scheduler_resume (fixture->scheduler);
  assert_running (fits);
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_reason (depends), ==, MGR_TASK_REASON_ERROR);
}

static void
test_lowered_with_other_machines (Fixture       *fixture,
                                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) large = command_new ("large", 400 * MIB);

  fixture_add_remote (fixture);
  mgr_scheduler_pause (fixture->scheduler);
  submit (fixture, large);
  g_assert_true (mgr_component_set_budget (mgr_manager_get_root (fixture->manager), 300 * MIB, NULL));
  look_after (fixture, SECOND);
  mgr_scheduler_resume (fixture->scheduler);
  g_assert_nonnull (mgr_fake_executor_find (fixture->remote, large));
}

static void
remove_component (Fixture    *fixture,
                  const char *path)
{
  g_autoptr (MgrComponent) component =
    mgr_ledger_lookup (mgr_manager_get_root (fixture->manager)->ledger, path);
  g_autoptr (GError) error = NULL;

  mgr_manager_remove_component (fixture->manager, component, &error);
  g_assert_no_error (error);
}

static void
test_components_that_are_gone (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autoptr (MgrTask) stays = command_new ("stays", MIB);

  g_test_summary ("Nothing is kept for them");

  submit (fixture, stays);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);
      g_autoptr (MgrTask) task = command_new ("task", MIB);

      mgr_manager_add_component (fixture->manager, name, 0, NULL, NULL);
      g_object_set (task, "component", name, NULL);
      submit (fixture, task);
      mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_DONE);
    }
  look_after (fixture, SECOND);
  g_assert_cmpuint (fixture->scheduler->parts->len, ==, 101);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);

      remove_component (fixture, name);
    }
  look_after (fixture, SECOND);
  g_assert_cmpuint (fixture->scheduler->parts->len, ==, 1);
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
  ADD ("/schedule/room/component-removed", test_component_removed);
  ADD ("/schedule/room/component-in-use", test_component_in_use);
  ADD ("/schedule/room/others-hold-it", test_others_hold_it);
  ADD ("/schedule/room/guaranteed-to-others", test_guaranteed_to_others);
  ADD ("/schedule/room/budget-is-lowered", test_budget_is_lowered);
  ADD ("/schedule/room/components-that-are-gone", test_components_that_are_gone);
  ADD ("/schedule/room/lowered-with-other-machines", test_lowered_with_other_machines);
  ADD ("/schedule/room/not-while-paused", test_not_while_paused);

  return g_test_run ();
}
