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
    g_strdup_printf ("%s%s%s cleanup%s at level %s",
                     flags & MGR_CLEANUP_FLAGS_UNSAFE ? "unsafe " : "",
                     flags & MGR_CLEANUP_FLAGS_FORCE ? "forced " : "",
                     nick_of (MGR_TYPE_CLEANUP_STRATEGY, (int) strategy),
                     flags & MGR_CLEANUP_FLAGS_ALLOW_PROTECTED ? " with PROTECTED allowed" : "",
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

/* What the owner fills in. */
typedef struct
{
  MgrReclaimRequest request;
  guint64 freed;
  guint64 held;  /* before */
  GError *error; /* (owned) (nullable) */
  GSource *wake; /* (owned) (nullable) */
} Answer;

struct _MgrReclaimCall
{
  MgrOwnerCall *posted; /* (owned) */
  Answer *answer;       /* (unowned) kept by posted; read once that has returned */
  char *name;           /* (owned) of the resource */
  gint64 patience;
  gint64 deadline;
};

static void
answer_cb (gpointer object,
           gpointer user_data)
{
  Answer *answer = user_data;

  answer->freed = mgr_resource_reclaim (object, &answer->request, &answer->held,
                                        &answer->error);
  if (answer->wake != NULL)
    g_source_set_ready_time (answer->wake, 0);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  mgr_reclaim_request_clear (&answer->request);
  g_clear_error (&answer->error);
  g_clear_pointer (&answer->wake, g_source_unref);
  g_free (answer);
}

MgrReclaimCall *
mgr_reclaim_call_post (MgrResource             *resource,
                       const MgrReclaimRequest *request,
                       GSource                 *wake)
{
  MgrReclaimCall *call = g_new0 (MgrReclaimCall, 1);
  Answer *answer = g_new0 (Answer, 1);

  mgr_reclaim_request_copy (request, &answer->request);
  answer->wake = wake != NULL ? g_source_ref (wake) : NULL;
  call->answer = answer;
  call->name = g_strdup (mgr_resource_get_name (resource));
  call->patience = request->patience > 0 ? request->patience : request->deadline;
  call->deadline = request->deadline;
  call->posted = mgr_owner_call_post (mgr_resource_get_context (resource), resource,
                                      answer_cb, answer, answer_free);
  return call;
}

void
mgr_reclaim_call_free (MgrReclaimCall *call)
{
  mgr_owner_call_withdraw (call->posted);
  mgr_owner_call_unref (call->posted);
  g_free (call->name);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrReclaimCall, mgr_reclaim_call_free)

static guint64
reclaim_call_finish (MgrReclaimCall  *call,
                     gboolean         answered,
                     guint64         *out_held,
                     GError         **error)
{
  if (!answered)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                   "The owner of “%s” did not answer in time: iterate the main context of the "
                   "thread that made it", call->name);
      return 0;
    }

  if (out_held != NULL)
    *out_held = call->answer->held;
  if (call->answer->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->answer->error));
  return call->answer->freed;
}

/* Whether it is no use to wait any longer: from then on the owner does not begin. */
static gboolean
reclaim_call_is_over (MgrReclaimCall *call)
{
  gint64 now = g_get_monotonic_time ();

  return now >= call->deadline
         || (now >= call->patience && mgr_owner_call_withdraw (call->posted));
}

gboolean
mgr_reclaim_call_wait (MgrReclaimCall  *call,
                       gint64           until,
                       guint64         *out_freed,
                       guint64         *out_held,
                       GError         **error)
{
  gboolean answered = mgr_owner_call_wait (call->posted, until);

  if (!answered && !reclaim_call_is_over (call))
    return FALSE;

  *out_freed = reclaim_call_finish (call, answered, out_held, error);
  return TRUE;
}

gboolean
mgr_reclaim_call_poll (MgrReclaimCall  *call,
                       guint64         *out_freed,
                       guint64         *out_held,
                       GError         **error)
{
  /* Who has made the source ready is about to return. */
  gint64 until = g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND;

  return mgr_reclaim_call_wait (call, until, out_freed, out_held, error);
}

static guint64
reclaim_there (MgrResource              *resource,
               const MgrReclaimRequest  *request,
               guint64                  *out_held,
               GError                  **error)
{
  g_autoptr (MgrReclaimCall) call = mgr_reclaim_call_post (resource, request, NULL);
  guint64 freed = 0;

  if (!mgr_reclaim_call_wait (call, call->patience, &freed, out_held, error))
    mgr_reclaim_call_wait (call, call->deadline, &freed, out_held, error);

  return freed;
}

gboolean
mgr_reclaim_may_ask (MgrResource *resource)
{
  return mgr_resource_is_owner (resource) || mgr_resource_is_thread_safe (resource);
}

guint64
mgr_reclaim_call (MgrResource              *resource,
                  const MgrReclaimRequest  *request,
                  guint64                  *out_held,
                  GError                  **error)
{
  if (mgr_reclaim_may_ask (resource))
    return mgr_resource_reclaim (resource, request, out_held, error);

  return reclaim_there (resource, request, out_held, error);
}
