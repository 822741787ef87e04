/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "standard-pool-fixture.h"

#include "pool/mgr-standard-pool-private.h"

#define EVICT MGR_STANDARD_POOL_FLAGS_EVICT

/* Who is asked for, by description, and who stays. */
typedef struct
{
  GString *asked;
  const char *kept;
} Owner;

static gboolean
evict_cb (MgrStandardPool *pool,
          MgrBlock        *block,
          Owner           *owner)
{
  const char *description = mgr_block_get_description (block);

  g_string_append (owner->asked, description);
  return *description != '\0' && strchr (owner->kept, *description) != NULL;
}

static guint64
take_named (MgrStandardPool *pool,
            guint64          size,
            const char      *name,
            guint            priority)
{
  g_autoptr (GError) error = NULL;
  guint64 id = mgr_standard_pool_allocate (pool, size, name, priority, NULL, &error);

  g_assert_no_error (error);
  return id;
}

/* Blocks of 64 bytes called “a”, “b” and so on, which fill the pool. */
static void
fill (MgrStandardPool *pool,
      guint            priority,
      guint64         *ids,
      guint            n_ids)
{
  for (guint i = 0; i < n_ids; i++)
    {
      const char name[] = { (char) ('a' + i), '\0' };

      ids[i] = take_named (pool, 64, name, priority);
    }
}

/* Returns (transfer full): the names of the blocks that are there. */
static char *
names (MgrStandardPool *pool)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, NULL, 0, 0);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < blocks->len; i++)
    g_string_append (text, mgr_block_get_description (g_ptr_array_index (blocks, i)));
  return g_string_free (text, FALSE);
}

static void
assert_names (MgrStandardPool *pool,
              const char      *expected)
{
  g_autofree char *found = names (pool);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_least_recently_used_goes (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_assert_true (mgr_standard_pool_touch (fixture.pool, ids[0], NULL));
  take_named (fixture.pool, 64, "x", 5);
  assert_names (fixture.pool, "axcd");

  g_assert_true (mgr_standard_pool_pin (fixture.pool, ids[2], NULL));
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, ids[2], NULL));
  take_named (fixture.pool, 64, "y", 5);
  assert_names (fixture.pool, "axcy");

  g_assert_false (mgr_standard_pool_free (fixture.pool, ids[1], &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "was evicted"));
  statistics = mgr_pool_get_statistics (MGR_POOL (fixture.pool));
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_count (statistics), ==, 2);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_bytes (statistics), ==, 128);
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 256);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, 256);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 0);
}

