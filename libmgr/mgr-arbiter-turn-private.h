/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* One resource that a request may ask to give way, kept until the request is over. */
typedef struct
{
  MgrResource *resource;   /* (owned) */
  MgrComponent *component; /* (owned) that its charges are with */
  guint64 bytes;           /* that it may give */
  gboolean own;            /* whether that is the requester's own */
} MgrArbiterTurn;

/* Whoever may be asked for @requester's sake, in the order of their turns.
 * Returns: (transfer full) (element-type MgrArbiterTurn) */
GPtrArray *mgr_arbiter_turns_new (MgrCleaner           *cleaner,
                                  MgrComponent         *requester);

/* Whether to go on waiting for the owner of @resource. */
typedef gboolean (*MgrArbiterPatience) (MgrResource *resource,
                                        gpointer     user_data);

/* Asks for @target bytes, until @deadline of g_get_monotonic_time(), and has the cleaner
 * learn from it. Failures are its own: the next one is asked. */
void       mgr_arbiter_turn_run  (MgrArbiterTurn       *turn,
                                  MgrCleaner           *cleaner,
                                  guint64               target,
                                  gint64                deadline,
                                  const char           *reason,
                                  MgrArbiterPatience    patience,
                                  gpointer              user_data);

G_END_DECLS
