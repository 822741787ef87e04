/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component-private.h"

G_BEGIN_DECLS

/* With the tree_lock held: who holds most of what a component has used, with
 * sizes: components where several share it, else the largest allocations. */
char *mgr_holders_describe (MgrComponent *component) G_GNUC_WARN_UNUSED_RESULT;

/* The same without the tree_lock held. */
char *mgr_holders_dup      (MgrComponent *component) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
