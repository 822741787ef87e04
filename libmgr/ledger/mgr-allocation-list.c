/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-allocation-private.h"

typedef struct
{
  const char *tag;    /* (unowned) (nullable) */
  guint offset;
  guint limit;
  GPtrArray *page;    /* (unowned) (element-type MgrAllocation) */
} ListQuery;

static void
list_add_cb (MgrAllocation *slot,
             gpointer       user_data)
{
  ListQuery *query = user_data;

  if (query->page->len == query->limit)
    return;
  if (query->tag != NULL && !g_strv_contains (mgr_allocation_get_tags (slot), query->tag))
    return;

  if (query->offset > 0)
    query->offset--;
  else if (mgr_allocation_try_ref (slot) != NULL)
    g_ptr_array_add (query->page, slot);
}

GPtrArray *
mgr_allocation_list (MgrComponent *component,
                     const char   *tag,
                     guint         offset,
                     guint         limit)
{
  MgrLedger *ledger = component->ledger;
  GPtrArray *page = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  ListQuery query = { tag, offset, limit, page };

  g_mutex_lock (&ledger->tree_lock);
  mgr_slot_table_foreach (component, list_add_cb, &query);
  g_mutex_unlock (&ledger->tree_lock);

  return page;
}
