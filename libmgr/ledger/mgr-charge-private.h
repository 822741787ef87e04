/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component-private.h"

G_BEGIN_DECLS

/* With the tree_lock held and no component lock. */

/* Gives every stock back to the tree: all figures are exact afterwards. */
void          mgr_charge_drain     (MgrLedger    *ledger);
void          mgr_charge_drain_one (MgrComponent *component);

/* The component whose budget is in the way of @size, or %NULL. */
MgrComponent *mgr_charge_find_obstacle (MgrComponent *component,
                                        guint64       size);

/* Claims @size at every level from @component to the root or nowhere. Returns
 * the component whose budget is in the way, or %NULL when it is claimed. */
MgrComponent *mgr_charge_claim     (MgrComponent *component,
                                    guint64       size);
void          mgr_charge_unclaim   (MgrComponent *component,
                                    guint64       size);

/* As claim and unclaim, of bytes that are only guaranteed. @component may be
 * %NULL, which commits nothing. */
MgrComponent *mgr_charge_commit    (MgrComponent *component,
                                    guint64       size);
void          mgr_charge_uncommit  (MgrComponent *component,
                                    guint64       size);

/* The most that could be claimed. */
guint64       mgr_charge_room      (MgrComponent *component);

/* How many bytes too many @size is for one level. */
typedef struct
{
  MgrComponent *level; /* (unowned) */
  guint64 bytes;
} MgrChargeLack;

/* What keeps @size from being claimed, from @component up; empty if nothing does.
 * Returns: (transfer full) (element-type MgrChargeLack) */
GArray       *mgr_charge_lacks     (MgrComponent *component,
                                    guint64       size);

/* With the component lock held: leaves @size as stock. */
void          mgr_charge_stock     (MgrComponent *component,
                                    guint64       size);

G_END_DECLS
