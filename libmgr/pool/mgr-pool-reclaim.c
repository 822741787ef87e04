/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-pool-core-private.h"

static const char *
mgr_pool_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return mgr_pool_get_name (MGR_POOL (reclaimer));
}

/* What a pool holds beyond what is in use it can give back without loss. */
static MgrReclaimEstimate *
pool_estimate_idle (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (self);
  guint64 charged = mgr_pool_statistics_get_charged (statistics);
  guint64 used = mgr_pool_statistics_get_used (statistics);

  return mgr_reclaim_estimate_new (charged - MIN (used, charged), FALSE, 0, 0);
}

static MgrReclaimEstimate *
mgr_pool_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  MgrPool *self = MGR_POOL (reclaimer);
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  return klass->estimate != NULL ? klass->estimate (self) : pool_estimate_idle (self);
}

static guint64
mgr_pool_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                            guint64            target,
                            MgrPressureLevel   level,
                            gint64             deadline,
                            GError           **error)
{
  MgrPool *self = MGR_POOL (reclaimer);
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  if (klass->reclaim != NULL)
    return klass->reclaim (self, target, level, deadline);

  return mgr_pool_trim (self, target);
}

static gboolean
mgr_pool_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  MgrPool *self = MGR_POOL (reclaimer);
  MgrPoolClass *klass = MGR_POOL_GET_CLASS (self);

  return klass->is_thread_safe == NULL || klass->is_thread_safe (self);
}

void
mgr_pool_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->get_name = mgr_pool_reclaimer_get_name;
  iface->estimate = mgr_pool_reclaimer_estimate;
  iface->reclaim = mgr_pool_reclaimer_reclaim;
  iface->is_thread_safe = mgr_pool_reclaimer_is_thread_safe;
}
