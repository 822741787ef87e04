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
 * they may be. */
gboolean mgr_arbiter_choice_suffices (MgrComponent *requester,
                                      guint64       size,
                                      GArray       *offers);

G_END_DECLS
