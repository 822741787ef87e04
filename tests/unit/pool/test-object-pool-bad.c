/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "object-pool-fixture.h"

#include <string.h>

static void
refuse_pool (guint       min,
             guint       max,
             guint64     object_size,
             const char *mention)
{
  g_autoptr (GError) error = NULL;
  MgrObjectPool *pool = g_initable_new (MGR_TYPE_OBJECT_POOL, NULL, &error, "name", "bad",
                                        "min", min, "max", max, "object-size", object_size,
                                        NULL);

  g_assert_null (pool);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "bad"));
  g_assert_nonnull (strstr (error->message, mention));
}

static void
test_limits_that_cannot_be (void)
{
  refuse_pool (0, 0, 10, "“max” is 1 at least");
  refuse_pool (3, 2, 10, "3 to 2");
  refuse_pool (0, MGR_OBJECT_SLOTS_MAX + 1, 1, "262143");
  refuse_pool (0, 2, G_MAXUINT64, "counted");
  refuse_pool (0, 3, G_MAXUINT64 / 2, "counted");
}

static void
test_name_that_cannot_be (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_object_pool_new ("a/b", NULL, 1, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
refuse_limits (MgrObjectPool *pool,
               guint          min,
               guint          max)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_object_pool_set_limits (pool, min, max, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (mgr_object_pool_get_min (pool), ==, 0);
  g_assert_cmpuint (mgr_object_pool_get_max (pool), ==, 4);
}

static void
test_limits_changed_to_what_cannot_be (Fixture       *fixture,
                                       gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  refuse_limits (fixture->pool, 0, 0);
  refuse_limits (fixture->pool, 5, 4);
  refuse_limits (fixture->pool, 0, G_MAXUINT);
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (fixture->pool), THING_SIZE - 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (mgr_object_pool_get_max (fixture->pool), ==, 4);
}

static void
test_released_twice (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrLease) lease = acquire (fixture->pool);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_lease_release (lease, NULL));
  g_assert_false (mgr_lease_release (lease, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_nonnull (strstr (error->message, "things"));
  g_clear_error (&error);
  g_assert_false (mgr_object_pool_release (fixture->pool, mgr_lease_ref (lease), &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  assert_counts (fixture->pool, 1, 1, 0);
}

static void
test_released_twice_after_the_next (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autoptr (MgrLease) stale = acquire (fixture->pool);
  MgrLease *next;

  g_test_summary ("Who holds a lease that is over cannot end that of the next user");

  g_assert_true (mgr_lease_release (stale, NULL));
  next = acquire (fixture->pool);
  g_assert_true (next != stale);
  g_assert_false (mgr_lease_release (stale, NULL));
  g_assert_null (mgr_lease_get_object (stale));
  g_assert_cmpuint (thing_of (next)->number, ==, 0);
  assert_counts (fixture->pool, 1, 0, 1);
  give_back (next);
}

static void
test_released_to_another_pool (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (MgrObjectPool) other = mgr_object_pool_new ("other", NULL, 1, 0, NULL);
  g_autoptr (GError) error = NULL;
  MgrLease *lease = acquire (fixture->pool);

  g_assert_false (mgr_object_pool_release (other, mgr_lease_ref (lease), &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "“other”"));
  g_assert_nonnull (strstr (error->message, "“things”"));
  g_assert_cmpuint (thing_of (lease)->number, ==, 0);
  assert_counts (fixture->pool, 1, 0, 1);
  g_assert_cmpuint (mgr_object_pool_get_n_objects (other), ==, 0);

  /* With the last reference the object finds its way home. */
  g_assert_false (mgr_object_pool_release (other, lease, NULL));
  assert_counts (fixture->pool, 1, 1, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (fixture->pool), ==, 1);
}

static void
test_nobody_creates (void)
{
  g_autoptr (MgrObjectPool) pool = mgr_object_pool_new ("empty", NULL, 1, 0, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_object_pool_acquire (pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, "“create”"));
  g_assert_cmpuint (mgr_object_pool_get_n_objects (pool), ==, 0);
}

static void
test_create_fails (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A failure says why, and leaves the place to the next");

  fixture->fails = TRUE;
  for (guint i = 0; i < 10; i++)
    {
      g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==,
                       "Pool “things” could not make an object: there is no thing today");
      g_clear_error (&error);
    }
  g_assert_null (mgr_object_pool_try_acquire (fixture->pool, NULL));
  g_assert_false (mgr_object_pool_prepare (fixture->pool, 1, NULL));
  assert_counts (fixture->pool, 0, 0, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_created (fixture->pool), ==, 0);

  fixture->fails = FALSE;
  give_back (acquire (fixture->pool));
}

static GObject *
create_nothing_cb (MgrObjectPool *pool,
                   gpointer       user_data)
{
  return NULL;
}

static void
test_create_gives_nothing (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_nothing_cb), NULL);
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "did not say why"));

  /* The next handler may. */
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_thing_cb), fixture);
  give_back (acquire (fixture->pool));
}

