/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-mapped-block.h"
#include "mgr-test-support.h"

#include <string.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* What a journal says of phases, of what was brought back, and of emergencies. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrJournal *journal;     /* (owned) */
  MgrComponent *component; /* (unowned) */
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
  fixture->component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
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

/* What the journal has of @kind, the oldest first: “severity<cause: summary” of each. */
static void
assert_entries (Fixture        *fixture,
                MgrJournalKind  kind,
                const char     *expected)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (fixture->journal, kind, 0);
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_JOURNAL_SEVERITY);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = entries->len; i > 0; i--)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i - 1);
      int severity = (int) mgr_journal_entry_get_severity (entry);

      g_string_append_printf (text, "%s<%" G_GUINT64_FORMAT ": %s\n",
                              g_enum_get_value (klass, severity)->value_nick,
                              mgr_journal_entry_get_cause (entry),
                              mgr_journal_entry_get_summary (entry));
    }

  g_assert_cmpstr (text->str, ==, expected);
}

static GVariant *
dup_last_details (Fixture        *fixture,
                  MgrJournalKind  kind)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (fixture->journal, kind, 1);

  g_assert_cmpuint (entries->len, ==, 1);
  return mgr_journal_entry_get_details (g_ptr_array_index (entries, 0));
}

static void
assert_detail_text (GVariant   *details,
                    const char *key,
                    const char *expected)
{
  const char *text = NULL;

  g_assert_true (g_variant_lookup (details, key, "&s", &text));
  g_assert_cmpstr (text, ==, expected);
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

static guint64
rebuild_cb (MgrResource *resource,
            gpointer     user_data)
{
  return *(guint64 *) user_data;
}

static MgrResource *
fixture_add_resource (Fixture    *fixture,
                      const char *name,
                      guint64     size)
{
  MgrResource *resource = mgr_resource_new (name, size);

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  return resource;
}

static void
fixture_clean (Fixture *fixture)
{
  mgr_cleanup_report_unref (mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE,
                                                 FALSE, TRUE, NULL));
}

static void
test_restored (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrResource) resource = fixture_add_resource (fixture, "temp_rows", 3 * MIB);
  g_autoptr (GVariant) details = NULL;
  g_autofree char *story = NULL;
  guint64 built = MIB;
  guint64 size = 0;

  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), &built);
  fixture_clean (fixture);
  mgr_manual_clock_advance (fixture->clock, 3 * G_TIME_SPAN_MINUTE);
  g_assert_true (mgr_manager_restore (fixture->manager, "temp_rows", NULL));

  assert_entries (fixture, MGR_JOURNAL_KIND_RESTORE,
                  "info<1: “temp_rows” was brought back: 3.0 MiB of it were cleaned 3 min ago "
                  "(aggressive cleanup at level normal)\n");
  details = dup_last_details (fixture, MGR_JOURNAL_KIND_RESTORE);
  assert_detail_text (details, "name", "temp_rows");
  assert_detail_text (details, "reason", "aggressive cleanup at level normal");
  g_assert_true (g_variant_lookup (details, "size", "t", &size));
  g_assert_cmpuint (size, ==, 3 * MIB);

  g_test_message ("It came of the plan that cleaned it, and that is told");
  story = mgr_journal_explain (fixture->journal, 3, NULL);
  g_assert_true (g_str_has_prefix (story, "#1 plan, "));
  g_assert_nonnull (strstr (story, "\n#3 restore, 180.0 s later, because of #1: “temp_rows” was"));
}

