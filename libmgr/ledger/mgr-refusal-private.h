/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component-private.h"

G_BEGIN_DECLS

/* The error of a request that was refused: what was asked, what there was, who
 * holds most, and what would have helped. With the tree_lock held; counts the
 * refusal. @obstacle is the component whose budget is in the way, or %NULL when
 * the table of allocations is full. */
void mgr_refusal_set_error          (MgrComponent  *component,
                                     MgrComponent  *obstacle,
                                     guint64        size,
                                     GError       **error);

/* A request that was refused was granted after all. Takes the tree_lock. */
void mgr_refusal_take_back          (MgrComponent  *component);

/* With the tree_lock held. */
void mgr_refusal_set_detached       (MgrComponent  *component,
                                     GError       **error);

void mgr_refusal_set_double_release (MgrComponent  *component,
                                     guint64        id,
                                     GError       **error);

/* With the tree_lock held: whether @size can never be granted as budgets are. */
gboolean mgr_refusal_is_infeasible  (MgrComponent  *component,
                                     guint64        size);

/* What was in the way of a request a moment ago, for who keeps a record of it. */
typedef struct
{
  char *obstacle; /* (owned) (nullable): the path to show; NULL: nothing is in the way by now */
  guint64 budget; /* of the obstacle */
  guint64 used;   /* of that */
  guint64 missing; /* so much more has to be released, or the budget has to be larger by it */
  char *holders;  /* (owned): who holds most of it */
} MgrRefusalFacts;

void mgr_refusal_find_facts  (MgrComponent     *component,
                              guint64           size,
                              MgrRefusalFacts  *facts);
void mgr_refusal_facts_clear (MgrRefusalFacts  *facts);

G_END_DECLS
