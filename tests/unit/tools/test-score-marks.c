/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "score-marks.h"
#include "score-rules.h"

#include <math.h>

#define SECOND G_TIME_SPAN_SECOND

/* Of a trace of a minute. */
#define DURATION (60 * SECOND)

static const TraceLabel benign = { TRACE_KIND_BENIGN, -1, -1 };
static const TraceLabel killed = { TRACE_KIND_OOM, 40 * SECOND, 40 * SECOND };
static const TraceLabel stalled = { TRACE_KIND_STALL, 20 * SECOND, 50 * SECOND };

/* What a rule said is a list of alarms, which ends with one of no length. */
static ScoreMarks
take (const TraceLabel *label,
      const ScoreAlarm *alarms)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (ScoreAlarm));
  ScoreMarks marks;

  for (; alarms->length > 0; alarms++)
    g_array_append_val (array, *alarms);
  score_marks_take (&marks, label, DURATION, array);

  return marks;
}

static void
test_silence (void)
{
  const ScoreAlarm none[] = { { 0 } };
  ScoreMarks marks = take (&killed, none);

  g_assert_true (isnan (marks.first_high) && isnan (marks.first_critical));
  g_assert_true (isnan (marks.lead_high) && isnan (marks.lead_critical));
  g_assert_true (isnan (marks.false_high) && isnan (marks.false_critical));
  g_assert_true (isnan (marks.recovery));
  g_assert_cmpuint (marks.alarm_seconds, ==, 0);

  marks = take (&benign, none);
  g_assert_cmpfloat (marks.false_high, ==, 0);
  g_assert_cmpfloat (marks.false_critical, ==, 0);
}

static void
test_leads (void)
{
  const ScoreAlarm alarms[] = { { 10, 1, FALSE }, { 11.5, 1, FALSE }, { 30, 5, TRUE }, { 0 } };
  ScoreMarks marks = take (&killed, alarms);

  g_assert_cmpfloat (marks.first_high, ==, 10);
  g_assert_cmpfloat (marks.first_critical, ==, 30);
  g_assert_cmpfloat (marks.lead_high, ==, 30);
  g_assert_cmpfloat (marks.lead_critical, ==, 10);

  marks = take (&stalled, alarms);
  g_assert_cmpfloat (marks.lead_high, ==, 10);
  g_assert_cmpfloat (marks.lead_critical, ==, -10);
}

static void
test_false_alarms (void)
{
  const ScoreAlarm alarms[] = {
    { 1, 0.5, FALSE }, { 1.5, 0.5, TRUE }, { 2.25, 0.25, FALSE }, { 58, 10, TRUE },
    { 65, 10, TRUE }, { 0 }
  };
  ScoreMarks marks = take (&benign, alarms);

  g_test_summary ("What is said after the end of the trace does not count");

  g_assert_cmpfloat (marks.false_high, ==, 0.5 + 0.5 + 0.25 + 2);
  g_assert_cmpfloat (marks.false_critical, ==, 0.5 + 2);
  g_assert_cmpuint (marks.alarm_seconds, ==, 3);
  g_assert_true (isnan (marks.recovery));
}

static void
test_alarm_after_the_trace (void)
{
  const ScoreAlarm alarms[] = { { 60.1, 1, TRUE }, { 0 } };
  ScoreMarks marks = take (&killed, alarms);

  g_assert_true (isnan (marks.first_high));
  g_assert_true (isnan (marks.recovery));
}

static void
assert_recovery (const TraceLabel *label,
                 const ScoreAlarm *alarms,
                 double            recovery)
{
  ScoreMarks marks = take (label, alarms);

  if (isnan (recovery))
    g_assert_true (isnan (marks.recovery));
  else
    g_assert_cmpfloat_with_epsilon (marks.recovery, recovery, 0.00001);
}

static void
test_recovery (void)
{
  const ScoreAlarm before[] = { { 30, 5, TRUE }, { 0 } };
  const ScoreAlarm across[] = { { 30, 12, TRUE }, { 0 } };
  const ScoreAlarm chain[] = { { 35, 5, TRUE }, { 40, 3, FALSE }, { 43, 4, TRUE }, { 0 } };
  const ScoreAlarm inexact[] = { { 35, 5.1, TRUE }, { 40.1 + 1e-9, 3, TRUE }, { 0 } };
  const ScoreAlarm broken[] = { { 35, 6, TRUE }, { 42, 9, TRUE }, { 0 } };
  const ScoreAlarm nested[] = { { 35, 20, FALSE }, { 41, 1, TRUE }, { 0 } };
  const ScoreAlarm endless[] = { { 35, 25, TRUE }, { 60, 30, TRUE }, { 0 } };
  const ScoreAlarm held[] = { { 35, 25, TRUE }, { 60, 29, TRUE }, { 0 } };

  assert_recovery (&killed, before, 0);
  assert_recovery (&killed, across, 2);
  assert_recovery (&killed, chain, 7);
  assert_recovery (&killed, inexact, 3.1);
  assert_recovery (&killed, broken, 1);
  assert_recovery (&killed, nested, 15);
  assert_recovery (&killed, endless, NAN);
  assert_recovery (&killed, held, 49);

  g_test_message ("from the end of a stall, not from its onset");
  assert_recovery (&stalled, broken, 1);
}

static void
test_rules (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpstr (score_rule_get_name (score_rules_get (SCORE_OWN_RULE)), ==, "libmgr");
  for (guint i = 0; i < score_rules_get_n (); i++)
    {
      const char *name = score_rule_get_name (score_rules_get (i));

      g_assert_true (g_hash_table_add (names, (gpointer) name));
      g_assert_cmpint (score_rule_is_only_low (score_rules_get (i)), ==,
                       g_strrstr (name, " low") != NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/score-marks/silence", test_silence);
  g_test_add_func ("/score-marks/leads", test_leads);
  g_test_add_func ("/score-marks/false-alarms", test_false_alarms);
  g_test_add_func ("/score-marks/alarm-after-the-trace", test_alarm_after_the_trace);
  g_test_add_func ("/score-marks/recovery", test_recovery);
  g_test_add_func ("/score-marks/rules", test_rules);

  return g_test_run ();
}
