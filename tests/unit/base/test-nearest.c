/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "base/mgr-nearest-private.h"

static void
test_distance (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    guint distance;
  } cases[] = {
    { "", "", 0 },
    { "", "abc", 3 },
    { "abc", "abc", 0 },
    { "abc", "abcd", 1 },
    { "abc", "bc", 1 },
    { "abc", "axc", 1 },
    { "abcd", "abdc", 1 },
    { "ab", "ba", 1 },
    { "kitten", "sitting", 3 },
    /* A letter that was swapped is not changed again: no 2. */
    { "ca", "abc", 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpuint (mgr_nearest_distance (cases[i].a, cases[i].b), ==, cases[i].distance);
      g_assert_cmpuint (mgr_nearest_distance (cases[i].b, cases[i].a), ==, cases[i].distance);
    }
}

static void
test_distance_is_a_metric (void)
{
  static const char letters[] = "ab-";

  g_test_summary ("Of random words: 0 for equal ones alone, and never more than the letters there are");

  for (guint i = 0; i < 2000; i++)
    {
      char a[8] = "";
      char b[8] = "";
      guint distance;

      for (int j = g_test_rand_int_range (0, 7); j > 0; j--)
        a[j - 1] = letters[g_test_rand_int_range (0, 3)];
      for (int j = g_test_rand_int_range (0, 7); j > 0; j--)
        b[j - 1] = letters[g_test_rand_int_range (0, 3)];

      distance = mgr_nearest_distance (a, b);
      g_assert_cmpint (distance == 0, ==, g_str_equal (a, b));
      g_assert_cmpuint (distance, ==, mgr_nearest_distance (b, a));
      g_assert_cmpuint (distance, <=, MAX (strlen (a), strlen (b)));
      g_assert_cmpuint (distance, >=, ABS ((int) strlen (a) - (int) strlen (b)));
    }
}

static void
test_find (void)
{
  static const char *const candidates[] = {
    "memory-alert", "memory-cleanup", "track-process", "proc-path", NULL,
  };
  static const struct
  {
    const char *word;
    const char *nearest;
  } cases[] = {
    { "memory-alert", "memory-alert" },
    { "memory-alrt", "memory-alert" },
    { "memroy-alert", "memory-alert" },
    { "meory-clenup", "memory-cleanup" },
    { "prc-path", "proc-path" },
    { "color", NULL },
    { "", NULL },
    { "x", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (mgr_nearest_find (cases[i].word, candidates), ==, cases[i].nearest);
}

static void
test_find_in_long_text (void)
{
  static const char *const candidates[] = { "memory-alert", NULL };
  g_autofree char *endless = g_strnfill (1000000, 'x');

  g_assert_null (mgr_nearest_find (endless, candidates));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/nearest/distance", test_distance);
  g_test_add_func ("/base/nearest/distance-is-a-metric", test_distance_is_a_metric);
  g_test_add_func ("/base/nearest/find", test_find);
  g_test_add_func ("/base/nearest/find-in-long-text", test_find_in_long_text);

  return g_test_run ();
}
