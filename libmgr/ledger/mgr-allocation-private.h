/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-slot-table-private.h"

G_BEGIN_DECLS

/* What is asked for, ready to become an allocation: texts are copied already. */
typedef struct
{
  guint64 size;
  guint priority;
  const char *description; /* (unowned): static, or within text */
  const char **tags;       /* (unowned) (nullable): within text */
  gpointer text;           /* (owned) (nullable) */
  gboolean kept;           /* the manager holds the allocation's only reference */
} MgrRequest;

void           mgr_request_init         (MgrRequest         *self,
                                         guint64             size,
                                         const char         *description,
                                         guint               priority,
                                         const char *const  *tags);
void           mgr_request_clear        (MgrRequest         *self);
gboolean       mgr_request_check        (const MgrRequest   *self,
                                         MgrComponent       *component,
                                         GError            **error);

/* On success takes the texts out of @request. */
MgrAllocation *mgr_allocation_new       (MgrComponent       *component,
                                         MgrRequest         *request,
                                         GError            **error);

/* With the tree_lock held: as mgr_allocation_new(), of a request already checked.
 * On failure returns %NULL, and in @out_obstacle the component in the way. */
MgrAllocation *mgr_allocation_new_locked (MgrComponent      *component,
                                          MgrRequest        *request,
                                          MgrComponent     **out_obstacle);

gboolean       mgr_allocation_release_id (MgrLedger         *ledger,
                                          MgrComponent      *component,
                                          guint64            id,
                                          GError           **error);

/* Returns: (transfer full) (nullable): the component of the allocation @id */
MgrComponent  *mgr_allocation_dup_owner (MgrLedger         *ledger,
                                         guint64            id);

/* With the component lock held: another handle, unless the last is just going. */
MgrAllocation *mgr_allocation_try_ref   (MgrAllocation     *self);

/* A page of the live allocations of a subtree: at most @limit, after @offset.
 * Returns: (transfer full) (element-type MgrAllocation) */
GPtrArray     *mgr_allocation_list      (MgrComponent      *component,
                                         const char        *tag,
                                         guint              offset,
                                         guint              limit);

G_END_DECLS
