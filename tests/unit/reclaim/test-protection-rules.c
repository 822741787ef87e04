/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-protection-rules-private.h"

static void
test_defaults (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  static const char *const safe[] = {
    "temp_x", "temp_", "batch_17", "_cache_prices", "intermediate_sum",
  };
  static const char *const cautious[] = {
    "", "temp", "Temp_x", "my_temp_x", "cache_prices", "raw_data", "portfolio_weights",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (safe); i++)
    g_assert_cmpint (mgr_protection_rules_classify (rules, safe[i]), ==, MGR_SAFETY_SAFE);
  for (gsize i = 0; i < G_N_ELEMENTS (cautious); i++)
    g_assert_cmpint (mgr_protection_rules_classify (rules, cautious[i]), ==, MGR_SAFETY_CAUTIOUS);
}

static void
add (MgrProtectionRules *rules,
     const char         *pattern,
     MgrSafety           safety)
{
  g_autoptr (GError) error = NULL;
  gboolean added = mgr_protection_rules_add (rules, pattern, safety, &error);

  g_assert_no_error (error);
  g_assert_true (added);
}

static void
test_first_match_wins (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  g_test_summary ("Added rules keep their order and come before the defaults");

  add (rules, "temp_keep_*", MGR_SAFETY_PROTECTED);
  add (rules, "temp_*", MGR_SAFETY_CAUTIOUS);
  add (rules, "temp_keep_not", MGR_SAFETY_SAFE);
  add (rules, "model_?", MGR_SAFETY_PROTECTED);

  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_keep_a"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_keep_not"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_a"), ==, MGR_SAFETY_CAUTIOUS);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "batch_a"), ==, MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "model_1"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "model_12"), ==, MGR_SAFETY_CAUTIOUS);
}

static void
test_clear (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  add (rules, "model_*", MGR_SAFETY_PROTECTED);
  mgr_protection_rules_clear (rules);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_x"), ==, MGR_SAFETY_CAUTIOUS);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "model_x"), ==, MGR_SAFETY_CAUTIOUS);

  add (rules, "*", MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_x"), ==, MGR_SAFETY_PROTECTED);
}

static void
assert_refused (MgrProtectionRules *rules,
                const char         *pattern,
                int                 safety,
                const char         *says)
{
  g_autoptr (GError) error = NULL;
  guint64 serial = mgr_protection_rules_get_serial (rules);
  gboolean added = mgr_protection_rules_add (rules, pattern, (MgrSafety) safety, &error);

  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_false (added);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_cmpuint (mgr_protection_rules_get_serial (rules), ==, serial);
}

static void
test_invalid (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  assert_refused (rules, NULL, MGR_SAFETY_SAFE, "empty");
  assert_refused (rules, "", MGR_SAFETY_SAFE, "empty");
  assert_refused (rules, "temp_\xff", MGR_SAFETY_SAFE, "\\377");
  assert_refused (rules, "model_*", 3, "model_*");
  assert_refused (rules, "model_*", -1, "PROTECTED, SAFE or CAUTIOUS");
}

static void
test_name_not_utf8 (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  g_test_summary ("A name whose last character is cut off is not read beyond its end");

  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_\xe2\x82"), ==,
                   MGR_SAFETY_CAUTIOUS);
}

static void
test_serial (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  guint64 first = mgr_protection_rules_get_serial (rules);
  guint64 second;

  add (rules, "a", MGR_SAFETY_SAFE);
  second = mgr_protection_rules_get_serial (rules);
  g_assert_cmpuint (second, !=, first);

  mgr_protection_rules_clear (rules);
  g_assert_cmpuint (mgr_protection_rules_get_serial (rules), !=, second);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/protection-rules/defaults", test_defaults);
  g_test_add_func ("/reclaim/protection-rules/first-match-wins", test_first_match_wins);
  g_test_add_func ("/reclaim/protection-rules/clear", test_clear);
  g_test_add_func ("/reclaim/protection-rules/invalid", test_invalid);
  g_test_add_func ("/reclaim/protection-rules/name-not-utf8", test_name_not_utf8);
  g_test_add_func ("/reclaim/protection-rules/serial", test_serial);

  return g_test_run ();
}
