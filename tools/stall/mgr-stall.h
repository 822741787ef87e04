/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes tasks wait for memory without filling any: a small file of its own is paged
 * out and faulted in again, over and over, which is what the kernel counts as a
 * stall. Needs no privilege. */
typedef struct _MgrStall MgrStall;

/* @duty: share of the time in which it makes stalls while it runs, above 0 to 1
 * @directory: (nullable): where its file is put, on a file system on a disk, or NULL
 *    for the folder for temporary files
 *
 * The file has no name there, and is gone with the process. The error is
 * G_IO_ERROR_NOT_SUPPORTED where no stall can be made: the kernel is older than 5.4,
 * or the file system keeps its files in memory.
 *
 * Returns: (transfer full): one that does not run yet */
MgrStall *mgr_stall_new       (const char  *directory,
                               double       duty,
                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void      mgr_stall_free      (MgrStall    *self);

/* From now on until mgr_stall_stop(), in threads of its own. */
void      mgr_stall_start     (MgrStall    *self);
void      mgr_stall_stop      (MgrStall    *self);

/* Runs for so many seconds and returns then. */
void      mgr_stall_run       (MgrStall    *self,
                               double       seconds);

/* How many pages were faulted in while it ran. */
guint64   mgr_stall_get_faults (MgrStall   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrStall, mgr_stall_free)

G_END_DECLS
