/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

/* Half of what caches are usually given to expire in, so that what has expired is held
 * half as long again at most. */
#define DEFAULT_MAINTENANCE_INTERVAL (5 * G_TIME_SPAN_MINUTE)

typedef enum
{
  PROP_CLEANUP_AFTER_PHASE = MGR_MANAGER_UPKEEP_PROPERTIES,
  PROP_EMERGENCY_RESERVE,
  PROP_EMERGENCY_SIGNAL,
  PROP_MAINTENANCE_INTERVAL,
} UpkeepProperty;

static void
install_phases (GObjectClass *klass)
{
  /**
   * MgrManager:cleanup-after-phase:
   *
   * Whether mgr_manager_end_phase() cleans SAFE resources where there is need:
   * moderately where pressure is high or above; lightly where it is low or medium, or
   * where the components or the process hold more by a tenth of the total budget than
   * when the phase began (by 64 MiB where there is no budget).
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    klass, PROP_CLEANUP_AFTER_PHASE,
    g_param_spec_boolean ("cleanup-after-phase", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));

  /**
   * MgrManager::phase-finished:
   * @self: the manager
   * @report: what the phase did to memory
   *
   * Emitted in the owner's context when a phase has ended.
   *
   * Since: 1.0
   */
  g_signal_new ("phase-finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, MGR_TYPE_PHASE_REPORT);
}

static void
install_emergency (GObjectClass *klass)
{
  /**
   * MgrManager:emergency-reserve:
   *
   * Memory that is held for nothing but to be given back first in an emergency, in
   * bytes; see mgr_manager_declare_emergency(). At a level of emergency it is given up
   * too, and it is taken again when pressure is below high. Unless #MgrManager:config
   * says otherwise it is 0, except for mgr_manager_get_default(), which holds 4 MiB.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    klass, PROP_EMERGENCY_RESERVE,
    g_param_spec_uint64 ("emergency-reserve", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));

  /**
   * MgrManager:emergency-signal:
   *
   * The signal of the operating system that asks for an emergency cleanup, or 0
   * for none, which is so unless the configuration says otherwise; see
   * mgr_manager_set_emergency_signal().
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    klass, PROP_EMERGENCY_SIGNAL,
    g_param_spec_int ("emergency-signal", NULL, NULL, 0, G_MAXINT, 0,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));
}

static void
install_maintenance (GObjectClass *klass)
{
  /**
   * MgrManager:maintenance-interval:
   *
   * How long after one maintenance of a resource the next one comes by itself, in
   * microseconds; see mgr_manager_maintain(). 0 for never, except for resources that
   * have a #MgrResource:maintenance-interval. Five minutes by default.
   *
   * It takes place in the owner's context, at the priority of idle things and half a
   * millisecond at a time.
   *
   * Since: 1.0
   */
  g_object_class_install_property (
    klass, PROP_MAINTENANCE_INTERVAL,
    g_param_spec_int64 ("maintenance-interval", NULL, NULL, 0, G_MAXINT64,
                        DEFAULT_MAINTENANCE_INTERVAL,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));
}

void
mgr_manager_install_upkeep (MgrManagerClass *klass)
{
  install_maintenance (G_OBJECT_CLASS (klass));
  install_emergency (G_OBJECT_CLASS (klass));
  install_phases (G_OBJECT_CLASS (klass));
}

void
mgr_manager_set_up_upkeep (MgrManager *self)
{
  self->phases = mgr_phase_stack_new (self->root);
  self->cleanup_after_phase = TRUE;
  mgr_manager_watch_owner (self);
  self->maintenance = mgr_maintenance_new (self->clock, self->cleaner);
  mgr_maintenance_set_interval (self->maintenance, DEFAULT_MAINTENANCE_INTERVAL);
}

void
mgr_manager_stop_upkeep (MgrManager *self)
{
  g_clear_pointer (&self->maintenance, mgr_maintenance_free);
}

void
mgr_manager_clear_upkeep (MgrManager *self)
{
  g_clear_pointer (&self->phases, mgr_phase_stack_free);
  g_clear_pointer (&self->release_list, mgr_release_list_free);
  g_clear_pointer (&self->reserve, mgr_emergency_reserve_free);
}

gboolean
mgr_manager_get_upkeep_property (MgrManager *self,
                                 guint       property_id,
                                 GValue     *value)
{
  switch ((UpkeepProperty) property_id)
    {
    case PROP_CLEANUP_AFTER_PHASE:
      g_value_set_boolean (value, mgr_manager_get_cleanup_after_phase (self));
      return TRUE;
    case PROP_EMERGENCY_RESERVE:
      g_value_set_uint64 (value, mgr_manager_get_emergency_reserve (self));
      return TRUE;
    case PROP_EMERGENCY_SIGNAL:
      g_value_set_int (value, mgr_manager_get_emergency_signal (self));
      return TRUE;
    case PROP_MAINTENANCE_INTERVAL:
      g_value_set_int64 (value, mgr_manager_get_maintenance_interval (self));
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
mgr_manager_set_upkeep_property (MgrManager   *self,
                                 guint         property_id,
                                 const GValue *value)
{
  switch ((UpkeepProperty) property_id)
    {
    case PROP_CLEANUP_AFTER_PHASE:
      mgr_manager_set_cleanup_after_phase (self, g_value_get_boolean (value));
      return TRUE;
    case PROP_EMERGENCY_RESERVE:
      mgr_manager_set_emergency_reserve (self, g_value_get_uint64 (value));
      return TRUE;
    case PROP_MAINTENANCE_INTERVAL:
      mgr_manager_set_maintenance_interval (self, g_value_get_int64 (value));
      return TRUE;
    case PROP_EMERGENCY_SIGNAL:
    default:
      return FALSE;
    }
}
