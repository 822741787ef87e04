/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "pool/mgr-pool.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* The pools of a manager by name, for any thread, and a list of them that changes only in
 * the context of the thread that made it. Each is with the cleaner too, as a resource of
 * the same name. */
#define MGR_TYPE_POOL_LIST (mgr_pool_list_get_type ())

G_DECLARE_FINAL_TYPE (MgrPoolList, mgr_pool_list, MGR, POOL_LIST, GObject)

MgrPoolList *mgr_pool_list_new       (MgrCleaner   *cleaner);

/* Lets go of all pools, and the cleaner of them. */
void         mgr_pool_list_clear     (MgrPoolList  *self);

gboolean     mgr_pool_list_add       (MgrPoolList  *self,
                                      MgrPool      *pool,
                                      GError      **error);

gboolean     mgr_pool_list_remove    (MgrPoolList  *self,
                                      MgrPool      *pool);

/* Returns (transfer full) (nullable) */
MgrPool     *mgr_pool_list_lookup    (MgrPoolList  *self,
                                      const char   *name);

/* Returns (transfer full) (element-type MgrPool): all, in the order they were added. */
GPtrArray   *mgr_pool_list_copy      (MgrPoolList  *self);

/* Returns (transfer none) */
GListModel  *mgr_pool_list_get_model (MgrPoolList  *self);

G_END_DECLS
