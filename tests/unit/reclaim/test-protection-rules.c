/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-protection-rules-private.h"

#define N_DEFAULTS 23

static void
assert_all (MgrProtectionRules *rules,
            const char * const *names,
            MgrSafety           safety)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_test_message ("“%s”", names[i]);
      g_assert_cmpint (mgr_protection_rules_classify (rules, names[i]), ==, safety);
    }
}

/* One of each kind of name that programs use; the tables in test_resources.py and
 * test-cleanup.js say the same. */
static void
test_defaults (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  static const char *const protected[] = {
    "raw_data", "feature_data", "latest_ticker_predictions", "portfolio_weights",
    "traditional_models", "alpha_engine", "ltr_bma", "target_engineer", "risk_model_results",
    "config", "config_path", "rawData", "AlphaEngine", "RAW_DATA", "ltrBma",
    "model", "models", "best_model", "BestModel", "MODELs", "mOdEl", "mlmodel", "model2",
    "result", "Results", "finalResult", "weight", "Weights", "portfolioWeights", "unweighted",
    "prediction", "latestPredictions", "PREDICTION", "cfg", "train_cfg", "CFG",
    "configuration", "Config", "appConfig", NULL,
  };
  static const char *const safe[] = {
    "temp_x", "temp_", "batch_17", "_cache_prices", "prices_cache", "intermediate_sum",
    "temp", "Temp_x", "TEMP", "tempRows", "_temp_x", "__temp", "temp1", "rows_temp", "rowsTemp",
    "tmp", "tmp_x", "tmpRows", "x_tmp", "temporary", "temporary_rows", "temporaryRows",
    "rowsTemporary", "batch", "batch_size", "trainBatch", "Batch", "cache", "cache_prices",
    "_cache", "cachePrices", "HTTPCache", "PRICE_CACHE", "_Trainer__cache", "cache-prices",
    "intermediate", "intermediateSums", "sums_intermediate", "tempÜber", NULL,
  };
  static const char *const cautious[] = {
    "", "_", "my_temp_x", "raw_data_2", "template", "temperature", "Temps", "attempt",
    "contemporary", "cached", "caches", "cacheable", "minibatch", "batches", "tmpfile", "TEMPlate",
    "table", "mode", "waiting", "überTempo", NULL,
  };

  assert_all (rules, protected, MGR_SAFETY_PROTECTED);
  assert_all (rules, safe, MGR_SAFETY_SAFE);
  assert_all (rules, cautious, MGR_SAFETY_CAUTIOUS);
}

static void
test_in_doubt_kept (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  static const char *const names[] = {
    "temp_results", "batch_predictions", "_cache_weights", "models_cache", "model_cache",
    "tempResult", "cacheOfWeights", "config_tmp", NULL,
  };

  g_test_summary ("What could be a result is kept, even if its name says that it is temporary");

  assert_all (rules, names, MGR_SAFETY_PROTECTED);
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
test_case (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  static const char *const safe[] = {
    "draft_a", "over.draft", "?~", "x~y", "ÄRA", "äRA", "mid_Way_x", "midWAYs_WAY", "my-way-out",
    NULL,
  };
  static const char *const cautious[] = {
    "Draft_a", "OVER.draft", "~?", "ärA1", "midway_x", "midWays", "x_y", NULL,
  };

  g_test_summary ("A pattern without “~” tells case apart, and sees no words");

  mgr_protection_rules_clear (rules);
  add (rules, "draft_*", MGR_SAFETY_SAFE);
  add (rules, "over.draft", MGR_SAFETY_SAFE);
  add (rules, "?~*", MGR_SAFETY_SAFE);
  add (rules, "~ära", MGR_SAFETY_SAFE);
  add (rules, "~*_WAY_*", MGR_SAFETY_SAFE);

  assert_all (rules, safe, MGR_SAFETY_SAFE);
  assert_all (rules, cautious, MGR_SAFETY_CAUTIOUS);
}

static void
test_first_match_wins (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  g_test_summary ("Added rules keep their order and come before the defaults");

  add (rules, "temp_keep_*", MGR_SAFETY_PROTECTED);
  add (rules, "temp_*", MGR_SAFETY_CAUTIOUS);
  add (rules, "temp_keep_not", MGR_SAFETY_SAFE);
  add (rules, "series_?", MGR_SAFETY_PROTECTED);

  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_keep_a"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_keep_not"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "temp_a"), ==, MGR_SAFETY_CAUTIOUS);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "batch_a"), ==, MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "series_1"), ==, MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify (rules, "series_12"), ==, MGR_SAFETY_CAUTIOUS);
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

