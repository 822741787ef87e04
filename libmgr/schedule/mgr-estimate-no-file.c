/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-estimate-file-private.h"

#include "base/mgr-error.h"

/* What stands for the file where there is no SQLite. */

MgrEstimateFile *
mgr_estimate_file_open (const char  *path,
                        GError     **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "The estimates of tasks are not kept in “%s”: libmgr was built without SQLite. "
               "Build it with the option sqlite enabled", path);
  return NULL;
}

void
mgr_estimate_file_free (MgrEstimateFile *self)
{
}

GPtrArray *
mgr_estimate_file_read (MgrEstimateFile  *self,
                        GError          **error)
{
  g_return_val_if_reached (NULL);
}

gboolean
mgr_estimate_file_write (MgrEstimateFile  *self,
                         GPtrArray        *rows,
                         GError          **error)
{
  g_return_val_if_reached (FALSE);
}
