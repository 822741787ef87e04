/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaim-private.h"

#include "base/mgr-owner-call-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-resource-private.h"

/* How many handlers of a cleanup this thread is inside of. */
static GPrivate reclaim_depth;

static void
reclaim_add_depth (int more)
{
  int depth = GPOINTER_TO_INT (g_private_get (&reclaim_depth));

  g_private_set (&reclaim_depth, GINT_TO_POINTER (depth + more));
}

void
mgr_reclaim_enter (void)
{
  reclaim_add_depth (1);
}

void
mgr_reclaim_leave (void)
{
  reclaim_add_depth (-1);
}

gboolean
mgr_reclaim_in_progress (void)
{
  return GPOINTER_TO_INT (g_private_get (&reclaim_depth)) > 0;
}

static const char *
nick_of (GType type,
         int   value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value (klass, value);

  return found != NULL ? found->value_nick : "unknown";
}

void
mgr_reclaim_request_init (MgrReclaimRequest  *request,
                          MgrCleanupStrategy  strategy,
                          MgrCleanupFlags     flags,
                          MgrPressureLevel    level,
                          gint64              time,
                          MgrRecordRing      *records)
{
  g_autofree char *reason =
    g_strdup_printf ("%s%s%s cleanup at level %s",
                     flags & MGR_CLEANUP_FLAGS_UNSAFE ? "unsafe " : "",
                     flags & MGR_CLEANUP_FLAGS_FORCE ? "forced " : "",
                     nick_of (MGR_TYPE_CLEANUP_STRATEGY, (int) strategy),
                     nick_of (MGR_TYPE_PRESSURE_LEVEL, (int) level));

  *request = (MgrReclaimRequest) { .flags = flags, .level = level, .time = time };
  request->reason = g_ref_string_new (reason);
  request->records = records != NULL ? mgr_record_ring_ref (records) : NULL;
}

void
mgr_reclaim_request_copy (const MgrReclaimRequest *request,
                          MgrReclaimRequest       *copy)
{
  *copy = *request;
  if (copy->reason != NULL)
    g_ref_string_acquire (copy->reason);
  if (copy->records != NULL)
    mgr_record_ring_ref (copy->records);
}

void
mgr_reclaim_request_clear (MgrReclaimRequest *request)
{
  g_clear_pointer (&request->reason, g_ref_string_release);
  g_clear_pointer (&request->records, mgr_record_ring_unref);
}

typedef struct
{
  MgrReclaimRequest request;
  guint64 freed;
  GError *error; /* (owned) (nullable) */
} ReclaimCall;

static void
reclaim_call_cb (gpointer object,
                 gpointer user_data)
{
  ReclaimCall *call = user_data;

  call->freed = mgr_resource_reclaim (object, &call->request, &call->error);
}

static void
reclaim_call_free (gpointer data)
{
  ReclaimCall *call = data;

  mgr_reclaim_request_clear (&call->request);
  g_clear_error (&call->error);
  g_free (call);
}

static guint64
reclaim_there (MgrResource              *resource,
               const MgrReclaimRequest  *request,
               GError                  **error)
{
  ReclaimCall *call = g_new0 (ReclaimCall, 1);
  g_autoptr (MgrOwnerCall) posted = NULL;

  mgr_reclaim_request_copy (request, &call->request);
  posted = mgr_owner_call_post (mgr_resource_get_context (resource), resource,
                                reclaim_call_cb, call, reclaim_call_free);
  if (!mgr_owner_call_wait (posted, request->deadline))
    {
      mgr_owner_call_withdraw (posted);
      g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                   "The owner of “%s” did not answer in time: iterate the main context of the "
                   "thread that made it", mgr_resource_get_name (resource));
      return 0;
    }

  if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  return call->freed;
}

guint64
mgr_reclaim_call (MgrResource              *resource,
                  const MgrReclaimRequest  *request,
                  GError                  **error)
{
  if (mgr_resource_is_owner (resource) || mgr_resource_is_thread_safe (resource))
    return mgr_resource_reclaim (resource, request, error);

  return reclaim_there (resource, request, error);
}
