/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-keys-private.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-nearest-private.h"
#include "base/mgr-size.h"

#include <string.h>

#define EIB (G_GUINT64_CONSTANT (1) << 60)

static const char *const emergency_signals[] = { "none", "SIGUSR1", "SIGUSR2", "SIGHUP", NULL };

const MgrConfigKey mgr_config_keys[] = {
  { "total-budget", MGR_CONFIG_SIZE_OR_SHARE, 0, EIB, NULL, "0",
    "What all components together may use: a size, or a share of the memory that the "
    "process may have; 0 for all of that memory less 5 %." },
  { "memory-alert", MGR_CONFIG_SIZE, 0, EIB, NULL, "0",
    "From this size of the process's own memory on, pressure is low at least; 0 for off." },
  { "memory-cleanup", MGR_CONFIG_SIZE, 0, EIB, NULL, "0",
    "From this size of the process's own memory on, pressure is high at least; 0 for off.",
    "memory-alert" },
  { "memory-critical", MGR_CONFIG_SIZE, 0, EIB, NULL, "0",
    "From this size of the process's own memory on, pressure is critical at least; "
    "0 for off.",
    "memory-cleanup" },
  { "monitoring-interval", MGR_CONFIG_DURATION, G_TIME_SPAN_MILLISECOND, G_TIME_SPAN_DAY, NULL,
    "500 ms",
    "The time between two looks at memory." },
  { "pressure-thresholds", MGR_CONFIG_RATIOS, 0, 0, NULL,
    "0.70, 0.80, 0.85, 0.90, 0.95",
    "The used shares from which on pressure is low, medium, high, critical and emergency." },
  { "adaptive-thresholds", MGR_CONFIG_BOOLEAN, 0, 0, NULL, "true",
    "Whether the levels low and medium begin later where their usage is the usual course "
    "of things." },
  { "automatic-cleanup", MGR_CONFIG_BOOLEAN, 0, 0, NULL, "true",
    "Whether rising pressure cleans by itself." },
  { "track-process", MGR_CONFIG_BOOLEAN, 0, 0, NULL, "false",
    "Whether the anonymous memory of the whole process counts against the total budget, "
    "charged or not; the default manager does it unless this says otherwise." },
  { "emergency-signal", MGR_CONFIG_CHOICE, 0, 0, emergency_signals, "none",
    "The signal on which the process cleans up as in an emergency." },
  { "journal-path", MGR_CONFIG_PATH, 0, 0, NULL, "",
    "The file in which a program keeps its journal across restarts, one program a file; "
    "empty for none." },
  { "estimates-path", MGR_CONFIG_PATH, 0, 0, NULL, "",
    "The file in which what was learned of tasks is kept across restarts; empty for none." },
  { "emergency-reserve", MGR_CONFIG_SIZE, 0, EIB, NULL, "0",
    "Memory that is held to be given back first in an emergency; the default manager holds "
    "4 MiB unless this says otherwise." },
  { "maintenance-interval", MGR_CONFIG_DURATION, 0, G_TIME_SPAN_DAY, NULL, "5 min",
    "The time between two maintenances of a resource; 0 for none." },
  { "cleanup-after-phase", MGR_CONFIG_BOOLEAN, 0, 0, NULL, "true",
    "Whether the end of a phase cleans where pressure is felt or the phase leaves much behind." },
  { "proc-path", MGR_CONFIG_PATH, 0, 0, NULL, "/proc",
    "Where the kernel shows processes." },
  { "cgroup-path", MGR_CONFIG_PATH, 0, 0, NULL, "/",
    "The folder that stands for the root folder where cgroups are mounted." },
};

const guint mgr_config_n_keys = G_N_ELEMENTS (mgr_config_keys);

static const char *const type_names[] = {
  [MGR_CONFIG_SIZE] = "size",
  [MGR_CONFIG_SIZE_OR_SHARE] = "size or share",
  [MGR_CONFIG_DURATION] = "duration",
  [MGR_CONFIG_RATIOS] = "ratios",
  [MGR_CONFIG_BOOLEAN] = "boolean",
  [MGR_CONFIG_CHOICE] = "choice",
  [MGR_CONFIG_PATH] = "path",
};

/* What the values count in, as programs see them. */
static const char *const type_units[] = {
  [MGR_CONFIG_SIZE] = "bytes",
  [MGR_CONFIG_SIZE_OR_SHARE] = "bytes or ratio",
  [MGR_CONFIG_DURATION] = "microseconds",
  [MGR_CONFIG_RATIOS] = "ratio",
  [MGR_CONFIG_BOOLEAN] = "",
  [MGR_CONFIG_CHOICE] = "",
  [MGR_CONFIG_PATH] = "",
};

