/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-monitor.h"

#include "base/mgr-error.h"
#include "base/mgr-size.h"
#include "mgr-enum-types.h"
#include "pressure/mgr-pressure-monitor-private.h"

/**
 * mgr_pressure_monitor_get_threshold:
 * @self: a monitor
 * @level: a level
 *
 * Gets from which used share of a limit on memory is at @level: what was set, or,
 * where the monitor has learnt that such usage is usual, what it goes by instead.
 * May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 for %MGR_PRESSURE_LEVEL_NORMAL
 *
 * Since: 1.0
 */
double
mgr_pressure_monitor_get_threshold (MgrPressureMonitor *self,
                                    MgrPressureLevel    level)
{
  double threshold;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), 0.0);
  g_return_val_if_fail ((guint) level < MGR_N_PRESSURE_LEVELS, 0.0);

  threshold = mgr_pressure_engine_get_current_scale (mgr_pressure_monitor_lock_engine (self))
                .thresholds[level];
  mgr_pressure_monitor_unlock_engine (self);

  return threshold;
}

/**
 * mgr_pressure_monitor_set_thresholds:
 * @self: a monitor
 * @thresholds: (array length=n_thresholds): the usage from which on memory is at
 *    low, medium, high, critical and emergency, each a ratio above 0 and at most 1,
 *    and each above the one before
 * @n_thresholds: how many: 5
 * @error: return location for a #GError
 *
 * Sets what the levels mean, from the next sample on. On failure nothing changes and
 * the error is %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_monitor_set_thresholds (MgrPressureMonitor  *self,
                                     const double        *thresholds,
                                     gsize                n_thresholds,
                                     GError             **error)
{
  double previous = 0.0;
  MgrLevelScale *scale;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), FALSE);
  g_return_val_if_fail (thresholds != NULL || n_thresholds == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (n_thresholds != MGR_N_PRESSURE_LEVELS - 1)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "%" G_GSIZE_FORMAT " pressure thresholds were given: give %d, for low, "
                   "medium, high, critical and emergency",
                   n_thresholds, MGR_N_PRESSURE_LEVELS - 1);
      return FALSE;
    }

  for (gsize i = 0; i < n_thresholds; i++)
    {
      if (!(thresholds[i] > previous && thresholds[i] <= 1.0))
        {
          g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                       "The pressure threshold %g has to be above %g and at most 1",
                       thresholds[i], previous);
          return FALSE;
        }
      previous = thresholds[i];
    }

  scale = mgr_pressure_engine_get_scale (mgr_pressure_monitor_lock_engine (self));
  for (gsize i = 0; i < n_thresholds; i++)
    scale->thresholds[i + 1] = thresholds[i];
  mgr_pressure_monitor_unlock_engine (self);

  return TRUE;
}

/**
 * mgr_pressure_monitor_get_size:
 * @self: a monitor
 * @level: a level
 *
 * Gets from which size of the process on memory is at @level. May be called from any
 * thread.
 *
 * Returns: bytes, or 0 where the size of the process does not count for @level
 *
 * Since: 1.0
 */
guint64
mgr_pressure_monitor_get_size (MgrPressureMonitor *self,
                               MgrPressureLevel    level)
{
  guint64 size;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), 0);
  g_return_val_if_fail ((guint) level < MGR_N_PRESSURE_LEVELS, 0);

  size = mgr_pressure_engine_get_scale (mgr_pressure_monitor_lock_engine (self))->sizes[level];
  mgr_pressure_monitor_unlock_engine (self);

  return size;
}

static gboolean
check_size (const char  *what,
            guint64      size,
            guint64      previous,
            GError     **error)
{
  g_autofree char *size_text = NULL;
  g_autofree char *previous_text = NULL;

  if (size == 0 || size > previous)
    return TRUE;

  size_text = mgr_size_format (size);
  previous_text = mgr_size_format (previous);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The %s size %s has to be above the one before it, %s; 0 turns it off",
               what, size_text, previous_text);
  return FALSE;
}

