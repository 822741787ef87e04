/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include <glib/gstdio.h>
#include <string.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) */
  MgrJournal *journal;   /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 100 * MIB,
                                   "clock", fixture->clock,
                                   "proc-path", "/nonexistent",
                                   "cgroup-path", "/nonexistent",
                                   NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
  fixture->journal = g_object_ref (mgr_manager_get_journal (fixture->manager));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  g_clear_object (&fixture->journal);
  g_clear_object (&fixture->clock);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
sense (Fixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, 1);
    }
  settle ();
}

static MgrAllocation *
hold (Fixture    *fixture,
      const char *component,
      guint64     size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (fixture->manager, component, size, "held", 5, NULL, &error);

  g_assert_no_error (error);
  return allocation;
}

static void
refuse (Fixture    *fixture,
        const char *component,
        guint64     size)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_manager_allocate (fixture->manager, component, size, NULL, 5, NULL, &error));
  g_assert_nonnull (error);
}

/* What the journal has, the oldest first, as “kind<cause” of each. */
static char *
list_kinds (Fixture *fixture)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_ANY, 0);
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_JOURNAL_KIND);
  GString *text = g_string_new (NULL);

  for (guint i = entries->len; i > 0; i--)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i - 1);
      MgrJournalKind kind = mgr_journal_entry_get_kind (entry);

      g_string_append_printf (text, "%s<%" G_GUINT64_FORMAT " ",
                              g_enum_get_value (klass, (int) kind)->value_nick,
                              mgr_journal_entry_get_cause (entry));
    }

  return g_strchomp (g_string_free (text, FALSE));
}

static void
assert_kinds (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *kinds = list_kinds (fixture);

  g_assert_cmpstr (kinds, ==, expected);
}

static MgrJournalEntry *
get_last (Fixture        *fixture,
          MgrJournalKind  kind)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (fixture->journal, kind, 1);

  g_assert_cmpuint (entries->len, ==, 1);
  return mgr_journal_entry_ref (g_ptr_array_index (entries, 0));
}

static void
assert_text (MgrJournalEntry *entry,
             const char      *key,
             const char      *expected)
{
  g_autoptr (GVariant) details = mgr_journal_entry_get_details (entry);
  const char *text = NULL;

  g_assert_true (g_variant_lookup (details, key, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_number (MgrJournalEntry *entry,
               const char      *key,
               guint64          expected)
{
  g_autoptr (GVariant) details = mgr_journal_entry_get_details (entry);
  guint64 number = 0;

  g_assert_true (g_variant_lookup (details, key, "t", &number));
  g_assert_cmpuint (number, ==, expected);
}

static void
test_refusal (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrJournalEntry) entry = NULL;

  mgr_manager_add_component (fixture->manager, "models", 50 * MIB, NULL, NULL);
  held = hold (fixture, "models", 30 * MIB);
  refuse (fixture, "models", 25 * MIB);

  entry = get_last (fixture, MGR_JOURNAL_KIND_REFUSAL);
  g_assert_cmpint (mgr_journal_entry_get_severity (entry), ==, MGR_JOURNAL_SEVERITY_WARNING);
  g_assert_cmpstr (mgr_journal_entry_get_summary (entry), ==,
                   "A request of 25.0 MiB for “models” was refused");
  assert_text (entry, "component", "models");
  assert_text (entry, "error", "no-budget");
  assert_text (entry, "obstacle", "models");
  assert_text (entry, "holders", "held 30.0 MiB");
  assert_text (entry, "rule", "a request has to fit into every budget from its component up, "
                              "and “models” has used 30.0 MiB of 50.0 MiB");
  assert_text (entry, "remedy", "5.0 MiB more released, or a budget of 55.0 MiB for “models”");
  assert_number (entry, "size", 25 * MIB);
  assert_number (entry, "missing", 5 * MIB);
  assert_number (entry, "used", 30 * MIB);
  assert_number (entry, "budget", 50 * MIB);
}

/* The obstacle is above the component that asked, and a request too large for it. */
static void
test_refusal_by_the_total (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrJournalEntry) entry = NULL;

  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  refuse (fixture, "models", 200 * MIB);
  entry = get_last (fixture, MGR_JOURNAL_KIND_REFUSAL);
  assert_text (entry, "component", "models");
  assert_text (entry, "error", "infeasible");
  assert_text (entry, "obstacle", "total");
  assert_text (entry, "remedy", "a budget of 200.0 MiB for “total”, or a smaller request");
}

/* A mistake of the program is no decision about memory. */
static void
test_wrong_request (Fixture       *fixture,
                    gconstpointer  data)
{
  refuse (fixture, "unknown", 1);
  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  g_assert_null (mgr_manager_allocate (fixture->manager, "models", 0, NULL, 5, NULL, NULL));
  assert_kinds (fixture, "");
}

static void
test_refusals_are_limited (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrJournalEntry) count = NULL;
  g_autoptr (MgrJournalEntry) later = NULL;

  mgr_manager_add_component (fixture->manager, "models", MIB, NULL, NULL);
  for (guint i = 0; i < 100000; i++)
    refuse (fixture, "models", 2 * MIB + i);
  assert_kinds (fixture, "refusal<0");

  mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  settle ();
  assert_kinds (fixture, "refusal<0 refusal<1");
  count = get_last (fixture, MGR_JOURNAL_KIND_REFUSAL);
  g_assert_cmpstr (mgr_journal_entry_get_summary (count), ==,
                   "99999 more requests for “models” were refused within 1 s; "
                   "the largest asked for 2.1 MiB");
  assert_number (count, "count", 99999);
  assert_number (count, "largest", 2 * MIB + 99999);

  g_test_message ("While there are further ones the next count comes after twice the time");
  refuse (fixture, "models", 2 * MIB);
  mgr_manual_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC - 1);
  settle ();
  assert_kinds (fixture, "refusal<0 refusal<1");
  mgr_manual_clock_advance (fixture->clock, 1);
  settle ();
  assert_kinds (fixture, "refusal<0 refusal<1 refusal<1");

  g_test_message ("After a time without one, the next is written down with all there is to know");
  mgr_manual_clock_advance (fixture->clock, 4 * G_USEC_PER_SEC);
  settle ();
  refuse (fixture, "models", 2 * MIB);
  assert_kinds (fixture, "refusal<0 refusal<1 refusal<1 refusal<0");
  later = get_last (fixture, MGR_JOURNAL_KIND_REFUSAL);
  assert_text (later, "component", "models");
}

