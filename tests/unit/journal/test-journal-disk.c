/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "journal-folder.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each of these has one warning, and a journal that goes on in memory. */

/* Root may write everywhere; this user may not. */
#define NOBODY 65534

static void
expect_warning (const char *pattern)
{
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, pattern);
}

/* Works as without a file, and says what is wrong. */
static void
assert_in_memory (MgrJournal *journal,
                  const char *problem)
{
  g_autofree char *said = mgr_journal_dup_problem (journal);
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autoptr (GError) error = NULL;
  guint64 id = add_text (journal, "in memory");

  entry = mgr_journal_lookup (journal, id);
  g_assert_nonnull (entry);
  g_assert_nonnull (said);
  g_assert_nonnull (strstr (said, problem));
  g_assert_false (mgr_journal_flush (journal, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, said);
  g_test_assert_expected_messages ();
}

static void
assert_contents (const char *path,
                 const char *expected)
{
  g_autofree char *contents = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, expected);
}

static void
test_damaged_header (Folder        *folder,
                     gconstpointer  data)
{
  static const char *const texts[] = { "this is no database at all", "neither is this" };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *aside = g_strconcat (folder->path, i == 0 ? ".corrupt" : ".corrupt.1", NULL);
      g_autofree char *pattern = g_strdup_printf ("*“%s” was damaged. It is now “%s”*", folder->path, aside);
      g_autoptr (MgrJournal) journal = NULL;

      g_assert_true (g_file_set_contents (folder->path, texts[i], -1, NULL));
      expect_warning (pattern);
      journal = mgr_journal_new (NULL, folder->path);
      g_test_assert_expected_messages ();
      assert_contents (aside, texts[i]);

      g_assert_cmpuint (add_text (journal, "a new one"), ==, 1);
      flush (journal);
      g_assert_cmpint (count_rows (folder), ==, 1);
      g_assert_null (mgr_journal_dup_problem (journal));
    }
}

static void
test_damaged_inside (Folder        *folder,
                     gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  char garbage[4096];
  int fd;

  for (guint i = 0; i < 500; i++)
    add_text (journal, "entry");
  g_object_unref (journal);

  memset (garbage, 0xa5, sizeof garbage);
  fd = open (folder->path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (fd, garbage, sizeof garbage, 2 * sizeof garbage), ==, sizeof garbage);
  close (fd);

  expect_warning ("*was damaged. It is now*");
  journal = mgr_journal_new (NULL, folder->path);
  g_test_assert_expected_messages ();
  g_assert_true (folder_has (folder, ".corrupt"));
  g_assert_cmpuint (add_text (journal, "a new one"), ==, 1);
  g_object_unref (journal);
}

/* The file is damaged behind our back. What is to be written then goes into a new one. */
static void
test_damaged_meanwhile (Folder        *folder,
                        gconstpointer  data)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, folder->path);
  sqlite3 *beside;

  add_text (journal, "first");
  flush (journal);
  beside = open_beside (folder);
  run_sql (beside, "PRAGMA writable_schema = ON");
  run_sql (beside, "UPDATE sqlite_master SET rootpage = 4711 WHERE name = 'entries'");
  run_sql (beside, "PRAGMA schema_version = 4711");
  sqlite3_close (beside);

  expect_warning ("*was damaged. It is now*");
  add_text (journal, "second");
  flush (journal);
  g_test_assert_expected_messages ();
  g_assert_true (folder_has (folder, ".corrupt"));
  g_assert_cmpint (count_rows (folder), ==, 1);
}

