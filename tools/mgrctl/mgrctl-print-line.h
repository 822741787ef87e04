/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"

G_BEGIN_DECLS

/* One line of what is told of one thing: a label filled up to @label_width columns, a value
 * to the right of its column, and a remark, which may be empty. */
void mgrctl_print_line  (const MgrctlOptions *options,
                         int                  label_width,
                         const char          *name,
                         const char          *value,
                         const char          *remark);

void mgrctl_print_count (const MgrctlOptions *options,
                         int                  label_width,
                         const char          *name,
                         guint64              count,
                         const char          *remark);

void mgrctl_print_size  (const MgrctlOptions *options,
                         int                  label_width,
                         const char          *name,
                         guint64              bytes,
                         const char          *remark);

/* A size with its share of @whole, as a number and as a bar. */
void mgrctl_print_share (const MgrctlOptions *options,
                         int                  label_width,
                         const char          *name,
                         guint64              bytes,
                         guint64              whole);

G_END_DECLS
