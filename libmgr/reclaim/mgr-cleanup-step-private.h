/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-step.h"

G_BEGIN_DECLS

/* Whoever makes a step fills it in before anybody else sees it; from then on it
 * never changes. */
struct _MgrCleanupStep
{
  gatomicrefcount ref_count;

  char *name; /* (owned) */
  MgrSafety safety;
  guint priority;
  guint64 expected;
  char *reason; /* (owned) a GRefString: many have the same */

  guint64 claimed;
  gint64 ledger;
  gint64 returned;
  gint64 duration;
  char *error; /* (owned) (nullable) */
};

MgrCleanupStep *mgr_cleanup_step_new           (const char           *name);

/* What a plan knows, without what was done. */
MgrCleanupStep *mgr_cleanup_step_copy          (const MgrCleanupStep *self);

void            mgr_cleanup_step_set_reason    (MgrCleanupStep       *self,
                                                const char           *reason);

/* Takes @reason, a GRefString. */
void            mgr_cleanup_step_take_reason   (MgrCleanupStep       *self,
                                                char                 *reason);

/* As `aa{sv}`, floating. */
GVariant       *mgr_cleanup_steps_to_variant   (GPtrArray            *steps);

G_END_DECLS
