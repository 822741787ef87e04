/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "pressure/mgr-system-files-private.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

typedef struct
{
  MgrFakeTree *tree;     /* (owned) */
  MgrSystemFiles *files; /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  description)
{
  fixture->tree = mgr_fake_tree_new (description);
  fixture->files = mgr_system_files_get (mgr_fake_tree_get_proc (fixture->tree),
                                         mgr_fake_tree_get_root (fixture->tree));
  mgr_system_files_lock (fixture->files);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  description)
{
  mgr_system_files_unlock (fixture->files);
  mgr_system_files_unref (fixture->files);
  mgr_fake_tree_free (fixture->tree);
}

static guint64
available (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  const MgrMeminfo *host = mgr_system_files_read_meminfo (fixture->files, &error);

  g_assert_no_error (error);
  return host->available;
}

static guint64
limit (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  const MgrCgroupSummary *summary = mgr_system_files_read_cgroup (fixture->files, &error);

  g_assert_no_error (error);
  return summary->limit;
}

static void
test_shared (Fixture       *fixture,
             gconstpointer  unused)
{
  const char *proc = mgr_fake_tree_get_proc (fixture->tree);
  g_autoptr (MgrSystemFiles) same =
    mgr_system_files_get (proc, mgr_fake_tree_get_root (fixture->tree));
  g_autoptr (MgrSystemFiles) other = mgr_system_files_get (proc, NULL);

  g_assert_true (same == fixture->files);
  g_assert_true (other != fixture->files);
}

static void
test_without_a_round (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_test_summary ("Who asks outside of a round is told what is there now");

  g_assert_cmpuint (available (fixture), ==, 8 * GIB);
  mgr_fake_tree_describe (fixture->tree, "host total=16G available=4G\n");
  g_assert_cmpuint (available (fixture), ==, 4 * GIB);
}

static void
test_round (Fixture       *fixture,
            gconstpointer  unused)
{
  guint outer;

  g_test_summary ("Within a round each file is read once; the next round sees what changed");

  outer = mgr_system_round_begin ();
  g_assert_cmpuint (available (fixture), ==, 8 * GIB);
  g_assert_cmpuint (limit (fixture), ==, GIB);
  mgr_fake_tree_describe (fixture->tree, "host total=16G available=4G\n"
                                         "group /a max=2G current=1M\n");
  g_assert_cmpuint (available (fixture), ==, 8 * GIB);
  g_assert_cmpuint (limit (fixture), ==, GIB);
  mgr_system_round_end (outer);

  outer = mgr_system_round_begin ();
  g_assert_cmpuint (available (fixture), ==, 4 * GIB);
  g_assert_cmpuint (limit (fixture), ==, 2 * GIB);
  mgr_system_round_end (outer);
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  unused)
{
  guint outer = mgr_system_round_begin ();
  guint inner;

  g_assert_cmpuint (available (fixture), ==, 8 * GIB);
  mgr_fake_tree_describe (fixture->tree, "host total=16G available=4G\n");

  inner = mgr_system_round_begin ();
  g_assert_cmpuint (available (fixture), ==, 4 * GIB);
  mgr_system_round_end (inner);

  mgr_fake_tree_describe (fixture->tree, "host total=16G available=2G\n");
  g_assert_cmpuint (available (fixture), ==, 2 * GIB);
  mgr_system_round_end (outer);
}

static gpointer
other_thread (gpointer user_data)
{
  Fixture *fixture = user_data;
  guint outer = mgr_system_round_begin ();

  g_assert_cmpuint (limit (fixture), ==, 2 * GIB);
  mgr_system_round_end (outer);
  return NULL;
}

static void
test_other_thread (Fixture       *fixture,
                   gconstpointer  unused)
{
  guint outer = mgr_system_round_begin ();

  g_test_summary ("A round is one thread's; another sees a move, and both have it right after");

  g_assert_cmpuint (limit (fixture), ==, GIB);
  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "0::/b\n");
  g_thread_join (g_thread_new ("other", other_thread, fixture));
  g_assert_cmpuint (limit (fixture), ==, 2 * GIB);
  mgr_system_round_end (outer);
}

static void
test_failures_are_not_kept (Fixture       *fixture,
                            gconstpointer  unused)
{
  guint outer = mgr_system_round_begin ();

  mgr_fake_tree_write (fixture->tree, "proc/meminfo", "MemTotal: 1 kB\n");
  g_assert_null (mgr_system_files_read_meminfo (fixture->files, NULL));
  g_assert_null (mgr_system_files_read_swap (fixture->files, NULL));
  mgr_fake_tree_describe (fixture->tree, "host total=16G available=4G\n");
  g_assert_cmpuint (available (fixture), ==, 4 * GIB);
  mgr_system_round_end (outer);
}

static void
test_unified_dir (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  const char *directory = mgr_system_files_find_unified_dir (fixture->files, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (directory, "sys/fs/cgroup/a"));

  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "4:memory:/a\n");
  g_assert_null (mgr_system_files_find_unified_dir (fixture->files, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

int
main (int    argc,
      char **argv)
{
  static const char description[] = "host total=16G available=8G\n"
                                    "v2 /a\n"
                                    "group /a max=1G current=1M\n"
                                    "group /b max=2G current=1M\n";

  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/system-files/" name, Fixture, description, fixture_set_up, func, \
              fixture_tear_down)

  ADD ("shared", test_shared);
  ADD ("without-a-round", test_without_a_round);
  ADD ("round", test_round);
  ADD ("nested", test_nested);
  ADD ("other-thread", test_other_thread);
  ADD ("failures-are-not-kept", test_failures_are_not_kept);
  ADD ("unified-dir", test_unified_dir);

#undef ADD

  return g_test_run ();
}
