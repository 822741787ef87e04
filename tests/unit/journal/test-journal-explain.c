/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include <string.h>

static guint64
add (MgrJournal     *journal,
     MgrJournalKind  kind,
     const char     *summary,
     guint64         cause)
{
  return mgr_journal_add (journal, kind, MGR_JOURNAL_SEVERITY_INFO, summary, NULL, cause);
}

/* What is told, each time of day replaced by TIME. */
static char *
explain (MgrJournal *journal,
         guint64     id)
{
  g_autoptr (GRegex) time = g_regex_new ("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d", 0, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = mgr_journal_explain (journal, id, &error);

  g_assert_no_error (error);
  return g_regex_replace_literal (time, text, -1, 0, "TIME", 0, NULL);
}

static void
assert_story (MgrJournal *journal,
              guint64     id,
              const char *expected)
{
  g_autofree char *story = explain (journal, id);

  g_assert_cmpstr (story, ==, expected);
}

static void
test_alone (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);

  add (journal, MGR_JOURNAL_KIND_PHASE, "The phase “load” began", 0);
  assert_story (journal, 1, "#1 phase, TIME: The phase “load” began");
}

static void
test_chain (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  g_autoptr (MgrJournal) journal = mgr_journal_new (MGR_CLOCK (clock), NULL);
  const char *told =
    "#1 level, TIME: Pressure rose\n"
    "#3 plan, 1.5 ms later, because of #1: A cleanup was planned\n"
    "#4 report, 2.0 s later, because of #3: It gave back 3 MiB";

  add (journal, MGR_JOURNAL_KIND_LEVEL, "Pressure rose", 0);
  add (journal, MGR_JOURNAL_KIND_OTHER, "Something else", 0);
  mgr_manual_clock_advance (clock, 1500);
  add (journal, MGR_JOURNAL_KIND_PLAN, "A cleanup was planned", 1);
  mgr_manual_clock_advance (clock, 2 * G_USEC_PER_SEC);
  add (journal, MGR_JOURNAL_KIND_REPORT, "It gave back 3 MiB", 3);

  for (guint64 id = 1; id <= 4; id++)
    {
      if (id != 2)
        assert_story (journal, id, told);
    }
}

/* Two things came of one, and only one of them is asked about. */
static void
test_branches (void)
{
  g_autoptr (MgrClock) clock = MGR_CLOCK (mgr_manual_clock_new (1));
  g_autoptr (MgrJournal) journal = mgr_journal_new (clock, NULL);

  add (journal, MGR_JOURNAL_KIND_LEVEL, "a", 0);
  add (journal, MGR_JOURNAL_KIND_PLAN, "b", 1);
  add (journal, MGR_JOURNAL_KIND_PLAN, "c", 1);
  add (journal, MGR_JOURNAL_KIND_REPORT, "d", 2);
  assert_story (journal, 3, "#1 level, TIME: a\n#3 plan, 0.0 ms later, because of #1: c");
  assert_story (journal, 1,
                "#1 level, TIME: a\n"
                "#2 plan, 0.0 ms later, because of #1: b\n"
                "#3 plan, 0.0 ms later, because of #1: c\n"
                "#4 report, 0.0 ms later, because of #2: d");
}

static void
test_details (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "remedy", "s", "3 MiB more");
  g_variant_dict_insert (&details, "rule", "s", "budgets hold");
  g_variant_dict_insert (&details, "holders", "t", G_GUINT64_CONSTANT (5));
  g_variant_dict_insert (&details, "size", "t", G_GUINT64_CONSTANT (5));
  mgr_journal_add (journal, MGR_JOURNAL_KIND_REFUSAL, MGR_JOURNAL_SEVERITY_WARNING, "Refused",
                   g_variant_dict_end (&details), 0);
  assert_story (journal, 1, "#1 refusal, TIME: Refused\n  Rule: budgets hold\n  What would help: 3 MiB more");
}

static void
assert_steps (MgrJournalKind  kind,
              const char     *details,
              const char     *expected)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autofree char *nick = NULL;
  g_autofree char *story = NULL;

  mgr_journal_add (journal, kind, MGR_JOURNAL_SEVERITY_INFO, "A cleanup",
                   g_variant_new_parsed (details), 0);
  story = explain (journal, 1);
  nick = g_strndup (story, strcspn (story, ","));
  g_assert_true (g_str_has_prefix (story + strlen (nick), ", TIME: A cleanup"));
  g_assert_cmpstr (story + strlen (nick) + strlen (", TIME: A cleanup"), ==, expected);
}

