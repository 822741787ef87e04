/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_cgroup_group_read(). The input is use, statistics, hard and soft limit of a
 * group, which is read as one of v2 and as one of v1. */

#include "fuzz.h"
#include "pressure/mgr-cgroup-group-private.h"
#include "pressure/mgr-proc-file-private.h"

static void
assert_figures (guint version)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_autofree char *directory = g_build_filename (mgr_fake_tree_get_root (tree), "group", NULL);
  MgrCgroupGroup *group = mgr_cgroup_group_new (directory, version);
  MgrCgroupFigures figures = { 0 };
  g_autoptr (GError) error = NULL;

  if (mgr_cgroup_group_read (group, &figures, &error))
    {
      g_assert_no_error (error);
      g_assert_cmpuint (figures.reclaimable, <=, figures.current);
      g_assert_cmpuint (figures.limit, >, 0);
      g_assert_cmpuint (figures.soft_limit, >, 0);
      if (version == 1)
        g_assert_cmpuint (figures.soft_limit, ==, MGR_NO_LIMIT);
    }
  else
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
    }

  mgr_cgroup_group_free (group);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, 4);

  mgr_fake_tree_write (tree, "group/memory.current", texts[0]);
  mgr_fake_tree_write (tree, "group/memory.usage_in_bytes", texts[0]);
  mgr_fake_tree_write (tree, "group/memory.stat", texts[1]);
  mgr_fake_tree_write (tree, "group/memory.max", texts[2]);
  mgr_fake_tree_write (tree, "group/memory.high", texts[3]);
  assert_figures (1);
  assert_figures (2);
  return 0;
}
