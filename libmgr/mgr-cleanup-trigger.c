/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-cleanup-trigger-private.h"

#include "journal/mgr-journal-private.h"
#include "pressure/mgr-level-now-private.h"

/* A level is held for seconds after pressure fell, so a level alone does not say
 * that more is to be cleaned. While one is held, usage is looked at once in this
 * interval: often enough to stop a leak, at most two cleanups a second. */
#define REPEAT_INTERVAL (G_USEC_PER_SEC / 2)

struct _MgrCleanupTrigger
{
  MgrClock *clock;             /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrCleaner *cleaner;         /* (owned) */
  GMainContext *context;       /* (owned) */
  GSource *repeat;             /* (owned) (nullable), while a level is held */
  gulong changed_id;
  MgrJournal *journal;         /* (owned) (nullable) */
  guint64 cause;
  int enabled;                 /* atomic */
};

typedef struct
{
  gboolean cleans;
  MgrCleanupStrategy strategy;
  gboolean force;
} Response;

/* CAUTIOUS resources give way only where the program would otherwise end. */
static const Response responses[] = {
  [MGR_PRESSURE_LEVEL_NORMAL] = { FALSE, MGR_CLEANUP_STRATEGY_LIGHT, FALSE },
  [MGR_PRESSURE_LEVEL_LOW] = { FALSE, MGR_CLEANUP_STRATEGY_LIGHT, FALSE },
  [MGR_PRESSURE_LEVEL_MEDIUM] = { TRUE, MGR_CLEANUP_STRATEGY_LIGHT, FALSE },
  [MGR_PRESSURE_LEVEL_HIGH] = { TRUE, MGR_CLEANUP_STRATEGY_MODERATE, FALSE },
  [MGR_PRESSURE_LEVEL_CRITICAL] = { TRUE, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE },
  [MGR_PRESSURE_LEVEL_EMERGENCY] = { TRUE, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE },
};

static void
trigger_respond (MgrCleanupTrigger *self,
                 MgrPressureLevel   level)
{
  const Response *response = &responses[level];
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  MgrJournalScope scope;

  if (!response->cleans || !mgr_cleanup_trigger_get_enabled (self))
    return;

  mgr_journal_scope_open (&scope, self->journal, self->cause);
  report = mgr_cleaner_cleanup (self->cleaner, response->strategy, response->force, TRUE, &error);
  mgr_journal_scope_close (&scope);
  if (report == NULL)
    g_debug ("No cleanup: %s", error->message);
}

static void
trigger_clear (gpointer data)
{
  MgrCleanupTrigger *self = data;

  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->journal);
  g_clear_object (&self->cleaner);
  g_clear_object (&self->monitor);
  g_clear_object (&self->clock);
}

static void
trigger_release (MgrCleanupTrigger *self)
{
  g_rc_box_release_full (self, trigger_clear);
}

static void trigger_schedule (MgrCleanupTrigger *self);

static gboolean
trigger_repeat_cb (gpointer user_data)
{
  MgrCleanupTrigger *self = user_data;

  g_rc_box_acquire (self);
  g_clear_pointer (&self->repeat, g_source_unref);
  trigger_respond (self, mgr_level_now (self->monitor));
  trigger_schedule (self);
  trigger_release (self);
  return G_SOURCE_REMOVE;
}

static void
trigger_cancel (MgrCleanupTrigger *self)
{
  if (self->repeat != NULL)
    g_source_destroy (self->repeat);
  g_clear_pointer (&self->repeat, g_source_unref);
}

static void
trigger_schedule (MgrCleanupTrigger *self)
{
  trigger_cancel (self);
  if (self->changed_id == 0 || !responses[mgr_pressure_monitor_get_level (self->monitor)].cleans)
    return;

  self->repeat = mgr_clock_create_timer (self->clock,
                                         mgr_clock_get_time (self->clock) + REPEAT_INTERVAL);
  g_source_set_callback (self->repeat, trigger_repeat_cb, self, NULL);
  g_source_set_static_name (self->repeat, "[libmgr] cleanup while pressed");
  g_source_attach (self->repeat, self->context);
}

static void
trigger_changed_cb (MgrPressureMonitor *monitor,
                    MgrPressureLevel    level,
                    MgrPressureSample  *sample,
                    gpointer            user_data)
{
  MgrCleanupTrigger *self = user_data;
  MgrPressureLevel now;

  /* By now the pressure may have passed; what is gone needs no cleanup. A handler
   * may drop the manager, and this trigger with it. */
  g_rc_box_acquire (self);
  now = mgr_level_now (self->monitor);
  trigger_respond (self, MIN (level, now));
  trigger_schedule (self);
  trigger_release (self);
}

MgrCleanupTrigger *
mgr_cleanup_trigger_new (MgrClock           *clock,
                         MgrPressureMonitor *monitor,
                         MgrCleaner         *cleaner)
{
  MgrCleanupTrigger *self = g_rc_box_new0 (MgrCleanupTrigger);

  self->clock = g_object_ref (clock);
  self->monitor = g_object_ref (monitor);
  self->cleaner = g_object_ref (cleaner);
  self->context = g_main_context_ref_thread_default ();
  self->enabled = TRUE;
  self->changed_id = g_signal_connect (monitor, "pressure-changed",
                                       G_CALLBACK (trigger_changed_cb), self);
  return self;
}

void
mgr_cleanup_trigger_set_cause (MgrCleanupTrigger *self,
                               MgrJournal        *journal,
                               guint64            cause)
{
  g_set_object (&self->journal, journal);
  self->cause = cause;
}

void
mgr_cleanup_trigger_free (MgrCleanupTrigger *self)
{
  g_clear_signal_handler (&self->changed_id, self->monitor);
  trigger_cancel (self);
  trigger_release (self);
}

void
mgr_cleanup_trigger_respond (MgrCleanupTrigger *self,
                             MgrPressureLevel   at_least)
{
  MgrPressureLevel now;

  g_rc_box_acquire (self);
  now = mgr_level_now (self->monitor);
  trigger_respond (self, MAX (at_least, now));
  trigger_release (self);
}

gboolean
mgr_cleanup_trigger_get_enabled (MgrCleanupTrigger *self)
{
  return g_atomic_int_get (&self->enabled);
}

void
mgr_cleanup_trigger_set_enabled (MgrCleanupTrigger *self,
                                 gboolean           enabled)
{
  g_atomic_int_set (&self->enabled, enabled);
}
