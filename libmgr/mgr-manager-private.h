/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-owner-context-private.h"
#include "base/mgr-process-memory-private.h"
#include "ledger/mgr-allocation-private.h"
#include "mgr-arbiter-private.h"
#include "mgr-cleanup-trigger-private.h"
#include "mgr-manager.h"
#include "pressure/mgr-budget-source.h"

G_BEGIN_DECLS

struct _MgrManager
{
  GObject parent_instance;

  MgrClock *clock;             /* (owned) */
  char *proc_path;             /* (owned) (nullable) */
  char *cgroup_path;           /* (owned) (nullable) */
  GMainContext *context;       /* (owned) */
  guint64 requested_budget;    /* 0: what the limits allow */

  MgrProcessMemory *memory;    /* (owned) */
  MgrLedger *ledger;           /* (owned) */
  MgrComponent *root;          /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrBudgetSource *own_budget; /* (owned) */
  MgrCleaner *cleaner;         /* (owned) */
  MgrResource *heap;           /* (owned) (nullable) */
  MgrCleanupTrigger *trigger;  /* (owned) */
  MgrArbiter *arbiter;         /* (owned) */
};

/* Registers what malloc holds free, if the C library tells. */
void mgr_manager_set_up_heap (MgrManager *self);

/* As mgr_allocation_new(), after others made room if they have to and may be asked. */
MgrAllocation *mgr_manager_allocate_arbitrated (MgrManager    *self,
                                                MgrComponent  *component,
                                                MgrRequest    *request,
                                                GError       **error);

/* Says in the owner's context that @error refused @size to @component. */
void mgr_manager_post_refused (MgrManager   *self,
                               MgrComponent *component,
                               guint64       size,
                               const GError *error);

G_END_DECLS
