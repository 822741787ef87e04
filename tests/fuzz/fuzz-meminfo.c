/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_meminfo_read() */

#include "fuzz.h"
#include "pressure/mgr-meminfo-private.h"

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, 1);
  g_autoptr (MgrProcFile) file = NULL;
  g_autoptr (GError) error = NULL;
  MgrMeminfo meminfo;

  mgr_fake_tree_write (tree, "proc/meminfo", texts[0]);
  file = mgr_proc_file_new (mgr_fake_tree_get_proc (tree), "meminfo");
  if (!mgr_meminfo_read (file, &meminfo, &error))
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (meminfo.total, >, 0);
  g_assert_cmpuint (meminfo.available, <=, meminfo.total);
  g_assert_cmpuint (meminfo.swap_free, <=, meminfo.swap_total);
  return 0;
}