static char *
show (MgrProtectionRules *rules)
{
  g_autoptr (GPtrArray) list = mgr_protection_rules_list_rules (rules);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      MgrProtectionRule *rule = g_ptr_array_index (list, i);

      g_string_append_printf (text, "%s%s:%d", i > 0 ? " " : "",
                              mgr_protection_rule_get_pattern (rule),
                              (int) mgr_protection_rule_get_safety (rule));
    }

  return g_string_free (text, FALSE);
}

static void
assert_shows (MgrProtectionRules *rules,
              const char         *expected)
{
  g_autofree char *shown = show (rules);

  g_assert_cmpstr (shown, ==, expected);
}

static void
insert (MgrProtectionRules *rules,
        guint               position,
        const char         *pattern)
{
  g_autoptr (GError) error = NULL;
  gboolean inserted =
    mgr_protection_rules_insert (rules, position, pattern, MGR_SAFETY_SAFE, &error);

  g_assert_no_error (error);
  g_assert_true (inserted);
}

static void
test_list_rules (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  assert_shows (rules,
                "~_raw_data_:0 ~_feature_data_:0 ~*prediction*:0 ~*weight*:0 ~*model*:0 "
                "~*result*:0 ~*config*:0 ~*cfg*:0 ~_alpha_engine_:0 ~_ltr_bma_:0 "
                "~_target_engineer_:0 "
                "~_temporary_*:1 ~*_temporary_:1 ~_temp_*:1 ~*_temp_:1 ~_tmp_*:1 ~*_tmp_:1 "
                "~_batch_*:1 ~*_batch_:1 ~_cache_*:1 ~*_cache_:1 ~_intermediate_*:1 "
                "~*_intermediate_:1");
}

static void
test_positions (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  mgr_protection_rules_clear (rules);
  assert_shows (rules, "");
  insert (rules, 0, "b");
  insert (rules, 0, "a");
  insert (rules, 2, "d");
  insert (rules, 2, "c");
  assert_shows (rules, "a:1 b:1 c:1 d:1");

  g_assert_true (mgr_protection_rules_remove (rules, 1, NULL));
  g_assert_true (mgr_protection_rules_remove (rules, 2, NULL));
  assert_shows (rules, "a:1 c:1");
}

static void
test_added_after_inserted (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  g_test_summary ("What is added stays behind what was put ahead of the defaults, and ahead of them");

  insert (rules, 0, "first");
  add (rules, "second", MGR_SAFETY_SAFE);
  insert (rules, 2 + N_DEFAULTS, "last");
  add (rules, "third", MGR_SAFETY_SAFE);
  g_assert_true (mgr_protection_rules_remove (rules, 0, NULL));
  add (rules, "fourth", MGR_SAFETY_SAFE);
  for (guint i = 0; i < N_DEFAULTS; i++)
    g_assert_true (mgr_protection_rules_remove (rules, 3, NULL));
  assert_shows (rules, "second:1 third:1 fourth:1 last:1");
}

static void
test_lookup (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  g_autoptr (MgrProtectionRule) rule = mgr_protection_rules_lookup (rules, "temp_x");

  g_assert_cmpstr (mgr_protection_rule_get_pattern (rule), ==, "~_temp_*");
  g_assert_null (mgr_protection_rules_lookup (rules, "table"));
}

