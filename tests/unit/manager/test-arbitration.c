/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "arbitration-fixture.h"

/* The cases that need one thread only. */

static void
test_guaranteed_share (Fixture       *fixture,
                       gconstpointer  data)
{
  MgrComponent *storage = fixture_add (fixture, "storage", 0, 3, 300);
  MgrComponent *execution = fixture_add (fixture, "execution", 0, 8, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", storage, 80, 10);
  g_autoptr (MgrAllocation) work = NULL;
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("Execution evicts storage down to its guaranteed share and no further; "
                  "storage never evicts execution");

  work = take (fixture, "execution", 600);
  assert_asked (fixture, "cache:400 ");
  g_assert_cmpuint (mgr_component_get_used (storage), ==, 400);

  text = assert_refused (fixture, "execution", 101, MGR_ERROR_NO_BUDGET);
  assert_asked (fixture, "");
  g_assert_cmpuint (mgr_component_get_used (storage), ==, 400);
  g_assert_cmpuint (mgr_component_get_used (execution), ==, 600);

  {
    g_autoptr (Holder) results = holder_new (fixture, "results_of_work", execution, 0, 0);

    g_ptr_array_add (results->blocks, g_steal_pointer (&work));
    mgr_resource_set_size (results->resource, 600);
    other = assert_refused (fixture, "storage", 450, MGR_ERROR_NO_BUDGET);
    g_assert_nonnull (strstr (other, "it ended because those who hold it are more urgent: "));
    assert_asked (fixture, "");
    g_assert_cmpuint (mgr_component_get_used (execution), ==, 600);
  }
}

static void
test_partial_grants (Fixture       *fixture,
                     gconstpointer  data)
{
  static const guint64 wanted[] = { 10, 100, 900, 100 };
  static const guint64 granted[] = { 10, 100, 890, 0 };
  g_autoptr (GPtrArray) held =
    g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);

  fixture_add (fixture, "execution", 0, 5, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (GError) error = NULL;
      MgrAllocation *allocation =
        mgr_manager_allocate_adaptive (fixture->manager, "execution", wanted[i], NULL, 5, NULL, 1,
                                       &error);

      g_assert_cmpuint (allocation != NULL ? mgr_allocation_get_size (allocation) : 0, ==, granted[i]);
      if (allocation != NULL)
        g_ptr_array_add (held, allocation);
      else
        g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
    }
}

static void
test_adaptive_asks_last (Fixture       *fixture,
                         gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 0, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 90, 10);
  g_autoptr (MgrAllocation) some = NULL;
  g_autoptr (MgrAllocation) least = NULL;
  g_autoptr (MgrAllocation) fallback = NULL;

  g_test_summary ("Nobody loses anything for a request that can do with less");

  some = mgr_manager_allocate_adaptive (fixture->manager, "c", 500, NULL, 5, NULL, 60, NULL);
  g_assert_cmpuint (mgr_allocation_get_size (some), ==, 100);
  assert_asked (fixture, "");
  least = mgr_manager_allocate_adaptive (fixture->manager, "c", 500, NULL, 5, NULL, 50, NULL);
  g_assert_cmpuint (mgr_allocation_get_size (least), ==, 50);
  assert_asked (fixture, "cache:50 ");
  fallback = mgr_manager_allocate_with_fallback (fixture->manager, "c", 500, 30, NULL, 5, NULL, NULL);
  g_assert_cmpuint (mgr_allocation_get_size (fallback), ==, 30);
  assert_asked (fixture, "cache:30 ");
}

static void
test_fails_in_mid_resize (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 500, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 50, 10);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A callback that gives up half way leaves books that add up");

  cache->most = 3;
  text = assert_refused (fixture, "c", 100, MGR_ERROR_NO_BUDGET);
  assert_asked (fixture, "cache:100 ");
  g_assert_nonnull (strstr (text, "make room: 1; released meanwhile: 30"));
  g_assert_cmpuint (mgr_component_get_used (c), ==, 470);
  g_assert_cmpuint (total_used (fixture), ==, 470);
  g_assert_cmpuint (mgr_component_get_available (c), ==, 30);

  cache->most = G_MAXUINT;
  taken = take (fixture, "c", 100);
  assert_asked (fixture, "cache:70 ");
  g_assert_cmpuint (mgr_component_get_used (c), ==, 500);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  MgrComponent *own = fixture_add (fixture, "own", 0, 5, 0);
  MgrComponent *other = fixture_add (fixture, "other", 0, 4, 0);
  g_autoptr (Holder) late = holder_new (fixture, "late", own, 1, 100);
  g_autoptr (Holder) small = holder_new (fixture, "small", own, 1, 50);
  g_autoptr (Holder) large = holder_new (fixture, "large", own, 1, 350);
  g_autoptr (Holder) foreign = holder_new (fixture, "foreign", other, 50, 10);
  g_autoptr (MgrAllocation) all = NULL;

  g_test_summary ("The own component before others, then class, priority and size");

  mgr_resource_set_priority (late->resource, 9);
  mgr_resource_set_priority (small->resource, 2);
  mgr_resource_set_priority (large->resource, 2);
  mgr_resource_set_priority (foreign->resource, 1);
  all = take (fixture, "own", 900);
  assert_asked (fixture, "large:350 small:50 late:100 foreign:400 ");
  g_assert_cmpuint (total_used (fixture), ==, 1000);
}

