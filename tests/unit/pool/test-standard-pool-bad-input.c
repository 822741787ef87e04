/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "standard-pool-fixture.h"

#include "mgr-fake-tree.h"

#include <sys/resource.h>

/* Asserts that an id is refused by everything that takes one. */
static void
assert_unknown (MgrStandardPool *pool,
                guint64          id,
                const char      *why)
{
  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done = FALSE;

      if (i == 0)
        done = mgr_standard_pool_pin (pool, id, &error);
      else if (i == 1)
        done = mgr_standard_pool_unpin (pool, id, &error);
      else if (i == 2)
        done = mgr_standard_pool_touch (pool, id, &error);
      else if (i == 3)
        done = mgr_standard_pool_get_data (pool, id, &error) != NULL;
      else if (i == 4)
        done = mgr_standard_pool_view (pool, id, &error) != NULL;
      else if (i == 5)
        done = mgr_standard_pool_read (pool, id, 0, 1, &error) != NULL;
      else
        done = mgr_standard_pool_lookup (pool, id, &error) != NULL;

      g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, why));
      g_assert_false (done);
    }
}

static void
assert_free_fails (MgrStandardPool *pool,
                   guint64          id,
                   int              code)
{
  g_autoptr (GError) error = NULL;
  guint64 used = mgr_pool_get_used (MGR_POOL (pool));

  g_assert_false (mgr_standard_pool_free (pool, id, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (pool)), ==, used);
}

static void
test_double_free (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 first;
  guint64 second;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  first = take_block (fixture.pool, 64, 5);
  free_block (fixture.pool, first);
  assert_free_fails (fixture.pool, first, MGR_ERROR_DOUBLE_RELEASE);

  /* Also where the next block lies in the same place. */
  second = take_block (fixture.pool, 64, 5);
  g_assert_cmpuint (block_offset (fixture.pool, second), ==, 0);
  assert_free_fails (fixture.pool, first, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_true (has_block (fixture.pool, second));
  free_block (fixture.pool, second);
  assert_free_fails (fixture.pool, second, MGR_ERROR_DOUBLE_RELEASE);
  assert_free_fails (fixture.pool, first, MGR_ERROR_DOUBLE_RELEASE);
}

static void
test_use_after_free (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 id;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  free_block (fixture.pool, id);
  assert_unknown (fixture.pool, id, "was freed");
  take_block (fixture.pool, 64, 5);
  assert_unknown (fixture.pool, id, "was freed");
}

static void
test_foreign_handle (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrStandardPool) other =
    mgr_standard_pool_new (NULL, "other", MIB, MGR_STANDARD_POOL_FLAGS_NONE, NULL);
  const guint64 never[] = { 0, 1, 12345, G_MAXUINT64, G_GUINT64_CONSTANT (1) << 52 };
  guint64 id;
  guint64 own;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (other, 64, 5);
  own = take_block (fixture.pool, 64, 5);
  assert_unknown (fixture.pool, id, "never had");
  assert_free_fails (fixture.pool, id, MGR_ERROR_NOT_FOUND);
  g_assert_true (has_block (other, id));
  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    {
      assert_unknown (fixture.pool, never[i], "never had");
      assert_free_fails (fixture.pool, never[i], MGR_ERROR_NOT_FOUND);
    }

  /* An id that is yet to come. */
  assert_free_fails (fixture.pool, own + (G_GUINT64_CONSTANT (1) << 26), MGR_ERROR_NOT_FOUND);
  free_block (fixture.pool, own);
  assert_free_fails (fixture.pool, own + (G_GUINT64_CONSTANT (1) << 26), MGR_ERROR_NOT_FOUND);
}

/* The next pool takes over what the table had for the first one, but not its ids. */
static void
test_use_after_pool_disposal (void)
{
  MgrStandardPool *first = mgr_standard_pool_new (NULL, "first", MIB,
                                                  MGR_STANDARD_POOL_FLAGS_NONE, NULL);
  MgrStandardPool *second;
  guint64 live = take_block (first, 64, 5);
  guint64 freed = take_block (first, 64, 5);

  free_block (first, freed);
  g_assert_finalize_object (first);

  second = mgr_standard_pool_new (NULL, "second", MIB, MGR_STANDARD_POOL_FLAGS_NONE, NULL);
  for (guint i = 0; i < 200; i++)
    {
      guint64 id = take_block (second, 64, 5);

      g_assert_cmpuint (id, !=, live);
      g_assert_cmpuint (id, !=, freed);
    }
  assert_unknown (second, live, "never had");
  assert_unknown (second, freed, "never had");
  assert_free_fails (second, live, MGR_ERROR_NOT_FOUND);
  g_assert_finalize_object (second);
}