/* The owner may not iterate its context, and the manager may go. */
static void
test_counts_are_not_lost (Fixture       *fixture,
                          gconstpointer  data)
{
  mgr_manager_add_component (fixture->manager, "models", MIB, NULL, NULL);
  refuse (fixture, "models", 2 * MIB);
  refuse (fixture, "models", 2 * MIB);
  mgr_manual_clock_advance (fixture->clock, 5 * G_USEC_PER_SEC);
  refuse (fixture, "models", 2 * MIB);
  assert_kinds (fixture, "refusal<0 refusal<1");

  g_clear_object (&fixture->manager);
  assert_kinds (fixture, "refusal<0 refusal<1 refusal<1");
  settle ();
  mgr_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  settle ();
  assert_kinds (fixture, "refusal<0 refusal<1 refusal<1");
}

static void
test_refusals_of_many_components (Fixture       *fixture,
                                  gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);

      mgr_manager_add_component (fixture->manager, name, MIB, NULL, NULL);
      for (guint j = 0; j < 10; j++)
        refuse (fixture, name, 2 * MIB);
    }

  mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  settle ();
  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_REFUSAL, 0);
  g_assert_cmpuint (entries->len, ==, 34);
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

static void
add_resource (Fixture    *fixture,
              const char *name,
              guint64     size,
              MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  mgr_resource_set_safety (resource, safety);
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  g_object_set_data_full (G_OBJECT (fixture->manager), name, g_object_ref (resource), g_object_unref);
}

static void
test_level_leads_to_cleanup (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrJournalEntry) level = NULL;
  g_autoptr (MgrJournalEntry) plan = NULL;
  g_autoptr (MgrJournalEntry) report = NULL;
  g_autoptr (GVariant) details = NULL;
  double usage = 0;

  add_resource (fixture, "temp_rows", 10 * MIB, MGR_SAFETY_SAFE);
  add_resource (fixture, "table", 7 * MIB, MGR_SAFETY_CAUTIOUS);
  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  held = hold (fixture, "models", 87 * MIB);
  sense (fixture);
  assert_kinds (fixture, "level<0 plan<1 report<2");

  level = get_last (fixture, MGR_JOURNAL_KIND_LEVEL);
  g_assert_cmpstr (mgr_journal_entry_get_summary (level), ==,
                   "Pressure rose from normal to high: 87.0 % of 100.0 MiB is used (budget)");
  g_assert_cmpint (mgr_journal_entry_get_severity (level), ==, MGR_JOURNAL_SEVERITY_WARNING);
  assert_text (level, "holders", "held 87.0 MiB");
  assert_text (level, "source", "budget");
  assert_number (level, "available", 13 * MIB);
  assert_number (level, "limit", 100 * MIB);
  assert_number (level, "used", 87 * MIB);
  details = mgr_journal_entry_get_details (level);
  g_assert_true (g_variant_lookup (details, "usage", "d", &usage));
  g_assert_cmpfloat (usage, ==, 0.87);

  plan = get_last (fixture, MGR_JOURNAL_KIND_PLAN);
  g_assert_cmpstr (mgr_journal_entry_get_summary (plan), ==,
                   "A cleanup, moderate, is to ask 1 of 2 for 10.0 MiB");
  assert_text (plan, "rule", "moderate is 50 % of what may be cleaned, within 20 ms; "
                             "only SAFE things may go");
  assert_number (plan, "target", 5 * MIB);

  report = get_last (fixture, MGR_JOURNAL_KIND_REPORT);
  g_assert_cmpstr (mgr_journal_entry_get_summary (report), ==,
                   "1 were cleaned in 0.0 ms: 10.0 MiB claimed, 0 B off the ledger, "
                   "0 B returned");
  assert_number (report, "claimed", 10 * MIB);
}

