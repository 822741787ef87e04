/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "task-entry.h"

G_BEGIN_DECLS

/* Says of each task that ran here how high it lies while it runs, so that none covers
 * another. It stays where it is, unless what starts has room below @limit only once the
 * others have moved together.
 *
 * @entries: (element-type TaskEntry)
 * @limit: bytes, above which nothing lies that need not
 *
 * Returns: how much they took at once at most, in bytes */
double task_layout_place (GPtrArray *entries,
                          double     limit);

G_END_DECLS
