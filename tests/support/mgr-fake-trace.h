/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* Writes @text to a private file called “fake.csv”, reads it as a trace and removes
 * it again.
 *
 * Returns: (transfer full) (nullable): the trace */
MgrPressureTrace *mgr_fake_trace_read (const char  *text,
                                       GError     **error);

/* Makes a trace of a description, a row a line:
 *
 *   t_ms=0 mem_avail_kb=600000 oom_kill=0
 *   t_ms=500 mem_avail_kb=300000
 *
 * What a row does not name it takes from the row before. The first one takes it from
 * an idle machine of 1,000,000 KiB with 500,000 of them available, without swap or
 * limits. Columns that are not required are those that the first row names.
 *
 * Returns: (transfer full): the trace */
MgrPressureTrace *mgr_fake_trace_new  (const char  *description);