static void
assert_not_restored (Fixture    *fixture,
                     const char *name,
                     MgrError    code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_manager_restore (fixture->manager, name, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
}

static void
test_not_restored (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (MgrResource) resource = fixture_add_resource (fixture, "temp_rows", 3 * MIB);
  g_autoptr (GVariant) details = NULL;

  fixture_clean (fixture);
  assert_not_restored (fixture, "temp_rows", MGR_ERROR_NOT_AVAILABLE);
  details = dup_last_details (fixture, MGR_JOURNAL_KIND_RESTORE);
  assert_detail_text (details, "error", "not-available");
  assert_detail_text (details, "remedy", "a registered resource of this name with a handler of "
                                         "“rebuild”");
  assert_not_restored (fixture, "temp_row", MGR_ERROR_NOT_FOUND);
  assert_entries (fixture, MGR_JOURNAL_KIND_RESTORE,
                  "warning<1: “temp_rows” cannot be brought back: 3.0 MiB of it were cleaned just "
                  "now (aggressive cleanup at level normal), and nothing is connected to its "
                  "“rebuild”. It has to be computed again\n"
                  "warning<0: There is no resource “temp_row”, and none was cleaned. Did you mean "
                  "“temp_rows”?\n");
}

static void
test_restored_again_and_again (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (MgrResource) resource = fixture_add_resource (fixture, "temp_rows", MIB);
  g_autoptr (GPtrArray) entries = NULL;
  guint64 built = MIB;

  g_signal_connect (resource, "rebuild", G_CALLBACK (rebuild_cb), &built);
  for (guint i = 0; i < 100; i++)
    {
      fixture_clean (fixture);
      g_assert_true (mgr_manager_restore (fixture->manager, "temp_rows", NULL));
    }

  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_RESTORE, 0);
  g_assert_cmpuint (entries->len, ==, 8);
  g_assert_true (g_str_has_suffix (mgr_journal_entry_get_summary (g_ptr_array_index (entries, 0)),
                                   " (the 64th time)"));
}

static void
fixture_run_phase (Fixture    *fixture,
                   const char *name,
                   guint64     leaves)
{
  MgrAllocation *allocation = NULL;

  mgr_manager_begin_phase (fixture->manager, name);
  if (leaves > 0)
    allocation = mgr_component_allocate (fixture->component, leaves, "held", 5, NULL, NULL);
  mgr_manual_clock_advance (fixture->clock, 2 * G_TIME_SPAN_MINUTE);
  mgr_phase_report_unref (mgr_manager_end_phase (fixture->manager, name, NULL));
  g_clear_pointer (&allocation, mgr_allocation_unref);
}

static void
test_phase (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrResource) resource = fixture_add_resource (fixture, "temp_rows", 3 * MIB);
  g_autoptr (GVariant) details = NULL;
  guint64 used = 0;

  fixture_run_phase (fixture, "parsing", 0);
  fixture_run_phase (fixture, "training", 20 * MIB);

  g_test_message ("Entries 4 and 5 are the plan and the report of the cleanup after it");
  assert_entries (fixture, MGR_JOURNAL_KIND_PHASE,
                  "info<0: The phase “parsing” began with 0 B in use\n"
                  "info<1: The phase “parsing” ended after 120.0 s: 0 B in use before, 0 B at most, "
                  "0 B after\n"
                  "info<0: The phase “training” began with 0 B in use\n"
                  "warning<3: The phase “training” ended after 120.0 s: 0 B in use before, 20.0 MiB "
                  "at most, 20.0 MiB after. After “training” components hold 20.0 MiB more than "
                  "when it began\n");
  assert_entries (fixture, MGR_JOURNAL_KIND_PLAN,
                  "info<3: A cleanup, light, is to ask 1 of 1 for 3.0 MiB\n");
  details = dup_last_details (fixture, MGR_JOURNAL_KIND_PHASE);
  assert_detail_text (details, "name", "training");
  assert_detail_text (details, "holders", "held 20.0 MiB");
  g_assert_true (g_variant_lookup (details, "used-after", "t", &used));
  g_assert_cmpuint (used, ==, 20 * MIB);
}

