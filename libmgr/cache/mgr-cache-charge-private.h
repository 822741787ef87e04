/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"

G_BEGIN_DECLS

/* What a cache takes of a component's budget: never less than what it holds, and changed
 * in steps, so that hardly any entry asks the ledger. Its functions may be called from any
 * thread; no lock is held while the ledger is asked, which may have others give memory
 * back. */
typedef struct
{
  char *description;         /* (owned) */
  MgrComponent *component;   /* (owned) (nullable): nobody is asked without one */
  guint64 held;              /* atomic: bytes; 0 without a component */
  guint64 charged;           /* atomic: bytes */

  GMutex lock;
  GCond changed;
  GThread *changer;          /* (unowned) (nullable): who asks the ledger now; guarded by lock */
  MgrAllocation *allocation; /* (owned) (nullable): the changer's */
} MgrCacheCharge;

/* @component: (nullable) */
void     mgr_cache_charge_init     (MgrCacheCharge  *self,
                                    const char      *description,
                                    MgrComponent    *component);
void     mgr_cache_charge_clear    (MgrCacheCharge  *self);

/* Fails as an allocation does, and then nothing has changed. */
gboolean mgr_cache_charge_take     (MgrCacheCharge  *self,
                                    guint64          bytes,
                                    GError         **error);
void     mgr_cache_charge_give     (MgrCacheCharge  *self,
                                    guint64          bytes);
guint64  mgr_cache_charge_get_held (MgrCacheCharge  *self);
guint64  mgr_cache_charge_get_charged (MgrCacheCharge *self);

G_END_DECLS
