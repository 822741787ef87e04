/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrCgroupSource. The input is use, statistics, hard and soft limit of a group and
 * the same of the one above it, and /proc/meminfo. */

#include "fuzz.h"
#include "pressure/mgr-proc-file-private.h"

static const char *const group_files[] = {
  "memory.current", "memory.stat", "memory.max", "memory.high",
};

#define N_GROUP_FILES G_N_ELEMENTS (group_files)
#define FIRST_LIMIT 2
#define N_FILES (2 * N_GROUP_FILES)

static void
write_group (MgrFakeTree *tree,
             const char  *group,
             GStrv        texts)
{
  for (gsize i = 0; i < N_GROUP_FILES; i++)
    {
      g_autofree char *path = g_build_filename ("sys/fs/cgroup", group, group_files[i], NULL);

      mgr_fake_tree_write (tree, path, texts[i]);
    }
}

/* No more is available than any of the limits, or the machine, has in all. */
static void
assert_available (guint64 available,
                  GStrv   texts)
{
  guint64 most = 0;

  for (gsize i = 0; i < N_FILES; i++)
    {
      if (mgr_proc_text_limit (texts[i], &most) && i % N_GROUP_FILES >= FIRST_LIMIT)
        g_assert_cmpuint (available, <=, most);
    }

  if (mgr_proc_text_lookup (texts[N_FILES], "MemTotal", &most) && most > 0 &&
      mgr_proc_text_lookup (texts[N_FILES], "MemAvailable", &most))
    g_assert_cmpuint (available, <=, most);
}

static void
assert_reading (MgrPressureReading *reading,
                GStrv               texts)
{
  guint64 limit = mgr_pressure_reading_get_limit (reading);

  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_GROUP);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), ==, 0.0);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), <=, limit);
  if (limit > 0)
    assert_available (mgr_pressure_reading_get_available (reading), texts);
  else
    g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static gboolean placed;
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, N_FILES + 1);
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPressureReading) reading = NULL;
  g_autoptr (GError) error = NULL;

  if (!placed)
    mgr_fake_tree_describe (tree, "v2 /a/b\n");
  placed = TRUE;
  write_group (tree, "a/b", texts);
  write_group (tree, "a", texts + N_GROUP_FILES);
  mgr_fake_tree_write (tree, "proc/meminfo", texts[N_FILES]);

  source = mgr_cgroup_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  reading = mgr_pressure_source_read (source, &error);
  if (reading == NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      return 0;
    }

  g_assert_no_error (error);
  assert_reading (reading, texts);
  return 0;
}