static void
test_emergency (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrJournalEntry) emergency = NULL;
  g_autofree char *story = NULL;

  add_resource (fixture, "temp_rows", 10 * MIB, MGR_SAFETY_SAFE);
  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  held = hold (fixture, "models", 99 * MIB);
  sense (fixture);
  assert_kinds (fixture, "level<0 emergency<1 plan<2 report<3");
  emergency = get_last (fixture, MGR_JOURNAL_KIND_EMERGENCY);
  g_assert_cmpint (mgr_journal_entry_get_severity (emergency), ==, MGR_JOURNAL_SEVERITY_CRITICAL);

  story = mgr_journal_explain (fixture->journal, 4, NULL);
  g_assert_true (g_str_has_prefix (story, "#1 level, "));
  g_assert_nonnull (strstr (story, "\n#3 plan, 0.0 ms later, because of #2: A cleanup, emergency,"));
}

/* While a level is held there are two cleanups a second. */
static void
test_cleanups_in_a_row (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (GPtrArray) plans = NULL;
  g_autoptr (GPtrArray) reports = NULL;
  MgrJournalEntry *last;

  add_resource (fixture, "temp_rows", 10 * MIB, MGR_SAFETY_SAFE);
  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  held = hold (fixture, "models", 87 * MIB);
  sense (fixture);
  for (guint i = 0; i < 1000; i++)
    {
      mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC / 2);
      settle ();
    }

  plans = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_PLAN, 0);
  reports = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_REPORT, 0);
  g_assert_cmpuint (plans->len, ==, 11);
  g_assert_cmpuint (reports->len, ==, 11);
  last = g_ptr_array_index (plans, 0);
  g_assert_nonnull (strstr (mgr_journal_entry_get_summary (last), "(the 512th in a row)"));
}

/* What is asked for by hand comes of nothing that the journal knows of. */
static void
test_cleanup_by_hand (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (MgrJournalEntry) report = NULL;

  add_resource (fixture, "table", 7 * MIB, MGR_SAFETY_CAUTIOUS);
  mgr_cleanup_report_unref (
    mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL));
  assert_kinds (fixture, "plan<0 report<1");
  for (guint i = 0; i < 10; i++)
    mgr_cleanup_report_unref (
      mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL));
  report = get_last (fixture, MGR_JOURNAL_KIND_REPORT);
  g_assert_cmpuint (mgr_journal_entry_get_id (report), ==, 22);
}

static guint64
allocate_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  refuse (user_data, "models", 200 * MIB);
  return 0;
}

static void
test_refusal_in_a_cleanup (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_rows", MIB);

  mgr_manager_add_component (fixture->manager, "models", 0, NULL, NULL);
  g_signal_connect (resource, "reclaim", G_CALLBACK (allocate_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  mgr_cleanup_report_unref (
    mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL));
  assert_kinds (fixture, "plan<0 refusal<1 report<1");
}

static void
test_budget (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrJournalEntry) less = NULL;
  g_autoptr (MgrJournalEntry) more = NULL;

  g_assert_true (mgr_manager_set_total_budget (fixture->manager, 50 * MIB, NULL));
  settle ();
  less = get_last (fixture, MGR_JOURNAL_KIND_LIMITS);
  g_assert_cmpstr (mgr_journal_entry_get_summary (less), ==,
                   "The total budget went from 100.0 MiB to 50.0 MiB");
  g_assert_cmpint (mgr_journal_entry_get_severity (less), ==, MGR_JOURNAL_SEVERITY_WARNING);
  assert_number (less, "before", 100 * MIB);
  assert_number (less, "after", 50 * MIB);

  g_assert_true (mgr_manager_set_total_budget (fixture->manager, 60 * MIB, NULL));
  settle ();
  more = get_last (fixture, MGR_JOURNAL_KIND_LIMITS);
  g_assert_cmpint (mgr_journal_entry_get_severity (more), ==, MGR_JOURNAL_SEVERITY_INFO);
  assert_kinds (fixture, "limits<0 limits<0");
}

