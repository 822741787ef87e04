/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* mgr_duration_parse() */

#include "fuzz.h"
#include "base/mgr-duration-private.h"

#define UNTOUCHED 0x5eed

/* Up to here a double holds every whole number of microseconds. */
#define EXACT (G_GINT64_CONSTANT (1) << 53)

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *formatted = NULL;
  g_autoptr (GError) error = NULL;
  gint64 duration = UNTOUCHED;
  gint64 again = 0;

  if (!mgr_duration_parse (text, &duration, &error))
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (duration, ==, UNTOUCHED);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_cmpint (duration, >=, 0);

  formatted = mgr_duration_format (duration);
  if (duration > EXACT)
    return 0;

  g_assert_true (mgr_duration_parse (formatted, &again, NULL));
  g_assert_cmpint (again, ==, duration);
  return 0;
}
