/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"
#include "mgr-report.h"

G_BEGIN_DECLS

/* The phases of a program that have begun and not ended. Any thread. */
typedef struct _MgrPhaseStack MgrPhaseStack;

typedef struct
{
  char *name;        /* (owned) */
  gint64 time;       /* when it began */
  guint64 peak;      /* of the ledger, since then */
  MgrReport *before; /* (owned): how things were then */
  guint64 entry;     /* of the journal, that says so, or 0 */
} MgrPhase;

void           mgr_phase_free        (MgrPhase       *phase);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPhase, mgr_phase_free)

/* @root is the component whose peaks count; nobody else may take its recent ones. */
MgrPhaseStack *mgr_phase_stack_new   (MgrComponent   *root);
void           mgr_phase_stack_free  (MgrPhaseStack  *self);

void           mgr_phase_stack_begin (MgrPhaseStack  *self,
                                      const char     *name,
                                      gint64          time,
                                      MgrReport      *before,
                                      guint64         entry);

/* Takes off the phase of that name which began last.
 * Returns: (transfer full) (nullable) */
MgrPhase      *mgr_phase_stack_end   (MgrPhaseStack  *self,
                                      const char     *name,
                                      GError        **error);

G_END_DECLS
