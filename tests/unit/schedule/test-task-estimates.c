/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

#include "schedule/mgr-estimate-file-private.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>

/* What was learned is kept; a file that cannot be used stops nothing. */

typedef struct
{
  Fixture base;
  char *folder;  /* (owned) */
  char *path;    /* (owned) */
} Folder;

static void
folder_set_up (Folder        *folder,
               gconstpointer  user_data)
{
  fixture_set_up (&folder->base, NULL);
  folder->folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  folder->path = g_build_filename (folder->folder, "estimates.db", NULL);
}

static void
folder_tear_down (Folder        *folder,
                  gconstpointer  user_data)
{
  fixture_tear_down (&folder->base, NULL);
  g_unlink (folder->path);
  g_assert_cmpint (g_rmdir (folder->folder), ==, 0);
  g_free (folder->folder);
  g_free (folder->path);
}

static void
run_with_peak (Fixture    *fixture,
               const char *name,
               guint64     declared,
               guint64     peak)
{
  g_autoptr (MgrTask) task = command_new (name, declared);

  submit (fixture, task);
  mgr_manual_clock_advance (fixture->clock, 3 * SECOND);
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), peak);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_DONE);
}

static guint64
get_grant (Fixture    *fixture,
           const char *name,
           const char *tag,
           guint64     declared)
{
  const char *tags[] = { tag, NULL };
  g_autoptr (MgrTask) task = command_new (name, declared);

  if (tag != NULL)
    g_object_set (task, "tags", tags, NULL);
  submit (fixture, task);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_CANCELLED);
  return mgr_task_get_grant (task);
}

static void
test_key (Folder        *folder,
          gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;

  g_test_summary ("The name, the tag and the class of the size make a kind");

  for (guint i = 0; i < 4; i++)
    run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 90 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 600 * MIB), ==, 90 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 400 * MIB), ==, 400 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", "tag", 800 * MIB), ==, 800 * MIB);
  g_assert_cmpuint (get_grant (fixture, "other", NULL, 800 * MIB), ==, 800 * MIB);
  g_assert_cmpuint (get_grant (fixture, "unknown", NULL, 0), ==, 64 * MIB);
}

static void
test_misdeclared (Folder        *folder,
                  gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;
  g_autoptr (MgrJournalEntry) entry = NULL;

  for (guint i = 0; i < 8; i++)
    {
      run_with_peak (fixture, "much", 900 * MIB, 300 * MIB);
      run_with_peak (fixture, "right", 300 * MIB, 200 * MIB);
      run_with_peak (fixture, "little", 100 * MIB, 160 * MIB);
      run_with_peak (fixture, "tiny", 2 * MIB, MIB / 4);
    }
  mgr_test_settle ();

  g_assert_cmpstr (fixture->said->str, ==, "misdeclared: much 300\nmisdeclared: little 160\n");
  entry = find_entry (fixture, "Task “much” declared 900.0 MiB, used 300.0 MiB");
  g_assert_cmpuint (get_grant (fixture, "much", NULL, 900 * MIB), ==, 300 * MIB * 9 / 8);
  g_assert_cmpuint (get_grant (fixture, "little", NULL, 100 * MIB), ==, 180 * MIB);
  g_assert_cmpuint (get_grant (fixture, "right", NULL, 300 * MIB), ==, 225 * MIB);
}

static void
test_learned_is_never_infeasible (Folder        *folder,
                                  gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;

  for (guint i = 0; i < 4; i++)
    run_with_peak (fixture, "big", 900 * MIB, 1200 * MIB);
  g_assert_cmpuint (get_grant (fixture, "big", NULL, 900 * MIB), ==, BUDGET);
}

/* Eight of them, of which five are done after the others have come. */
static void
learn_while_others_wait (Fixture *fixture,
                         guint64  declared,
                         guint64  limit)
{
  MgrTask *tasks[8];

  g_object_set (fixture->scheduler, "paused", TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      tasks[i] = command_new ("kind", declared);
      g_object_set (tasks[i], "component", "small/deep", NULL);
      submit (fixture, tasks[i]);
    }
  g_object_set (fixture->scheduler, "paused", FALSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tasks);)
    {
      guint before = i;

      for (guint j = 0; j < G_N_ELEMENTS (tasks); j++)
        {
          MgrTaskAttempt *attempt = mgr_fake_executor_find (fixture->local, tasks[j]);

          if (attempt == NULL)
            continue;
          g_assert_cmpuint (mgr_task_attempt_get_grant (attempt), <=, limit);
          mgr_task_attempt_report_measured (attempt, limit + 40 * MIB);
          mgr_fake_executor_end (fixture->local, tasks[j], MGR_TASK_REASON_DONE);
          i++;
        }
      g_assert_cmpuint (i, >, before);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    g_object_unref (tasks[i]);
}