static void
test_cannot_give (Fixture       *fixture,
                  gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 700, 5, 0);
  g_autoptr (Holder) pinned = holder_new (fixture, "pinned", c, 10, 10);
  g_autoptr (Holder) empty = holder_new (fixture, "empty", c, 0, 10);
  g_autoptr (Holder) cautious = holder_new (fixture, "cautious", c, 10, 10);
  g_autoptr (Holder) precious = holder_new (fixture, "precious", c, 10, 10);
  g_autoptr (Holder) mute = holder_new (fixture, "mute", c, 10, 10);
  g_autoptr (Holder) nobodys = holder_new (fixture, "nobodys", c, 10, 10);
  g_autoptr (Holder) able = holder_new (fixture, "able", c, 20, 10);
  g_autoptr (MgrAllocation) taken = NULL;

  g_test_summary ("Pinned, empty, CAUTIOUS and PROTECTED ones, those without a handler and those "
                  "of no component are skipped");

  g_assert_true (mgr_resource_begin_access (pinned->resource, NULL));
  mgr_resource_set_safety (cautious->resource, MGR_SAFETY_CAUTIOUS);
  mgr_resource_set_safety (precious->resource, MGR_SAFETY_PROTECTED);
  g_signal_handlers_disconnect_by_data (mute->resource, mute);
  mgr_resource_set_component (nobodys->resource, NULL);

  taken = take (fixture, "c", 150);
  assert_asked (fixture, "able:150 ");
  g_assert_true (mgr_resource_end_access (pinned->resource, NULL));
}

static void
test_gives_more (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) generous = holder_new (fixture, "generous", c, 9, 10);
  g_autoptr (Holder) spared = holder_new (fixture, "spared", c, 1, 10);
  g_autoptr (MgrAllocation) taken = NULL;

  generous->overshoot = 50;
  taken = take (fixture, "c", 20);
  assert_asked (fixture, "generous:20 ");
  g_assert_cmpuint (mgr_component_get_used (c), ==, 50);
}

static void
test_own_victim (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 500, 5, 200);
  MgrComponent *other = fixture_add (fixture, "other", 500, 1, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 50, 10);
  g_autoptr (Holder) spared = holder_new (fixture, "spared", other, 50, 10);
  g_autoptr (MgrAllocation) taken = NULL;

  g_test_summary ("Its own budget can only be made room in by itself, even below its guarantee");

  taken = take (fixture, "c", 450);
  assert_asked (fixture, "cache:450 ");
  g_assert_cmpuint (mgr_component_get_used (c), ==, 500);
  g_assert_cmpuint (mgr_component_get_used (other), ==, 500);
}

static void
test_no_candidate (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (MgrAllocation) held = take (fixture, "c", 90);
  g_autofree char *text = assert_refused (fixture, "c", 20, MGR_ERROR_NO_BUDGET);
  g_autofree char *never = NULL;

  g_assert_nonnull (strstr (text, "make room: 0; released meanwhile: 0"));
  g_assert_true (g_str_has_suffix (text, "all that may be asked holds too little"));
  g_assert_cmpuint (mgr_component_get_used (c), ==, 90);

  never = assert_refused (fixture, "c", 101, MGR_ERROR_INFEASIBLE);
  g_assert_null (strstr (never, "make room"));
}

/* A reclaimer that fails. */
#define TEST_TYPE_FAILING (test_failing_get_type ())
G_DECLARE_FINAL_TYPE (TestFailing, test_failing, TEST, FAILING, GObject)

struct _TestFailing
{
  GObject parent_instance;
};

static MgrReclaimEstimate *
test_failing_estimate (MgrReclaimer *reclaimer)
{
  return mgr_reclaim_estimate_new (1000, FALSE, 0, 0);
}