static void
test_foreign_database (Folder        *folder,
                       gconstpointer  data)
{
  g_autoptr (MgrJournal) journal = NULL;
  sqlite3 *beside = open_beside (folder);

  run_sql (beside, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
  sqlite3_close (beside);

  expect_warning ("*the database of something else. Name another file");
  journal = mgr_journal_new (NULL, folder->path);
  assert_in_memory (journal, "the database of something else");

  beside = open_beside (folder);
  g_assert_cmpint (ask_number (beside, "SELECT count(*) FROM recipes"), ==, 1);
  g_assert_cmpint (ask_number (beside, "SELECT count(*) FROM sqlite_master"), ==, 1);
  sqlite3_close (beside);
}

static void
test_newer_layout (Folder        *folder,
                   gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  g_autoptr (GError) error = NULL;
  sqlite3 *beside;

  add_text (journal, "first");
  g_object_unref (journal);
  beside = open_beside (folder);
  run_sql (beside, "PRAGMA user_version = 2; ALTER TABLE entries ADD COLUMN mood TEXT");
  sqlite3_close (beside);

  expect_warning ("*layout is 2, of a newer libmgr, and 1 is the newest known here*");
  journal = mgr_journal_new (NULL, folder->path);
  assert_in_memory (journal, "Use the newer libmgr, or name another file");
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 1);

  g_assert_null (mgr_journal_new_from_file (folder->path, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, "is of a newer libmgr: its layout is 2, and 1 is the newest "
                                            "known here. Read it with the newer libmgr"));
}

static void
test_one_journal_a_file (Folder        *folder,
                         gconstpointer  data)
{
  MgrJournal *first = mgr_journal_new (NULL, folder->path);
  MgrJournal *second;

  expect_warning ("*another journal, of this or another program, has that file*");
  second = mgr_journal_new (NULL, folder->path);
  assert_in_memory (second, "Give each a file of its own");
  g_object_unref (second);

  add_text (first, "entry");
  flush (first);
  g_object_unref (first);

  second = mgr_journal_new (NULL, folder->path);
  g_assert_cmpuint (add_text (second, "entry"), ==, 2);
  g_object_unref (second);
}

/* Another process, which says when it has the file and keeps it until it is told. */
typedef struct
{
  pid_t pid;
  int input;
} Holder;

static void
hold_file (const char *path,
           int         output,
           int         input)
{
  sqlite3 *database = NULL;
  char byte = 0;
  gboolean good = sqlite3_open (path, &database) == SQLITE_OK
                  && sqlite3_exec (database, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE",
                                   NULL, NULL, NULL) == SQLITE_OK;

  good = good && write (output, "x", 1) == 1;
  while (good && read (input, &byte, 1) > 0)
    continue;
  _exit (good ? 0 : 1);
}

static Holder
holder_start (Folder *folder)
{
  Holder holder;
  int to_child[2];
  int from_child[2];
  char byte = 0;

  g_assert_cmpint (pipe (to_child), ==, 0);
  g_assert_cmpint (pipe (from_child), ==, 0);
  holder.pid = fork ();
  if (holder.pid == 0)
    {
      close (to_child[1]);
      close (from_child[0]);
      hold_file (folder->path, from_child[1], to_child[0]);
    }

  close (to_child[0]);
  close (from_child[1]);
  g_assert_cmpint (read (from_child[0], &byte, 1), ==, 1);
  close (from_child[0]);
  holder.input = to_child[1];
  return holder;
}

static void
holder_stop (Holder holder)
{
  int status = 0;

  close (holder.input);
  g_assert_cmpint (waitpid (holder.pid, &status, 0), ==, holder.pid);
  g_assert_cmpint (status, ==, 0);
}

static void
test_locked_by_another_process (Folder        *folder,
                                gconstpointer  data)
{
  MgrJournal *journal;
  Holder holder;

  g_object_unref (mgr_journal_new (NULL, folder->path));
  holder = holder_start (folder);
  expect_warning ("*database is locked. End the program that keeps it locked, or name another file");
  journal = mgr_journal_new (NULL, folder->path);
  assert_in_memory (journal, "locked");
  g_object_unref (journal);
  holder_stop (holder);

  journal = mgr_journal_new (NULL, folder->path);
  g_assert_cmpuint (add_text (journal, "entry"), ==, 1);
  flush (journal);
  g_object_unref (journal);
}

static void
test_no_file (Folder        *folder,
              gconstpointer  data)
{
  static const char *const paths[] = { "/dev/full", "/", "/nonexistent/journal.db", "/proc/journal.db" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("The journal “%s” is kept in memory alone*", paths[i]);
      g_autoptr (MgrJournal) journal = NULL;

      expect_warning (pattern);
      journal = mgr_journal_new (NULL, paths[i]);
      assert_in_memory (journal, paths[i]);
    }
}

