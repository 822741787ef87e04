/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-standard-pool-private.h"

G_BEGIN_DECLS

/* Which blocks have to go so that a request fits where they lay. Holds as long as all
 * locks of the pool are held. */
typedef struct
{
  GPtrArray *victims;   /* (owned) (nullable) (element-type MgrBlockSlot), one behind the other */
  guint64 victim_bytes;
  guint64 offset;       /* where the new block comes to lie */
  guint64 size;         /* of the new block, rounded */
} MgrEvictionPlan;

/* With all locks held: chooses the blocks that lie together and matter least, which is to
 * say that the one of them that matters most, by its priority and then by its last use,
 * matters less than that of any other choice. Nobody goes who is pinned, matters more than
 * the request, or is to stay by @answers (element-type guint64 boolean). @held_only leaves
 * out what would have to be charged. %FALSE if there is no choice. */
gboolean mgr_eviction_plan_make  (MgrEvictionPlan       *self,
                                  MgrStandardPool       *pool,
                                  const MgrBlockRequest *request,
                                  GHashTable            *answers,
                                  gboolean               held_only);
void     mgr_eviction_plan_clear (MgrEvictionPlan       *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrEvictionPlan, mgr_eviction_plan_clear)

G_END_DECLS
