/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_cgroup_tree_update(). The input is /proc/self/cgroup and /proc/self/mountinfo;
 * there are directories for some of the groups that they may name. */

#include "fuzz.h"
#include "pressure/mgr-cgroup-tree-private.h"

#include <string.h>

static const char *const groups[] = {
  "cg/a/b/c", "cg/a b", "sys/fs/cgroup/memory/a/b", "sys/fs/cgroup/unified/a",
};

static void
write_groups (MgrFakeTree *tree)
{
  static gboolean written;

  for (gsize i = 0; i < G_N_ELEMENTS (groups) && !written; i++)
    {
      g_autofree char *path = g_build_filename (groups[i], "memory.current", NULL);

      mgr_fake_tree_write (tree, path, "0\n");
    }

  written = TRUE;
}

/* The own group, then its ancestors, all of them there and below the root. */
static void
assert_directories (const char * const *directories,
                    const char         *root)
{
  for (gsize i = 0; directories[i] != NULL; i++)
    {
      g_assert_true (g_str_has_prefix (directories[i], root));
      g_assert_true (g_file_test (directories[i], G_FILE_TEST_IS_DIR));
      if (i > 0)
        {
          gsize length = strlen (directories[i]);

          g_assert_cmpuint (length, <, strlen (directories[i - 1]));
          g_assert_true (strncmp (directories[i - 1], directories[i], length) == 0);
        }
    }
}

static void
assert_tree (MgrCgroupTree *groups_seen,
             const char    *root)
{
  const char * const *directories = mgr_cgroup_tree_get_memory_dirs (groups_seen);
  const char *unified = mgr_cgroup_tree_get_unified_dir (groups_seen);

  assert_directories (directories, root);
  switch (mgr_cgroup_tree_get_version (groups_seen))
    {
    case 0:
      g_assert_null (directories[0]);
      break;
    case 1:
      g_assert_nonnull (directories[0]);
      break;
    case 2:
      g_assert_nonnull (directories[0]);
      g_assert_cmpstr (directories[0], ==, unified);
      break;
    default:
      g_assert_not_reached ();
    }

  if (unified != NULL)
    assert_directories ((const char *[]) { unified, NULL }, root);
  if (mgr_cgroup_tree_is_in_root (groups_seen))
    g_assert_true (mgr_cgroup_tree_has_root (groups_seen));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  const char *root = mgr_fake_tree_get_root (tree);
  g_auto (GStrv) texts = fuzz_split (data, size, 2);
  g_autoptr (MgrCgroupTree) groups_seen = NULL;
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  write_groups (tree);
  mgr_fake_tree_write (tree, "proc/self/cgroup", texts[0]);
  mgr_fake_tree_write (tree, "proc/self/mountinfo", texts[1]);

  groups_seen = mgr_cgroup_tree_new (mgr_fake_tree_get_proc (tree), root);
  g_assert_true (mgr_cgroup_tree_update (groups_seen, &changed, &error));
  g_assert_no_error (error);
  g_assert_true (changed);
  assert_tree (groups_seen, root);

  g_assert_true (mgr_cgroup_tree_update (groups_seen, &changed, NULL));
  g_assert_false (changed);
  assert_tree (groups_seen, root);
  return 0;
}