static void
failed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_object_pool_acquire_finish (MGR_OBJECT_POOL (source), result, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "no thing today"));
  ++*(guint *) user_data;
}

static gboolean
reject_cb (MgrObjectPool *pool,
           GObject       *object,
           gpointer       user_data)
{
  return FALSE;
}

static void
test_failure_wakes_the_next (Fixture       *fixture,
                             gconstpointer  data)
{
  guint failed = 0;
  MgrLease *lease;

  g_test_summary ("The place of an object that is dropped goes from one who waits to the next");

  g_signal_connect (fixture->pool, "reset", G_CALLBACK (reject_cb), NULL);
  g_assert_true (mgr_object_pool_set_limits (fixture->pool, 0, 1, NULL));
  lease = acquire (fixture->pool);
  for (guint i = 0; i < 3; i++)
    mgr_object_pool_acquire_async (fixture->pool, NULL, failed_cb, &failed);
  fixture->fails = TRUE;
  give_back (lease);
  while (failed < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_asked, ==, 4);
  assert_counts (fixture->pool, 0, 0, 0);
}

static GObject *
create_same_cb (MgrObjectPool *pool,
                gpointer       user_data)
{
  return g_object_ref (user_data);
}

static void
test_create_gives_one_twice (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (GObject) thing = g_object_new (TYPE_THING, NULL);
  g_autoptr (MgrObjectPool) other = mgr_object_pool_new ("other", NULL, 1, 0, NULL);
  g_autoptr (GError) error = NULL;
  MgrLease *lease;

  g_test_summary ("Two users never have the same object, whatever a handler gives");

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_same_cb), thing);
  g_signal_connect (other, "create", G_CALLBACK (create_same_cb), thing);
  lease = acquire (fixture->pool);
  g_assert_null (mgr_object_pool_acquire (fixture->pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "Thing"));
  g_clear_error (&error);
  g_assert_null (mgr_object_pool_acquire (other, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  assert_counts (fixture->pool, 1, 0, 1);

  /* Once it is in none, it may go into another. */
  give_back (lease);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64), ==, THING_SIZE);
  give_back (acquire (other));
  g_clear_object (&other);
}

static GObject *
create_floating_cb (MgrObjectPool *pool,
                    gpointer       user_data)
{
  return g_object_new (G_TYPE_INITIALLY_UNOWNED, NULL);
}

static void
test_create_gives_floating (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrLease *lease;

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_floating_cb), NULL);
  lease = acquire (fixture->pool);
  g_assert_false (g_object_is_floating (mgr_lease_get_object (lease)));
  give_back (lease);
}

static void
test_failure_without_a_create (Fixture       *fixture,
                               gconstpointer  data)
{
  g_assert_false (mgr_object_pool_fail_create (fixture->pool, "nobody asked"));
  give_back (acquire (fixture->pool));
}

