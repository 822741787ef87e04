/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "pressure/mgr-cgroup-tree-private.h"

static MgrCgroupTree *
tree_of (MgrFakeTree *fake)
{
  return mgr_cgroup_tree_new (mgr_fake_tree_get_proc (fake), mgr_fake_tree_get_root (fake));
}

static void
update (MgrCgroupTree *tree,
        gboolean       expect_change)
{
  g_autoptr (GError) error = NULL;
  gboolean changed = !expect_change;

  g_assert_true (mgr_cgroup_tree_update (tree, &changed, &error));
  g_assert_no_error (error);
  g_assert_cmpint (changed, ==, expect_change);
}

/* Compares the directories, below the root of the fake tree, with a list with
 * commas. */
static void
assert_directories (MgrFakeTree   *fake,
                    MgrCgroupTree *tree,
                    const char    *expected)
{
  const char * const *directories = mgr_cgroup_tree_get_memory_dirs (tree);
  gsize skip = strlen (mgr_fake_tree_get_root (fake)) + 1;
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; directories[i] != NULL; i++)
    g_string_append_printf (found, "%s%s", i > 0 ? "," : "", directories[i] + skip);

  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_own_group_first (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /a/b\ngroup /a/b current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  update (tree, TRUE);
  g_assert_cmpuint (mgr_cgroup_tree_get_version (tree), ==, 2);
  assert_directories (fake, tree, "sys/fs/cgroup/a/b,sys/fs/cgroup/a,sys/fs/cgroup");
  g_assert_true (g_str_has_suffix (mgr_cgroup_tree_get_unified_dir (tree), "cgroup/a/b"));
  g_assert_true (mgr_cgroup_tree_has_root (tree));
  g_assert_false (mgr_cgroup_tree_is_in_root (tree));
}