static MgrManager *
make_manager (const char *key,
              gpointer    value)
{
  return g_object_new (MGR_TYPE_MANAGER, "total-budget", 100 * MIB, "proc-path", "/nonexistent",
                       "cgroup-path", "/nonexistent", key, value, NULL);
}

static gboolean
keeps_files (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_journal_new_from_file (path, &error));
  return !g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

static void
test_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "journal.db", NULL);
  g_autofree char *text = g_strdup_printf ("[libmgr]\njournal-path=%s\n", path);
  g_autoptr (MgrConfig) config = mgr_config_new_from_data (text, strlen (text), "here", NULL);
  g_autoptr (MgrConfig) empty = mgr_config_new_from_data ("[libmgr]\njournal-path=\n", 23, "here", NULL);
  g_autofree char *got_path = NULL;
  MgrManager *manager;

  g_assert_nonnull (config);
  g_assert_nonnull (empty);
  if (keeps_files (path))
    {
      manager = make_manager ("journal-path", path);
      g_object_get (manager, "journal-path", &got_path, NULL);
      g_assert_cmpstr (got_path, ==, path);
      mgr_manager_add_component (manager, "models", 0, NULL, NULL);
      g_assert_null (mgr_manager_allocate (manager, "models", 200 * MIB, NULL, 5, NULL, NULL));
      g_object_unref (manager);

      manager = make_manager ("config", config);
      g_assert_cmpstr (mgr_journal_get_path (mgr_manager_get_journal (manager)), ==, path);
      g_assert_cmpuint (mgr_journal_add (mgr_manager_get_journal (manager), MGR_JOURNAL_KIND_OTHER,
                                         MGR_JOURNAL_SEVERITY_INFO, "next", NULL, 0), ==, 2);
      g_object_unref (manager);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  else
    {
      g_test_skip ("libmgr was built without SQLite");
    }

  manager = make_manager ("config", empty);
  g_assert_null (mgr_journal_get_path (mgr_manager_get_journal (manager)));
  g_object_unref (manager);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

typedef struct
{
  MgrManager *manager; /* (unowned) */
  guint index;
} Refuser;

static gpointer
refuse_often (gpointer data)
{
  Refuser *self = data;
  g_autofree char *name = g_strdup_printf ("c%u", self->index % 3);

  for (guint i = 0; i < 3000; i++)
    g_assert_null (mgr_manager_allocate (self->manager, name, 200 * MIB, NULL, 5, NULL, NULL));
  return NULL;
}

/* All that was refused is written down or counted. */
static void
test_threads (Fixture       *fixture,
              gconstpointer  data)
{
  Refuser refusers[6];
  GThread *threads[G_N_ELEMENTS (refusers)];
  g_autoptr (GPtrArray) entries = NULL;
  guint64 sum = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);

      mgr_manager_add_component (fixture->manager, name, 0, NULL, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusers); i++)
    {
      refusers[i] = (Refuser) { fixture->manager, i };
      threads[i] = g_thread_new ("refuse", refuse_often, &refusers[i]);
    }
  for (guint i = 0; i < 20; i++)
    {
      mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
      settle ();
      g_thread_yield ();
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_clear_object (&fixture->manager);
  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_REFUSAL, 0);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (GVariant) details = mgr_journal_entry_get_details (g_ptr_array_index (entries, i));
      guint64 count = 1;

      g_variant_lookup (details, "count", "t", &count);
      sum += count;
    }
  g_assert_cmpuint (sum, ==, G_N_ELEMENTS (refusers) * 3000);
  g_assert_cmpuint (entries->len, <, 200);
}

#define add_test(path, func) \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/manager/journal/refusal", test_refusal);
  add_test ("/manager/journal/refusal-by-the-total", test_refusal_by_the_total);
  add_test ("/manager/journal/wrong-request", test_wrong_request);
  add_test ("/manager/journal/refusals-are-limited", test_refusals_are_limited);
  add_test ("/manager/journal/counts-are-not-lost", test_counts_are_not_lost);
  add_test ("/manager/journal/refusals-of-many-components", test_refusals_of_many_components);
  add_test ("/manager/journal/level-leads-to-cleanup", test_level_leads_to_cleanup);
  add_test ("/manager/journal/emergency", test_emergency);
  add_test ("/manager/journal/cleanups-in-a-row", test_cleanups_in_a_row);
  add_test ("/manager/journal/cleanup-by-hand", test_cleanup_by_hand);
  add_test ("/manager/journal/refusal-in-a-cleanup", test_refusal_in_a_cleanup);
  add_test ("/manager/journal/budget", test_budget);
  add_test ("/manager/journal/threads", test_threads);
  g_test_add_func ("/manager/journal/path", test_path);

  return g_test_run ();
}
