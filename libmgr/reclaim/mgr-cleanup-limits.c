/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-limits-private.h"

/* LIGHT runs beside the work: a quarter brings a level 5 % over its threshold
 *   back under it, and 5 ms are a third of a frame.
 * MODERATE may be noticed, but stays far under the 50 ms gap of a main loop that
 *   people feel.
 * AGGRESSIVE takes everything; by then a pause costs less than paging, and what
 *   malloc keeps in its lists is worth the trim.
 * EMERGENCY comes before the kernel kills: only the deadline that everything has
 *   ends it.
 * A slice is what a main loop does not notice; the worse it is, the longer it may be. */
static const MgrCleanupLimits cleanup_limits[] = {
  [MGR_CLEANUP_STRATEGY_LIGHT] = {
    25, 5 * G_TIME_SPAN_MILLISECOND, FALSE, 500, MGR_PRESSURE_LEVEL_MEDIUM,
  },
  [MGR_CLEANUP_STRATEGY_MODERATE] = {
    50, 20 * G_TIME_SPAN_MILLISECOND, FALSE, 500, MGR_PRESSURE_LEVEL_HIGH,
  },
  [MGR_CLEANUP_STRATEGY_AGGRESSIVE] = {
    100, 100 * G_TIME_SPAN_MILLISECOND, TRUE, 2000, MGR_PRESSURE_LEVEL_CRITICAL,
  },
  [MGR_CLEANUP_STRATEGY_EMERGENCY] = {
    100, 5 * G_TIME_SPAN_SECOND, TRUE, 5000, MGR_PRESSURE_LEVEL_EMERGENCY,
  },
};

const MgrCleanupLimits *
mgr_cleanup_limits_get (MgrCleanupStrategy strategy)
{
  g_return_val_if_fail ((gsize) strategy < G_N_ELEMENTS (cleanup_limits), &cleanup_limits[0]);

  return &cleanup_limits[strategy];
}

static gboolean
flags_have_all (MgrCleanupFlags flags,
                MgrCleanupFlags wanted)
{
  return (flags & wanted) == wanted;
}

gboolean
mgr_cleanup_flags_allow (MgrCleanupFlags flags,
                         MgrSafety       safety,
                         gboolean        by_hand)
{
  const MgrCleanupFlags unsafe = MGR_CLEANUP_FLAGS_FORCE | MGR_CLEANUP_FLAGS_UNSAFE;

  switch (safety)
    {
    case MGR_SAFETY_SAFE:
      return TRUE;
    case MGR_SAFETY_CAUTIOUS:
      return flags_have_all (flags, MGR_CLEANUP_FLAGS_FORCE);
    case MGR_SAFETY_PROTECTED:
    default:
      return flags_have_all (flags, by_hand ? unsafe | MGR_CLEANUP_FLAGS_ALLOW_PROTECTED : unsafe);
    }
}

guint
mgr_safety_get_rank (MgrSafety safety)
{
  switch (safety)
    {
    case MGR_SAFETY_SAFE:
      return 0;
    case MGR_SAFETY_CAUTIOUS:
      return 1;
    case MGR_SAFETY_PROTECTED:
    default:
      return 2;
    }
}