static void
assert_no_block (MgrStandardPool *pool,
                 guint64          id,
                 int              code,
                 const char      *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_standard_pool_free (pool, id, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
  g_clear_error (&error);
  g_assert_false (mgr_standard_pool_touch (pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_evicted_is_not_freed (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[130];

  g_test_summary ("What was evicted is not called freed once others have had its place");

  fixture_start (&fixture, MIB, 64, EVICT);
  ids[0] = take_named (fixture.pool, 64, "freed", 5);
  free_block (fixture.pool, ids[0]);
  for (guint i = 1; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_named (fixture.pool, 64, "evicted", 5);

  for (guint i = 1; i < 65; i++)
    assert_no_block (fixture.pool, ids[i], MGR_ERROR_NOT_FOUND, "evicted");
  for (guint i = 65; i < G_N_ELEMENTS (ids) - 1; i++)
    assert_no_block (fixture.pool, ids[i], MGR_ERROR_NOT_FOUND, "was evicted to make room");
  assert_no_block (fixture.pool, ids[0], MGR_ERROR_NOT_FOUND, "was freed or evicted");
}

static void
test_priority_comes_first (void)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_start (&fixture, MIB, 256, EVICT);
  take_named (fixture.pool, 64, "a", 5);
  take_named (fixture.pool, 64, "b", 3);
  take_named (fixture.pool, 64, "c", 3);
  take_named (fixture.pool, 64, "d", 1);
  take_named (fixture.pool, 64, "x", 9);
  assert_names (fixture.pool, "abcx");
  take_named (fixture.pool, 64, "y", 9);
  assert_names (fixture.pool, "aycx");
  take_named (fixture.pool, 64, "z", 9);
  assert_names (fixture.pool, "ayzx");
}

static void
test_never_for_less_important (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_free (refuse_block (fixture.pool, 64, 1, 4, MGR_ERROR_NO_BUDGET));
  assert_names (fixture.pool, "abcd");
  take_named (fixture.pool, 64, "x", 5);
  assert_names (fixture.pool, "xbcd");
}

static void
test_pinned_stay (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  for (guint i = 0; i < 3; i++)
    g_assert_true (mgr_standard_pool_pin (fixture.pool, ids[i], NULL));
  take_named (fixture.pool, 64, "x", 5);
  assert_names (fixture.pool, "abcx");
  g_free (refuse_block (fixture.pool, 128, 1, 10, MGR_ERROR_NO_BUDGET));
  assert_names (fixture.pool, "abcx");
  for (guint i = 0; i < 3; i++)
    g_assert_true (mgr_standard_pool_unpin (fixture.pool, ids[i], NULL));
}

/* Of those that lie together the ones of which none was used lately, and no more than
 * are needed. */
static void
test_neighbours_go_together (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[8];

  fixture_start (&fixture, MIB, 512, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_assert_true (mgr_standard_pool_touch (fixture.pool, ids[1], NULL));
  g_assert_true (mgr_standard_pool_touch (fixture.pool, ids[4], NULL));
  /* Of all pairs, c and d are the one of which none was used after any of another. */
  take_named (fixture.pool, 128, "X", 5);
  assert_names (fixture.pool, "abXefgh");
  take_named (fixture.pool, 192, "Y", 5);
  assert_names (fixture.pool, "abXeY");
}

static void
test_holes_are_joined (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[8];

  fixture_start (&fixture, MIB, 512, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  free_block (fixture.pool, ids[4]);
  free_block (fixture.pool, ids[6]);
  g_assert_true (mgr_standard_pool_touch (fixture.pool, ids[2], NULL));
  take_named (fixture.pool, 192, "X", 5);
  assert_names (fixture.pool, "abcdXh");
}

static void
test_aligned_request (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GError) error = NULL;
  guint64 ids[8];
  guint64 id;

  fixture_start (&fixture, MIB, 512, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_assert_true (mgr_standard_pool_touch (fixture.pool, ids[0], NULL));
  id = mgr_standard_pool_allocate_aligned (fixture.pool, 64, 256, "X", 5, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (block_offset (fixture.pool, id), ==, 256);
  assert_names (fixture.pool, "abcdXfgh");
}

static void
test_veto (void)
{
  g_auto (Fixture) fixture = { 0 };
  Owner owner = { g_string_new (NULL), "ab" };
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (evict_cb), &owner);
  g_assert_false (mgr_reclaimer_is_thread_safe (MGR_RECLAIMER (fixture.pool)));
  take_named (fixture.pool, 64, "X", 5);
  assert_names (fixture.pool, "abXd");
  g_assert_cmpstr (owner.asked->str, ==, "abc");

  /* Of two that have to go together none goes, unless both may. */
  g_string_truncate (owner.asked, 0);
  owner.kept = "X";
  take_named (fixture.pool, 128, "Y", 5);
  assert_names (fixture.pool, "YXd");
  g_assert_cmpstr (owner.asked->str, ==, "ab");

  g_string_truncate (owner.asked, 0);
  owner.kept = "XYd";
  g_free (refuse_block (fixture.pool, 64, 1, 5, MGR_ERROR_NO_BUDGET));
  assert_names (fixture.pool, "YXd");
  g_assert_cmpuint (owner.asked->len, ==, 3);
  g_string_free (owner.asked, TRUE);
}

static void
test_not_without_flag (void)
{
  g_auto (Fixture) fixture = { 0 };
  Owner owner = { g_string_new (NULL), "" };
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, MGR_STANDARD_POOL_FLAGS_NONE);
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (evict_cb), &owner);
  fill (fixture.pool, 1, ids, G_N_ELEMENTS (ids));
  g_free (refuse_block (fixture.pool, 64, 1, 10, MGR_ERROR_NO_BUDGET));
  assert_names (fixture.pool, "abcd");
  g_assert_cmpuint (owner.asked->len, ==, 0);
  g_string_free (owner.asked, TRUE);
}

/* A handler may do as it likes with the pool. */
static gboolean
busy_cb (MgrStandardPool *pool,
         MgrBlock        *block,
         guint64         *extra)
{
  if (*extra == 0)
    {
      *extra = mgr_block_get_id (block);
      free_block (pool, *extra);
    }
  g_assert_true (mgr_pool_get_active (MGR_POOL (pool)));
  return FALSE;
}

static void
test_handler_frees_by_itself (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 extra = 0;
  guint64 ids[4];

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (busy_cb), &extra);
  take_named (fixture.pool, 64, "X", 5);
  g_assert_cmpuint (extra, ==, ids[0]);
  /* Then another one more has to go than would have had to: what was freed stays free. */
  g_assert_cmpuint (mgr_pool_get_allocation_count (MGR_POOL (fixture.pool)), >=, 3);
}

/* How a handler fared that allocates of the pool that asks it. */
typedef struct
{
  guint n_asked;
  guint n_refused;
  guint n_taken;
} Nested;

static gboolean
allocating_cb (MgrStandardPool *pool,
               MgrBlock        *block,
               Nested          *nested)
{
  g_autoptr (GError) error = NULL;

  nested->n_asked++;
  if (mgr_standard_pool_allocate (pool, 64, "n", 5, NULL, &error) != 0)
    {
      nested->n_taken++;
      return FALSE;
    }

  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_assert_nonnull (strstr (error->message, "pool “ticks”"));
  g_assert_nonnull (strstr (error->message, "after the handler has returned"));
  nested->n_refused++;

  /* What never fits is no matter of when it is asked for. */
  g_free (refuse_block (pool, MIB, 1, 5, MGR_ERROR_INFEASIBLE));
  return FALSE;
}

static void
test_handler_allocates (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  Nested nested = { 0 };
  guint64 ids[4];

  g_test_summary ("A handler that needs room itself is refused, not asked inside of itself");

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (allocating_cb), &nested);
  take_named (fixture.pool, 64, "X", 5);
  assert_names (fixture.pool, "Xbcd");
  g_assert_cmpuint (nested.n_asked, ==, 1);
  g_assert_cmpuint (nested.n_refused, ==, 1);
  statistics = mgr_pool_get_statistics (MGR_POOL (fixture.pool));
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 2);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_count (statistics), ==, 1);

  /* For what is free nobody has to be asked. */
  free_block (fixture.pool, ids[2]);
  take_named (fixture.pool, 128, "Y", 5);
  g_assert_cmpuint (nested.n_taken, ==, 1);
}

