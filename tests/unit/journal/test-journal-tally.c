/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "journal/mgr-journal-tally-private.h"

static char *
written_of (MgrJournalTally *tally,
            const char      *key,
            guint            n_times)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_times; i++)
    {
      guint64 count = mgr_journal_tally_count (tally, key);

      if (count > 0)
        g_string_append_printf (text, "%" G_GUINT64_FORMAT " ", count);
    }

  return g_strchomp (g_string_free (text, FALSE));
}

static void
test_count (void)
{
  MgrJournalTally *tally = mgr_journal_tally_new ();
  g_autofree char *first = written_of (tally, "training", 100);
  g_autofree char *second = written_of (tally, "training", 100);
  g_autofree char *other = written_of (tally, "test", 5);

  g_assert_cmpstr (first, ==, "1 2 3 4 8 16 32 64");
  g_assert_cmpstr (second, ==, "128");
  g_assert_cmpstr (other, ==, "1 2 3 4");
  mgr_journal_tally_free (tally);
}

static void
test_many_keys (void)
{
  MgrJournalTally *tally = mgr_journal_tally_new ();
  guint n_written = 0;

  g_test_summary ("Whoever makes up names makes neither the tally grow nor the journal");

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      n_written += mgr_journal_tally_count (tally, key) > 0;
    }

  g_assert_cmpuint (n_written, >=, 256);
  g_assert_cmpuint (n_written, <, 300);
  g_assert_cmpuint (mgr_journal_tally_count (tally, "0"), ==, 2);
  mgr_journal_tally_free (tally);
}

static void
assert_text (guint64     count,
             const char *expected)
{
  g_autofree char *text = mgr_journal_count_text (count, "time");

  g_assert_cmpstr (text, ==, expected);
}

static void
test_text (void)
{
  assert_text (1, "");
  assert_text (4, "");
  assert_text (8, " (the 8th time)");
  assert_text (32, " (the 32nd time)");
  assert_text (512, " (the 512th time)");
  assert_text (8192, " (the 8192nd time)");
}

#define N_THREADS 4
#define N_TIMES 4096

static gpointer
count_thread (gpointer data)
{
  guint n_written = 0;

  for (guint i = 0; i < N_TIMES; i++)
    n_written += mgr_journal_tally_count (data, "same") > 0;

  return GUINT_TO_POINTER (n_written);
}

static void
test_threads (void)
{
  MgrJournalTally *tally = mgr_journal_tally_new ();
  GThread *threads[N_THREADS];
  guint n_written = 0;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("count", count_thread, tally);
  for (guint i = 0; i < N_THREADS; i++)
    n_written += GPOINTER_TO_UINT (g_thread_join (threads[i]));

  g_test_message ("1 to 4, and the powers of two from 8 to 16384");
  g_assert_cmpuint (n_written, ==, 4 + 12);
  mgr_journal_tally_free (tally);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/tally/count", test_count);
  g_test_add_func ("/journal/tally/many-keys", test_many_keys);
  g_test_add_func ("/journal/tally/text", test_text);
  g_test_add_func ("/journal/tally/threads", test_threads);

  return g_test_run ();
}
