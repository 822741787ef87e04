/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The parsers of mgr-proc-file: number, lookup, limit and stall. The input is a key
 * to look up, and the text. */

#include "fuzz.h"
#include "pressure/mgr-proc-file-private.h"

#include <string.h>

typedef gboolean (*ParseFunc) (const char *text,
                               const char *key,
                               guint64    *out_value);

static gboolean
parse_limit (const char *text,
             const char *key,
             guint64    *out_value)
{
  return mgr_proc_text_limit (text, out_value);
}

static gboolean
parse_stall (const char *text,
             const char *key,
             guint64    *out_value)
{
  return mgr_proc_text_stall (text, out_value);
}

static void
assert_number (const char *text)
{
  const char *end = NULL;
  g_autofree char *digits = NULL;
  guint64 value = 0;

  if (!mgr_proc_text_number (text, &end, &value))
    return;

  digits = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  while (text[0] == '0' && end - text > 1)
    text++;
  g_assert_cmpuint ((gsize) (end - text), ==, strlen (digits));
  g_assert_true (strncmp (text, digits, strlen (digits)) == 0);
}

/* A file that was cut off says the same or nothing: part of a number is no number. */
static void
assert_survives_cut (ParseFunc   parse,
                     const char *text,
                     const char *key)
{
  g_autofree char *part = g_strdup (text);
  guint64 value = 0;
  gboolean success = parse (text, key, &value);

  for (gsize length = strlen (part); length > 0; length--)
    {
      guint64 cut_value = 0;

      part[length - 1] = '\0';
      if (!parse (part, key, &cut_value))
        continue;
      g_assert_true (success);
      g_assert_cmpuint (cut_value, ==, value);
    }
}

static void
assert_limit (const char *text)
{
  guint64 limit = 0;

  if (mgr_proc_text_limit (text, &limit))
    {
      g_assert_cmpuint (limit, >, 0);
      g_assert_cmpuint (mgr_limit_normalize (limit), ==, limit);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static const char *const keys[] = { "MemTotal", "MemAvailable", "inactive_file", "VmSize" };
  g_auto (GStrv) texts = fuzz_split (data, size, 2);
  const char *text = texts[1];

  assert_number (text);
  assert_limit (text);
  assert_survives_cut (parse_limit, text, NULL);
  assert_survives_cut (parse_stall, text, NULL);
  assert_survives_cut (mgr_proc_text_lookup, text, g_strchomp (texts[0]));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_survives_cut (mgr_proc_text_lookup, text, keys[i]);

  return 0;
}