static void
test_alignment_is_no_power_of_two (void)
{
  g_auto (Fixture) fixture = { 0 };
  const guint64 bad[] = { 0, 3, 48, 100, 4097, G_MAXUINT64, 4 * MIB,
                          G_GUINT64_CONSTANT (1) << 63 };

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_free (refuse_block (fixture.pool, 64, bad[i], 5, MGR_ERROR_INVALID_ARGUMENT));
}

static void
test_request_out_of_range (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *text = NULL;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  g_free (refuse_block (fixture.pool, 0, 1, 5, MGR_ERROR_INVALID_ARGUMENT));
  g_free (refuse_block (fixture.pool, 64, 1, 0, MGR_ERROR_INVALID_ARGUMENT));
  g_free (refuse_block (fixture.pool, 64, 1, 11, MGR_ERROR_INVALID_ARGUMENT));
  g_free (refuse_block (fixture.pool, 64, 1, G_MAXUINT, MGR_ERROR_INVALID_ARGUMENT));
  g_free (refuse_block (fixture.pool, MIB + 1, 1, 5, MGR_ERROR_INFEASIBLE));
  g_free (refuse_block (fixture.pool, G_MAXUINT64, 1, 5, MGR_ERROR_INFEASIBLE));
  g_free (refuse_block (fixture.pool, G_MAXUINT64 - 62, 2 * MIB, 5, MGR_ERROR_INFEASIBLE));
  take_block (fixture.pool, MIB / 2 + 64, 5);
  text = refuse_block (fixture.pool, MIB / 2, 1, 5, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "“ticks”"));
  g_assert_nonnull (strstr (text, "with a capacity of 1.0 MiB (1048640 bytes)"));
}

static void
assert_no_pool (Fixture              *fixture,
                guint64               capacity,
                MgrStandardPoolFlags  flags,
                int                   code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_pool (fixture, capacity, flags, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, "“ticks”"));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
}

static void
test_capacity_beyond_the_limit (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  assert_no_pool (&fixture, 0, MGR_STANDARD_POOL_FLAGS_NONE, MGR_ERROR_INVALID_ARGUMENT);
  assert_no_pool (&fixture, 11 * MIB, MGR_STANDARD_POOL_FLAGS_NONE, MGR_ERROR_INFEASIBLE);
  assert_no_pool (&fixture, 11 * MIB, MGR_STANDARD_POOL_FLAGS_VIRTUAL, MGR_ERROR_INFEASIBLE);
  assert_no_pool (&fixture, G_MAXUINT64, MGR_STANDARD_POOL_FLAGS_NONE, MGR_ERROR_INFEASIBLE);
  assert_no_pool (&fixture, G_MAXUINT64, MGR_STANDARD_POOL_FLAGS_VIRTUAL, MGR_ERROR_INFEASIBLE);
  g_assert_null (make_pool (&fixture, (guint64) 1 << 63, MGR_STANDARD_POOL_FLAGS_NONE, &error));
  g_assert_nonnull (strstr (error->message, "9223372036854775808 bytes: ask for less than 2^53"));
  g_clear_error (&error);

  g_assert_false (mgr_pool_set_capacity (MGR_POOL (fixture.pool), 11 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_clear_error (&error);
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (fixture.pool), 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (fixture.pool)), ==, MIB);
  take_block (fixture.pool, MIB, 5);
}

