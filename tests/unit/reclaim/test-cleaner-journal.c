/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"
#include "journal/mgr-journal-entry-private.h"
#include "reclaim/mgr-cleaner-private.h"

#include <string.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* One whose disk is full. */
#define FULL_TYPE_RECLAIMER (full_reclaimer_get_type ())
G_DECLARE_FINAL_TYPE (FullReclaimer, full_reclaimer, FULL, RECLAIMER, GObject)

struct _FullReclaimer
{
  GObject parent_instance;
};

static void full_reclaimer_iface_init (MgrReclaimerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FullReclaimer, full_reclaimer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER, full_reclaimer_iface_init))

static const char *
full_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return "temp_full";
}

static MgrReclaimEstimate *
full_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  return mgr_reclaim_estimate_new (MIB, TRUE, 1, 1);
}

static guint64
full_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                        guint64            target,
                        MgrPressureLevel   level,
                        gint64             deadline,
                        GError           **error)
{
  g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, "the disk is full");
  return 0;
}

static void
full_reclaimer_iface_init (MgrReclaimerInterface *iface)
{
  iface->get_name = full_reclaimer_get_name;
  iface->estimate = full_reclaimer_estimate;
  iface->reclaim = full_reclaimer_reclaim;
}

static void
full_reclaimer_class_init (FullReclaimerClass *klass)
{
}

static void
full_reclaimer_init (FullReclaimer *self)
{
}

/* A cleaner of which a journal is kept. */
typedef struct
{
  Fixture base;
  MgrJournal *journal; /* (owned) */
} Kept;

static void
kept_set_up (Kept          *kept,
             gconstpointer  data)
{
  fixture_set_up (&kept->base, data);
  kept->journal = mgr_journal_new (MGR_CLOCK (kept->base.clock), NULL);
  mgr_cleaner_set_journal (kept->base.cleaner, kept->journal);
}

static void
kept_tear_down (Kept          *kept,
                gconstpointer  data)
{
  g_object_unref (kept->journal);
  fixture_tear_down (&kept->base, data);
}

static MgrResource *
kept_add (Kept       *kept,
          const char *name,
          guint64     size)
{
  return fixture_add (&kept->base, name, size, G_CALLBACK (free_all_cb));
}

/* Does all that @flags allow. */
static void
kept_clean (Kept            *kept,
            MgrCleanupFlags  flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupPlan) plan = fixture_plan (&kept->base, MGR_CLEANUP_STRATEGY_AGGRESSIVE, flags);
  g_autoptr (MgrCleanupReport) report = mgr_cleaner_execute (kept->base.cleaner, plan, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report);
}

static MgrJournalEntry *
get_last (Kept           *kept,
          MgrJournalKind  kind)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (kept->journal, kind, 1);

  g_assert_cmpuint (entries->len, ==, 1);
  return mgr_journal_entry_ref (g_ptr_array_index (entries, 0));
}

static GVariant *
get_last_details (Kept           *kept,
                  MgrJournalKind  kind)
{
  g_autoptr (MgrJournalEntry) entry = get_last (kept, kind);

  return mgr_journal_entry_get_details (entry);
}