/**
 * mgr_pressure_monitor_set_sizes:
 * @self: a monitor
 * @alert: bytes from which on the level is low at least, or 0
 * @cleanup: bytes from which on it is high at least, so that a manager cleans, or 0
 * @critical: bytes from which on it is critical at least, or 0
 * @error: return location for a #GError
 *
 * Sets thresholds for what this process itself holds, beside those of the limits: its
 * anonymous memory, in RAM or swapped out, as #MgrProcessSource measures it. 0 turns
 * one off; those that are set have to rise. On failure nothing changes and the error
 * is %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_monitor_set_sizes (MgrPressureMonitor  *self,
                                guint64              alert,
                                guint64              cleanup,
                                guint64              critical,
                                GError             **error)
{
  MgrLevelScale *scale;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_size ("cleanup", cleanup, alert, error) ||
      !check_size ("critical", critical, MAX (alert, cleanup), error))
    return FALSE;

  scale = mgr_pressure_engine_get_scale (mgr_pressure_monitor_lock_engine (self));
  scale->sizes[MGR_PRESSURE_LEVEL_LOW] = alert;
  scale->sizes[MGR_PRESSURE_LEVEL_HIGH] = cleanup;
  scale->sizes[MGR_PRESSURE_LEVEL_CRITICAL] = critical;
  mgr_pressure_monitor_unlock_engine (self);

  return TRUE;
}

/**
 * mgr_pressure_monitor_get_adaptive:
 * @self: a monitor
 *
 * Gets #MgrPressureMonitor:adaptive. May be called from any thread.
 *
 * Returns: whether low and medium move to what is usual
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_monitor_get_adaptive (MgrPressureMonitor *self)
{
  gboolean adaptive;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), FALSE);

  adaptive = mgr_pressure_engine_get_adaptive (mgr_pressure_monitor_lock_engine (self));
  mgr_pressure_monitor_unlock_engine (self);

  return adaptive;
}

/**
 * mgr_pressure_monitor_set_adaptive:
 * @self: a monitor
 * @adaptive: whether low and medium move to what is usual
 *
 * Sets #MgrPressureMonitor:adaptive, from the next sample on. The monitor goes on
 * learning either way. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_set_adaptive (MgrPressureMonitor *self,
                                   gboolean            adaptive)
{
  MgrPressureEngine *engine;
  gboolean changed;

  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));

  engine = mgr_pressure_monitor_lock_engine (self);
  changed = mgr_pressure_engine_get_adaptive (engine) != !!adaptive;
  mgr_pressure_engine_set_adaptive (engine, !!adaptive);
  mgr_pressure_monitor_unlock_engine (self);

  if (changed)
    mgr_pressure_monitor_post_notify_adaptive (self);
}

static void
explain_level (GString             *text,
               const MgrLevelScale *set,
               const MgrLevelScale *current,
               guint                level)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  g_string_append_printf (text, "%s from %.0f %% of a limit on",
                          g_enum_get_value (klass, (int) level)->value_nick,
                          100 * current->thresholds[level]);
  if (current->thresholds[level] > set->thresholds[level])
    g_string_append_printf (text, " (set: %.0f %%)", 100 * set->thresholds[level]);
  if (set->sizes[level] > 0)
    {
      g_autofree char *size = mgr_size_format (set->sizes[level]);

      g_string_append_printf (text, ", or from %s of this process on", size);
    }
  g_string_append_c (text, '\n');
}

static void
explain_usual (GString             *text,
               const MgrUsualUsage *usual,
               gboolean             adaptive)
{
  if (usual->spans == 0)
    g_string_append (text, "What is usual is not known yet: it takes an hour without stall.\n");
  else if (usual->daily)
    g_string_append_printf (text, "Usual: %.0f %%, as at the same time of the day before.\n",
                            100 * usual->usage);
  else
    g_string_append_printf (text, "Usual: %.0f %%, reached in %u of the last %u spans of ten "
                            "minutes without stall.\n",
                            100 * usual->usage, usual->reached, usual->spans);

  if (!adaptive)
    g_string_append (text, "What is usual moves nothing: adaptive is off.\n");
}

/**
 * mgr_pressure_monitor_explain:
 * @self: a monitor
 *
 * Says from which thresholds on memory is at which level, and why, in English: what
 * was set, and what the monitor has learnt. May be called from any thread.
 *
 * Returns: (transfer full): lines of text
 *
 * Since: 1.0
 */
char *
mgr_pressure_monitor_explain (MgrPressureMonitor *self)
{
  MgrPressureEngine *engine;
  MgrLevelScale set, current;
  MgrUsualUsage usual;
  gboolean adaptive;
  GString *text;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), NULL);

  engine = mgr_pressure_monitor_lock_engine (self);
  set = *mgr_pressure_engine_get_scale (engine);
  current = mgr_pressure_engine_get_current_scale (engine);
  usual = *mgr_pressure_engine_get_usual (engine);
  adaptive = mgr_pressure_engine_get_adaptive (engine);
  mgr_pressure_monitor_unlock_engine (self);

  text = g_string_new (NULL);
  for (guint level = MGR_PRESSURE_LEVEL_LOW; level < MGR_N_PRESSURE_LEVELS; level++)
    explain_level (text, &set, &current, level);
  explain_usual (text, &usual, adaptive);

  return g_string_free (text, FALSE);
}
