/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-task-estimates-private.h"

G_BEGIN_DECLS

/* What was learned of tasks, in an SQLite database that programs may share. Errors name
 * the file and what helps. Any thread; calls wait for each other and for the disk. */
typedef struct _MgrEstimateFile MgrEstimateFile;

/* A file that is not there is made; one that is damaged, or something else, is left
 * as it is. */
MgrEstimateFile *mgr_estimate_file_open  (const char       *path,
                                          GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void             mgr_estimate_file_free  (MgrEstimateFile  *self);

/* Returns: (transfer full) (element-type MgrEstimateRow) (nullable): the last used first */
GPtrArray       *mgr_estimate_file_read  (MgrEstimateFile  *self,
                                          GError          **error);

/* All of @rows or none. */
gboolean         mgr_estimate_file_write (MgrEstimateFile  *self,
                                          GPtrArray        *rows,
                                          GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrEstimateFile, mgr_estimate_file_free)

G_END_DECLS