static gboolean
reclaiming_cb (MgrStandardPool *pool,
               MgrBlock        *block,
               Nested          *nested)
{
  nested->n_asked++;
  nested->n_taken += mgr_reclaimer_reclaim (MGR_RECLAIMER (pool), MIB, MGR_PRESSURE_LEVEL_EMERGENCY,
                                            G_MAXINT64, NULL) > 0;
  return FALSE;
}

static void
test_handler_cleans_up (void)
{
  g_auto (Fixture) fixture = { 0 };
  Nested nested = { 0 };
  guint64 ids[4];

  fixture_start (&fixture, MIB, 4 * GRANULE, EVICT);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = take_named (fixture.pool, GRANULE, "a", 5);
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (reclaiming_cb), &nested);
  take_named (fixture.pool, GRANULE, "X", 5);
  g_assert_false (has_block (fixture.pool, ids[0]));
  g_assert_true (has_block (fixture.pool, ids[1]));
  g_assert_cmpuint (nested.n_asked, ==, 1);
  g_assert_cmpuint (nested.n_taken, ==, 0);
}

/* The budget refuses what the block would hold, but what goes makes up for it. */
static void
test_budget_is_kept (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrAllocation) other = NULL;
  guint64 ids[2];

  fixture_start (&fixture, 4 * GRANULE, 4 * GRANULE, EVICT);
  ids[0] = take_named (fixture.pool, GRANULE, "a", 5);
  ids[1] = take_named (fixture.pool, GRANULE, "b", 5);
  other = take (fixture.component, 2 * GRANULE);
  take_named (fixture.pool, GRANULE, "X", 5);
  assert_names (fixture.pool, "Xb");
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (fixture.pool)), ==, 2 * GRANULE);
  g_free (refuse_block (fixture.pool, 3 * GRANULE, 1, 5, MGR_ERROR_NO_BUDGET));
  assert_names (fixture.pool, "Xb");
  g_assert_false (has_block (fixture.pool, ids[0]));
  g_assert_true (has_block (fixture.pool, ids[1]));
}

