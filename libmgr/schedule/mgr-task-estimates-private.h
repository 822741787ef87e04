/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-peak-history-private.h"

G_BEGIN_DECLS

/* What was learned of each kind of task. No lock in it. */
typedef struct _MgrTaskEstimates MgrTaskEstimates;

/* What is known of one kind, as it is kept. */
typedef struct
{
  char *key;        /* (owned) */
  guint64 n_runs;
  double duration;  /* µs, the mean */
  MgrPeakHistory peaks;
} MgrEstimateRow;

void              mgr_estimate_row_free           (gpointer          row);

MgrTaskEstimates *mgr_task_estimates_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void              mgr_task_estimates_free         (MgrTaskEstimates *self);

/* A run of @key that was done took @peak bytes, 0 if nobody measured, and @duration µs.
 * Returns whether what is expected of the next is worth telling those that wait: it has
 * changed by more than a sixteenth since that was last so. */
gboolean          mgr_task_estimates_learn        (MgrTaskEstimates *self,
                                                   const char       *key,
                                                   guint64           peak,
                                                   gint64            duration);

/* Bytes, or 0 as long as too little is known. */
guint64           mgr_task_estimates_get_memory   (MgrTaskEstimates *self,
                                                   const char       *key);
/* µs, or 0 as long as too little is known. */
gint64            mgr_task_estimates_get_duration (MgrTaskEstimates *self,
                                                   const char       *key);

/* Bytes that 95 of 100 runs did not exceed, or 0 as long as too little is known. */
guint64           mgr_task_estimates_get_usual    (MgrTaskEstimates *self,
                                                   const char       *key);

/* Whether it is the first time that this is asked of @key. */
gboolean          mgr_task_estimates_is_first     (MgrTaskEstimates *self,
                                                   const char       *key);

/* What was learned since this was last asked.
 * Returns: (transfer full) (element-type MgrEstimateRow) (nullable): %NULL for nothing */
GPtrArray        *mgr_task_estimates_take_new     (MgrTaskEstimates *self);
/* They were not kept after all. */
void              mgr_task_estimates_put_back     (MgrTaskEstimates *self,
                                                   GPtrArray        *rows);
/* What was learned by earlier programs; what this one learned already counts for more. */
void              mgr_task_estimates_restore      (MgrTaskEstimates *self,
                                                   GPtrArray        *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTaskEstimates, mgr_task_estimates_free)

G_END_DECLS
