/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"

G_BEGIN_DECLS

/* Whom a request that does not fit may ask, and for how much, going by the books
 * alone: nobody is called. Each function takes the lock of the ledger by itself, so
 * that an answer holds for the moment. */

/* What somebody could give whose charges are with a component. */
typedef struct
{
  MgrComponent *component; /* (unowned) */
  guint64 bytes;
} MgrArbiterOffer;

/* What leaves with others what they hold. */
typedef enum
{
  MGR_ARBITER_RULE_NONE, /* nothing does: it would not suffice */
  MGR_ARBITER_RULE_PRIORITY,
  MGR_ARBITER_RULE_GUARANTEE,
  MGR_ARBITER_RULE_FAIR_SHARE,
} MgrArbiterRule;

#define MGR_ARBITER_N_RULES 4

/* Why a request cannot be helped; 0 all over as long as nobody has asked. */
typedef struct
{
  MgrArbiterRule rule; /* that decides */
  guint64 held;        /* bytes that resources could give */
  guint64 allowed;     /* bytes that may be asked of them */
  guint64 most;        /* so much might be requested now */
  guint64 share;       /* where fairness decides: bytes */
  guint64 sharers;     /* where fairness decides: who is active */
} MgrArbiterBounds;

/* Whether @size would fit @requester. */
gboolean mgr_arbiter_choice_fits     (MgrComponent *requester,
                                      guint64       size);

/* Whether @holder is @requester or lies below it. */
gboolean mgr_arbiter_choice_is_own   (MgrComponent *requester,
                                      MgrComponent *holder);

/* How many bytes less with @holder would help @requester to @size, and may be asked of
 * it; 0 for none:
 *
 * - never what is guaranteed to the holder, or to a level above it that the requester
 *   is not below;
 * - nothing of a holder whose priority is higher than the requester's;
 * - where both are of one priority and the holder has charged anything lately, only what
 *   it has above its fair share, unless the requester stays within its own. The fair
 *   share is the budget in question over those who have charged it lately. */
guint64  mgr_arbiter_choice_target   (MgrComponent *requester,
                                      guint64       size,
                                      MgrComponent *holder);

/* Whether @size might fit if all of @offers, of MgrArbiterOffer, were taken, as far as
 * they may be; where not, @bounds say why. */
gboolean mgr_arbiter_choice_suffices (MgrComponent     *requester,
                                      guint64           size,
                                      GArray           *offers,
                                      MgrArbiterBounds *bounds);

G_END_DECLS
