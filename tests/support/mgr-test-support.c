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

void
mgr_test_settle (void)
{
  guint iterations = 0;

  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (++iterations, <, 10000);
}
