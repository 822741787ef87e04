/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-test-support.h"

void
mgr_test_iterate_until (gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
}

guint
mgr_test_count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n_threads = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n_threads++;

  return n_threads;
}

void
mgr_test_wait_threads (guint n_threads)
{
  while (mgr_test_count_threads () > n_threads)
    g_usleep (50);
}
