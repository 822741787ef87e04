/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"
#include "pool-entry.h"

G_BEGIN_DECLS

/* How many cells fit into a line of the terminal, with a frame around them. */
guint mgrctl_pool_count_cells (void);

/* A line for each of them (element-type PoolEntry), with a head. */
void  mgrctl_pools_print      (const MgrctlOptions *options,
                               GPtrArray           *entries);

/* All that is known of one, and its picture. */
void  mgrctl_pool_print       (const MgrctlOptions *options,
                               const PoolEntry     *entry,
                               const PoolPicture   *picture);

G_END_DECLS
