/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "base/mgr-duration-private.h"

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    gint64 duration;
  } cases[] = {
    { "0", 0 },
    { "30", 30 * G_TIME_SPAN_SECOND },
    { "0.5", 500 * G_TIME_SPAN_MILLISECOND },
    { "500 ms", 500 * G_TIME_SPAN_MILLISECOND },
    { " 500ms ", 500 * G_TIME_SPAN_MILLISECOND },
    { "30 S", 30 * G_TIME_SPAN_SECOND },
    { "1.5 min", 90 * G_TIME_SPAN_SECOND },
    { "2 h", 2 * G_TIME_SPAN_HOUR },
    { "1 d", G_TIME_SPAN_DAY },
    { "7 us", 7 },
    { "7 µs", 7 },
    { "0.6 us", 1 },
    { "106751991 d", G_GINT64_CONSTANT (106751991) * G_TIME_SPAN_DAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 duration = -1;

      g_assert_true (mgr_duration_parse (cases[i].text, &duration, &error));
      g_assert_no_error (error);
      g_assert_cmpint (duration, ==, cases[i].duration);
    }
}

static void
test_parse_errors (void)
{
  static const char *const cases[] = {
    "", " ", "ms", "-1 s", "+1 s", "1..5 s", ".", ".5", "1 fortnight", "1 m", "1e3", "1 s 2",
    "inf", "nan", "0x10", "1,5 s", "99999999999999999999 s", "106751992 d",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 duration = 7;

      g_assert_false (mgr_duration_parse (cases[i], &duration, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i]));
      g_assert_cmpint (duration, ==, 7);
    }
}

static void
test_format (void)
{
  static const struct
  {
    gint64 duration;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { 1, "1 us" },
    { 1500, "1500 us" },
    { G_TIME_SPAN_MILLISECOND, "1 ms" },
    { 90 * G_TIME_SPAN_SECOND, "90 s" },
    { 5 * G_TIME_SPAN_MINUTE, "5 min" },
    { 36 * G_TIME_SPAN_HOUR, "36 h" },
    { G_TIME_SPAN_DAY, "1 d" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mgr_duration_format (cases[i].duration);
      gint64 duration = 0;

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (mgr_duration_parse (text, &duration, NULL));
      g_assert_cmpint (duration, ==, cases[i].duration);
    }
}

static void
test_split (void)
{
  double number = 0;
  const char *unit = NULL;

  g_assert_true (mgr_number_split ("12.5 \t %", &number, &unit));
  g_assert_cmpfloat (number, ==, 12.5);
  g_assert_cmpstr (unit, ==, "%");

  g_assert_true (mgr_number_split ("3", &number, &unit));
  g_assert_cmpfloat (number, ==, 3.0);
  g_assert_cmpstr (unit, ==, "");

  g_assert_false (mgr_number_split ("", &number, &unit));
  g_assert_false (mgr_number_split (" 3", &number, &unit));
  g_assert_false (mgr_number_split ("1.2.3", &number, &unit));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/duration/parse", test_parse);
  g_test_add_func ("/base/duration/parse-errors", test_parse_errors);
  g_test_add_func ("/base/duration/format", test_format);
  g_test_add_func ("/base/duration/split", test_split);

  return g_test_run ();
}
