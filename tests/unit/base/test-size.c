/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    guint64 bytes;
  } cases[] = {
    { "0", 0 },
    { "4096", 4096 },
    { " 1 KiB ", 1024 },
    { "1k", 1024 },
    { "1.5 GiB", G_GUINT64_CONSTANT (1610612736) },
    { "500 MB", 500000000 },
    { "2t", G_GUINT64_CONSTANT (2199023255552) },
    { "18446744073709551615", G_MAXUINT64 },
    { "9007199254740993", G_GUINT64_CONSTANT (9007199254740993) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 bytes = 0;

      g_assert_true (mgr_size_parse (cases[i].text, &bytes, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (bytes, ==, cases[i].bytes);
    }
}

static void
test_parse_errors (void)
{
  static const char *const cases[] = {
    "", " ", "MiB", "-1", "1..5 GiB", ".", "1 MiBs", "1 minute", "1e9",
    "18446744073709551616", "99999999 TiB", "0x10",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 bytes = 7;

      g_assert_false (mgr_size_parse (cases[i], &bytes, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, cases[i]));
      g_assert_cmpuint (bytes, ==, 7);
    }
}

static void
test_format (void)
{
  static const struct
  {
    guint64 bytes;
    const char *text;
  } cases[] = {
    { 0, "0 B" },
    { 1023, "1023 B" },
    { 1024, "1.0 KiB" },
    { 1610612736, "1.5 GiB" },
    { G_MAXUINT64, "16.0 EiB" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mgr_size_format (cases[i].bytes);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/size/parse", test_parse);
  g_test_add_func ("/base/size/parse-errors", test_parse_errors);
  g_test_add_func ("/base/size/format", test_format);

  return g_test_run ();
}