static void
assert_text (GVariant   *details,
             const char *key,
             const char *expected)
{
  const char *text = NULL;

  g_assert_true (g_variant_lookup (details, key, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_flags (GVariant   *details,
              const char *expected)
{
  g_auto (GStrv) flags = NULL;
  g_autofree char *joined = NULL;

  g_assert_true (g_variant_lookup (details, "flags", "^as", &flags));
  joined = g_strjoinv (" ", flags);
  g_assert_cmpstr (joined, ==, expected);
}

/* The list as “name: reason; name: reason: error”. */
static void
assert_list (GVariant   *details,
             const char *key,
             const char *expected)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (details, key, G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_nonnull (list);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (list, i);
      const char *name = NULL;
      const char *reason = NULL;
      const char *error = NULL;

      g_assert_true (g_variant_lookup (step, "name", "&s", &name));
      g_assert_true (g_variant_lookup (step, "reason", "&s", &reason));
      g_variant_lookup (step, "error", "&s", &error);
      g_string_append_printf (text, "%s%s: %s%s%s", i > 0 ? "; " : "", name, reason,
                              error != NULL ? ": " : "", error != NULL ? error : "");
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static gsize
get_length (GVariant   *details,
            const char *key)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (details, key, G_VARIANT_TYPE ("aa{sv}"));

  g_assert_nonnull (list);
  return g_variant_n_children (list);
}

static guint32
get_left_out (GVariant   *details,
              const char *key)
{
  g_autofree char *left_out = g_strconcat (key, "-left-out", NULL);
  guint32 count = 0;

  g_variant_lookup (details, left_out, "u", &count);
  return count;
}

static void
expect_unsafe (const char *pattern)
{
  g_test_expect_message ("libmgr", G_LOG_LEVEL_MESSAGE, pattern);
}

/* Each rule tells what the flags let go, and nothing else. */
static void
test_flags (Kept          *kept,
            gconstpointer  data)
{
  static const struct
  {
    MgrCleanupFlags flags;
    const char *nicks;
    const char *rule;
    const char *kind;
    MgrJournalSeverity severity;
  } cases[] = {
    { MGR_CLEANUP_FLAGS_NONE, "", "only SAFE things may go", "aggressive",
      MGR_JOURNAL_SEVERITY_INFO },
    { MGR_CLEANUP_FLAGS_UNSAFE, "unsafe", "only SAFE things may go", "aggressive",
      MGR_JOURNAL_SEVERITY_INFO },
    { MGR_CLEANUP_FLAGS_FORCE, "force", "it is forced, so CAUTIOUS things may go after SAFE ones",
      "aggressive, forced", MGR_JOURNAL_SEVERITY_INFO },
    { MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE, "force unsafe",
      "it is forced and unsafe, so after SAFE and CAUTIOUS things those may go that a rule calls "
      "PROTECTED, but none that is PROTECTED by hand", "aggressive, forced and unsafe",
      MGR_JOURNAL_SEVERITY_WARNING },
    { MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE | MGR_CLEANUP_FLAGS_ALLOW_PROTECTED,
      "force unsafe allow-protected",
      "it is forced, unsafe and PROTECTED is allowed, so after SAFE and CAUTIOUS things all that is "
      "PROTECTED may go, by hand or by a rule",
      "aggressive, forced, unsafe and with PROTECTED allowed", MGR_JOURNAL_SEVERITY_WARNING },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rule = g_strconcat ("aggressive is 100 % of what may be cleaned, within 100 ms; ",
                                           cases[i].rule, NULL);
      g_autofree char *summary = g_strdup_printf ("A cleanup, %s, found nothing that may go",
                                                  cases[i].kind);
      g_autoptr (MgrJournalEntry) plan = NULL;
      g_autoptr (GVariant) planned = NULL;
      g_autoptr (GVariant) reported = NULL;

      if (cases[i].severity == MGR_JOURNAL_SEVERITY_WARNING)
        expect_unsafe ("Safe mode is off: *");
      kept_clean (kept, cases[i].flags);
      g_test_assert_expected_messages ();

      plan = get_last (kept, MGR_JOURNAL_KIND_PLAN);
      g_assert_cmpstr (mgr_journal_entry_get_summary (plan), ==, summary);
      g_assert_cmpint (mgr_journal_entry_get_severity (plan), ==, cases[i].severity);
      planned = mgr_journal_entry_get_details (plan);
      assert_flags (planned, cases[i].nicks);
      assert_text (planned, "rule", rule);
      reported = get_last_details (kept, MGR_JOURNAL_KIND_REPORT);
      assert_flags (reported, cases[i].nicks);
    }
}

/* What was PROTECTED and went is told, in the journal and in the records. */
static void
test_unsafe (Kept          *kept,
             gconstpointer  data)
{
  MgrResource *mine = kept_add (kept, "mine", 2 * MIB);
  g_autoptr (GVariant) plan = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) allowed = NULL;
  g_autoptr (GPtrArray) records = NULL;

  mgr_resource_set_safety (mine, MGR_SAFETY_PROTECTED);
  kept_add (kept, "weights", MIB);

  expect_unsafe ("*all but what is pinned or PROTECTED by hand");
  kept_clean (kept, MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE);
  plan = get_last_details (kept, MGR_JOURNAL_KIND_PLAN);
  assert_list (plan, "steps", "weights: PROTECTED by rule “~*weight*”, and the cleanup is unsafe");
  assert_list (plan, "protected", "mine: PROTECTED by hand");
  assert_list (plan, "kept", "");
  report = get_last_details (kept, MGR_JOURNAL_KIND_REPORT);
  assert_list (report, "cleaned", "weights: PROTECTED by rule “~*weight*”, and the cleanup is unsafe");

  expect_unsafe ("*PROTECTED by hand or not");
  kept_clean (kept, MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE
                    | MGR_CLEANUP_FLAGS_ALLOW_PROTECTED);
  allowed = get_last_details (kept, MGR_JOURNAL_KIND_REPORT);
  assert_list (allowed, "cleaned", "mine: PROTECTED by hand, and the cleanup allows for it");
  g_test_assert_expected_messages ();

  records = mgr_cleaner_list_records (kept->base.cleaner);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpstr (mgr_reclaim_record_get_reason (g_ptr_array_index (records, 0)), ==,
                   "unsafe forced aggressive cleanup with PROTECTED allowed at level normal");
  g_assert_cmpstr (mgr_reclaim_record_get_reason (g_ptr_array_index (records, 1)), ==,
                   "unsafe forced aggressive cleanup at level normal");
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  return TRUE;
}

static guint64
pin_late_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  g_assert_true (mgr_resource_begin_access (user_data, NULL));
  return mgr_resource_get_size (resource);
}

static void
test_reasons (Kept          *kept,
              gconstpointer  data)
{
  g_autoptr (FullReclaimer) full = g_object_new (FULL_TYPE_RECLAIMER, NULL);
  g_autoptr (MgrResource) failing =
    mgr_resource_new_for_reclaimer ("temp_full", MGR_RECLAIMER (full));
  MgrResource *first = fixture_add (&kept->base, "temp_first", MIB, NULL);
  MgrResource *late = kept_add (kept, "temp_late", MIB);
  MgrResource *pinned = kept_add (kept, "temp_pinned", MIB);
  MgrResource *vetoed = kept_add (kept, "temp_vetoed", MIB);
  g_autoptr (GVariant) plan = NULL;
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autoptr (GVariant) report = NULL;

  g_assert_true (mgr_cleaner_register (kept->base.cleaner, failing, NULL));
  kept_add (kept, "table", MIB);
  kept_add (kept, "weights", MIB);
  g_signal_connect (first, "reclaim", G_CALLBACK (pin_late_cb), late);
  g_signal_connect (vetoed, "query-veto", G_CALLBACK (veto_cb), NULL);
  mgr_resource_set_priority (late, 9);
  g_assert_true (mgr_resource_begin_access (pinned, NULL));

  g_test_expect_message ("libmgr", G_LOG_LEVEL_MESSAGE, "*temp_full*the disk is full*");
  kept_clean (kept, MGR_CLEANUP_FLAGS_NONE);
  g_test_assert_expected_messages ();

  plan = get_last_details (kept, MGR_JOURNAL_KIND_PLAN);
  assert_list (plan, "kept", "temp_pinned: pinned; temp_vetoed: vetoed by its owner; "
                             "table: CAUTIOUS, and the cleanup is not forced");
  assert_list (plan, "protected", "weights: PROTECTED by rule “~*weight*”");
  g_assert_cmpuint (get_length (plan, "steps"), ==, 3);

  entry = get_last (kept, MGR_JOURNAL_KIND_REPORT);
  g_assert_cmpint (mgr_journal_entry_get_severity (entry), ==, MGR_JOURNAL_SEVERITY_WARNING);
  g_assert_true (g_str_has_prefix (mgr_journal_entry_get_summary (entry),
                                   "1 were cleaned in 0.0 ms, and 1 failed: 1.0 MiB claimed, "));
  report = mgr_journal_entry_get_details (entry);
  assert_list (report, "cleaned", "temp_first: SAFE");
  assert_list (report, "kept",
               "temp_full: failed: the disk is full; "
               "temp_late: kept when its turn came: “temp_late” is kept: it is being used: it can "
               "be cleaned once each access has ended; "
               "temp_pinned: pinned; temp_vetoed: vetoed by its owner; "
               "table: CAUTIOUS, and the cleanup is not forced");

  g_assert_true (mgr_resource_end_access (late, NULL));
  g_assert_true (mgr_resource_end_access (pinned, NULL));
}

/* How many are missing is said, and what failed is not among them. */
static void
test_many (Kept          *kept,
           gconstpointer  data)
{
  g_autoptr (FullReclaimer) full = g_object_new (FULL_TYPE_RECLAIMER, NULL);
  g_autoptr (MgrResource) failing =
    mgr_resource_new_for_reclaimer ("temp_full", MGR_RECLAIMER (full));
  g_autoptr (GVariant) plan = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) failed = NULL;
  g_autoptr (GVariant) step = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *weights = g_strdup_printf ("weights_%u", i);
      g_autofree char *rows = g_strdup_printf ("temp_rows_%u", i);
      g_autofree char *table = g_strdup_printf ("table_%u", i);

      kept_add (kept, weights, MIB);
      kept_add (kept, rows, MIB);
      kept_add (kept, table, MIB);
    }
  g_assert_true (mgr_cleaner_register (kept->base.cleaner, failing, NULL));

  g_test_expect_message ("libmgr", G_LOG_LEVEL_MESSAGE, "*temp_full*the disk is full*");
  kept_clean (kept, MGR_CLEANUP_FLAGS_NONE);
  g_test_assert_expected_messages ();

  plan = get_last_details (kept, MGR_JOURNAL_KIND_PLAN);
  g_assert_cmpuint (get_length (plan, "steps") + get_left_out (plan, "steps"), ==, 1001);
  g_assert_cmpuint (get_length (plan, "kept") + get_left_out (plan, "kept"), ==, 1000);
  g_assert_cmpuint (get_length (plan, "protected") + get_left_out (plan, "protected"), ==, 1000);
  g_assert_cmpuint (get_length (plan, "kept"), >, 8);

  report = get_last_details (kept, MGR_JOURNAL_KIND_REPORT);
  g_assert_cmpuint (get_length (report, "cleaned") + get_left_out (report, "cleaned"), ==, 1000);
  g_assert_cmpuint (get_length (report, "kept") + get_left_out (report, "kept"), ==, 1001);
  failed = g_variant_lookup_value (report, "kept", G_VARIANT_TYPE ("aa{sv}"));
  step = g_variant_get_child_value (failed, 0);
  assert_text (step, "name", "temp_full");
  assert_text (step, "error", "the disk is full");
}