static const char *const test_variables[] = {
  "MGR_BUILD_ROOT", "MGR_LIBRARY", "MGR_SOURCE_ROOT", "MGR_TEST_PROGRAM", "MGR_TEST_REGISTRIES",
  "MGR_TEST_SECONDS", "MGR_TEST_SEED", "MGR_TRACES", "MGR_UNINSTALLED", NULL,
};

/* `MGR_MEMORY_ALERT`, and what people make of it, as `memory-alert`. */
static char *
key_name_from_variable (const char *variable)
{
  g_autofree char *lower = g_ascii_strdown (variable, -1);
  const char *name = lower;

  if (g_ascii_strncasecmp (variable, MGR_CONFIG_VARIABLE_PREFIX,
                           strlen (MGR_CONFIG_VARIABLE_PREFIX)) == 0)
    name += strlen (MGR_CONFIG_VARIABLE_PREFIX);

  return g_strdelimit (g_strdup (name), "_ .", '-');
}

int
mgr_config_key_find (const char *name)
{
  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      if (g_str_equal (name, mgr_config_keys[i].name))
        return (int) i;
    }

  return -1;
}

int
mgr_config_key_find_variable (const char *variable)
{
  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      g_autofree char *own = mgr_config_key_get_variable (&mgr_config_keys[i]);

      if (g_str_equal (variable, own))
        return (int) i;
    }

  return -1;
}

const char *const *
mgr_config_key_get_names (void)
{
  static const char *names[G_N_ELEMENTS (mgr_config_keys) + 1];
  static gsize filled = 0;

  if (g_once_init_enter (&filled))
    {
      for (guint i = 0; i < mgr_config_n_keys; i++)
        names[i] = mgr_config_keys[i].name;
      g_once_init_leave (&filled, TRUE);
    }

  return names;
}

const char *
mgr_config_key_guess (const char *name)
{
  g_autofree char *own_spelling = key_name_from_variable (name);

  return mgr_nearest_find (own_spelling, mgr_config_key_get_names ());
}

char *
mgr_config_key_get_variable (const MgrConfigKey *key)
{
  g_autofree char *upper = g_ascii_strup (key->name, -1);

  return g_strconcat (MGR_CONFIG_VARIABLE_PREFIX, g_strdelimit (upper, "-", '_'), NULL);
}

static char *
describe_sizes (const MgrConfigKey *key)
{
  g_autofree char *maximum = mgr_size_format (key->maximum);

  if (key->below != NULL)
    return g_strdup_printf ("0 to %s, above %s", maximum, key->below);
  if (key->type == MGR_CONFIG_SIZE)
    return g_strdup_printf ("0 to %s", maximum);

  return g_strdup_printf ("0 to %s, or a share up to 100 %%", maximum);
}

static char *
describe_durations (const MgrConfigKey *key)
{
  g_autofree char *minimum = mgr_duration_format ((gint64) key->minimum);
  g_autofree char *maximum = mgr_duration_format ((gint64) key->maximum);

  return g_strdup_printf ("%s to %s", minimum, maximum);
}

char *
mgr_config_key_get_range (const MgrConfigKey *key)
{
  switch (key->type)
    {
    case MGR_CONFIG_SIZE:
    case MGR_CONFIG_SIZE_OR_SHARE:
      return describe_sizes (key);
    case MGR_CONFIG_DURATION:
      return describe_durations (key);
    case MGR_CONFIG_RATIOS:
      return g_strdup_printf ("%d ratios above 0 and up to 1, each above the one before",
                              MGR_CONFIG_N_RATIOS);
    case MGR_CONFIG_BOOLEAN:
      return g_strdup ("true or false");
    case MGR_CONFIG_CHOICE:
      return g_strjoinv (", ", (char **) key->choices);
    case MGR_CONFIG_PATH:
      return g_strdup (*key->standard != '\0' ? "an absolute path" : "an absolute path, or nothing");
    default:
      g_return_val_if_reached (NULL);
    }
}

const char *
mgr_config_type_get_name (MgrConfigType type)
{
  return type_names[type];
}

const char *
mgr_config_type_get_unit (MgrConfigType type)
{
  return type_units[type];
}

gboolean
mgr_config_is_of_tests (const char *variable)
{
  return g_strv_contains (test_variables, variable);
}
