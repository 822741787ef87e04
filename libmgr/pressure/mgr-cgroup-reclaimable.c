/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-reclaimable-private.h"

guint64
mgr_cgroup_reclaimable (guint64 current,
                        guint64 inactive_file,
                        guint64 active_file,
                        guint64 slab)
{
  guint64 sum = 0;

  if (!g_uint64_checked_add (&sum, inactive_file, active_file / 2) ||
      !g_uint64_checked_add (&sum, sum, slab / 2))
    return current;

  return MIN (sum, current);
}