/* Of details that are too large nothing would be kept. */
static void
test_long_names (Kept          *kept,
                 gconstpointer  data)
{
  g_autoptr (GVariant) plan = NULL;
  g_autofree char *long_text = g_strnfill (4000, 'x');

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *weights = g_strdup_printf ("weights_%u%s", i, long_text);
      g_autofree char *rows = g_strdup_printf ("temp_%u%s\xff", i, long_text);
      g_autofree char *table = g_strdup_printf ("table_%uü%s", i, long_text);

      kept_add (kept, weights, MIB);
      mgr_resource_set_safety (kept_add (kept, rows, MIB), MGR_SAFETY_SAFE);
      kept_add (kept, table, MIB);
    }

  kept_clean (kept, MGR_CLEANUP_FLAGS_NONE);
  plan = get_last_details (kept, MGR_JOURNAL_KIND_PLAN);
  g_assert_cmpuint (g_variant_get_size (plan), <=, MGR_JOURNAL_DETAILS_MAX);
  g_assert_cmpuint (get_length (plan, "steps"), >, 4);
  g_assert_cmpuint (get_length (plan, "steps") + get_left_out (plan, "steps"), ==, 100);
  g_assert_cmpuint (get_length (plan, "kept") + get_left_out (plan, "kept"), ==, 100);
  g_assert_cmpuint (get_length (plan, "protected") + get_left_out (plan, "protected"), ==, 100);
}