static void
test_cancelled_before (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_object_pool_prepare (fixture->pool, 1, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_null (mgr_object_pool_acquire (fixture->pool, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_counts (fixture->pool, 1, 1, 0);
}

/* An object that is free, or comes back, is none that was prepared: to wait for one would
 * never end. */
static void
test_prepare_beyond_budget (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrLease *lease;

  g_test_summary ("What the budget does not allow fails, and keeps what it does");

  g_assert_true (mgr_component_set_budget (fixture->component, 2 * THING_SIZE + 50, NULL));
  g_assert_false (mgr_object_pool_prepare (fixture->pool, 4, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "“pools” has used 200 B "));
  g_clear_error (&error);
  assert_counts (fixture->pool, 2, 2, 0);
  g_assert_cmpuint (fixture->n_asked, ==, 2);
  g_assert_true (mgr_object_pool_prepare (fixture->pool, 2, NULL));

  /* Also while one is in use. */
  lease = acquire (fixture->pool);
  g_assert_false (mgr_object_pool_prepare (fixture->pool, 3, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  assert_counts (fixture->pool, 2, 1, 1);
  g_assert_true (mgr_component_set_budget (fixture->component, 3 * THING_SIZE, NULL));
  g_assert_true (mgr_object_pool_prepare (fixture->pool, 3, NULL));
  assert_counts (fixture->pool, 3, 2, 1);
  give_back (lease);
}

static GObject *
create_and_limit_cb (MgrObjectPool *pool,
                     gpointer       user_data)
{
  g_assert_true (mgr_object_pool_set_limits (pool, 0, 1, NULL));
  return g_object_new (TYPE_THING, NULL);
}

static void
test_prepare_while_max_falls (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_func (fixture->pool, create_thing_cb, fixture);
  g_signal_connect (fixture->pool, "create", G_CALLBACK (create_and_limit_cb), NULL);
  g_assert_false (mgr_object_pool_prepare (fixture->pool, 3, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "all the 1 objects that it may have"));
  assert_counts (fixture->pool, 1, 1, 0);
}

static void
test_budget_too_small (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (MgrAllocation) rest = take (fixture->component, 4000);
  g_autoptr (MgrObjectPool) pool =
    mgr_object_pool_new ("large", fixture->component, 2, 6000, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_object_pool_acquire (pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "large"));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 4000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/object-bad/limits-that-cannot-be", test_limits_that_cannot_be);
  g_test_add_func ("/pool/object-bad/name-that-cannot-be", test_name_that_cannot_be);
  ADD ("/pool/object-bad/limits-changed-to-what-cannot-be", test_limits_changed_to_what_cannot_be);
  ADD ("/pool/object-bad/released-twice", test_released_twice);
  ADD ("/pool/object-bad/released-twice-after-the-next", test_released_twice_after_the_next);
  ADD ("/pool/object-bad/released-to-another-pool", test_released_to_another_pool);
  g_test_add_func ("/pool/object-bad/nobody-creates", test_nobody_creates);
  ADD ("/pool/object-bad/create-fails", test_create_fails);
  ADD ("/pool/object-bad/create-gives-nothing", test_create_gives_nothing);
  ADD ("/pool/object-bad/failure-wakes-the-next", test_failure_wakes_the_next);
  ADD ("/pool/object-bad/create-gives-one-twice", test_create_gives_one_twice);
  ADD ("/pool/object-bad/create-gives-floating", test_create_gives_floating);
  ADD ("/pool/object-bad/failure-without-a-create", test_failure_without_a_create);
  ADD ("/pool/object-bad/cancelled-before", test_cancelled_before);
  ADD ("/pool/object-bad/prepare-beyond-budget", test_prepare_beyond_budget);
  ADD ("/pool/object-bad/prepare-while-max-falls", test_prepare_while_max_falls);
  ADD ("/pool/object-bad/budget-too-small", test_budget_too_small);

  return g_test_run ();
}
