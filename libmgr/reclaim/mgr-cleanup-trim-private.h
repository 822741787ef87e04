/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-step-private.h"
#include "reclaim/mgr-heap-reclaimer.h"

G_BEGIN_DECLS

/* What a cleanup has to do with the heap: where steps freed what did not leave the
 * process, to trim and to tell it with them. */
typedef struct
{
  MgrHeapReclaimer *heap;    /* (unowned) */
  GPtrArray *steps;          /* (unowned) (element-type MgrCleanupStep) of the cleanup */
  MgrCleanupStep *heap_step; /* (unowned) (nullable) that of the heap, if its turn came */

  guint64 trimmed;   /* bytes that trimming returned */
  guint64 unclaimed; /* bytes of these that no step had freed */
  guint64 settled;   /* bytes that are missing after all steps before the current one */
  guint64 claimed;   /* bytes that had been claimed when it trimmed last */
  guint64 patience;  /* so many bytes have to be missing before it tries again */
} MgrCleanupTrim;

/* The @n_steps-th step has ended. */
void mgr_cleanup_trim_settle     (MgrCleanupTrim *self,
                                  guint           n_steps);

/* Trims while the last of @n_steps goes on, each time so much is missing that it pays,
 * and no longer than a main loop bears. */
void mgr_cleanup_trim_in_passing (MgrCleanupTrim *self,
                                  guint           n_steps,
                                  guint64         claimed);

/* Trims after @n_steps that claimed so much together, in any case if @always, else
 * where it pays and takes no longer than @box, in microseconds. */
void mgr_cleanup_trim_finish     (MgrCleanupTrim *self,
                                  guint           n_steps,
                                  guint64         claimed,
                                  gboolean        always,
                                  gint64          box);

/* In the background, where the main loop waits for it, in microseconds. */
#define MGR_CLEANUP_TRIM_BACKGROUND (10 * G_TIME_SPAN_MILLISECOND)

G_END_DECLS