/* Nobody is charged, so that only the addresses are in the way. */
static void
test_capacity_beyond_the_addresses (void)
{
  const guint64 sizes[] = { G_GUINT64_CONSTANT (1) << 50, (G_GUINT64_CONSTANT (1) << 53) - 64,
                            G_GUINT64_CONSTANT (1) << 60, G_MAXUINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mgr_standard_pool_new (NULL, "vast", sizes[i], MGR_STANDARD_POOL_FLAGS_NONE,
                                            &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
    }
}

/* A pool of nobody's, in a process that @tree describes. */
static MgrStandardPool *
pool_new_in (MgrFakeTree           *tree,
             guint64                capacity,
             MgrStandardPoolFlags   flags,
             GError               **error)
{
  g_autoptr (MgrMemoryLimits) limits =
    mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  return g_initable_new (MGR_TYPE_STANDARD_POOL, NULL, error, "name", "large",
                         "capacity", capacity, "flags", flags, "limits", limits, NULL);
}

static void
test_capacity_beyond_the_machine (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=64M available=32M\n");
  g_autoptr (MgrStandardPool) pool = NULL;
  g_autoptr (MgrStandardPool) offsets = NULL;
  g_autoptr (MgrMemoryLimits) limits = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The kernel would promise it, and kill somebody later");

  g_assert_null (pool_new_in (tree, 64 * MIB + 64, MGR_STANDARD_POOL_FLAGS_NONE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "64.0 MiB for pool “large” is more than this process"));
  g_clear_error (&error);

  pool = pool_new_in (tree, 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_object_get (pool, "limits", &limits, NULL);
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 64 * MIB);
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (pool), 65 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (pool)), ==, 64 * MIB);
  g_clear_error (&error);

  /* What limits a file or a quota is not the memory of the machine. */
  offsets = pool_new_in (tree, 1024 * MIB, MGR_STANDARD_POOL_FLAGS_VIRTUAL, &error);
  g_assert_no_error (error);
  take_block (offsets, 1024 * MIB, 5);

  /* A limit that falls keeps nobody from making a pool smaller. */
  mgr_fake_tree_describe (tree, "host total=16M available=8M\n");
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (pool), 32 * MIB, &error));
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (pool), 33 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
}

static void
test_capacity_beyond_the_container (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G\nv2 /a\ngroup /a max=64M current=60M\n");
  g_autoptr (MgrStandardPool) pool = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (pool_new_in (tree, 65 * MIB, MGR_STANDARD_POOL_FLAGS_HUGE_PAGES, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "/a"));
  g_clear_error (&error);
  pool = pool_new_in (tree, 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE, &error);
  g_assert_no_error (error);
}

static void
test_growth_beyond_the_addresses (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrStandardPool) pool =
    g_initable_new (MGR_TYPE_STANDARD_POOL, NULL, &error, "name", "narrow", "capacity", MIB,
                    "max-capacity", 4 * MIB, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_standard_pool_get_max_capacity (pool), ==, 4 * MIB);
  take_block (pool, MIB, 5);
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (pool), 4 * MIB + 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (pool)), ==, MIB);
  g_clear_error (&error);
  g_assert_true (mgr_pool_set_capacity (MGR_POOL (pool), 4 * MIB, &error));
  g_assert_no_error (error);
  take_block (pool, 3 * MIB, 5);
}

/* With few addresses left there is no room to grow into, but a pool all the same. */
static void
test_few_addresses (void)
{
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
  g_test_skip ("a sanitizer needs more addresses than any limit leaves");
#else
  const struct rlimit limit = { 512 * MIB, 512 * MIB };
  g_autoptr (MgrStandardPool) pool = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  if (setrlimit (RLIMIT_AS, &limit) != 0)
    exit (0);
  pool = mgr_standard_pool_new (NULL, "few", 64 * MIB, MGR_STANDARD_POOL_FLAGS_NONE, &error);
  g_assert_no_error (error);
  take_block (pool, 64 * MIB, 5);
  g_assert_false (mgr_pool_set_capacity (MGR_POOL (pool), 80 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_clear_error (&error);
  g_assert_null (mgr_standard_pool_new (NULL, "much", 1024 * MIB, MGR_STANDARD_POOL_FLAGS_NONE,
                                        &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
#endif
}

/* The component refuses what a block would hold, although there is room in the pool. */
static void
test_budget_is_used_up (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrAllocation) other = NULL;
  g_autofree char *text = NULL;
  guint64 ids[2];

  fixture_start (&fixture, 4 * GRANULE, 4 * GRANULE, MGR_STANDARD_POOL_FLAGS_NONE);
  ids[0] = take_block (fixture.pool, GRANULE, 5);
  ids[1] = take_block (fixture.pool, GRANULE, 5);
  other = take (fixture.component, 2 * GRANULE);
  text = refuse_block (fixture.pool, 2 * GRANULE, 1, 5, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "“ticks”"));
  g_assert_nonnull (strstr (text, "market"));

  /* What is held for nothing makes up for it. */
  free_block (fixture.pool, ids[0]);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (fixture.pool)), ==, 2 * GRANULE);
  take_block (fixture.pool, 32 * KIB, 5);
  free_block (fixture.pool, ids[1]);
  take_block (fixture.pool, GRANULE + 32 * KIB, 5);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (fixture.pool)), ==, 2 * GRANULE);
}