static void
test_many_phases (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;

  g_test_summary ("A phase for each batch does not push all else out of the journal");

  for (guint i = 0; i < 1000; i++)
    fixture_run_phase (fixture, "batch", 0);

  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_PHASE, 0);
  g_assert_cmpuint (entries->len, ==, 2 * 11);

  g_test_message ("But the first that leaves something behind is told, whichever it is");
  fixture_run_phase (fixture, "batch", 20 * MIB);
  g_clear_pointer (&entries, g_ptr_array_unref);
  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_PHASE, 0);
  g_assert_cmpuint (entries->len, ==, 2 * 11 + 1);
  g_assert_cmpint (mgr_journal_entry_get_severity (g_ptr_array_index (entries, 0)), ==,
                   MGR_JOURNAL_SEVERITY_WARNING);
}

static void
test_emergency (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new ("temp_block", 2 * MIB, FALSE);
  g_autoptr (MgrResource) resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (block));
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GError) error = NULL;
  guint64 bytes = 0;

  mgr_resource_set_size (resource, 2 * MIB);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  mgr_manager_set_emergency_reserve (fixture->manager, MIB);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 3 * MIB);
  mgr_test_settle ();

  assert_entries (fixture, MGR_JOURNAL_KIND_EMERGENCY,
                  "critical<0: An emergency was declared, by the program or by a signal: given back "
                  "at once were 1.0 MiB of the reserve and 2.0 MiB by 1 reclaimers; all that is "
                  "not PROTECTED may go\n");
  assert_entries (fixture, MGR_JOURNAL_KIND_PLAN,
                  "info<1: A cleanup, emergency, forced, found nothing that may go\n");
  details = dup_last_details (fixture, MGR_JOURNAL_KIND_EMERGENCY);
  g_assert_true (g_variant_lookup (details, "reserve", "t", &bytes));
  g_assert_cmpuint (bytes, ==, MIB);
  g_assert_true (g_variant_lookup (details, "released", "t", &bytes));
  g_assert_cmpuint (bytes, ==, 2 * MIB);
  assert_detail_text (details, "level", "normal");

  g_test_message ("What it took came of it");
  g_assert_false (mgr_manager_restore (fixture->manager, "temp_block", &error));
  assert_entries (fixture, MGR_JOURNAL_KIND_RESTORE,
                  "warning<1: “temp_block” cannot be brought back: 2.0 MiB of it were cleaned just "
                  "now (emergency), and nothing is connected to its “rebuild”. It has to be "
                  "computed again\n");
}

static void
test_reserve_at_emergency_level (Fixture       *fixture,
                                 gconstpointer  data)
{
  g_autoptr (MgrAllocation) most = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  mgr_manager_set_emergency_reserve (fixture->manager, 2 * MIB);
  most = mgr_component_allocate (fixture->component, 99 * MIB, NULL, 5, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, 1);
    }
  mgr_test_settle ();

  g_test_message ("The level, the emergency, and, before the cleanup, the reserve");
  assert_entries (fixture, MGR_JOURNAL_KIND_EMERGENCY,
                  "critical<1: Memory is nearly gone: all that is not PROTECTED may go\n"
                  "info<2: The emergency reserve was given back: 2.0 MiB, until pressure is below "
                  "high\n");
  entries = mgr_journal_list (fixture->journal, MGR_JOURNAL_KIND_PLAN, 0);
  g_assert_cmpuint (mgr_journal_entry_get_id (g_ptr_array_index (entries, 0)), ==, 4);
}

static void
add_test (const char *path,
          void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/manager/journal/restored", test_restored);
  add_test ("/manager/journal/not-restored", test_not_restored);
  add_test ("/manager/journal/restored-again-and-again", test_restored_again_and_again);
  add_test ("/manager/journal/phase", test_phase);
  add_test ("/manager/journal/many-phases", test_many_phases);
  add_test ("/manager/journal/declared-emergency", test_emergency);
  add_test ("/manager/journal/reserve-at-emergency-level", test_reserve_at_emergency_level);

  return g_test_run ();
}