static void
test_virtual (void)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_start (&fixture, 100, 100, EVICT | MGR_STANDARD_POOL_FLAGS_VIRTUAL);
  take_named (fixture.pool, 60, "a", 5);
  take_named (fixture.pool, 40, "b", 5);
  take_named (fixture.pool, 50, "X", 5);
  assert_names (fixture.pool, "Xb");
  assert_bytes (fixture.pool, 90, 90);
  take_named (fixture.pool, 95, "Y", 5);
  assert_names (fixture.pool, "Y");
  assert_bytes (fixture.pool, 95, 95);
}

/* Under pressure what is free goes first, and data only once there is nothing else. */
static void
test_reclaim (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (MgrReclaimEstimate) lossless = NULL;
  g_autoptr (MgrReclaimEstimate) lossy = NULL;
  Owner owner = { g_string_new (NULL), "b" };
  MgrReclaimer *reclaimer;
  guint64 free_id;

  fixture_start (&fixture, 10 * MIB, 8 * GRANULE, EVICT);
  reclaimer = MGR_RECLAIMER (fixture.pool);
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (evict_cb), &owner);
  take_named (fixture.pool, GRANULE, "a", 5);
  take_named (fixture.pool, GRANULE, "b", 3);
  take_named (fixture.pool, GRANULE, "c", 3);
  free_id = take_named (fixture.pool, GRANULE, "d", 1);
  free_block (fixture.pool, free_id);

  lossless = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (lossless), ==, GRANULE);
  g_assert_false (mgr_reclaim_estimate_get_lossy (lossless));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, 8 * GRANULE, MGR_PRESSURE_LEVEL_EMERGENCY,
                                           G_MAXINT64, NULL), ==, GRANULE);
  assert_names (fixture.pool, "abc");

  lossy = mgr_reclaimer_estimate (reclaimer);
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (lossy), ==, 3 * GRANULE);
  g_assert_true (mgr_reclaim_estimate_get_lossy (lossy));
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, GRANULE, MGR_PRESSURE_LEVEL_EMERGENCY,
                                           G_MAXINT64, NULL), ==, GRANULE);
  assert_names (fixture.pool, "ab");
  g_assert_cmpstr (owner.asked->str, ==, "bc");

  /* There is nothing else to take, whatever is asked for. */
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_EMERGENCY,
                                           G_MAXINT64, NULL), ==, GRANULE);
  assert_names (fixture.pool, "b");
  g_assert_cmpuint (mgr_reclaimer_reclaim (reclaimer, MIB, MGR_PRESSURE_LEVEL_EMERGENCY,
                                           0, NULL), ==, 0);
  g_string_free (owner.asked, TRUE);
}

typedef struct
{
  MgrStandardPool *pool;
  guint64 id;
  gboolean done;
} Ask;