static void
test_pins_that_do_not_match (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  guint64 id;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  g_assert_false (mgr_standard_pool_unpin (fixture.pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
  g_assert_null (mgr_standard_pool_get_data (fixture.pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  assert_free_fails (fixture.pool, id, MGR_ERROR_BUSY);
  g_assert_true (has_block (fixture.pool, id));
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
  free_block (fixture.pool, id);
}

static void
test_range_is_not_within (void)
{
  g_auto (Fixture) fixture = { 0 };
  const guint64 bad[][2] = { { 0, 65 }, { 64, 1 }, { 65, 0 }, { 1, G_MAXUINT64 },
                             { G_MAXUINT64, 1 }, { G_MAXUINT64, G_MAXUINT64 } };
  guint64 id;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  id = take_block (fixture.pool, 64, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mgr_standard_pool_read (fixture.pool, id, bad[i][0], bad[i][1], &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
      g_assert_false (mgr_standard_pool_write (fixture.pool, id, bad[i][0], (const guint8 *) "",
                                               bad[i][1], &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
    }
  /* Nothing was left pinned. */
  free_block (fixture.pool, id);
}

static void
test_virtual_has_no_memory (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  guint64 id;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_VIRTUAL);
  id = take_block (fixture.pool, 64, 5);
  g_assert_null (mgr_standard_pool_view (fixture.pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  g_assert_null (mgr_standard_pool_read (fixture.pool, id, 0, 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  g_assert_false (mgr_standard_pool_write (fixture.pool, id, 0, (const guint8 *) "x", 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  g_assert_true (mgr_standard_pool_pin (fixture.pool, id, NULL));
  g_assert_null (mgr_standard_pool_get_data (fixture.pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, id, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/bad-input/double-free", test_double_free);
  g_test_add_func ("/pool/standard/bad-input/use-after-free", test_use_after_free);
  g_test_add_func ("/pool/standard/bad-input/foreign-handle", test_foreign_handle);
  g_test_add_func ("/pool/standard/bad-input/use-after-pool-disposal",
                   test_use_after_pool_disposal);
  g_test_add_func ("/pool/standard/bad-input/alignment-is-no-power-of-two",
                   test_alignment_is_no_power_of_two);
  g_test_add_func ("/pool/standard/bad-input/request-out-of-range", test_request_out_of_range);
  g_test_add_func ("/pool/standard/bad-input/capacity-beyond-the-limit",
                   test_capacity_beyond_the_limit);
  g_test_add_func ("/pool/standard/bad-input/capacity-beyond-the-machine",
                   test_capacity_beyond_the_machine);
  g_test_add_func ("/pool/standard/bad-input/capacity-beyond-the-container",
                   test_capacity_beyond_the_container);
  g_test_add_func ("/pool/standard/bad-input/capacity-beyond-the-addresses",
                   test_capacity_beyond_the_addresses);
  g_test_add_func ("/pool/standard/bad-input/growth-beyond-the-addresses",
                   test_growth_beyond_the_addresses);
  g_test_add_func ("/pool/standard/bad-input/few-addresses", test_few_addresses);
  g_test_add_func ("/pool/standard/bad-input/budget-is-used-up", test_budget_is_used_up);
  g_test_add_func ("/pool/standard/bad-input/pins-that-do-not-match",
                   test_pins_that_do_not_match);
  g_test_add_func ("/pool/standard/bad-input/range-is-not-within", test_range_is_not_within);
  g_test_add_func ("/pool/standard/bad-input/virtual-has-no-memory",
                   test_virtual_has_no_memory);

  return g_test_run ();
}