static guint64
test_failing_reclaim (MgrReclaimer      *reclaimer,
                      guint64            target,
                      MgrPressureLevel   level,
                      gint64             deadline,
                      GError           **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "the disk is full");
  return 0;
}

static void
test_failing_iface_init (MgrReclaimerInterface *iface)
{
  iface->estimate = test_failing_estimate;
  iface->reclaim = test_failing_reclaim;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestFailing, test_failing, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      test_failing_iface_init))

static void
test_failing_class_init (TestFailingClass *klass)
{
}

static void
test_failing_init (TestFailing *self)
{
}

static void
test_failing_is_skipped (Fixture       *fixture,
                         gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (TestFailing) reclaimer = g_object_new (TEST_TYPE_FAILING, NULL);
  g_autoptr (MgrResource) failing =
    mgr_resource_new_for_reclaimer ("failing", MGR_RECLAIMER (reclaimer));
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autoptr (MgrAllocation) more = NULL;

  mgr_resource_set_component (failing, c);
  mgr_resource_set_safety (failing, MGR_SAFETY_SAFE);
  mgr_resource_set_priority (failing, 1);
  g_assert_true (mgr_manager_register_resource (fixture->manager, failing, NULL));

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*“failing”*the disk is full*");
  taken = take (fixture, "c", 30);
  g_test_assert_expected_messages ();
  more = take (fixture, "c", 30);
  assert_asked (fixture, "cache:30 cache:30 ");
  mgr_manager_unregister_resource (fixture->manager, failing);
}

static void
test_claims_without_giving (Fixture       *fixture,
                            gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 200, 5, 0);
  g_autoptr (Holder) liar = holder_new (fixture, "liar", c, 10, 10);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) taken = NULL;

  liar->claim = 100;
  liar->most = 0;
  mgr_resource_set_priority (liar->resource, 1);
  taken = take (fixture, "c", 50);
  assert_asked (fixture, "liar:50 cache:50 ");
  g_assert_cmpuint (mgr_component_get_used (c), ==, 200);
}

static guint64
nested_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Holder *holder = user_data;
  g_autofree char *text =
    assert_refused (holder->fixture, "c", 20, MGR_ERROR_WOULD_DEADLOCK);

  g_assert_nonnull (strstr (text, "Ask after the handler has returned"));
  return 0;
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) taken = NULL;

  g_test_summary ("A request from inside a reclaimer fails at once, that of the outside does not");

  g_signal_connect (cache->resource, "reclaim", G_CALLBACK (nested_cb), cache);
  taken = take (fixture, "c", 10);
  assert_asked (fixture, "cache:10 ");
}

static void
test_fair_share (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrComponent *a = fixture_add (fixture, "a", 0, 5, 0);
  MgrComponent *b = fixture_add (fixture, "b", 0, 5, 0);
  g_autoptr (Holder) of_a = holder_new (fixture, "of_a", a, 80, 10);
  g_autoptr (Holder) of_b = holder_new (fixture, "of_b", b, 20, 10);
  g_autoptr (MgrAllocation) half = NULL;
  g_autoptr (MgrAllocation) idle = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("One of two active consumers may have half of the budget at the cost of the "
                  "other, however many charges it has; an idle one has no share");

  half = take (fixture, "b", 300);
  assert_asked (fixture, "of_b:200 of_a:100 ");
  g_assert_cmpuint (mgr_component_get_used (a), ==, 700);
  g_assert_cmpuint (mgr_component_get_used (b), ==, 300);

  text = assert_refused (fixture, "b", 250, MGR_ERROR_NO_BUDGET);
  assert_asked (fixture, "");

  mgr_manual_clock_advance (fixture->clock, 31 * G_TIME_SPAN_SECOND);
  idle = take (fixture, "b", 600);
  assert_asked (fixture, "of_a:600 ");
}