static void
test_learned_is_never_beyond_its_component (Folder        *folder,
                                            gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;
  MgrComponent *small = mgr_ledger_lookup (mgr_manager_get_root (fixture->manager)->ledger, "small");

  g_test_summary ("Nor do those wait for ever that were there before it was learned");

  mgr_manager_add_component (fixture->manager, "deep", 0, small, NULL);
  learn_while_others_wait (fixture, 160 * MIB, 200 * MIB);
  learn_while_others_wait (fixture, 0, 200 * MIB);
  g_object_unref (small);
}

/* Another program, with the same file. */
static MgrManager *
restart (Folder *folder)
{
  Fixture *fixture = &folder->base;

  g_clear_object (&fixture->manager);
  mgr_test_settle ();
  g_clear_object (&fixture->local);
  g_clear_object (&fixture->remote);
  mgr_fake_tree_free (fixture->tree);
  g_object_unref (fixture->clock);
  g_string_free (fixture->said, TRUE);
  fixture_set_up (fixture, NULL);
  return fixture->manager;
}

static void
test_kept (Folder        *folder,
           gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;
  struct stat info;

  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  for (guint i = 0; i < 3; i++)
    run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 800 * MIB);

  restart (folder);
  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 90 * MIB);

  restart (folder);
  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 90 * MIB);
  g_assert_cmpint (stat (folder->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_by_config (Folder        *folder,
                gconstpointer  user_data)
{
  g_autofree char *text = g_strdup_printf ("[libmgr]\nestimates-path=%s\n", folder->path);
  g_autoptr (MgrConfig) config = mgr_config_new_from_data (text, strlen (text), "here", NULL);
  g_autoptr (MgrManager) manager = NULL;
  g_autofree char *path = NULL;

  manager = g_object_new (MGR_TYPE_MANAGER, "total-budget", BUDGET, "config", config, NULL);
  g_object_get (mgr_manager_get_scheduler (manager), "estimates-path", &path, NULL);
  g_assert_cmpstr (path, ==, folder->path);
  g_assert_true (g_file_test (folder->path, G_FILE_TEST_EXISTS));
}

static void
test_written_in_time (Folder        *folder,
                      gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;
  g_autoptr (MgrEstimateFile) file = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  g_test_summary ("A program that is killed loses no more than some seconds");

  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  look_after (fixture, 2 * SECOND);
  g_mutex_lock (&fixture->scheduler->lock);
  while (fixture->scheduler->keeping)
    g_cond_wait (&fixture->scheduler->kept, &fixture->scheduler->lock);
  g_mutex_unlock (&fixture->scheduler->lock);

  file = mgr_estimate_file_open (folder->path, NULL);
  g_assert_nonnull (file);
  rows = mgr_estimate_file_read (file, NULL);
  g_assert_nonnull (rows);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpstr (((MgrEstimateRow *) rows->pdata[0])->key, ==, "kind@N");
  g_assert_cmpuint (((MgrEstimateRow *) rows->pdata[0])->peaks.peaks[0], ==, 80 * MIB);
}

static void
assert_goes_on_without (Folder     *folder,
                        const char *problem)
{
  Fixture *fixture = &folder->base;
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autofree char *pattern = g_strdup_printf ("*estimates of tasks*%s*", problem);

  g_test_expect_message ("libmgr", G_LOG_LEVEL_WARNING, pattern);
  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  g_test_assert_expected_messages ();
  entry = find_entry (fixture, problem);
  for (guint i = 0; i < 4; i++)
    run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  look_after (fixture, 10 * SECOND);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 90 * MIB);
}

static void
test_corrupt (Folder        *folder,
              gconstpointer  user_data)
{
  g_autofree char *contents = NULL;
  g_autofree char *garbage = g_strnfill (8192, 'x');

  g_assert_true (g_file_set_contents (folder->path, garbage, -1, NULL));
  assert_goes_on_without (folder, "file is not a database. Move it away");
  g_assert_true (g_file_get_contents (folder->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, garbage);
}

static void
test_foreign (Folder        *folder,
              gconstpointer  user_data)
{
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (folder->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, "CREATE TABLE theirs (a)", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  sqlite3_close (database);
  assert_goes_on_without (folder, "it is the database of something else. Name another file");
}

static void
test_folder (Folder        *folder,
             gconstpointer  user_data)
{
  g_free (folder->path);
  folder->path = g_strdup (folder->folder);
  assert_goes_on_without (folder, "it is no regular file");
}

static void
test_absent_folder (Folder        *folder,
                    gconstpointer  user_data)
{
  g_free (folder->path);
  folder->path = g_build_filename (folder->folder, "absent", "file", NULL);
  assert_goes_on_without (folder, "unable to open database file");
}

static void
test_damaged_rows (Folder        *folder,
                   gconstpointer  user_data)
{
  static const char *const rows[] = {
    "('text', 4, 1.0, 4, 1.0, 1, 'a b c d', 1)", "('many', 4, 1.0, 1, 1.0, 1, '1 2 3', 1)",
    "('negative', -4, 1.0, 1, 1.0, 1, '1', 1)",  "('endless', 4, 1e300, 1, 1.0, 1, '1', 1)",
    "('huge', 4, 1.0, 1, 1.0, 1, '99999999999999999999', 1)",
    "('good', 4, 1.0, 4, 1.0, 1, '1 2 3 4', 1)", "('none', 4, 1.0, 0, 0, 0, '', 1)",
  };
  g_autoptr (MgrEstimateFile) file = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *database = NULL;

  file = mgr_estimate_file_open (folder->path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_open (folder->path, &database), ==, SQLITE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *statement = g_strdup_printf ("INSERT INTO estimates VALUES %s", rows[i]);

      g_assert_cmpint (sqlite3_exec (database, statement, NULL, NULL, NULL), ==, SQLITE_OK);
    }
  sqlite3_close (database);

  read = mgr_estimate_file_read (file, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 2);
}

static void
test_full (Folder        *folder,
           gconstpointer  user_data)
{
  Fixture *fixture = &folder->base;
  g_autoptr (MgrJournalEntry) entry = NULL;
  sqlite3 *other = NULL;

  g_test_summary ("A file that cannot be written for a while is written later");

  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  g_assert_cmpint (sqlite3_open (folder->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  g_test_expect_message ("libmgr", G_LOG_LEVEL_WARNING, "*database is locked. End the program*");
  mgr_scheduler_flush_estimates (fixture->scheduler);
  mgr_scheduler_flush_estimates (fixture->scheduler);
  g_test_assert_expected_messages ();
  entry = find_entry (fixture, "database is locked");

  g_assert_cmpint (sqlite3_exec (other, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  mgr_scheduler_flush_estimates (fixture->scheduler);
  restart (folder);
  g_object_set (fixture->scheduler, "estimates-path", folder->path, NULL);
  for (guint i = 0; i < 3; i++)
    run_with_peak (fixture, "kind", 800 * MIB, 80 * MIB);
  g_assert_cmpuint (get_grant (fixture, "kind", NULL, 800 * MIB), ==, 90 * MIB);
}

static void
test_many_kinds (Folder        *folder,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTaskEstimates) estimates = mgr_task_estimates_new ();
  g_autoptr (GPtrArray) rows = NULL;

  g_test_summary ("A name for each task does not make it grow");

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      mgr_task_estimates_learn (estimates, key, MIB, 1);
    }
  rows = mgr_task_estimates_take_new (estimates);
  g_assert_cmpuint (rows->len, ==, 4096);
  g_assert_null (mgr_task_estimates_take_new (estimates));
}

static void
test_worth_telling (Folder        *folder,
                    gconstpointer  user_data)
{
  g_autoptr (MgrTaskEstimates) estimates = mgr_task_estimates_new ();
  guint n_told = 0;

  g_test_summary ("All that wait are looked through for a change that matters, no other");

  for (guint i = 0; i < 3; i++)
    g_assert_false (mgr_task_estimates_learn (estimates, "kind", 100 * MIB, 1));
  g_assert_true (mgr_task_estimates_learn (estimates, "kind", 100 * MIB, 1));

  for (guint i = 0; i < 1000; i++)
    n_told += mgr_task_estimates_learn (estimates, "kind", (100 + i % 7) * MIB, 1);
  g_assert_cmpuint (n_told, ==, 0);
  g_assert_true (mgr_task_estimates_get_memory (estimates, "kind") > 118 * MIB);

  for (guint i = 0; i < 64; i++)
    n_told += mgr_task_estimates_learn (estimates, "kind", 200 * MIB, 1);
  g_assert_cmpuint (n_told, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD_IN_FOLDER(name, func) \
  g_test_add ("/schedule/estimates/" name, Folder, NULL, folder_set_up, func, folder_tear_down)
  ADD_IN_FOLDER ("key", test_key);
  ADD_IN_FOLDER ("misdeclared", test_misdeclared);
  ADD_IN_FOLDER ("learned-is-never-infeasible", test_learned_is_never_infeasible);
  ADD_IN_FOLDER ("learned-is-never-beyond-its-component",
                 test_learned_is_never_beyond_its_component);
  ADD_IN_FOLDER ("worth-telling", test_worth_telling);
  ADD_IN_FOLDER ("kept", test_kept);
  ADD_IN_FOLDER ("by-config", test_by_config);
  ADD_IN_FOLDER ("written-in-time", test_written_in_time);
  ADD_IN_FOLDER ("corrupt", test_corrupt);
  ADD_IN_FOLDER ("foreign", test_foreign);
  ADD_IN_FOLDER ("folder", test_folder);
  ADD_IN_FOLDER ("absent-folder", test_absent_folder);
  ADD_IN_FOLDER ("damaged-rows", test_damaged_rows);
  ADD_IN_FOLDER ("full", test_full);
  ADD_IN_FOLDER ("many-kinds", test_many_kinds);
#undef ADD_IN_FOLDER

  return g_test_run ();
}
