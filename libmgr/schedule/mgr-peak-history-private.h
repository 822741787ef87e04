/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

#define MGR_PEAK_HISTORY_LENGTH 64

/* So many runs are needed before what was learned decides, from the fifth run on. */
#define MGR_PEAK_HISTORY_ENOUGH 4

/* What earlier runs of the same kind of task took at most, in bytes: the last of them by
 * themselves, all of them in count and mean. */
typedef struct
{
  guint64 count;
  double mean;
  guint64 peaks[MGR_PEAK_HISTORY_LENGTH];
} MgrPeakHistory;

void    mgr_peak_history_add          (MgrPeakHistory       *self,
                                       guint64               peak);

/* The smallest peak that at least @share of the last runs did not exceed; 0 of none. */
guint64 mgr_peak_history_get_quantile (const MgrPeakHistory *self,
                                       double                share);

/* What to grant the next run, or 0 as long as too few are known. */
guint64 mgr_peak_history_get_estimate (const MgrPeakHistory *self);

/* What to grant after a run with @grant was ended at @peak for want of memory; @budget is
 * the most there can be. */
guint64 mgr_grant_after_oom           (guint64               grant,
                                       guint64               peak,
                                       guint64               budget);

G_END_DECLS
