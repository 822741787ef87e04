/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-key-private.h"
#include "cache/mgr-weak-cache.h"

G_BEGIN_DECLS

/* @key: of the type of the keys, here and below
 *
 * Returns: (transfer full) (nullable) */
GObject *mgr_weak_cache_look_up (MgrWeakCache *self,
                                 const MgrKey *key);

void     mgr_weak_cache_insert  (MgrWeakCache *self,
                                 const MgrKey *key,
                                 GObject      *value);

G_END_DECLS
