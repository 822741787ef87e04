/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "pressure/mgr-pressure-monitor-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-report-private.h"
#include "reclaim/mgr-resource-private.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* While memory is critical and the owner's loop does not turn, no cleanup begins there:
 * what may be asked in any thread is asked in the monitor's. */

/* As long as an aggressive cleanup, which this stands in for. */
#define BOX (100 * G_TIME_SPAN_MILLISECOND)

/* What came of it, by name. */
typedef struct
{
  GPtrArray *cleaned;   /* (owned) (element-type utf8) */
  GPtrArray *kept;      /* (owned) (element-type utf8) */
  GPtrArray *protected; /* (owned) (element-type utf8) */
  guint64 freed;
} Outcome;

static char **
names_steal (GPtrArray *names)
{
  char **array;

  g_ptr_array_add (names, NULL);
  array = (char **) g_ptr_array_steal (names, NULL);
  g_ptr_array_unref (names);
  return array;
}

static guint64
process_size (MgrManager *self)
{
  g_autoptr (MgrReport) report = mgr_manager_get_report (self);

  return mgr_report_get_process (report);
}

static guint64
ask (MgrManager        *self,
     MgrResource       *resource,
     MgrReclaimRequest *request)
{
  if (mgr_resource_get_safety (resource) != MGR_SAFETY_SAFE
      || !mgr_resource_is_thread_safe (resource)
      || g_get_monotonic_time () >= request->deadline)
    return 0;

  mgr_resource_measure (resource, request->time, request->deadline);
  request->target = mgr_resource_get_size (resource);
  return request->target > 0 ? mgr_resource_reclaim (resource, request, NULL) : 0;
}

static void
ask_all (MgrManager        *self,
         MgrReclaimRequest *request,
         Outcome           *outcome)
{
  g_autoptr (GPtrArray) resources = mgr_release_list_get_all (self->release_list);

  for (guint i = 0; i < resources->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (resources, i);
      guint64 freed = ask (self, resource, request);
      GPtrArray *names = freed > 0 ? outcome->cleaned : outcome->kept;

      if (mgr_resource_get_safety (resource) == MGR_SAFETY_PROTECTED)
        names = outcome->protected;
      g_ptr_array_add (names, g_strdup (mgr_resource_get_name (resource)));
      outcome->freed += MIN (freed, G_MAXUINT64 - outcome->freed);
    }
}

static void
clean_here (MgrManager       *self,
            MgrPressureLevel  level)
{
  g_auto (MgrReclaimRequest) request = { 0 };
  g_autoptr (MgrCleanupReport) report = mgr_cleanup_report_new ();
  gint64 start = mgr_clock_get_time (self->clock);
  guint64 before = process_size (self);
  Outcome outcome = { .freed = 0 };

  outcome.cleaned = g_ptr_array_new_with_free_func (g_free);
  outcome.kept = g_ptr_array_new_with_free_func (g_free);
  outcome.protected = g_ptr_array_new_with_free_func (g_free);
  mgr_reclaim_request_init (&request, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE,
                            level, start, mgr_resource_registry_get_records (
                                            mgr_cleaner_get_registry (self->cleaner)));
  request.deadline = g_get_monotonic_time () + BOX;
  ask_all (self, &request, &outcome);
#ifdef __GLIBC__
  malloc_trim (0);
#endif

  report->strategy = MGR_CLEANUP_STRATEGY_AGGRESSIVE;
  report->cleaned = names_steal (outcome.cleaned);
  report->kept = names_steal (outcome.kept);
  report->protected = names_steal (outcome.protected);
  report->freed = outcome.freed;
  report->returned = (gint64) (before - process_size (self));
  report->time = start;
  report->duration = mgr_clock_get_time (self->clock) - start;
  mgr_cleaner_publish (self->cleaner, report);
}

/* In the monitor's thread. */
static void
blocked_cb (gint64   blocked_for,
            gpointer user_data)
{
  g_autoptr (MgrManager) self = g_weak_ref_get (user_data);
  MgrPressureLevel level;

  if (self == NULL || !mgr_cleanup_trigger_get_enabled (self->trigger))
    return;

  g_debug ("The owner's main context has not been iterated for %" G_GINT64_FORMAT " ms: what is "
           "thread-safe is cleaned here", blocked_for / G_TIME_SPAN_MILLISECOND);
  level = mgr_manager_get_level (self);
  if (level == MGR_PRESSURE_LEVEL_EMERGENCY)
    mgr_emergency_reserve_give_up (self->reserve);
  clean_here (self, level);
}

void
mgr_manager_watch_owner (MgrManager *self)
{
  mgr_pressure_monitor_set_blocked_func (self->monitor, blocked_cb, mgr_weak_box_new (self),
                                         mgr_weak_box_free);
}