static void
test_hybrid (void)
{
  g_autoptr (MgrFakeTree) fake =
    mgr_fake_tree_new ("v1 /a\nv2 /b\ngroup1 /a usage=1\ngroup /b current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("Memory on v1, pressure files on v2: each controller by itself");

  update (tree, TRUE);
  g_assert_cmpuint (mgr_cgroup_tree_get_version (tree), ==, 1);
  assert_directories (fake, tree, "sys/fs/cgroup/memory/a,sys/fs/cgroup/memory");
  g_assert_true (g_str_has_suffix (mgr_cgroup_tree_get_unified_dir (tree), "unified/b"));
}

static void
test_only_v1_without_memory (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /a\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("Neither another controller nor one whose name begins alike will do");

  mgr_fake_tree_write (fake, "proc/self/cgroup", "4:cpu,memoryx:/a\n3:name=memory:/a\n");
  update (tree, TRUE);
  g_assert_cmpuint (mgr_cgroup_tree_get_version (tree), ==, 0);
  assert_directories (fake, tree, "");
  g_assert_null (mgr_cgroup_tree_get_unified_dir (tree));
}

static void
test_changes_only (void)
{
  g_autoptr (MgrFakeTree) fake =
    mgr_fake_tree_new ("v2 /a\ngroup /a current=1\ngroup /b current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  update (tree, TRUE);
  update (tree, FALSE);
  mgr_fake_tree_write (fake, "proc/self/cgroup", "0::/b\n");
  update (tree, TRUE);
  assert_directories (fake, tree, "sys/fs/cgroup/b,sys/fs/cgroup");
  update (tree, FALSE);
}

static void
test_lost_and_found (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  g_assert_false (mgr_cgroup_tree_update (tree, &changed, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_cmpuint (mgr_cgroup_tree_get_version (tree), ==, 0);

  mgr_fake_tree_describe (fake, "v2 /a\ngroup /a current=1\n");
  update (tree, TRUE);
  g_assert_cmpuint (mgr_cgroup_tree_get_version (tree), ==, 2);
}

static void
test_most_ancestors (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /a/b\ngroup /a/b current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("Of several mounts the one that shows most ancestors serves, where it exists");

  mgr_fake_tree_write (fake, "proc/self/mountinfo",
                       "1 2 0:3 /a /bound rw - cgroup2 none rw\n"
                       "1 2 0:3 / /gone rw - cgroup2 none rw\n"
                       "1 2 0:3 / /sys/fs/cgroup rw - cgroup2 none rw\n"
                       "1 2 0:3 /a/b /tight rw - cgroup2 none rw\n");
  mgr_fake_tree_write (fake, "bound/b/memory.max", "max\n");
  mgr_fake_tree_write (fake, "tight/memory.max", "max\n");

  update (tree, TRUE);
  assert_directories (fake, tree, "sys/fs/cgroup/a/b,sys/fs/cgroup/a,sys/fs/cgroup");
}

static void
test_names_that_begin_alike (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /ab/c root=/a\n"
                                                    "group /b/c current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  update (tree, TRUE);
  assert_directories (fake, tree, "");
}

static void
test_outside_the_namespace (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /../sibling\n"
                                                    "group /sibling current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("A process moved out of its namespace is not looked for inside");

  update (tree, TRUE);
  assert_directories (fake, tree, "");

  mgr_fake_tree_write (fake, "proc/self/mountinfo",
                       "1 2 0:3 /.. /sys/fs/cgroup rw - cgroup2 none rw\n");
  mgr_fake_tree_write (fake, "proc/self/cgroup", "0::/../sibling\n\n");
  update (tree, TRUE);
  assert_directories (fake, tree, "sys/fs/cgroup/sibling,sys/fs/cgroup");
}

static void
test_escaped_mounts (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("Octal digits stand for a byte; other backslashes for themselves");

  mgr_fake_tree_write (fake, "proc/self/cgroup", "0::/a b\\n/c\n");
  mgr_fake_tree_write (fake, "proc/self/mountinfo",
                       "1 2 0:3 /a\\040b\\134n /m\\0401\\08\\ rw - cgroup2 none rw\n");
  mgr_fake_tree_write (fake, "m 1\\08\\/c/memory.max", "max\n");

  update (tree, TRUE);
  assert_directories (fake, tree, "m 1\\08\\/c,m 1\\08\\");
}

static void
test_malformed_mounts (void)
{
  static const char *const texts[] = {
    "-\n", "1 2 3 4 5 6 - cgroup2\n", "1 2 0:3 / /sys/fs/cgroup rw shared:1\n",
    "1 2 0:3 / /sys/fs/cgroup rw - cgroupish none rw\n", "   -   \n",
    "1 2 0:3  /sys/fs/cgroup rw - cgroup2 none rw\n", "\xff\xfe - \\9\\\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /a\ngroup /a current=1\n");
      g_autoptr (MgrCgroupTree) tree = tree_of (fake);

      mgr_fake_tree_write (fake, "proc/self/mountinfo", texts[i]);
      update (tree, TRUE);
      assert_directories (fake, tree, "");
    }
}

static void
test_missing_own_directory (void)
{
  g_autoptr (MgrFakeTree) fake = mgr_fake_tree_new ("v2 /a/gone/gone\ngroup /a current=1\n");
  g_autoptr (MgrCgroupTree) tree = tree_of (fake);

  g_test_summary ("What is left of the ancestors still counts");

  update (tree, TRUE);
  assert_directories (fake, tree, "sys/fs/cgroup/a,sys/fs/cgroup");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/cgroup-tree/own-group-first", test_own_group_first);
  g_test_add_func ("/pressure/cgroup-tree/hybrid", test_hybrid);
  g_test_add_func ("/pressure/cgroup-tree/only-v1-without-memory", test_only_v1_without_memory);
  g_test_add_func ("/pressure/cgroup-tree/changes-only", test_changes_only);
  g_test_add_func ("/pressure/cgroup-tree/lost-and-found", test_lost_and_found);
  g_test_add_func ("/pressure/cgroup-tree/most-ancestors", test_most_ancestors);
  g_test_add_func ("/pressure/cgroup-tree/names-that-begin-alike", test_names_that_begin_alike);
  g_test_add_func ("/pressure/cgroup-tree/outside-the-namespace", test_outside_the_namespace);
  g_test_add_func ("/pressure/cgroup-tree/escaped-mounts", test_escaped_mounts);
  g_test_add_func ("/pressure/cgroup-tree/malformed-mounts", test_malformed_mounts);
  g_test_add_func ("/pressure/cgroup-tree/missing-own-directory", test_missing_own_directory);

  return g_test_run ();
}
