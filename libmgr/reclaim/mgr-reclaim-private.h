/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-record-ring-private.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* Between these two the calling thread is inside a handler that a cleanup called:
 * whoever waits there for memory waits for itself. They nest. */
void     mgr_reclaim_enter       (void);
void     mgr_reclaim_leave       (void);
gboolean mgr_reclaim_in_progress (void);

/* What a resource is asked for, by whom, and until when. */
typedef struct
{
  guint64 target;         /* bytes */
  MgrCleanupFlags flags;
  MgrPressureLevel level;
  gint64 deadline;        /* of g_get_monotonic_time() */
  gint64 patience;        /* of the same: an owner in another thread that has not begun by
                           * then is not waited for; 0 for the deadline */
  gint64 time;            /* of the cleanup, by its clock */
  char *reason;           /* (owned) (nullable) a GRefString */
  guint64 cause;          /* the entry of the journal that led to it, or 0 */
  MgrRecordRing *records; /* (owned) (nullable) */
} MgrReclaimRequest;

/* Begins a request of a cleanup; target and deadline differ from one resource to the
 * next, and are the caller's to set. */
void     mgr_reclaim_request_init  (MgrReclaimRequest       *request,
                                    MgrCleanupStrategy       strategy,
                                    MgrCleanupFlags          flags,
                                    MgrPressureLevel         level,
                                    gint64                   time,
                                    MgrRecordRing           *records);
void     mgr_reclaim_request_copy  (const MgrReclaimRequest *request,
                                    MgrReclaimRequest       *copy);
void     mgr_reclaim_request_clear (MgrReclaimRequest       *request);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrReclaimRequest, mgr_reclaim_request_clear)

/* Runs mgr_resource_reclaim() where @resource lives and waits for it, if that is
 * another thread until the deadline of @request. An owner that has not begun by then,
 * or by the end of its patience, is not bothered any more; one that has may take its
 * time, and what it frees after the deadline is taken off the size and recorded, but counts in no report. Returns what it says it
 * freed in time, and in @out_held, unless that is %NULL, what it held before; 0 with an
 * error says why it was not asked or did not answer. */
guint64  mgr_reclaim_call        (MgrResource              *resource,
                                  const MgrReclaimRequest  *request,
                                  guint64                  *out_held,
                                  GError                  **error);

/* Whether the calling thread may ask @resource itself. */
gboolean mgr_reclaim_may_ask     (MgrResource              *resource);

/* The same without waiting, for a resource that lives in another thread. */
typedef struct _MgrReclaimCall MgrReclaimCall;

/* Makes @wake ready once the resource has answered. Returns (transfer full) */
MgrReclaimCall *mgr_reclaim_call_post (MgrResource              *resource,
                                       const MgrReclaimRequest  *request,
                                       GSource                  *wake);

/* %FALSE until the resource has answered, or is not waited for any more; then as mgr_reclaim_call() returns. */
gboolean        mgr_reclaim_call_poll (MgrReclaimCall           *call,
                                       guint64                  *out_freed,
                                       guint64                  *out_held,
                                       GError                  **error);

/* As poll, but waits for the answer until @until. */
gboolean        mgr_reclaim_call_wait (MgrReclaimCall           *call,
                                       gint64                    until,
                                       guint64                  *out_freed,
                                       guint64                  *out_held,
                                       GError                  **error);

/* Withdraws the call, if it has not begun. */
void            mgr_reclaim_call_free (MgrReclaimCall           *call);

G_END_DECLS