static gpointer
ask_cb (gpointer user_data)
{
  Ask *ask = user_data;

  ask->id = mgr_standard_pool_allocate (ask->pool, 64, "X", 5, NULL, NULL);
  g_atomic_int_set (&ask->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
owner_cb (MgrStandardPool *pool,
          MgrBlock        *block,
          GThread        **thread)
{
  *thread = g_thread_self ();
  return FALSE;
}

/* The question is the owner's to answer, whoever asks. */
static void
test_other_thread_asks_the_owner (void)
{
  g_auto (Fixture) fixture = { 0 };
  GThread *answered = NULL;
  GThread *thread;
  guint64 ids[4];
  Ask ask = { 0 };

  fixture_start (&fixture, MIB, 256, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (owner_cb), &answered);
  ask.pool = fixture.pool;
  thread = g_thread_new ("asks", ask_cb, &ask);
  while (!g_atomic_int_get (&ask.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);

  g_assert_cmpuint (ask.id, !=, 0);
  g_assert_true (answered == g_thread_self ());
  assert_names (fixture.pool, "Xbcd");
}

/* So long takes the owner to keep a block: two answers are more than a request waits for. */
#define SLOW_ANSWER (60 * G_TIME_SPAN_MILLISECOND)

static gboolean
slow_cb (MgrStandardPool *pool,
         MgrBlock        *block,
         guint           *n_asked)
{
  (*n_asked)++;
  g_usleep (SLOW_ANSWER);
  return TRUE;
}

static gpointer
ask_for_reclaim_cb (gpointer user_data)
{
  Ask *ask = user_data;

  ask->id = mgr_standard_pool_reclaim (MGR_POOL (ask->pool), MIB, MGR_PRESSURE_LEVEL_EMERGENCY,
                                       G_MAXINT64);
  g_atomic_int_set (&ask->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Lets a thread run @func, and returns how often the owner was asked. */
static guint
count_slow_answers (Fixture     *fixture,
                    GThreadFunc  func)
{
  Ask ask = { .pool = fixture->pool };
  guint n_asked = 0;
  gulong handler = g_signal_connect (fixture->pool, "evict", G_CALLBACK (slow_cb), &n_asked);
  GThread *thread = g_thread_new ("asks", func, &ask);

  while (!g_atomic_int_get (&ask.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  mgr_test_settle ();
  g_signal_handler_disconnect (fixture->pool, handler);

  g_assert_cmpuint (ask.id, ==, 0);
  return n_asked;
}

static void
test_owner_answers_slowly (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[8];

  g_test_summary ("A request waits for all answers together, not for each of them");

  fixture_start (&fixture, MIB, 512, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_assert_cmpuint (count_slow_answers (&fixture, ask_cb), <=, 2);
  assert_names (fixture.pool, "abcdefgh");
  g_assert_cmpuint (count_slow_answers (&fixture, ask_for_reclaim_cb), <=, 2);
  assert_names (fixture.pool, "abcdefgh");
}

/* An owner that is not to be reached has not said that anything may go. */
static void
test_owner_does_not_answer (void)
{
  g_auto (Fixture) fixture = { 0 };
  GThread *answered = NULL;
  guint64 ids[2];
  Ask ask = { 0 };

  fixture_start (&fixture, MIB, 128, EVICT);
  fill (fixture.pool, 5, ids, G_N_ELEMENTS (ids));
  g_signal_connect (fixture.pool, "evict", G_CALLBACK (owner_cb), &answered);
  ask.pool = fixture.pool;
  g_thread_join (g_thread_new ("asks", ask_cb, &ask));
  mgr_test_settle ();

  g_assert_cmpuint (ask.id, ==, 0);
  g_assert_null (answered);
  assert_names (fixture.pool, "ab");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/evict/least-recently-used-goes", test_least_recently_used_goes);
  g_test_add_func ("/pool/standard/evict/evicted-is-not-freed", test_evicted_is_not_freed);
  g_test_add_func ("/pool/standard/evict/priority-comes-first", test_priority_comes_first);
  g_test_add_func ("/pool/standard/evict/never-for-less-important", test_never_for_less_important);
  g_test_add_func ("/pool/standard/evict/pinned-stay", test_pinned_stay);
  g_test_add_func ("/pool/standard/evict/neighbours-go-together", test_neighbours_go_together);
  g_test_add_func ("/pool/standard/evict/holes-are-joined", test_holes_are_joined);
  g_test_add_func ("/pool/standard/evict/aligned-request", test_aligned_request);
  g_test_add_func ("/pool/standard/evict/veto", test_veto);
  g_test_add_func ("/pool/standard/evict/not-without-flag", test_not_without_flag);
  g_test_add_func ("/pool/standard/evict/handler-frees-by-itself", test_handler_frees_by_itself);
  g_test_add_func ("/pool/standard/evict/handler-allocates", test_handler_allocates);
  g_test_add_func ("/pool/standard/evict/handler-cleans-up", test_handler_cleans_up);
  g_test_add_func ("/pool/standard/evict/budget-is-kept", test_budget_is_kept);
  g_test_add_func ("/pool/standard/evict/virtual", test_virtual);
  g_test_add_func ("/pool/standard/evict/reclaim", test_reclaim);
  g_test_add_func ("/pool/standard/evict/other-thread-asks-the-owner",
                   test_other_thread_asks_the_owner);
  g_test_add_func ("/pool/standard/evict/owner-answers-slowly", test_owner_answers_slowly);
  g_test_add_func ("/pool/standard/evict/owner-does-not-answer", test_owner_does_not_answer);

  return g_test_run ();
}
