/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_cgroup_group_read() and mgr_cgroup_group_read_swap(). The input is use,
 * statistics, hard and soft limit of a group, and use and limit of its swap space; it
 * is read as one of v2 and as one of v1. */

#include "fuzz.h"
#include "pressure/mgr-cgroup-group-private.h"
#include "pressure/mgr-proc-file-private.h"

/* By version and then by the text of the input. */
static const char *const files[][6] = {
  { "memory.usage_in_bytes", "memory.stat", "memory.limit_in_bytes", NULL,
    "memory.memsw.usage_in_bytes", "memory.memsw.limit_in_bytes" },
  { "memory.current", "memory.stat", "memory.max", "memory.high",
    "memory.swap.current", "memory.swap.max" },
};

#define N_TEXTS G_N_ELEMENTS (files[0])

static void
write_file (MgrFakeTree *tree,
            const char  *name,
            const char  *text)
{
  g_autofree char *path = name != NULL ? g_build_filename ("group", name, NULL) : NULL;

  if (path != NULL)
    mgr_fake_tree_write (tree, path, text);
}

static void
assert_figures (MgrCgroupGroup *group,
                guint           version)
{
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
}

static void
assert_swap (MgrCgroupGroup *group)
{
  MgrCgroupSwap swap = { 0 };
  g_autoptr (GError) error = NULL;

  if (mgr_cgroup_group_read_swap (group, &swap, &error))
    {
      g_assert_no_error (error);
      g_assert_true (swap.limit == MGR_NO_LIMIT || swap.limit < MGR_NO_LIMIT / 2);
    }
  else
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_autofree char *directory = g_build_filename (mgr_fake_tree_get_root (tree), "group", NULL);
  g_auto (GStrv) texts = fuzz_split (data, size, N_TEXTS);

  for (guint version = 1; version <= 2; version++)
    {
      MgrCgroupGroup *group = mgr_cgroup_group_new (directory, version);

      for (gsize i = 0; i < N_TEXTS; i++)
        write_file (tree, files[version - 1][i], texts[i]);
      assert_figures (group, version);
      assert_swap (group);
      mgr_cgroup_group_free (group);
    }

  return 0;
}
