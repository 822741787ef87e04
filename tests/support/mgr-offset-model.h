/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* What a run did, so that a test can tell that it tried everything. */
typedef struct
{
  guint taken;
  guint refused;
  guint given;
  guint resized;
  guint slid;
  guint claimed;
} MgrOffsetModelCounts;

/* Lets an MgrOffsetAllocator do what @data says, four bytes a step, beside a map of
 * the space that knows the owner of each unit, and asserts after each step that both
 * agree: on whether there is room as well. */
void mgr_offset_model_run (const guint8          *data,
                           gsize                  size,
                           MgrOffsetModelCounts  *counts);
