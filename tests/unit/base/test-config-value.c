/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "base/mgr-config-value-private.h"

#include <string.h>

static const MgrConfigKey *
key_of (const char *name)
{
  int position = mgr_config_key_find (name);

  g_assert_cmpint (position, >=, 0);
  return &mgr_config_keys[position];
}

/* What the value is, printed as a variant. */
static void
check_reads (const char *name,
             const char *text,
             const char *expected)
{
  const MgrConfigKey *key = key_of (name);
  MgrConfigValue value = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autofree char *printed = NULL;

  g_assert_true (mgr_config_value_parse (key, text, &value, &error));
  g_assert_no_error (error);
  g_assert_null (value.origin);

  variant = g_variant_ref_sink (mgr_config_value_to_variant (key, &value));
  printed = g_variant_print (variant, TRUE);
  g_assert_cmpstr (printed, ==, expected);
  mgr_config_value_clear (&value);
}

/* It is refused, with words that help, and what was there before stays. */
static void
check_refuses (const char *name,
               const char *text,
               const char *words)
{
  const MgrConfigKey *key = key_of (name);
  MgrConfigValue value = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_config_value_parse (key, key->standard, &value, NULL));
  g_assert_false (mgr_config_value_parse (key, text, &value, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_cmpstr (value.text, ==, key->standard);
  mgr_config_value_clear (&value);
}

static void
test_size (void)
{
  check_reads ("memory-alert", "1000 MB", "uint64 1000000000");
  check_reads ("memory-alert", " 1.5 GiB ", "uint64 1610612736");
  check_reads ("memory-alert", "1048576", "uint64 1048576");
  check_reads ("memory-alert", "1 B", "uint64 1");
  check_reads ("memory-alert", "1.5 KiB", "uint64 1536");
  check_reads ("memory-alert", "1048576 TiB", "uint64 1152921504606846976");
  check_reads ("memory-alert", "0", "uint64 0");
  check_reads ("memory-alert", "0.0 MB", "uint64 0");
}

static void
test_size_errors (void)
{
  check_refuses ("memory-alert", "", "is not a size");
  check_refuses ("memory-alert", "much", "is not a size");
  check_refuses ("memory-alert", "-5 MB", "is not a size");
  check_refuses ("memory-alert", "5 parsecs", "no known unit");
  check_refuses ("memory-alert", "80 %", "no known unit");
  check_refuses ("memory-alert", "99999999999999 TiB", "2^64");
  check_refuses ("memory-alert", "1048577 TiB", "“1048577 TiB” is out of range: 0 to 1.0 EiB");
  check_refuses ("memory-alert", "0.4 B", "“0.4 B” is out of range");

  g_test_message ("A small number without a unit was hardly meant in bytes");
  check_refuses ("memory-alert", "1000", "“1000” means that many bytes: write “1000 MB”");
  check_refuses ("memory-alert", "1048575", "write “1048575 MB”");
  check_refuses ("memory-alert", "0.5", "write “0.5 MB”");
}

static void
test_size_or_share (void)
{
  check_reads ("total-budget", "0", "uint64 0");
  check_reads ("total-budget", "8 GiB", "uint64 8589934592");
  check_reads ("total-budget", "75%", "0.75");
  check_reads ("total-budget", "100 %", "1.0");
  check_reads ("total-budget", "12.5 %", "0.125");

  check_refuses ("total-budget", "0.8", "write a share with “%”");
  check_refuses ("total-budget", "1", "write a share with “%”");
  check_refuses ("total-budget", "8", "write “8 MB”");
  check_refuses ("total-budget", "0 %", "not above 0 and at most 1");
  check_refuses ("total-budget", "101 %", "not above 0 and at most 1");
  check_refuses ("total-budget", "%", "is not a ratio");
  check_refuses ("total-budget", "80 % of it", "is not a ratio");
  check_refuses ("total-budget", "2 EiB", "no known unit");
  check_refuses ("total-budget", "2097152 TiB", "or a share up to 100 %");
}

static void
test_duration (void)
{
  check_reads ("monitoring-interval", "0.5", "int64 500000");
  check_reads ("monitoring-interval", "500 ms", "int64 500000");
  check_reads ("monitoring-interval", "30 s", "int64 30000000");
  check_reads ("monitoring-interval", "5 min", "int64 300000000");
  check_reads ("monitoring-interval", "0.001", "int64 1000");
  check_reads ("monitoring-interval", "1 d", "int64 86400000000");

  check_refuses ("monitoring-interval", "0", "out of range: 1 ms to 1 d");
  check_refuses ("monitoring-interval", "999 us", "out of range");
  check_refuses ("monitoring-interval", "86401", "out of range");
  check_refuses ("monitoring-interval", "soon", "is not a time");
  check_refuses ("monitoring-interval", "5 MB", "no known unit");
  check_refuses ("monitoring-interval", "1e300", "no known unit");
}

static void
test_ratios (void)
{
  check_reads ("pressure-thresholds", "0.5, 0.625,0.75 ,0.875,1",
               "[0.5, 0.625, 0.75, 0.875, 1.0]");
  check_reads ("pressure-thresholds", "50%, 62.5 %, 0.75, 87.5%, 100 %",
               "[0.5, 0.625, 0.75, 0.875, 1.0]");

  check_refuses ("pressure-thresholds", "", "has 0 where 5 ratios are needed");
  check_refuses ("pressure-thresholds", "0.7", "has 1 where 5 ratios are needed");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.7,0.8,0.9,1", "has 6 where 5 ratios are needed");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.7,0.8,", "“” is not a ratio");
  check_refuses ("pressure-thresholds", "0.5;0.6;0.7;0.8;0.9", "with commas between");
  check_refuses ("pressure-thresholds", "0,0.6,0.7,0.8,0.9", "“0” is not above 0");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.7,0.8,1.01", "above 1: write “1.01 %”");
  check_refuses ("pressure-thresholds", "50,60,70,80,90", "“50” is above 1: write “50 %”");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.7,0.8,101 %", "“101 %” is not above 0");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.6,0.8,0.9", "“0.6” is not above “0.6”");
  check_refuses ("pressure-thresholds", "0.5,0.6,0.7,60%,0.9", "“60%” is not above “0.7”");
  check_refuses ("pressure-thresholds", "0.5,nan,0.7,0.8,0.9", "“nan” is not a ratio");
  check_refuses ("pressure-thresholds", "0.5,-1,0.7,0.8,0.9", "“-1” is not a ratio");
}

