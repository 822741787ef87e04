/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-executor.h"

G_BEGIN_DECLS

#define MGR_TYPE_SLURM_EXECUTOR (mgr_slurm_executor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrSlurmExecutor, mgr_slurm_executor, MGR, SLURM_EXECUTOR, GObject)

MGR_AVAILABLE_IN_1_0
MgrExecutor *mgr_slurm_executor_new       (const char       *directory);

MGR_AVAILABLE_IN_1_0
char       **mgr_slurm_executor_list_left (MgrSlurmExecutor *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
