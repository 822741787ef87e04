/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "journal-folder.h"

#include "journal/mgr-journal-store-private.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_restart (Folder        *folder,
              gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  g_autoptr (MgrJournalEntry) before = NULL;
  g_autoptr (MgrJournalEntry) after = NULL;
  g_autoptr (GVariant) before_variant = NULL;
  g_autoptr (GVariant) after_variant = NULL;
  const char *const names[] = { "a", "“b”", NULL };
  GVariantDict details;

  g_assert_cmpstr (mgr_journal_get_path (journal), ==, folder->path);
  add_text (journal, "first");
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "share", "d", 0.1);
  g_variant_dict_insert (&details, "size", "t", G_MAXUINT64);
  g_variant_dict_insert_value (&details, "names", g_variant_new_strv (names, -1));
  mgr_journal_add (journal, MGR_JOURNAL_KIND_LEVEL, MGR_JOURNAL_SEVERITY_CRITICAL, "it's “second”",
                   g_variant_dict_end (&details), 1);
  before = mgr_journal_lookup (journal, 2);
  g_object_unref (journal);

  journal = mgr_journal_new (NULL, folder->path);
  after = mgr_journal_lookup (journal, 2);
  g_assert_nonnull (after);
  before_variant = g_variant_ref_sink (mgr_journal_entry_to_variant (before));
  after_variant = g_variant_ref_sink (mgr_journal_entry_to_variant (after));
  g_assert_cmpvariant (before_variant, after_variant);

  g_assert_cmpuint (mgr_journal_add (journal, MGR_JOURNAL_KIND_PLAN, MGR_JOURNAL_SEVERITY_INFO,
                                     "third", NULL, 2), ==, 3);
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 3);
  g_assert_false (folder_has (folder, ".lock"));
}

