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
mgr_test_count_threads (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  g_autofree char *wanted = g_strconcat (name, "\n", NULL);
  const char *task;
  guint n_threads = 0;

  g_assert_nonnull (dir);
  while ((task = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *found = NULL;

      /* It may have ended by now. */
      if (g_file_get_contents (path, &found, NULL, NULL) && g_str_equal (found, wanted))
        n_threads++;
    }

  return n_threads;
}

void
mgr_test_wait_threads (const char *name)
{
  guint none = 0;

  /* While one ends, another may be left out of the list. */
  while (none < 3)
    {
      none = mgr_test_count_threads (name) == 0 ? none + 1 : 0;
      g_usleep (50);
    }
}

void
mgr_test_settle (void)
{
  guint iterations = 0;

  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (++iterations, <, 10000);
}