static void
test_items (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  g_test_summary ("Of an item a pattern sees its own name; with a dot in it, the group's as well");

  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "models.temp_x", "temp_x"), ==,
                   MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "a.weights", "weights"), ==,
                   MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "temp_a.x", "x"), ==,
                   MGR_SAFETY_CAUTIOUS);

  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "a.tempRows", "tempRows"), ==,
                   MGR_SAFETY_SAFE);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "A.tempRows", "other"), ==,
                   MGR_SAFETY_CAUTIOUS);

  add (rules, "~_b.keep_*", MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "B.keepTemp", "keepTemp"), ==,
                   MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "C.keepTemp", "keepTemp"), ==,
                   MGR_SAFETY_SAFE);

  add (rules, "a.temp_*", MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "a.temp_x", "temp_x"), ==,
                   MGR_SAFETY_PROTECTED);
  g_assert_cmpint (mgr_protection_rules_classify_item (rules, "b.temp_x", "temp_x"), ==,
                   MGR_SAFETY_SAFE);
}

static void
assert_no_position (MgrProtectionRules *rules,
                    guint               position,
                    gboolean            inserts)
{
  g_autoptr (GError) error = NULL;
  guint64 serial = mgr_protection_rules_get_serial (rules);
  gboolean changed =
    inserts ? mgr_protection_rules_insert (rules, position, "misplaced", MGR_SAFETY_SAFE, &error)
            : mgr_protection_rules_remove (rules, position, &error);

  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_false (changed);
  g_assert_nonnull (strstr (error->message, "23 rules"));
  g_assert_cmpint (strstr (error->message, "misplaced") != NULL, ==, inserts);
  g_assert_cmpuint (mgr_protection_rules_get_serial (rules), ==, serial);
}

static void
test_no_such_position (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();

  assert_no_position (rules, N_DEFAULTS + 1, TRUE);
  assert_no_position (rules, G_MAXUINT, TRUE);
  assert_no_position (rules, N_DEFAULTS, FALSE);
  assert_no_position (rules, G_MAXUINT, FALSE);
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
  gboolean inserted =
    mgr_protection_rules_insert (rules, 0, pattern, (MgrSafety) safety, NULL);

  g_assert_false (inserted);
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
  assert_refused (rules, "~", MGR_SAFETY_SAFE, "empty");
  assert_refused (rules, "temp_\xff", MGR_SAFETY_SAFE, "\\377");
  assert_refused (rules, "model_*", 3, "model_*");
  assert_refused (rules, "model_*", -1, "PROTECTED, SAFE or CAUTIOUS");
}

static void
test_too_long (void)
{
  g_autoptr (MgrProtectionRules) rules = mgr_protection_rules_new ();
  g_autofree char *just = g_strnfill (256, 'x');
  g_autofree char *longer = g_strnfill (257, 'y');

  add (rules, just, MGR_SAFETY_SAFE);
  assert_refused (rules, longer, MGR_SAFETY_SAFE, "“yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…”");
  assert_refused (rules, longer, MGR_SAFETY_SAFE, "257 bytes");
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
  g_test_add_func ("/reclaim/protection-rules/in-doubt-kept", test_in_doubt_kept);
  g_test_add_func ("/reclaim/protection-rules/case", test_case);
  g_test_add_func ("/reclaim/protection-rules/first-match-wins", test_first_match_wins);
  g_test_add_func ("/reclaim/protection-rules/list-rules", test_list_rules);
  g_test_add_func ("/reclaim/protection-rules/positions", test_positions);
  g_test_add_func ("/reclaim/protection-rules/added-after-inserted", test_added_after_inserted);
  g_test_add_func ("/reclaim/protection-rules/lookup", test_lookup);
  g_test_add_func ("/reclaim/protection-rules/items", test_items);
  g_test_add_func ("/reclaim/protection-rules/no-such-position", test_no_such_position);
  g_test_add_func ("/reclaim/protection-rules/clear", test_clear);
  g_test_add_func ("/reclaim/protection-rules/invalid", test_invalid);
  g_test_add_func ("/reclaim/protection-rules/too-long", test_too_long);
  g_test_add_func ("/reclaim/protection-rules/name-not-utf8", test_name_not_utf8);
  g_test_add_func ("/reclaim/protection-rules/serial", test_serial);

  return g_test_run ();
}
