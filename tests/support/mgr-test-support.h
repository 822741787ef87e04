/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

/* Iterates the default main context until @done is set; the test's own timeout
 * ends a wait that never does. */
void  mgr_test_iterate_until (gboolean   *done);

/* Iterates the default main context until nothing in it is ready. What is always
 * ready, as a dead file descriptor that is still waited for, fails the test. */
void  mgr_test_settle        (void);

/* The threads of this process that are called @name; waits until there is none, where
 * they end in the background. */
guint mgr_test_count_threads (const char *name);
void  mgr_test_wait_threads  (const char *name);