static void
test_folder_is_not_writable (Folder        *folder,
                             gconstpointer  data)
{
  gboolean root = geteuid () == 0;
  g_autoptr (MgrJournal) journal = NULL;
  g_autoptr (MgrJournal) read = NULL;
  g_autoptr (GError) error = NULL;

  g_object_unref (mgr_journal_new (NULL, folder->path));
  g_assert_cmpint (g_chmod (folder->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder->folder, 0555), ==, 0);
  if (root)
    g_assert_cmpint (setresuid (NOBODY, NOBODY, 0), ==, 0);
  expect_warning ("*Make its folder writable, or name another file");
  journal = mgr_journal_new (NULL, folder->path);
  assert_in_memory (journal, "Make its folder writable");

  if (g_file_test (folder->path, G_FILE_TEST_EXISTS))
    read = mgr_journal_new_from_file (folder->path, &error);
  else
    g_test_message ("The folder for temporary files is closed to others: nothing to read");
  if (root)
    g_assert_cmpint (setresuid (0, 0, 0), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (folder->folder, 0700), ==, 0);
}

static void
test_file_is_not_writable (Folder        *folder,
                           gconstpointer  data)
{
  gboolean root = geteuid () == 0;
  g_autoptr (MgrJournal) journal = NULL;

  g_object_unref (mgr_journal_new (NULL, folder->path));
  g_assert_cmpint (g_chmod (folder->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder->folder, 0777), ==, 0);
  if (root)
    g_assert_cmpint (setresuid (NOBODY, NOBODY, 0), ==, 0);
  expect_warning ("*Make it and its folder writable for this program, or name another file");
  journal = mgr_journal_new (NULL, folder->path);
  assert_in_memory (journal, "writable");
  g_clear_object (&journal);
  if (root)
    g_assert_cmpint (setresuid (0, 0, 0), ==, 0);
}

/* What this process may write stands for the room on a disk: nothing need be mounted. */
static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_full_disk (Folder        *folder,
                gconstpointer  data)
{
  g_autofree char *text = g_strnfill (1500, 'x');
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *problem = NULL;

  signal (SIGXFSZ, SIG_IGN);
  add_text (journal, "there was room");
  flush (journal);

  limit_files (64 * 1024);
  expect_warning ("*is kept in memory alone, and what is in the file stays there: *"
                  "Make room on its disk; it is tried again");
  for (guint i = 0; i < 200; i++)
    add_text (journal, text);
  g_assert_false (mgr_journal_flush (journal, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_test_assert_expected_messages ();
  problem = mgr_journal_dup_problem (journal);
  g_assert_cmpstr (problem, ==, error->message);
  g_assert_false (mgr_journal_flush (journal, NULL));
  entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_ANY, 0);
  g_assert_cmpuint (entries->len, ==, 201);

  limit_files (RLIM_INFINITY);
  g_assert_cmpint (count_rows (folder), ==, 1);
  flush (journal);
  g_assert_null (mgr_journal_dup_problem (journal));
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 201);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  folder_add_test ("/journal/disk/damaged-header", test_damaged_header);
  folder_add_test ("/journal/disk/damaged-inside", test_damaged_inside);
  folder_add_test ("/journal/disk/damaged-meanwhile", test_damaged_meanwhile);
  folder_add_test ("/journal/disk/foreign-database", test_foreign_database);
  folder_add_test ("/journal/disk/newer-layout", test_newer_layout);
  folder_add_test ("/journal/disk/one-journal-a-file", test_one_journal_a_file);
  folder_add_test ("/journal/disk/locked-by-another-process", test_locked_by_another_process);
  folder_add_test ("/journal/disk/no-file", test_no_file);
  folder_add_test ("/journal/disk/folder-is-not-writable", test_folder_is_not_writable);
  folder_add_test ("/journal/disk/file-is-not-writable", test_file_is_not_writable);
  folder_add_test ("/journal/disk/full", test_full_disk);

  return g_test_run ();
}
