/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrMemoryLimits. The input is /proc/meminfo and limits, status, cgroup and
 * mountinfo of /proc/self; there are groups of two names, one of which no text may
 * hold. */

#include "fuzz.h"

static const char *const files[] = {
  "proc/meminfo", "proc/self/limits", "proc/self/status", "proc/self/cgroup",
  "proc/self/mountinfo",
};

static MgrFakeTree *
get_tree (void)
{
  static gboolean described;
  MgrFakeTree *tree = fuzz_get_tree ();

  if (!described)
    mgr_fake_tree_describe (tree,
                            "group /a max=1G high=800M current=300M\n"
                            "group /a/\xff max=500M current=100M inactive_file=50M\n"
                            "group1 /\xff limit=1G usage=300M\n");
  described = TRUE;
  return tree;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, G_N_ELEMENTS (files));
  g_autoptr (MgrMemoryLimits) limits = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *explanation = NULL;
  gboolean found;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    mgr_fake_tree_write (tree, files[i], texts[i]);

  limits = mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  found = mgr_memory_limits_refresh (limits, &error);
  if (found)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), <=,
                        mgr_memory_limits_get_limit (limits));
    }
  else
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  g_assert_cmpint (mgr_memory_limits_get_limit (limits) > 0, ==, found);

  explanation = mgr_memory_limits_explain (limits);
  g_assert_true (g_utf8_validate (explanation, -1, NULL));

  /* Notifications that nobody takes would pile up. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
