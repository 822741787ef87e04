/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-step-private.h"
#include "reclaim/mgr-protection-rule.h"
#include "reclaim/mgr-reclaim-score-private.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* A resource and, from the making of the plan on, what it was then: the order
 * holds while other threads change it. */
typedef struct
{
  MgrResource *resource; /* (owned) (nullable) until the plan is made: it keeps nobody alive */
  guint64 serial;        /* in which order they were registered */
  guint64 size_serial;   /* counts how often the program set the size */
  MgrProtectionRule *rule; /* (owned) (nullable) that classified it */
  gboolean by_hand;      /* whether somebody set the safety, and not a rule */
  gboolean can_reclaim;  /* whether anything would answer */
  gboolean pinned;
  gboolean vetoed;
  gboolean out_of_reach; /* its owner would have to be waited for, and is not */
  gboolean is_heap;      /* comes after all others */
  guint rank;            /* of classes, limits and priorities; lower ones come first */
  guint64 limit;         /* that it is over; 0 for none */
  MgrReclaimPrior prior;
  double yield;          /* bytes per ms that asking it may be expected to bring */
  MgrCleanupStep *step;  /* (owned) (nullable) until it is read */
} MgrCleanupCandidate;

MgrCleanupCandidate *mgr_cleanup_candidate_new     (MgrResource         *resource,
                                                    guint64              serial,
                                                    MgrProtectionRule   *rule);
void                 mgr_cleanup_candidate_free    (MgrCleanupCandidate *self);

/* Writes down what the resource is now, and, where a cleanup with @flags could take
 * it, whether its owner objects. Waits for an owner in another thread until @deadline
 * of g_get_monotonic_time(). */
void                 mgr_cleanup_candidate_read    (MgrCleanupCandidate *self,
                                                    MgrCleanupFlags      flags,
                                                    MgrPressureLevel     level,
                                                    gint64               deadline);

/* From now on it keeps nobody alive. */
void                 mgr_cleanup_candidate_forget  (MgrCleanupCandidate *self);

/* What has become of @resource, which the candidate stood for, that makes a plan
 * useless, as the end of a sentence that begins with its name; %NULL if nothing. */
const char          *mgr_cleanup_candidate_compare (MgrCleanupCandidate *self,
                                                    MgrResource         *resource,
                                                    MgrPressureLevel     level,
                                                    gint64               deadline);

/* For g_ptr_array_sort(); the heap comes last. */
int                  mgr_cleanup_candidate_compare_registration (gconstpointer a,
                                                                 gconstpointer b);

G_END_DECLS
