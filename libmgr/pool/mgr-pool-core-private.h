/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-pool-private.h"
#include "reclaim/mgr-reclaimer.h"

G_BEGIN_DECLS

/* What the files of MgrPool share, and nobody else sees. */

typedef enum
{
  MGR_POOL_PROP_NAME = 1,
  MGR_POOL_PROP_COMPONENT,
  MGR_POOL_PROP_CLOCK,
  MGR_POOL_PROP_CAPACITY,
  MGR_POOL_PROP_LOW_WATER,
  MGR_POOL_PROP_HIGH_WATER,
  MGR_POOL_PROP_ACTIVE,
  MGR_POOL_PROP_FLUSHING,
  MGR_POOL_PROP_USED,
  MGR_POOL_PROP_PEAK,
  MGR_POOL_PROP_CHARGED,
  MGR_POOL_PROP_AVAILABLE,
  MGR_POOL_PROP_FRAGMENTATION,
  MGR_POOL_PROP_ALLOCATION_COUNT,
} MgrPoolProperty;

/* Whether requests are let in; the bits of MgrPoolPrivate.gate. */
typedef enum
{
  MGR_POOL_GATE_ACTIVE   = 1 << 0,
  MGR_POOL_GATE_FLUSHING = 1 << 1,
} MgrPoolGate;

/* Crossings of the water lines that the owner is yet to be told of: of many, the last
 * to each side. */
typedef struct
{
  gboolean posted;
  gboolean is_high;     /* the side it is on now */
  gboolean high_due;
  gboolean low_due;
  guint64 high_used;
  guint64 low_used;
} MgrPoolWater;

typedef struct
{
  char *name;              /* (owned) (nullable), never changes */
  MgrComponent *component; /* (owned) (nullable), never changes */
  MgrClock *clock;         /* (owned), never changes */
  GMainContext *context;   /* (owned), where signals are emitted */
  GThread *thread;         /* (owned), the one the pool was made in */
  GSource *notifier;       /* (owned), says what changed; set up once */
  int notify_armed;        /* atomic */
  guint gate;              /* atomic: MgrPoolGate */

  GMutex lock;
  gboolean changing;       /* guarded by lock: some thread is in start, stop or resize */
  guint64 capacity;        /* guarded by lock */
  double low_water;        /* guarded by lock */
  double high_water;       /* guarded by lock */
  MgrPoolWater water;      /* guarded by lock */

  GMutex charge_lock;      /* taken after lock and before the locks of the ledger */
  MgrAllocation *charge;   /* (owned) (nullable), guarded by charge_lock */
  guint64 charged;         /* guarded by charge_lock */
} MgrPoolPrivate;

MgrPoolPrivate *mgr_pool_get_private     (MgrPool          *self);

gboolean        mgr_pool_is_owner        (MgrPool          *self);
void            mgr_pool_emit_water      (MgrPool          *self,
                                          gboolean          high,
                                          guint64           used);
/* In the owner's context, at once if this is it. No lock is held. */
void            mgr_pool_notify          (MgrPool          *self,
                                          MgrPoolProperty   property);

/* In the owner's context: says that all figures may have changed. */
void            mgr_pool_notify_figures  (MgrPool          *self);

void            mgr_pool_notifier_set_up (MgrPool          *self);
void            mgr_pool_notifier_clear  (MgrPool          *self);

/* Gives the whole charge back. */
void            mgr_pool_drop_charge     (MgrPool          *self);

void            mgr_pool_initable_init   (GInitableIface        *iface);
void            mgr_pool_reclaimer_init  (MgrReclaimerInterface *iface);

G_END_DECLS
