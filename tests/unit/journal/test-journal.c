/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "journal/mgr-journal-entry-private.h"
#include "journal/mgr-journal-private.h"

#include <mgr.h>
#include <string.h>

static guint64
add (MgrJournal *journal,
     const char *summary)
{
  return mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, summary, NULL, 0);
}

static void
test_entry (void)
{
  g_autoptr (MgrClock) clock = MGR_CLOCK (mgr_manual_clock_new (7000));
  g_autoptr (MgrJournal) journal = mgr_journal_new (clock, NULL);
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autoptr (GVariant) kept = NULL;
  gint64 before = g_get_real_time ();
  GVariantDict details;
  guint64 size = 0;
  guint64 first;
  guint64 second;

  first = add (journal, "It began");
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "size", "t", G_GUINT64_CONSTANT (12));
  second = mgr_journal_add (journal, MGR_JOURNAL_KIND_REFUSAL, MGR_JOURNAL_SEVERITY_WARNING,
                            "It did not fit", g_variant_dict_end (&details), first);

  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (second, ==, 2);
  entry = mgr_journal_lookup (journal, second);
  g_assert_cmpuint (mgr_journal_entry_get_id (entry), ==, 2);
  g_assert_cmpint (mgr_journal_entry_get_time (entry), >=, before);
  g_assert_cmpint (mgr_journal_entry_get_time (entry), <=, g_get_real_time ());
  g_assert_cmpint (mgr_journal_entry_get_monotonic_time (entry), ==, 7000);
  g_assert_cmpint (mgr_journal_entry_get_kind (entry), ==, MGR_JOURNAL_KIND_REFUSAL);
  g_assert_cmpint (mgr_journal_entry_get_severity (entry), ==, MGR_JOURNAL_SEVERITY_WARNING);
  g_assert_cmpstr (mgr_journal_entry_get_summary (entry), ==, "It did not fit");
  g_assert_cmpuint (mgr_journal_entry_get_cause (entry), ==, 1);
  kept = mgr_journal_entry_get_details (entry);
  g_assert_true (g_variant_lookup (kept, "size", "t", &size));
  g_assert_cmpuint (size, ==, 12);
  g_assert_null (mgr_journal_lookup (journal, 3));
  g_assert_null (mgr_journal_lookup (journal, 0));
}

static void
test_variant (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (MgrJournalEntry) first = NULL;
  g_autoptr (MgrJournalEntry) second = NULL;
  g_autoptr (GVariant) one = NULL;
  g_autoptr (GVariant) other = NULL;
  g_autoptr (GVariant) details = NULL;
  const char *kind = NULL;
  const char *severity = NULL;
  guint64 cause = 0;

  add (journal, "first");
  mgr_journal_add (journal, MGR_JOURNAL_KIND_EMERGENCY, MGR_JOURNAL_SEVERITY_CRITICAL, "second", NULL, 1);
  first = mgr_journal_lookup (journal, 1);
  second = mgr_journal_lookup (journal, 2);
  one = g_variant_ref_sink (mgr_journal_entry_to_variant (first));
  other = g_variant_ref_sink (mgr_journal_entry_to_variant (second));

  g_assert_false (g_variant_lookup (one, "cause", "t", &cause));
  g_assert_true (g_variant_lookup (other, "cause", "t", &cause));
  g_assert_cmpuint (cause, ==, 1);
  g_assert_true (g_variant_lookup (other, "kind", "&s", &kind));
  g_assert_cmpstr (kind, ==, "emergency");
  g_assert_true (g_variant_lookup (other, "severity", "&s", &severity));
  g_assert_cmpstr (severity, ==, "critical");
  details = g_variant_lookup_value (other, "details", G_VARIANT_TYPE_VARDICT);
  g_assert_cmpuint (g_variant_n_children (details), ==, 0);
}

