/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-anonymous-rss-private.h"

#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

static gboolean
read_text (const char *text,
           guint64    *out_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("statm-XXXXXX", &path, &error);
  gboolean success;

  g_assert_no_error (error);
  close (fd);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);

  success = mgr_anonymous_rss_read (path, out_bytes);
  g_assert_cmpint (g_unlink (path), ==, 0);
  return success;
}

static void
test_fixture (void)
{
  guint64 bytes = 0;

  g_assert_true (read_text ("5000 300 100 10 0 900 0\n", &bytes));
  g_assert_cmpuint (bytes, ==, 200 * (guint64) sysconf (_SC_PAGESIZE));
}

static void
test_broken (void)
{
  guint64 bytes = 42;

  g_assert_false (mgr_anonymous_rss_read ("/nonexistent/statm", &bytes));
  g_assert_false (read_text ("", &bytes));
  g_assert_false (read_text ("5000 300\n", &bytes));
  g_assert_false (read_text ("5000 three 100\n", &bytes));
  g_assert_false (read_text ("5000 100 300 10 0 900 0\n", &bytes));
  g_assert_false (read_text ("5000 300 10", &bytes));
  g_assert_false (read_text ("0 9007199254740992 0 10 0 900 0\n", &bytes));
  g_assert_cmpuint (bytes, ==, 42);
}

static void
test_this_process (void)
{
  const gsize size = 8 << 20;
  guint64 before = 0;
  guint64 after = 0;
  char *block;

  g_assert_true (mgr_anonymous_rss_read ("/proc/self/statm", &before));
  block = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (block != MAP_FAILED);
  memset (block, 1, size);
  g_assert_true (mgr_anonymous_rss_read ("/proc/self/statm", &after));
  munmap (block, size);

  /* The kernel counts pages per thread and adds them up in batches. */
  g_assert_cmpuint (after, >, before + size / 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/anonymous-rss/fixture", test_fixture);
  g_test_add_func ("/reclaim/anonymous-rss/broken", test_broken);
  g_test_add_func ("/reclaim/anonymous-rss/this-process", test_this_process);

  return g_test_run ();
}
