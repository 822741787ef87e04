/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* A reclaimer that holds pages of its own, and can give them back without any memory. */
#define MGR_TYPE_MAPPED_BLOCK (mgr_mapped_block_get_type ())
G_DECLARE_FINAL_TYPE (MgrMappedBlock, mgr_mapped_block, MGR, MAPPED_BLOCK, GObject)

MgrMappedBlock *mgr_mapped_block_new          (const char     *name,
                                               gsize           size,
                                               gboolean        thread_safe);

/* How much of it is mapped, and in which thread that was changed last. Any thread. */
gsize           mgr_mapped_block_get_held     (MgrMappedBlock *self);
GThread        *mgr_mapped_block_get_releaser (MgrMappedBlock *self);
