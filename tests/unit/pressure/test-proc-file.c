/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "pressure/mgr-proc-file-private.h"

#include <sys/stat.h>

static void
test_kept_open (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrProcFile) file = NULL;
  g_autoptr (GError) error = NULL;

  mgr_fake_tree_write (tree, "proc/x", "one\n");
  file = mgr_proc_file_new (mgr_fake_tree_get_proc (tree), "x");
  g_assert_cmpstr (mgr_proc_file_read (file, &error), ==, "one\n");
  g_assert_no_error (error);

  mgr_fake_tree_write (tree, "proc/x", "two\n");
  g_assert_cmpstr (mgr_proc_file_read (file, &error), ==, "two\n");
  g_assert_no_error (error);
}

static void
test_appears_later (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (mgr_fake_tree_get_proc (tree), "x");
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_proc_file_read (file, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, mgr_proc_file_get_path (file)));

  mgr_fake_tree_write (tree, "proc/x", "here\n");
  g_assert_cmpstr (mgr_proc_file_read (file, NULL), ==, "here\n");
}

static void
test_any_name (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (mgr_fake_tree_get_proc (tree), "\xff");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that is no UTF-8 is found, and does not get into texts");

  g_assert_null (mgr_proc_file_read (file, &error));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_utf8_validate (mgr_proc_file_get_display_path (file), -1, NULL));

  mgr_fake_tree_write (tree, "proc/\xff", "here\n");
  g_assert_cmpstr (mgr_proc_file_read (file, NULL), ==, "here\n");
}

static void
test_large (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (mgr_fake_tree_get_proc (tree), "x");
  g_autoptr (GError) error = NULL;
  g_autofree char *large = g_strnfill (1000000, 'x');
  g_autofree char *huge = g_strnfill (5000000, 'x');

  g_test_summary ("A large file is read whole; one without end is refused");

  mgr_fake_tree_write (tree, "proc/x", large);
  g_assert_cmpstr (mgr_proc_file_read (file, &error), ==, large);
  g_assert_no_error (error);

  mgr_fake_tree_write (tree, "proc/x", huge);
  g_assert_null (mgr_proc_file_read (file, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
}

static void
test_fifo (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (mgr_fake_tree_get_root (tree), "fifo");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A FIFO in the place of a file does not hold anybody up");

  g_assert_cmpint (mkfifo (mgr_proc_file_get_path (file), 0600), ==, 0);
  g_assert_null (mgr_proc_file_read (file, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
}

static void
test_lookup (void)
{
  static const char text[] = "MemTotal:       16384 kB\nMemTotalX: 9 kB\nactive_file 4096\n"
                             "active_file_x 1\nbad: -1\nhex 0x10\nover 18446744073709551616\n"
                             "overkib 18446744073709551615 kB\nempty\ncut 4096";
  guint64 value = 0;

  g_assert_true (mgr_proc_text_lookup (text, "MemTotal", &value));
  g_assert_cmpuint (value, ==, 16384 * 1024);
  g_assert_true (mgr_proc_text_lookup (text, "active_file", &value));
  g_assert_cmpuint (value, ==, 4096);

  g_assert_false (mgr_proc_text_lookup (text, "Mem", &value));
  g_assert_false (mgr_proc_text_lookup (text, "bad", &value));
  g_assert_false (mgr_proc_text_lookup (text, "hex", &value));
  g_assert_false (mgr_proc_text_lookup (text, "over", &value));
  g_assert_false (mgr_proc_text_lookup (text, "overkib", &value));
  g_assert_false (mgr_proc_text_lookup (text, "empty", &value));
  g_assert_false (mgr_proc_text_lookup (text, "cut", &value));
  g_assert_false (mgr_proc_text_lookup ("", "cut", &value));
}

static void
test_limit (void)
{
  static const struct
  {
    const char *text;
    guint64 limit;
  } cases[] = {
    { "max\n", MGR_NO_LIMIT },
    { "-1\n", MGR_NO_LIMIT },
    { "9223372036854771712\n", MGR_NO_LIMIT },
    { "9223372036854710272\n", MGR_NO_LIMIT },
    { "18446744073709551615\n", MGR_NO_LIMIT },
    { "0\n", MGR_NO_LIMIT },
    { "4096\n", 4096 },
    { "4096\nand more\n", 4096 },
    { "max\nand more\n", MGR_NO_LIMIT },
  };
  static const char *const bad[] = {
    "", "\n", "max", "4096", "maximum\n", "-2\n", "1 2\n", "18446744073709551616\n", "\x7f" "ELF\n",
  };
  guint64 limit = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (mgr_proc_text_limit (cases[i].text, &limit));
      g_assert_cmpuint (limit, ==, cases[i].limit);
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mgr_proc_text_limit (bad[i], &limit));
}

static void
test_stall (void)
{
  static const char *const bad[] = {
    "", "some", "some total=", "some avg10=0.00 total=12", "some total=x\n",
    "some avg10=0.00\nfull avg10=0.00 total=12\n", "full avg10=0.00 total=12\n",
  };
  guint64 total = 0;

  g_assert_true (mgr_proc_text_stall ("some avg10=0.00 avg60=0.00 avg300=0.00 total=123\n"
                                      "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", &total));
  g_assert_cmpuint (total, ==, 123);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mgr_proc_text_stall (bad[i], &total));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/proc-file/kept-open", test_kept_open);
  g_test_add_func ("/pressure/proc-file/appears-later", test_appears_later);
  g_test_add_func ("/pressure/proc-file/any-name", test_any_name);
  g_test_add_func ("/pressure/proc-file/large", test_large);
  g_test_add_func ("/pressure/proc-file/fifo", test_fifo);
  g_test_add_func ("/pressure/proc-file/lookup", test_lookup);
  g_test_add_func ("/pressure/proc-file/limit", test_limit);
  g_test_add_func ("/pressure/proc-file/stall", test_stall);

  return g_test_run ();
}
