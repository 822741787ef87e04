/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model-fixture.h"

static MgrModel *
add_model (Fixture    *fixture,
           const char *name)
{
  MgrModel *model = make_model (fixture, name);

  g_object_unref (model);
  return model;
}

/* Loads it, and lets @idle pass after that. */
static void
use_and_wait (Fixture  *fixture,
              MgrModel *model,
              gint64    idle)
{
  end (use (model));
  mgr_manual_clock_advance (fixture->clock, idle);
}

static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  GListModel *list = G_LIST_MODEL (fixture->registry);
  g_autoptr (MgrModel) same_name = mgr_model_new ("thing", NULL, 0);
  g_autoptr (MgrModel) other = mgr_model_new ("other", NULL, 0);
  g_autoptr (MgrModel) found = NULL;
  g_autoptr (MgrModelRegistry) elsewhere = mgr_model_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  g_assert_true (g_list_model_get_item_type (list) == MGR_TYPE_MODEL);
  g_assert_false (mgr_model_registry_register (fixture->registry, same_name, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (mgr_model_registry_register (elsewhere, fixture->model, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_null (mgr_model_registry_use (fixture->registry, "other", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (mgr_model_registry_register (fixture->registry, other, &error));
  g_assert_true (mgr_model_get_component (other) == fixture->component);
  found = mgr_model_registry_lookup (fixture->registry, "other");
  g_assert_true (found == other);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  g_assert_true (mgr_model_registry_unregister (fixture->registry, other));
  g_assert_false (mgr_model_registry_unregister (fixture->registry, other));
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  g_assert_true (mgr_model_registry_register (elsewhere, other, &error));
}

static void
test_names_that_cannot_be (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autofree char *long_name = g_strnfill (256, 'x');
  const char *const names[] = { "", "a/b", "\xff", long_name };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MgrModel) model = mgr_model_new (names[i], NULL, 0);
      g_autoptr (GError) error = NULL;

      g_assert_false (mgr_model_registry_register (fixture->registry, model, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_idle (Fixture       *fixture,
           gconstpointer  data)
{
  MgrModel *kept = add_model (fixture, "kept");

  g_test_summary ("After 300 s without use a model that is SAFE goes, and no other");

  mgr_model_set_safety (kept, MGR_SAFETY_CAUTIOUS);
  use_and_wait (fixture, kept, 0);
  use_and_wait (fixture, fixture->model, 299 * G_TIME_SPAN_SECOND);
  mgr_test_settle ();
  g_assert_true (mgr_model_is_loaded (fixture->model));

  use_and_wait (fixture, fixture->model, 299 * G_TIME_SPAN_SECOND);
  mgr_test_settle ();
  g_assert_true (mgr_model_is_loaded (fixture->model));

  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  mgr_test_settle ();
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_assert_true (mgr_model_is_loaded (kept));
}

static void
test_idle_in_use (Fixture       *fixture,
                  gconstpointer  data)
{
  MgrModelUse *used = use (fixture->model);

  mgr_model_registry_set_idle_timeout (fixture->registry, 10);
  mgr_manual_clock_advance (fixture->clock, 100);
  mgr_test_settle ();
  g_assert_true (mgr_model_is_loaded (fixture->model));
  end (used);
  mgr_model_registry_set_idle_timeout (fixture->registry, 0);
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_DAY);
  mgr_test_settle ();
  g_assert_true (mgr_model_is_loaded (fixture->model));
  g_assert_cmpuint (mgr_model_registry_unload_unused (fixture->registry, 2 * G_TIME_SPAN_DAY),
                    ==, 0);
  g_assert_cmpuint (mgr_model_registry_unload_unused (fixture->registry, G_TIME_SPAN_DAY), ==, 1);
  g_assert_false (mgr_model_is_loaded (fixture->model));
}

static void
test_cheapest_goes (Fixture       *fixture,
                    gconstpointer  data)
{
  MgrModel *dear = add_model (fixture, "dear");
  MgrModel *third = add_model (fixture, "third");

  g_test_summary ("Where three want a budget for two, the one that is quickly back goes, though "
                  "it was used later");

  fixture->load_time = 20 * G_TIME_SPAN_SECOND;
  use_and_wait (fixture, dear, G_TIME_SPAN_SECOND);
  fixture->load_time = G_TIME_SPAN_MILLISECOND;
  use_and_wait (fixture, fixture->model, G_TIME_SPAN_SECOND);
  end (use (third));
  g_assert_true (mgr_model_is_loaded (dear));
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_assert_true (mgr_model_is_loaded (third));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 2 * THING_SIZE);
}

static void
test_longest_unused_goes (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrModel *second = add_model (fixture, "second");
  MgrModel *third = add_model (fixture, "third");

  fixture->load_time = G_TIME_SPAN_MILLISECOND;
  use_and_wait (fixture, fixture->model, G_TIME_SPAN_SECOND);
  use_and_wait (fixture, second, G_TIME_SPAN_SECOND);
  use_and_wait (fixture, fixture->model, G_TIME_SPAN_SECOND);
  end (use (third));
  g_assert_true (mgr_model_is_loaded (fixture->model));
  g_assert_false (mgr_model_is_loaded (second));
}

static void
test_priority_and_safety (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrModel *second = add_model (fixture, "second");
  MgrModel *third = add_model (fixture, "third");

  use_and_wait (fixture, fixture->model, G_TIME_SPAN_HOUR / 60);
  use_and_wait (fixture, second, 1);
  mgr_model_set_priority (fixture->model, 6);
  end (use (third));
  g_assert_false (mgr_model_is_loaded (second));

  mgr_model_set_safety (third, MGR_SAFETY_CAUTIOUS);
  end (use (second));
  g_assert_false (mgr_model_is_loaded (fixture->model));
  g_assert_true (mgr_model_is_loaded (third));

  mgr_model_set_safety (second, MGR_SAFETY_PROTECTED);
  end (use (fixture->model));
  g_assert_false (mgr_model_is_loaded (third));
}

static void
test_no_room (Fixture       *fixture,
              gconstpointer  data)
{
  MgrModel *second = add_model (fixture, "second");
  MgrModel *third = add_model (fixture, "third");
  MgrModelUse *used = use (fixture->model);

  g_test_summary ("Where those who may go would not do, nobody goes");

  end (use (second));
  mgr_model_set_declared_size (third, 2 * THING_SIZE);
  assert_use_fails (third, MGR_ERROR_NO_BUDGET, "models");
  g_assert_true (mgr_model_is_loaded (second));
  mgr_model_set_declared_size (third, 4 * THING_SIZE);
  assert_use_fails (third, MGR_ERROR_INFEASIBLE, "models");
  g_assert_cmpuint (fixture->n_asked, ==, 2);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 2 * THING_SIZE);
  end (used);

  mgr_model_set_declared_size (third, 2 * THING_SIZE);
  end (use (third));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 2 * THING_SIZE);
}

static void
assert_advice (Fixture    *fixture,
               const char *expected)
{
  g_auto (GStrv) advice = mgr_model_registry_recommend (fixture->registry);

  g_assert_cmpuint (g_strv_length (advice), ==, 1);
  g_assert_cmpstr (advice[0], ==, expected);
}

static void
test_advice (Fixture       *fixture,
             gconstpointer  data)
{
  g_auto (GStrv) none = mgr_model_registry_recommend (fixture->registry);

  g_assert_cmpuint (g_strv_length (none), ==, 0);
  fixture->load_time = 800 * G_TIME_SPAN_MILLISECOND;
  end (use (fixture->model));
  end (use (fixture->model));
  assert_advice (fixture, "model thing: 100.0 MiB, used twice in an hour, reload 0.8 s: lower its "
                          "priority");

  end (use (fixture->model));
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  end (use (fixture->model));
  g_assert_true (mgr_model_unload (fixture->model, NULL));
  end (use (fixture->model));
  assert_advice (fixture, "model thing: 100.0 MiB, loaded 3 times in an hour, 0.8 s each: raise "
                          "its priority, the idle timeout, or the budget");

  mgr_model_set_priority (fixture->model, MGR_PRIORITY_MAX);
  mgr_model_use_unref (use (fixture->model));
  assert_advice (fixture, "model thing: 1 uses were dropped without an end: end each one, so that "
                          "it can be unloaded in time");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model-registry/names", test_names);
  ADD ("/model-registry/names-that-cannot-be", test_names_that_cannot_be);
  ADD ("/model-registry/idle", test_idle);
  ADD ("/model-registry/idle-in-use", test_idle_in_use);
  ADD ("/model-registry/cheapest-goes", test_cheapest_goes);
  ADD ("/model-registry/longest-unused-goes", test_longest_unused_goes);
  ADD ("/model-registry/priority-and-safety", test_priority_and_safety);
  ADD ("/model-registry/no-room", test_no_room);
  ADD ("/model-registry/advice", test_advice);
  return g_test_run ();
}