static void
test_is_private (Folder        *folder,
                 gconstpointer  data)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, folder->path);
  g_autofree char *log = g_strconcat (folder->path, "-wal", NULL);
  struct stat info;

  add_text (journal, "entry");
  flush (journal);
  g_assert_cmpint (stat (folder->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (log, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_old_rows_go (Folder        *folder,
                  gconstpointer  data)
{
  MgrJournal *journal = g_object_new (MGR_TYPE_JOURNAL, "path", folder->path, "capacity", 7, NULL);
  g_autoptr (GPtrArray) entries = NULL;

  for (guint i = 0; i < 50; i++)
    {
      add_text (journal, "entry");
      add_text (journal, "entry");
      flush (journal);
    }
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 70);

  journal = g_object_new (MGR_TYPE_JOURNAL, "path", folder->path, "capacity", 7, NULL);
  entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_ANY, 0);
  g_assert_cmpuint (entries->len, ==, 7);
  g_assert_cmpuint (mgr_journal_entry_get_id (g_ptr_array_index (entries, 0)), ==, 100);
  g_assert_cmpuint (add_text (journal, "next"), ==, 101);
  g_object_unref (journal);
}

/* Long entries, and room for few of them. */
static void
test_bytes_are_bounded (Folder        *folder,
                        gconstpointer  data)
{
  g_autofree char *long_text = g_strnfill (1500, 'x');
  char *note = NULL;
  g_autoptr (GError) error = NULL;
  MgrJournalStore *store = mgr_journal_store_open (folder->path, 1000000, &note, &error);
  g_autoptr (GPtrArray) entries = NULL;
  MgrJournalEntry *last;
  struct stat info;

  g_assert_no_error (error);
  mgr_journal_store_set_bytes (store, 256 * 1024);
  for (guint64 id = 1; id <= 1000; id++)
    {
      g_autoptr (MgrJournalEntry) entry = NULL;
      GQueue batch = G_QUEUE_INIT;

      entry = mgr_journal_entry_new (id, 0, 0, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO,
                                     long_text, NULL, 0);
      g_queue_push_tail (&batch, entry);
      g_assert_true (mgr_journal_store_write (store, &batch, &note, &error));
      g_queue_clear (&batch);
    }

  entries = mgr_journal_store_read (store, 10000, &error);
  g_assert_cmpuint (entries->len, <, 180);
  g_assert_cmpuint (entries->len, >, 80);
  last = g_ptr_array_index (entries, entries->len - 1);
  g_assert_cmpuint (mgr_journal_entry_get_id (last), ==, 1000);
  mgr_journal_store_free (store);

  g_assert_cmpint (stat (folder->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, <, 400 * 1024);
}

/* Whatever else happens to the file, nobody who adds waits for it. */
static void
test_adding_waits_for_no_disk (Folder        *folder,
                               gconstpointer  data)
{
  g_autoptr (MgrJournal) journal = g_object_new (MGR_TYPE_JOURNAL, "path", folder->path,
                                                 "capacity", 10000, NULL);
  sqlite3 *beside = open_beside (folder);

  run_sql (beside, "BEGIN IMMEDIATE");
  for (guint i = 0; i < 10000; i++)
    add_text (journal, "entry");
  g_assert_cmpint (ask_number (beside, "SELECT count(*) FROM entries"), ==, 0);
  g_assert_null (mgr_journal_dup_problem (journal));
  run_sql (beside, "COMMIT");
  sqlite3_close (beside);

  flush (journal);
  g_assert_cmpint (count_rows (folder), ==, 10000);
}

static void
test_read_from_outside (Folder        *folder,
                        gconstpointer  data)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, folder->path);
  g_autoptr (MgrJournal) living = NULL;
  g_autoptr (MgrJournal) ended = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_length = 0;
  gsize after_length = 0;

  for (guint i = 0; i < 1500; i++)
    {
      add_text (journal, "entry");
      if (i % 500 == 0)
        flush (journal);
    }
  flush (journal);
  living = mgr_journal_new_from_file (folder->path, &error);
  g_assert_no_error (error);
  entries = mgr_journal_list (living, MGR_JOURNAL_KIND_ANY, 0);
  g_assert_cmpuint (entries->len, ==, 1500);
  g_assert_null (mgr_journal_get_path (living));

  g_clear_object (&journal);
  g_assert_true (g_file_get_contents (folder->path, &before, &before_length, NULL));
  ended = mgr_journal_new_from_file (folder->path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (add_text (ended, "in memory"), ==, 1501);
  g_clear_object (&ended);
  g_assert_true (g_file_get_contents (folder->path, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
  g_assert_false (folder_has (folder, "-wal"));
}

static void
assert_no_journal (const char *path,
                   const char *what)
{
  g_autofree char *expected =
    g_strdup_printf ("“%s” is no journal: it is %s. Name the file that the program was given as "
                     "“journal-path” or MGR_JOURNAL_PATH", path, what);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_journal_new_from_file (path, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, expected);
}

/* Who only reads has nothing that is kept in memory. */
static void
test_read_what_is_damaged (Folder        *folder,
                           gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  g_autofree char *expected = g_strdup_printf (
    "The journal “%s” cannot be read: database disk image is malformed. What can be saved of it, "
    "“sqlite3 FILE .recover” saves", folder->path);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  for (guint i = 0; i < 100; i++)
    add_text (journal, "an entry");
  g_object_unref (journal);

  /* The first page has what there is to find, the others the rows. */
  g_assert_true (g_file_get_contents (folder->path, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 8192);
  memset (contents + 4096, 0xa5, length - 4096);
  g_assert_true (g_file_set_contents (folder->path, contents, (gssize) length, NULL));

  g_assert_null (mgr_journal_new_from_file (folder->path, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_read_what_is_none (Folder        *folder,
                        gconstpointer  data)
{
  g_autoptr (GError) missing = NULL;
  g_autofree char *contents = NULL;
  sqlite3 *beside;

  g_assert_null (mgr_journal_new_from_file (folder->path, &missing));
  g_assert_error (missing, MGR_ERROR, MGR_ERROR_NOT_FOUND);

  g_assert_true (g_file_set_contents (folder->path, "no database, but a long enough text", -1, NULL));
  assert_no_journal (folder->path, "no SQLite database");
  g_assert_true (g_file_get_contents (folder->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "no database, but a long enough text");

  g_assert_true (g_file_set_contents (folder->path, "", 0, NULL));
  assert_no_journal (folder->path, "empty");
  assert_no_journal (folder->folder, "a folder");

  beside = open_beside (folder);
  run_sql (beside, "CREATE TABLE songs (name TEXT)");
  sqlite3_close (beside);
  assert_no_journal (folder->path, "the database of something else");
}

/* Rows that no journal writes: of later versions, of people, of enemies. */
static void
test_strange_rows (Folder        *folder,
                   gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *story = NULL;
  sqlite3 *beside;

  add_text (journal, "first");
  g_object_unref (journal);
  beside = open_beside (folder);
  run_sql (beside, "INSERT INTO entries VALUES (2, 0, 0, 'of tomorrow', 'dreadful', 3, 'two', '{')");
  run_sql (beside, "INSERT INTO entries VALUES (3, -9e18, 9e18, 'any', '', 2, x'ff00ff', '[1, 2]')");
  run_sql (beside, "INSERT INTO entries VALUES (4, 9e18, 0, 'level', '', -5, 'four', '{''rule'': <''x''>}')");
  run_sql (beside, "INSERT INTO entries VALUES (-7, 0, 0, 'level', '', 0, 'below', '')");
  run_sql (beside, "INSERT INTO entries VALUES (9223372036854775807, 0, 0, 'level', '', 0, 'above', '')");
  sqlite3_close (beside);

  journal = mgr_journal_new (NULL, folder->path);
  entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_ANY, 0);
  g_assert_cmpuint (entries->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i);

      g_assert_cmpuint (mgr_journal_entry_get_id (entry), ==, 4 - i);
      g_assert_cmpuint (mgr_journal_entry_get_cause (entry), <, 4 - i);
      g_assert_cmpint (mgr_journal_entry_get_kind (entry), !=, MGR_JOURNAL_KIND_ANY);
      g_assert_true (g_utf8_validate (mgr_journal_entry_get_summary (entry), -1, NULL));
    }

  for (guint64 id = 1; id <= 4; id++)
    {
      g_free (story);
      story = mgr_journal_explain (journal, id, &error);
      g_assert_no_error (error);
    }
  g_assert_nonnull (strstr (story, "Rule: x"));
  g_assert_cmpuint (add_text (journal, "five"), ==, 5);
  g_object_unref (journal);
}

/* The child has no thread that writes, and the file is its parent's. */
static void
test_fork (Folder        *folder,
           gconstpointer  data)
{
  MgrJournal *journal = mgr_journal_new (NULL, folder->path);
  int status = 0;
  pid_t pid;

#ifdef __SANITIZE_THREAD__
  g_object_unref (journal);
  g_test_skip ("ThreadSanitizer does not follow a program with threads into a child");
  return;
#endif

  add_text (journal, "parent's");
  flush (journal);
  pid = fork ();
  if (pid == 0)
    {
      gboolean good = add_text (journal, "child's") == 2 && !mgr_journal_flush (journal, NULL);

      g_object_unref (journal);
      _exit (good ? 0 : 1);
    }

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  add_text (journal, "parent's again");
  flush (journal);
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 2);
}

/* Nobody frees the default manager, so the end of the program has to do. */
static void
test_exit (Folder        *folder,
           gconstpointer  data)
{
  const char *path = g_getenv ("MGR_TEST_JOURNAL");
  MgrJournal *journal;

  if (g_test_subprocess ())
    {
      /* Never freed, and never flushed. */
      journal = mgr_journal_new (NULL, path);
      add_text (journal, "last words");
      g_assert_cmpint (g_rmdir (folder->folder), ==, 0);
      exit (0);
    }

  g_setenv ("MGR_TEST_JOURNAL", folder->path, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("MGR_TEST_JOURNAL");
  g_test_trap_assert_passed ();

  /* What the dead one left beside it hinders nobody. */
  g_assert_true (folder_has (folder, ".lock"));
  journal = mgr_journal_new (NULL, folder->path);
  g_assert_cmpuint (add_text (journal, "entry"), ==, 2);
  g_object_unref (journal);
  g_assert_cmpint (count_rows (folder), ==, 2);
  g_assert_false (folder_has (folder, ".lock"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  folder_add_test ("/journal/file/restart", test_restart);
  folder_add_test ("/journal/file/is-private", test_is_private);
  folder_add_test ("/journal/file/old-rows-go", test_old_rows_go);
  folder_add_test ("/journal/file/bytes-are-bounded", test_bytes_are_bounded);
  folder_add_test ("/journal/file/adding-waits-for-no-disk", test_adding_waits_for_no_disk);
  folder_add_test ("/journal/file/read-from-outside", test_read_from_outside);
  folder_add_test ("/journal/file/read-what-is-none", test_read_what_is_none);
  folder_add_test ("/journal/file/read-what-is-damaged", test_read_what_is_damaged);
  folder_add_test ("/journal/file/strange-rows", test_strange_rows);
  folder_add_test ("/journal/file/fork", test_fork);
  folder_add_test ("/journal/file/exit", test_exit);

  return g_test_run ();
}