static void
assert_text_of_refusal (Fixture    *fixture,
                        const char *key,
                        const char *expected)
{
  g_autoptr (GPtrArray) entries =
    mgr_journal_list (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_REFUSAL, 1);
  g_autoptr (GVariant) details = NULL;
  const char *text = NULL;

  g_assert_cmpuint (entries->len, ==, 1);
  details = mgr_journal_entry_get_details (g_ptr_array_index (entries, 0));
  g_assert_true (g_variant_lookup (details, key, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_refused_by_fairness (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrComponent *a = fixture_add (fixture, "a", 0, 5, 0);
  g_autoptr (Holder) of_a = holder_new (fixture, "of_a", a, 60, 10);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("The rule is named with its figures, and what helps does help");

  fixture_add (fixture, "b", 0, 5, 0);
  text = assert_refused (fixture, "b", 800, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_suffix (
    text, "Resources asked to make room: 0; released meanwhile: 0 B; it ended because others keep "
    "their fair share, which is 500 B for each of 2 that are active: of the 600 B that resources "
    "hold, 100 B may be asked for. What would help: a request of 500 B at most, a higher priority "
    "of “b”, or others that charge nothing for 30 s"));
  assert_text_of_refusal (fixture, "rule",
                          "a request has to fit into every budget from its component up, and “total” "
                          "has used 600 B of 1000 B; no room was made, because others keep their "
                          "fair share, which is 500 B for each of 2 that are active: of the 600 B "
                          "that resources hold, 100 B may be asked for");
  assert_text_of_refusal (fixture, "remedy",
                          "a request of 500 B at most, a higher priority of “b”, or others that "
                          "charge nothing for 30 s; or 400 B more released, or a budget of 1.4 KiB "
                          "for “total”");
  assert_asked (fixture, "");

  g_free (assert_refused (fixture, "b", 501, MGR_ERROR_NO_BUDGET));
  taken = take (fixture, "b", 500);
  assert_asked (fixture, "of_a:100 ");
}

/* What stays within the share of the one that asks may have more of others. */
static void
test_refused_beyond_the_share (Fixture       *fixture,
                               gconstpointer  data)
{
  MgrComponent *a = fixture_add (fixture, "a", 0, 5, 0);
  MgrComponent *c = fixture_add (fixture, "c", 0, 5, 0);
  g_autoptr (Holder) of_a = holder_new (fixture, "of_a", a, 50, 10);
  g_autoptr (Holder) of_c = holder_new (fixture, "of_c", c, 30, 10);
  g_autoptr (MgrAllocation) more = mgr_component_allocate (a, 200, NULL, 5, NULL, NULL);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autofree char *text = NULL;

  fixture_add (fixture, "b", 0, 5, 0);
  text = assert_refused (fixture, "b", 500, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "which is 333 B for each of 3 that are active: of the 800 B that "
                                  "resources hold, 367 B may be asked for. What would help: a "
                                  "request of 367 B at most, "));
  taken = take (fixture, "b", 367);
}

static void
test_refused_by_guarantee (Fixture       *fixture,
                           gconstpointer  data)
{
  MgrComponent *a = fixture_add (fixture, "a", 0, 3, 550);
  g_autoptr (Holder) of_a = holder_new (fixture, "of_a", a, 60, 10);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autofree char *text = NULL;

  fixture_add (fixture, "b", 0, 5, 0);
  text = assert_refused (fixture, "b", 600, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_suffix (
    text, "it ended because others keep what is guaranteed to them: of the 600 B that resources "
    "hold, 50 B may be asked for. What would help: a request of 450 B at most, or less that is "
    "guaranteed to others"));
  taken = take (fixture, "b", 450);
  assert_asked (fixture, "of_a:50 ");
}

static void
test_refused_by_priority (Fixture       *fixture,
                          gconstpointer  data)
{
  MgrComponent *a = fixture_add (fixture, "a", 0, 8, 0);
  MgrComponent *b = fixture_add (fixture, "b", 0, 5, 0);
  g_autoptr (Holder) of_a = holder_new (fixture, "of_a", a, 60, 10);
  g_autoptr (MgrAllocation) taken = NULL;
  g_autofree char *text = NULL;
  g_autofree char *never = NULL;

  text = assert_refused (fixture, "b", 800, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_suffix (
    text, "it ended because those who hold it are more urgent: of the 600 B that resources hold, "
    "0 B may be asked for. What would help: a request of 400 B at most, or a higher priority of "
    "“b”"));
  mgr_component_set_priority (b, 9);
  taken = take (fixture, "b", 800);
  assert_asked (fixture, "of_a:400 ");

  g_test_message ("Where there is too little whatever the rules say, that is what is said");
  mgr_component_set_priority (b, 5);
  never = assert_refused (fixture, "b", 900, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_suffix (never, "it ended because all that may be asked holds too little"));
}

static void
test_modes (Fixture       *fixture,
            gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (MgrManager) plain = mgr_manager_new (100);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autofree char *waiting = NULL;
  g_autofree char *off = NULL;

  g_test_summary ("By default no handler runs inside a call that does not wait");

  g_assert_cmpint (mgr_manager_get_arbitration (plain), ==, MGR_ARBITRATION_WAITING);
  g_assert_cmpint (mgr_manager_get_arbitration_deadline (plain), ==, 5 * G_USEC_PER_SEC);

  mgr_manager_set_arbitration (fixture->manager, MGR_ARBITRATION_WAITING);
  waiting = assert_refused (fixture, "c", 10, MGR_ERROR_NO_BUDGET);
  g_assert_null (strstr (waiting, "make room"));

  mgr_manager_set_arbitration (fixture->manager, MGR_ARBITRATION_ALWAYS);
  mgr_manager_set_arbitration_deadline (fixture->manager, 0);
  off = assert_refused (fixture, "c", 10, MGR_ERROR_NO_BUDGET);
  assert_asked (fixture, "");
}

static void
test_records (Fixture       *fixture,
              gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) taken = take (fixture, "c", 40);
  g_autoptr (GPtrArray) records =
    mgr_cleaner_list_records (mgr_manager_get_cleaner (fixture->manager));

  g_assert_cmpuint (records->len, ==, 1);
  g_assert_cmpstr (mgr_reclaim_record_get_reason (g_ptr_array_index (records, 0)), ==,
                   "room for 40 B for “c”");
  g_assert_cmpuint (mgr_component_get_refused_count (c), ==, 0);
}

/* What the journal has, the oldest first, as “cause: summary”. */
static void
assert_journal (Fixture    *fixture,
                const char *expected)
{
  g_autoptr (GPtrArray) entries =
    mgr_journal_list (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_ANY, 0);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = entries->len; i > 0; i--)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i - 1);

      g_string_append_printf (text, "%" G_GUINT64_FORMAT ": %s\n",
                              mgr_journal_entry_get_cause (entry),
                              mgr_journal_entry_get_summary (entry));
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_journal (Fixture       *fixture,
              gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) taken = take (fixture, "c", 40);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_manager_restore (fixture->manager, "cache", &error));
  assert_journal (fixture,
                  "0: 40 B for “c” do not fit: up to 1 resources are to make room\n"
                  "1: Room was made for “c”: 1 were asked, and 40 B left the ledger\n"
                  "1: “cache” cannot be brought back: 40 B of it were cleaned just now (room for "
                  "40 B for “c”), and nothing is connected to its “rebuild”. It has to be computed "
                  "again\n");
}

