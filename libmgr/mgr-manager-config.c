/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include <signal.h>

/* Says what is wrong, but not again what it said last: a program may make many
 * managers. */
static void
warn_once (const char *problems)
{
  static GMutex lock;
  static char *said = NULL; /* (owned) (nullable), guarded by lock */
  gboolean is_new;

  g_mutex_lock (&lock);
  is_new = g_strcmp0 (said, problems) != 0;
  if (is_new)
    {
      g_free (said);
      said = g_strdup (problems);
    }
  g_mutex_unlock (&lock);

  if (is_new)
    g_warning ("What is wrong in the configuration is left out:\n%s", problems);
}

static char *
choose_path (MgrConfig  *config,
             const char *key,
             char       *path)
{
  if (path != NULL || !mgr_config_is_set (config, key))
    return path;
  if (*mgr_config_get_string (config, key) == '\0')
    return NULL;

  return g_strdup (mgr_config_get_string (config, key));
}

void
mgr_manager_find_config (MgrManager *self)
{
  if (self->config == NULL)
    {
      g_autofree char *problems = NULL;

      self->config = mgr_config_new ();
      problems = g_strjoinv ("\n", (char **) mgr_config_get_problems (self->config));
      if (*problems != '\0')
        warn_once (problems);
    }

  self->proc_path = choose_path (self->config, "proc-path", self->proc_path);
  self->cgroup_path = choose_path (self->config, "cgroup-path", self->cgroup_path);
  self->journal_path = choose_path (self->config, "journal-path", self->journal_path);
}

static int
find_emergency_signal (MgrConfig *config)
{
  const char *name = mgr_config_get_string (config, "emergency-signal");

  if (g_str_equal (name, "SIGUSR1"))
    return SIGUSR1;
  if (g_str_equal (name, "SIGUSR2"))
    return SIGUSR2;

  return g_str_equal (name, "SIGHUP") ? SIGHUP : 0;
}

void
mgr_manager_apply_config (MgrManager *self)
{
  gsize n_ratios = 0;
  const double *ratios = mgr_config_get_ratios (self->config, "pressure-thresholds", &n_ratios);

  mgr_pressure_monitor_set_thresholds (self->monitor, ratios, n_ratios, NULL);
  mgr_pressure_monitor_set_sizes (self->monitor,
                                  mgr_config_get_size (self->config, "memory-alert"),
                                  mgr_config_get_size (self->config, "memory-cleanup"),
                                  mgr_config_get_size (self->config, "memory-critical"), NULL);
  mgr_pressure_monitor_set_adaptive (self->monitor,
                                     mgr_config_get_boolean (self->config, "adaptive-thresholds"));
  mgr_pressure_monitor_set_interval (self->monitor,
                                     mgr_config_get_duration (self->config, "monitoring-interval"));
  mgr_budget_source_set_track_process (self->own_budget,
                                       mgr_config_get_boolean (self->config, "track-process"));
  mgr_cleanup_trigger_set_enabled (self->trigger,
                                   mgr_config_get_boolean (self->config, "automatic-cleanup"));
  mgr_manager_set_emergency_reserve (self,
                                     mgr_config_get_size (self->config, "emergency-reserve"));
  mgr_manager_set_maintenance_interval (self,
                                        mgr_config_get_duration (self->config,
                                                                 "maintenance-interval"));
  mgr_manager_set_cleanup_after_phase (self,
                                       mgr_config_get_boolean (self->config,
                                                               "cleanup-after-phase"));
  mgr_emergency_signal_set_signum (self->emergency, find_emergency_signal (self->config), NULL);
}

/**
 * mgr_manager_get_config:
 * @self: a manager
 *
 * Gets what the manager was made with where the program said nothing: the
 * #MgrManager:config that it was given, or what it read by itself.
 *
 * Returns: (transfer none): the config
 *
 * Since: 1.0
 */
MgrConfig *
mgr_manager_get_config (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->config;
}