/* Who was asked, and who was not and why; each reason once. */
static void
test_steps (void)
{
  assert_steps (MGR_JOURNAL_KIND_PLAN,
                "{'rule': <'all'>, 'holders': <'a'>, "
                "'steps': <[{'name': <'a'>, 'reason': <'SAFE'>, 'expected': <uint64 2048>}]>, "
                "'kept': <[{'name': <'b'>, 'reason': <'pinned'>}, "
                "{'name': <'c'>, 'reason': <'CAUTIOUS'>}, {'name': <'d'>, 'reason': <'pinned'>}]>, "
                "'kept-left-out': <uint32 7>, 'protected': <@aa{sv} []>}",
                "\n  Rule: all\n  To be asked: a 2.0 KiB (SAFE)\n"
                "  Kept: b, d (pinned); c (CAUTIOUS); 7 more are not listed\n"
                "  Largest holders: a");
  assert_steps (MGR_JOURNAL_KIND_REPORT,
                "{'cleaned': <[{'name': <'a'>, 'reason': <'SAFE'>, 'claimed': <uint64 1024>}]>, "
                "'kept': <[{'name': <'b'>, 'reason': <'failed'>, 'error': <'disk full'>}]>, "
                "'remedy': <'a disk'>}",
                "\n  Cleaned: a 1.0 KiB (SAFE)\n  Kept: b (failed: disk full)\n"
                "  What would help: a disk");
}

/* An earlier libmgr wrote their names alone; others write what they like. */
static void
test_steps_of_others (void)
{
  assert_steps (MGR_JOURNAL_KIND_PLAN,
                "{'steps': <['a', 'b']>, 'kept': <['c']>, 'protected': <@as []>}",
                "\n  To be asked: a, b\n  Kept: c");
  assert_steps (MGR_JOURNAL_KIND_PLAN,
                "{'steps': <5>, 'kept': <[{'nom': <'a'>}, {'name': <7>}]>, 'protected': <'x'>, "
                "'kept-left-out': <'many'>}", "");
  assert_steps (MGR_JOURNAL_KIND_OTHER, "{'steps': <['a', 'b']>}", "");
}

static void
test_cause_that_is_forgotten (void)
{
  g_autoptr (MgrJournal) journal = g_object_new (MGR_TYPE_JOURNAL, "capacity", 2, NULL);

  add (journal, MGR_JOURNAL_KIND_LEVEL, "a", 0);
  add (journal, MGR_JOURNAL_KIND_PLAN, "b", 1);
  add (journal, MGR_JOURNAL_KIND_OTHER, "c", 0);
  assert_story (journal, 2, "#2 plan, TIME, because of #1, which is no longer kept: b");
}

static void
test_many_effects (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autofree char *story = NULL;
  g_auto (GStrv) lines = NULL;

  add (journal, MGR_JOURNAL_KIND_LEVEL, "a", 0);
  for (guint i = 0; i < 100; i++)
    add (journal, MGR_JOURNAL_KIND_OTHER, "b", 1);
  story = explain (journal, 1);
  lines = g_strsplit (story, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 42);
  g_assert_cmpstr (lines[41], ==, "and 60 more that came of it");
}

/* No stack is deep enough for the causes that a program may think of. */
static void
test_many_causes (void)
{
  g_autoptr (MgrClock) clock = MGR_CLOCK (mgr_manual_clock_new (1));
  g_autoptr (MgrJournal) journal = g_object_new (MGR_TYPE_JOURNAL, "clock", clock,
                                                 "capacity", 100000, NULL);
  g_autofree char *story = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < 100000; i++)
    add (journal, MGR_JOURNAL_KIND_OTHER, "a", i);
  story = explain (journal, 100000);
  lines = g_strsplit (story, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 40);
  g_assert_cmpstr (lines[0], ==, "#99961 other, 0.0 ms later, because of #99960: a");
  g_assert_cmpstr (lines[39], ==, "#100000 other, 0.0 ms later, because of #99999: a");
}

static void
test_unknown (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  add (journal, MGR_JOURNAL_KIND_OTHER, "a", 0);
  g_assert_null (mgr_journal_explain (journal, 2, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==,
                   "There is no entry #2 in the journal, or no longer: the last 1000 are kept. "
                   "Name one that is listed");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/explain/alone", test_alone);
  g_test_add_func ("/journal/explain/chain", test_chain);
  g_test_add_func ("/journal/explain/branches", test_branches);
  g_test_add_func ("/journal/explain/details", test_details);
  g_test_add_func ("/journal/explain/steps", test_steps);
  g_test_add_func ("/journal/explain/steps-of-others", test_steps_of_others);
  g_test_add_func ("/journal/explain/cause-that-is-forgotten", test_cause_that_is_forgotten);
  g_test_add_func ("/journal/explain/many-effects", test_many_effects);
  g_test_add_func ("/journal/explain/many-causes", test_many_causes);
  g_test_add_func ("/journal/explain/unknown", test_unknown);

  return g_test_run ();
}
