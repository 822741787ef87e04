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

MgrTaskEstimates *mgr_task_estimates_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void              mgr_task_estimates_free         (MgrTaskEstimates *self);

/* A run of @key that was done took @peak bytes, 0 if nobody measured, and @duration µs.
 * Returns whether what is expected of the next has changed. */
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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTaskEstimates, mgr_task_estimates_free)

G_END_DECLS
