/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include <glib/gstdio.h>

#define N_THREADS 8
#define N_ENTRIES 2000

typedef struct
{
  MgrJournal *journal; /* (unowned) */
  guint64 own[N_ENTRIES];
} Thread;

static gpointer
add_and_look (gpointer data)
{
  Thread *self = data;

  for (guint i = 0; i < N_ENTRIES; i++)
    {
      g_autoptr (MgrJournalEntry) found = NULL;
      g_autoptr (GPtrArray) list = NULL;

      self->own[i] = mgr_journal_add (self->journal, MGR_JOURNAL_KIND_OTHER,
                                      MGR_JOURNAL_SEVERITY_INFO, "entry", NULL,
                                      i > 0 ? self->own[i - 1] : 0);
      found = mgr_journal_lookup (self->journal, self->own[i]);
      if (found != NULL)
        g_assert_cmpuint (mgr_journal_entry_get_id (found), ==, self->own[i]);
      if (i % 100 != 0)
        continue;

      list = mgr_journal_list (self->journal, MGR_JOURNAL_KIND_ANY, 50);
      for (guint j = 1; j < list->len; j++)
        g_assert_cmpuint (mgr_journal_entry_get_id (list->pdata[j]), ==,
                          mgr_journal_entry_get_id (list->pdata[j - 1]) - 1);
      g_free (mgr_journal_explain (self->journal, self->own[i], NULL));
      g_assert_true (mgr_journal_flush (self->journal, NULL));
    }

  return NULL;
}

static void
run_threads (MgrJournal *journal)
{
  g_autofree Thread *threads = g_new0 (Thread, N_THREADS);
  GThread *running[N_THREADS];
  g_autofree gboolean *seen = g_new0 (gboolean, N_THREADS * N_ENTRIES + 1);

  for (guint i = 0; i < N_THREADS; i++)
    {
      threads[i].journal = journal;
      running[i] = g_thread_new ("add", add_and_look, &threads[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (running[i]);

  for (guint i = 0; i < N_THREADS; i++)
    {
      for (guint j = 0; j < N_ENTRIES; j++)
        {
          g_assert_cmpuint (threads[i].own[j], <=, N_THREADS * N_ENTRIES);
          g_assert_false (seen[threads[i].own[j]]);
          seen[threads[i].own[j]] = TRUE;
        }
    }
}

static void
count_cb (MgrJournal *journal,
          guint64     id,
          gpointer    user_data)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  *(guint64 *) user_data = id;
}

static void
test_in_memory (void)
{
  g_autoptr (MgrJournal) journal = mgr_journal_new (NULL, NULL);
  guint64 last = 0;

  g_signal_connect (journal, "added", G_CALLBACK (count_cb), &last);
  run_threads (journal);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (last, ==, N_THREADS * N_ENTRIES);
}

static void
test_with_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "journal.db", NULL);
  g_autoptr (MgrJournal) journal = NULL;
  g_autoptr (MgrJournal) again = NULL;
  g_autoptr (GError) error = NULL;

  again = mgr_journal_new_from_file (path, &error);
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
    {
      g_test_skip ("libmgr was built without SQLite");
      g_assert_cmpint (g_rmdir (folder), ==, 0);
      return;
    }

  g_clear_error (&error);
  journal = g_object_new (MGR_TYPE_JOURNAL, "path", path, "capacity", N_THREADS * N_ENTRIES, NULL);
  run_threads (journal);
  g_clear_object (&journal);

  again = mgr_journal_new_from_file (path, &error);
  g_assert_no_error (error);
  for (guint64 id = 1; id <= N_THREADS * N_ENTRIES; id++)
    {
      g_autoptr (MgrJournalEntry) entry = mgr_journal_lookup (again, id);

      g_assert_nonnull (entry);
    }

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/threads/in-memory", test_in_memory);
  g_test_add_func ("/journal/threads/with-file", test_with_file);

  return g_test_run ();
}
