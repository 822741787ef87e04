/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-process-memory-private.h"

#include <glib/gstdio.h>

static gboolean
read_status (const char *text,
             guint64    *out_anonymous)
{
  g_autofree char *proc = g_dir_make_tmp ("process-memory-XXXXXX", NULL);
  g_autofree char *self = g_build_filename (proc, "self", NULL);
  g_autofree char *status = g_build_filename (self, "status", NULL);
  gboolean known;

  g_assert_cmpint (g_mkdir (self, 0700), ==, 0);
  g_assert_true (g_file_set_contents (status, text, -1, NULL));
  known = mgr_process_memory_read (proc, out_anonymous);

  g_assert_cmpint (g_remove (status), ==, 0);
  g_assert_cmpint (g_rmdir (self), ==, 0);
  g_assert_cmpint (g_rmdir (proc), ==, 0);
  return known;
}

static void
test_resident_and_swapped (void)
{
  guint64 anonymous = 0;

  g_assert_true (read_status ("Name:\tx\nVmRSS:\t 900 kB\nRssAnon:\t     100 kB\n"
                              "RssFile:\t 800 kB\nVmSwap:\t      20 kB\n", &anonymous));
  g_assert_cmpuint (anonymous, ==, 120 * 1024);
}

static void
test_without_swap (void)
{
  guint64 anonymous = 0;

  g_assert_true (read_status ("Name:\tx\nRssAnon:\t 100 kB\n", &anonymous));
  g_assert_cmpuint (anonymous, ==, 100 * 1024);
  g_assert_true (read_status ("Name:\tx\nRssAnon:\t 100 kB\nVmSwap:\t 5", &anonymous));
  g_assert_cmpuint (anonymous, ==, 100 * 1024);
}

static void
test_unusable (void)
{
  static const char *const cases[] = {
    "", "Name:\tRssAnon: 5 kB\n", "Name:\tx\nRssAnon:\t kB\n",
    "Name:\tx\nRssAnon:\t 99999999999999999999 kB\n",
    "Name:\tx\nRssAnon:\t 12", "Name:\tx\nRssAnon:\t 12 MB\n",
    "Name:\tx\nRssAnon:\t 18014398509481983 kB\nVmSwap:\t 1 kB\n",
  };
  guint64 anonymous = 7;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (read_status (cases[i], &anonymous));

  g_assert_false (mgr_process_memory_read ("/nonexistent", &anonymous));
  g_assert_cmpuint (anonymous, ==, 7);
}

static void
test_of_this_process (void)
{
  const gsize size = 16 << 20;
  guint64 before = 0;
  guint64 after = 0;
  g_autofree char *block = NULL;

  g_assert_true (mgr_process_memory_read (NULL, &before));
  block = g_malloc (size);
  memset (block, 1, size);
  g_assert_true (mgr_process_memory_read (NULL, &after));
  g_assert_cmpuint (after, >=, before + size - (1 << 20));
  g_assert_cmpint (block[size - 1], ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/process-memory/resident-and-swapped", test_resident_and_swapped);
  g_test_add_func ("/base/process-memory/without-swap", test_without_swap);
  g_test_add_func ("/base/process-memory/unusable", test_unusable);
  g_test_add_func ("/base/process-memory/of-this-process", test_of_this_process);

  return g_test_run ();
}
