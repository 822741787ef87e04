/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrSwapSource. The input is /proc/meminfo, and use and limit of the swap space of a
 * group and of the one above it. */

#include "fuzz.h"
#include "pressure/mgr-proc-file-private.h"

static const char *const files[] = {
  "proc/meminfo",
  "sys/fs/cgroup/a/b/memory.swap.current", "sys/fs/cgroup/a/b/memory.swap.max",
  "sys/fs/cgroup/a/memory.swap.current", "sys/fs/cgroup/a/memory.swap.max",
};

static void
assert_reading (MgrPressureReading *reading,
                GStrv               texts)
{
  guint64 available = mgr_pressure_reading_get_available (reading);
  guint64 most = 0;

  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_SWAP);
  g_assert_cmpuint (available, <=, mgr_pressure_reading_get_limit (reading));
  g_assert_true (mgr_proc_text_lookup (texts[0], "SwapTotal", &most));
  g_assert_cmpuint (available, <=, most);
  if (most == 0)
    return;

  for (gsize i = 2; i < G_N_ELEMENTS (files); i += 2)
    {
      if (mgr_proc_text_amount (texts[i], &most))
        g_assert_cmpuint (available, <=, most);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static gboolean placed;
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, G_N_ELEMENTS (files));
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPressureReading) reading = NULL;
  g_autoptr (GError) error = NULL;

  if (!placed)
    mgr_fake_tree_describe (tree, "v2 /a/b\n");
  placed = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    mgr_fake_tree_write (tree, files[i], texts[i]);

  source = mgr_swap_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
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
