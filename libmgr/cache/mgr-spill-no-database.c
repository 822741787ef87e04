/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-spill-database-private.h"

#include "base/mgr-error.h"

/* What stands for the file where there is no SQLite. */

MgrSpillResult
mgr_spill_database_open (const char        *path,
                         MgrSpillDatabase **database,
                         GError           **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "Values cannot be kept in “%s”: libmgr was built without SQLite. "
               "Build it with the option sqlite enabled", path);
  return MGR_SPILL_FAILED;
}

void
mgr_spill_database_close (MgrSpillDatabase *self)
{
}

void
mgr_spill_database_abandon (MgrSpillDatabase *self)
{
}

gboolean
mgr_spill_database_is_there (MgrSpillDatabase *self)
{
  g_return_val_if_reached (FALSE);
}

MgrSpillResult
mgr_spill_database_load (MgrSpillDatabase  *self,
                         GBytes            *key,
                         gint64             now,
                         GBytes           **value,
                         gint64            *ttl,
                         GError           **error)
{
  g_return_val_if_reached (MGR_SPILL_FAILED);
}

MgrSpillResult
mgr_spill_database_change (MgrSpillDatabase  *self,
                           GPtrArray         *old_keys,
                           GBytes            *key,
                           GBytes            *value,
                           gint64             ttl,
                           gint64             now,
                           guint64            max_bytes,
                           MgrSpillCounts    *counts,
                           GError           **error)
{
  g_return_val_if_reached (MGR_SPILL_FAILED);
}

MgrSpillResult
mgr_spill_database_count (MgrSpillDatabase  *self,
                          guint64           *entries,
                          guint64           *bytes,
                          GError           **error)
{
  g_return_val_if_reached (MGR_SPILL_FAILED);
}
