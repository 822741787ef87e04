/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_size_parse() */

#include "fuzz.h"

#include <string.h>

#define UNTOUCHED G_GUINT64_CONSTANT (0x5eed)

/* The format keeps one decimal of at least 1.0. */
#define PRECISION 0.05

static void
assert_round_trip (guint64 bytes)
{
  g_autofree char *text = mgr_size_format (bytes);
  guint64 again = 0;

  /* 2^64 - 1 is rounded up to 16.0 EiB; the units of the parser end at TiB. */
  if (strstr (text, "PiB") != NULL || strstr (text, "EiB") != NULL)
    return;

  g_assert_true (mgr_size_parse (text, &again, NULL));
  g_assert_cmpfloat ((double) again, >=, (double) bytes * (1 - PRECISION));
  g_assert_cmpfloat ((double) again, <=, (double) bytes * (1 + PRECISION));
}

static void
assert_whole_number (const char *text,
                     guint64     bytes)
{
  guint64 value = 0;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &value, NULL))
    g_assert_cmpuint (bytes, ==, value);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *padded = g_strconcat (" ", text, "\n", NULL);
  g_autoptr (GError) error = NULL;
  guint64 bytes = UNTOUCHED;
  guint64 bytes_padded = 0;

  if (!mgr_size_parse (text, &bytes, &error))
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_cmpuint (bytes, ==, UNTOUCHED);
      g_assert_false (mgr_size_parse (padded, &bytes, NULL));
      return 0;
    }

  g_assert_no_error (error);
  g_assert_true (mgr_size_parse (padded, &bytes_padded, NULL));
  g_assert_cmpuint (bytes_padded, ==, bytes);
  assert_whole_number (text, bytes);
  assert_round_trip (bytes);
  return 0;
}
