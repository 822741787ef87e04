/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-block-table-private.h"
#include "pool/mgr-block.h"

G_BEGIN_DECLS

/* With the lock of the slot's owner held: what the live block of @slot is now. */
MgrBlock *mgr_block_new (const MgrBlockSlot *slot) G_GNUC_WARN_UNUSED_RESULT;

/* A stamp is a time in microseconds, and a number that tells apart those of the same. */
#define MGR_BLOCK_STAMP_BITS 12

G_END_DECLS
