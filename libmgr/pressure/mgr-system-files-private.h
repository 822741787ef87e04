/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-cgroup-memory-private.h"
#include "pressure/mgr-meminfo-private.h"

G_BEGIN_DECLS

/* The files in which the kernel tells of memory, shared by all who look at the same
 * ones, so that none is opened or read more often than need be. */
typedef struct _MgrSystemFiles MgrSystemFiles;

/* Any thread. */
MgrSystemFiles *mgr_system_files_get    (const char     *proc_path,
                                         const char     *cgroup_path);
void            mgr_system_files_unref  (MgrSystemFiles *self);
void            mgr_system_files_lock   (MgrSystemFiles *self);
void            mgr_system_files_unlock (MgrSystemFiles *self);

/* Between these two a thread reads each file once, and whoever asks in it again gets
 * the same answer: what makes up a sample is of one moment. A round within a round is
 * one of its own. */
guint           mgr_system_round_begin  (void);
void            mgr_system_round_end    (guint           outer);

/* With the lock held; what they give lasts until the lock is let go. */
const MgrMeminfo       *mgr_system_files_read_meminfo       (MgrSystemFiles  *self,
                                                             GError         **error);
const MgrCgroupSummary *mgr_system_files_read_cgroup        (MgrSystemFiles  *self,
                                                             GError         **error);
const MgrSwapSummary   *mgr_system_files_read_swap          (MgrSystemFiles  *self,
                                                             GError         **error);

/* Of the last mgr_system_files_read_cgroup(): 1, 2, or 0 for none. */
guint                   mgr_system_files_get_cgroup_version (MgrSystemFiles  *self);

/* The own group on v2, or NULL. */
const char             *mgr_system_files_find_unified_dir   (MgrSystemFiles  *self,
                                                             GError         **error);

/* For messages. */
const char             *mgr_system_files_get_meminfo_path   (MgrSystemFiles  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrSystemFiles, mgr_system_files_unref)

G_END_DECLS