/* A number of bytes is no share of what may be cleaned. */
static void
test_bytes (Kept          *kept,
            gconstpointer  data)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GVariant) details = NULL;

  kept_add (kept, "temp_rows", 3 * MIB);
  plan = mgr_cleaner_plan_bytes (kept->base.cleaner, MIB, MGR_CLEANUP_STRATEGY_LIGHT,
                                 MGR_CLEANUP_FLAGS_NONE, NULL);
  report = mgr_cleaner_execute (kept->base.cleaner, plan, NULL);
  g_assert_nonnull (report);
  details = get_last_details (kept, MGR_JOURNAL_KIND_PLAN);
  assert_text (details, "rule", "light is up to the 1.0 MiB that were asked for, within 5 ms; "
                                "only SAFE things may go");
}

static void
assert_refused (Kept           *kept,
                MgrCleanupPlan *plan,
                const char     *message)
{
  g_autofree char *summary = g_strconcat ("A plan of a cleanup, aggressive, was not executed. ",
                                          message, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autoptr (GVariant) details = NULL;

  g_assert_null (mgr_cleaner_execute (kept->base.cleaner, plan, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);
  g_assert_cmpstr (error->message, ==, message);

  entry = get_last (kept, MGR_JOURNAL_KIND_REFUSAL);
  g_assert_cmpint (mgr_journal_entry_get_severity (entry), ==, MGR_JOURNAL_SEVERITY_WARNING);
  g_assert_cmpstr (mgr_journal_entry_get_summary (entry), ==, summary);
  details = mgr_journal_entry_get_details (entry);
  assert_text (details, "error", "stale-plan");
  assert_text (details, "rule", "a plan is executed once, and as it was made, or not at all");
  assert_text (details, "remedy", "a new plan, of what there is now");
  assert_list (details, "steps", "temp_rows: SAFE");
  assert_flags (details, "");
}

static void
test_stale_plan (Kept          *kept,
                 gconstpointer  data)
{
  MgrResource *rows = kept_add (kept, "temp_rows", 3 * MIB);
  g_autoptr (MgrCleanupPlan) plan =
    fixture_plan (&kept->base, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE);
  g_autoptr (MgrCleanupPlan) again = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  g_assert_true (mgr_resource_begin_access (rows, NULL));
  assert_refused (kept, plan, "The plan no longer holds: “temp_rows” was pinned since it was made: "
                              "make a new one");
  g_assert_true (mgr_resource_end_access (rows, NULL));

  again = fixture_plan (&kept->base, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE);
  report = mgr_cleaner_execute (kept->base.cleaner, again, NULL);
  g_assert_nonnull (report);
  assert_refused (kept, again, "The plan no longer holds: it was executed before: make a new one");
}

/* Whoever tries again and again does not push everything else out. */
static void
test_stale_plan_for_ever (Kept          *kept,
                          gconstpointer  data)
{
  MgrResource *rows = kept_add (kept, "temp_rows", 3 * MIB);
  g_autoptr (MgrCleanupPlan) plan =
    fixture_plan (&kept->base, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE);
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_true (mgr_resource_begin_access (rows, NULL));
  for (guint i = 0; i < 1000; i++)
    g_assert_null (mgr_cleaner_execute (kept->base.cleaner, plan, NULL));
  g_assert_true (mgr_resource_end_access (rows, NULL));

  entries = mgr_journal_list (kept->journal, MGR_JOURNAL_KIND_REFUSAL, 0);
  g_assert_cmpuint (entries->len, ==, 11);
  g_assert_nonnull (strstr (mgr_journal_entry_get_summary (g_ptr_array_index (entries, 0)),
                            "was not executed (the 512th time). The plan no longer holds"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/reclaim/cleaner-journal/" name, Kept, NULL, kept_set_up, func, kept_tear_down)

  ADD ("flags", test_flags);
  ADD ("unsafe", test_unsafe);
  ADD ("reasons", test_reasons);
  ADD ("many", test_many);
  ADD ("long-names", test_long_names);
  ADD ("bytes", test_bytes);
  ADD ("stale-plan", test_stale_plan);
  ADD ("stale-plan-for-ever", test_stale_plan_for_ever);

#undef ADD

  return g_test_run ();
}