/* What a program says may be anything, and as long as it likes. */
static void
test_bounds_of_an_entry (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (MgrJournalEntry) broken = NULL;
  g_autoptr (MgrJournalEntry) huge = NULL;
  g_autoptr (GVariant) kept = NULL;
  g_autofree char *text = g_strnfill (3 * MGR_JOURNAL_SUMMARY_MAX, 'x');
  g_autofree char *umlauts = g_strnfill (MGR_JOURNAL_DETAILS_MAX, 'y');
  GVariantDict details;
  guint64 size = 0;

  /* The cut falls into a character of two bytes. */
  memcpy (text + MGR_JOURNAL_SUMMARY_MAX - 4, "ä", 2);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "text", "s", umlauts);
  mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, text,
                   g_variant_dict_end (&details), 0);
  add (journal, "no \xff UTF-8");

  huge = mgr_journal_lookup (journal, 1);
  g_assert_cmpuint (strlen (mgr_journal_entry_get_summary (huge)), <=, MGR_JOURNAL_SUMMARY_MAX);
  g_assert_true (g_utf8_validate (mgr_journal_entry_get_summary (huge), -1, NULL));
  g_assert_true (g_str_has_suffix (mgr_journal_entry_get_summary (huge), "x…"));
  kept = mgr_journal_entry_get_details (huge);
  g_assert_false (g_variant_lookup (kept, "text", "s", NULL));
  g_assert_true (g_variant_lookup (kept, "too-large", "t", &size));
  g_assert_cmpuint (size, >, MGR_JOURNAL_DETAILS_MAX);

  broken = mgr_journal_lookup (journal, 2);
  g_assert_cmpstr (mgr_journal_entry_get_summary (broken), ==, "no \xef\xbf\xbd UTF-8");
}

static void
test_cause_has_to_come_before (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (MgrJournalEntry) itself = NULL;
  g_autoptr (MgrJournalEntry) later = NULL;

  mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, "a", NULL, 1);
  mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, "b", NULL, 99);
  itself = mgr_journal_lookup (journal, 1);
  later = mgr_journal_lookup (journal, 2);
  g_assert_cmpuint (mgr_journal_entry_get_cause (itself), ==, 0);
  g_assert_cmpuint (mgr_journal_entry_get_cause (later), ==, 0);
}

static void
test_capacity (void)
{
  g_autoptr (MgrJournal) journal = g_object_new (MGR_TYPE_JOURNAL, "capacity", 5, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_assert_cmpuint (mgr_journal_get_capacity (journal), ==, 5);
  for (guint i = 0; i < 12; i++)
    add (journal, "entry");

  entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_ANY, 0);
  g_assert_cmpuint (entries->len, ==, 5);
  g_assert_cmpuint (mgr_journal_entry_get_id (g_ptr_array_index (entries, 0)), ==, 12);
  g_assert_cmpuint (mgr_journal_entry_get_id (g_ptr_array_index (entries, 4)), ==, 8);
  none = mgr_journal_list (journal, MGR_JOURNAL_KIND_LEVEL, 0);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_scopes (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (MgrJournal) other = mgr_journal_new (NULL, NULL);
  const guint64 expected[] = { 0, 0, 1, 2, 1, 2, 0 };
  MgrJournalScope outer;
  MgrJournalScope foreign;
  MgrJournalScope inner;

  add (journal, "1");
  add (journal, "2");
  add (other, "of the other journal");
  mgr_journal_scope_open (&outer, journal, 1);
  add (journal, "3: the scope's");
  mgr_journal_scope_open (&foreign, other, 1);
  mgr_journal_scope_open (&inner, journal, 2);
  add (journal, "4: the inner scope's");
  mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, "5: its own", NULL, 1);
  add (journal, "6: the inner scope's");
  mgr_journal_scope_close (&inner);
  mgr_journal_scope_close (&foreign);
  mgr_journal_scope_close (&outer);
  add (journal, "7: none");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (MgrJournalEntry) entry = mgr_journal_lookup (journal, i + 1);

      g_assert_cmpuint (mgr_journal_entry_get_cause (entry), ==, expected[i]);
    }
}

static void
added_cb (MgrJournal *journal,
          guint64     id,
          gpointer    user_data)
{
  g_string_append_printf (user_data, "%" G_GUINT64_FORMAT ";", id);
}