static void
test_journal_of_failure (Fixture       *fixture,
                         gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (GPtrArray) entries = NULL;

  cache->most = 1;
  g_assert_null (mgr_manager_allocate (fixture->manager, "c", 40, NULL, 5, NULL, NULL));
  entries = mgr_journal_list (mgr_manager_get_journal (fixture->manager),
                              MGR_JOURNAL_KIND_REPORT, 0);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_cmpstr (mgr_journal_entry_get_summary (g_ptr_array_index (entries, 0)), ==,
                   "No room was made for “c”, because those asked gave too little: 1 were asked, "
                   "and 10 B left the ledger");
}

static void
add_case (const char *path,
          void      (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_case ("/cases/arbitration/execution-may-evict-storage-only-above-its-guaranteed-share",
            test_guaranteed_share);
  add_case ("/cases/arbitration/partial-grants-10-100-890-0", test_partial_grants);
  add_case ("/cases/arbitration/callback-that-fails-in-mid-resize", test_fails_in_mid_resize);
  add_case ("/cases/arbitration/ordered-by-class-priority-size", test_order);
  add_case ("/cases/arbitration/those-that-cannot-give-are-skipped", test_cannot_give);
  add_case ("/cases/arbitration/one-gives-more-than-asked", test_gives_more);
  add_case ("/cases/arbitration/the-requester-is-itself-the-victim", test_own_victim);
  add_case ("/cases/arbitration/no-candidate-at-all", test_no_candidate);
  add_case ("/cases/arbitration/a-reclaimer-that-fails-is-skipped", test_failing_is_skipped);
  add_case ("/manager/arbitration/adaptive-asks-last", test_adaptive_asks_last);
  add_case ("/manager/arbitration/claims-without-giving", test_claims_without_giving);
  add_case ("/manager/arbitration/nested-fails-at-once", test_nested);
  add_case ("/manager/arbitration/fair-share", test_fair_share);
  add_case ("/manager/arbitration/refused-by-fairness", test_refused_by_fairness);
  add_case ("/manager/arbitration/refused-beyond-the-share", test_refused_beyond_the_share);
  add_case ("/manager/arbitration/refused-by-guarantee", test_refused_by_guarantee);
  add_case ("/manager/arbitration/refused-by-priority", test_refused_by_priority);
  add_case ("/manager/arbitration/modes", test_modes);
  add_case ("/manager/arbitration/records", test_records);
  add_case ("/manager/arbitration/journal", test_journal);
  add_case ("/manager/arbitration/journal-of-failure", test_journal_of_failure);

  return g_test_run ();
}