static void
test_boolean (void)
{
  static const char *const yes[] = { "true", "yes", "on", "1", "TRUE", " On " };
  static const char *const no[] = { "false", "no", "off", "0", "False" };
  static const char *const neither[] = { "", "maybe", "2", "tru", "yes please" };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    check_reads ("track-process", yes[i], "true");
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    check_reads ("track-process", no[i], "false");
  for (gsize i = 0; i < G_N_ELEMENTS (neither); i++)
    check_refuses ("track-process", neither[i], "is neither true nor false");
}

static void
test_choice (void)
{
  check_reads ("emergency-signal", "none", "'none'");
  check_reads ("emergency-signal", "SIGUSR1", "'SIGUSR1'");
  check_reads ("emergency-signal", "sighup", "'SIGHUP'");

  check_refuses ("emergency-signal", "SIGKILL", "write one of none, SIGUSR1, SIGUSR2, SIGHUP");
  check_refuses ("emergency-signal", "", "write one of");
}

static void
test_path (void)
{
  g_autofree char *longest = g_strnfill (4096, '/');
  g_autofree char *too_long = g_strnfill (4097, '/');
  MgrConfigValue value = { 0 };

  check_reads ("proc-path", "/run/proc", "'/run/proc'");
  check_reads ("proc-path", "/über uns", "'/über uns'");
  g_assert_true (mgr_config_value_parse (key_of ("proc-path"), longest, &value, NULL));
  mgr_config_value_clear (&value);

  check_refuses ("proc-path", "", "not absolute");
  check_refuses ("proc-path", "proc", "“proc” is not absolute: begin it with “/”");
  check_refuses ("proc-path", too_long, "has 4097 bytes, more than 4096");
}

static void
test_hostile_text (void)
{
  g_autofree char *digits = g_strnfill (257, '9');

  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      const MgrConfigKey *key = &mgr_config_keys[i];

      check_refuses (key->name, "/\xff\xfe", "is not UTF-8");
      check_refuses (key->name, "/\033[2J", "a control character");
      check_refuses (key->name, "1\n2", "a control character");
      if (key->type != MGR_CONFIG_PATH)
        check_refuses (key->name, digits, "has 257 bytes, more than 256");
    }
}

static void
test_table (void)
{
  g_test_summary ("Every key is described, has a default that it accepts, and is found by both names");

  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      const MgrConfigKey *key = &mgr_config_keys[i];
      g_autofree char *variable = mgr_config_key_get_variable (key);
      g_autofree char *range = mgr_config_key_get_range (key);
      MgrConfigValue value = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", key->name);
      g_assert_true (mgr_config_value_parse (key, key->standard, &value, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (value.text, ==, key->standard);
      mgr_config_value_clear (&value);

      g_assert_cmpint (mgr_config_key_find (key->name), ==, (int) i);
      g_assert_cmpint (mgr_config_key_find_variable (variable), ==, (int) i);
      g_assert_cmpstr (mgr_config_key_guess (variable), ==, key->name);
      g_assert_cmpstr (mgr_config_key_get_names ()[i], ==, key->name);
      g_assert_cmpuint (strlen (range), >, 0);
      g_assert_true (g_str_has_suffix (key->documentation, "."));
    }

  g_assert_null (mgr_config_key_get_names ()[mgr_config_n_keys]);
  g_assert_cmpint (mgr_config_key_find ("memory"), ==, -1);
  g_assert_cmpint (mgr_config_key_find_variable ("memory-alert"), ==, -1);
}

static void
test_guess (void)
{
  static const struct
  {
    const char *written;
    const char *meant;
  } cases[] = {
    { "memory-alrt", "memory-alert" },
    { "memory_alert", "memory-alert" },
    { "Memory Alert", "memory-alert" },
    { "MGR_MEMORY_ALERTS", "memory-alert" },
    { "mgr_memory_alert", "memory-alert" },
    { "memory-alert[de]", "memory-alert" },
    { "interval", NULL },
    { "colour", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (mgr_config_key_guess (cases[i].written), ==, cases[i].meant);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/config-value/size", test_size);
  g_test_add_func ("/base/config-value/size-errors", test_size_errors);
  g_test_add_func ("/base/config-value/size-or-share", test_size_or_share);
  g_test_add_func ("/base/config-value/duration", test_duration);
  g_test_add_func ("/base/config-value/ratios", test_ratios);
  g_test_add_func ("/base/config-value/boolean", test_boolean);
  g_test_add_func ("/base/config-value/choice", test_choice);
  g_test_add_func ("/base/config-value/path", test_path);
  g_test_add_func ("/base/config-value/hostile-text", test_hostile_text);
  g_test_add_func ("/base/config-value/table", test_table);
  g_test_add_func ("/base/config-value/guess", test_guess);

  return g_test_run ();
}