static void
test_signal_is_coalesced (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  GString *log = g_string_new (NULL);

  g_signal_connect (journal, "added", G_CALLBACK (added_cb), log);
  for (guint i = 0; i < 100; i++)
    add (journal, "entry");
  g_assert_cmpstr (log->str, ==, "");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (log->str, ==, "100;");

  add (journal, "one more");
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (log->str, ==, "100;101;");
  g_string_free (log, TRUE);
}

static void
test_signal_comes_in_its_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (MgrJournal) journal = NULL;
  GString *log = g_string_new (NULL);

  g_main_context_push_thread_default (context);
  journal = mgr_journal_new (NULL, NULL);
  g_main_context_pop_thread_default (context);
  g_signal_connect (journal, "added", G_CALLBACK (added_cb), log);
  add (journal, "entry");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (log->str, ==, "");
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_cmpstr (log->str, ==, "1;");
  g_string_free (log, TRUE);
}

static void
test_properties (void)
{
  g_autoptr (MgrClock) clock = MGR_CLOCK (mgr_manual_clock_new (1));
  g_autoptr (MgrJournal) journal = mgr_journal_new (clock, NULL);
  g_autoptr (MgrClock) got_clock = NULL;
  g_autofree char *path = NULL;
  guint capacity = 0;

  g_object_get (journal, "clock", &got_clock, "path", &path, "capacity", &capacity, NULL);
  g_assert_true (got_clock == clock);
  g_assert_null (path);
  g_assert_null (mgr_journal_get_path (journal));
  g_assert_null (mgr_journal_dup_problem (journal));
  g_assert_cmpuint (capacity, ==, 1000);
  g_assert_true (mgr_journal_flush (journal, NULL));
}

static void
test_bad_arguments (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_uint32 (5));

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*kind > MGR_JOURNAL_KIND_ANY*");
  g_assert_cmpuint (mgr_journal_add (journal, MGR_JOURNAL_KIND_ANY, MGR_JOURNAL_SEVERITY_INFO,
                                     "x", NULL, 0), ==, 0);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*VARDICT*");
  g_assert_cmpuint (mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO,
                                     "x", number, 0), ==, 0);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*summary != NULL*");
  g_assert_cmpuint (mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO,
                                     NULL, NULL, 0), ==, 0);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (add (journal, "the first"), ==, 1);
}

static void
test_nicks (void)
{
  for (int kind = MGR_JOURNAL_KIND_ANY; kind <= MGR_JOURNAL_KIND_OTHER; kind++)
    g_assert_cmpint (mgr_journal_kind_from_nick (mgr_journal_kind_to_nick ((MgrJournalKind) kind)), ==, kind);

  g_assert_cmpint (mgr_journal_kind_from_nick ("of tomorrow"), ==, MGR_JOURNAL_KIND_OTHER);
  g_assert_cmpint (mgr_journal_severity_from_nick ("warning"), ==, MGR_JOURNAL_SEVERITY_WARNING);
  g_assert_cmpint (mgr_journal_severity_from_nick ("of tomorrow"), ==, MGR_JOURNAL_SEVERITY_INFO);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/entry", test_entry);
  g_test_add_func ("/journal/variant", test_variant);
  g_test_add_func ("/journal/bounds-of-an-entry", test_bounds_of_an_entry);
  g_test_add_func ("/journal/cause-has-to-come-before", test_cause_has_to_come_before);
  g_test_add_func ("/journal/capacity", test_capacity);
  g_test_add_func ("/journal/scopes", test_scopes);
  g_test_add_func ("/journal/signal/is-coalesced", test_signal_is_coalesced);
  g_test_add_func ("/journal/signal/comes-in-its-context", test_signal_comes_in_its_context);
  g_test_add_func ("/journal/properties", test_properties);
  g_test_add_func ("/journal/bad-arguments", test_bad_arguments);
  g_test_add_func ("/journal/nicks", test_nicks);

  return g_test_run ();
}
