/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrConfig. The input is the text of a file, of which the part after `---` is besides
 * read as an environment with a variable a line. */

#include "fuzz.h"
#include "base/mgr-config-private.h"

#include <string.h>

#define NAME "fuzz.conf"

/* The sizes of the process, each 0 or above those before. */
static void
assert_sizes (MgrConfig *config)
{
  static const char *const keys[] = { "memory-alert", "memory-cleanup", "memory-critical" };
  guint64 least = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      guint64 size = mgr_config_get_size (config, keys[i]);

      if (size > 0)
        g_assert_cmpuint (size, >, least);
      least = MAX (least, size);
    }
}

static void
assert_thresholds (MgrConfig *config)
{
  gsize n_ratios = 0;
  const double *ratios = mgr_config_get_ratios (config, "pressure-thresholds", &n_ratios);

  g_assert_cmpuint (n_ratios, ==, 5);
  for (gsize i = 0; i < n_ratios; i++)
    {
      g_assert_cmpfloat (ratios[i], >, i > 0 ? ratios[i - 1] : 0.0);
      g_assert_cmpfloat (ratios[i], <=, 1.0);
    }
}

static void
assert_values (MgrConfig *config)
{
  const char * const *keys = mgr_config_list_keys ();
  gint64 interval = mgr_config_get_duration (config, "monitoring-interval");
  double share = mgr_config_get_share (config, "total-budget");

  assert_sizes (config);
  assert_thresholds (config);
  g_assert_cmpint (interval, >=, G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (interval, <=, G_TIME_SPAN_DAY);
  g_assert_true (share >= 0.0 && share <= 1.0);
  g_assert_true (share == 0.0 || mgr_config_get_size (config, "total-budget") == 0);
  g_assert_true (g_path_is_absolute (mgr_config_get_string (config, "proc-path")));

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GVariant) value = mgr_config_get_value (config, keys[i]);

      g_assert_true (g_utf8_validate (mgr_config_get_string (config, keys[i]), -1, NULL));
      g_assert_cmpint (mgr_config_is_set (config, keys[i]), !=,
                       g_str_equal (mgr_config_get_origin (config, keys[i]), "default"));
    }
}

static void
assert_file (const guint8 *data,
             gsize         size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrConfig) config = NULL;

  config = mgr_config_new_from_data ((const char *) data, size, NAME, &error);
  if (config != NULL)
    {
      g_assert_no_error (error);
      assert_values (config);
      return;
    }

  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, NAME));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* Whatever the variables say, there is a config, and what is wrong with them is told. */
static void
assert_environment (const char *text)
{
  static const char *const no_folders[] = { NULL };
  g_auto (GStrv) environment = g_strsplit (text, "\n", -1);
  g_autoptr (MgrConfig) config = NULL;
  const char * const *problems;

  /* It would name a file of this machine. */
  environment = g_environ_unsetenv (environment, "MGR_CONFIG");
  config = mgr_config_load (no_folders, (const char * const *) environment);
  assert_values (config);
  problems = mgr_config_get_problems (config);
  for (gsize i = 0; problems[i] != NULL; i++)
    g_assert_true (g_utf8_validate (problems[i], -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_auto (GStrv) texts = fuzz_split (data, size, 2);

  assert_file (data, size);
  assert_file ((const guint8 *) texts[0], strlen (texts[0]));
  assert_environment (texts[1]);
  return 0;
}
