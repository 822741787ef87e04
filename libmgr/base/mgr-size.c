/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"

#include <math.h>

/**
 * SECTION:mgr-size
 * @title: Sizes
 * @short_description: sizes as people write and read them
 *
 * The library counts in bytes. Configuration files, command lines and messages
 * use texts such as `1.5 GiB`.
 */

typedef struct
{
  const char *name;
  guint64 bytes;
} SizeUnit;

/* `K`, `M`, `G` and `T` alone mean powers of 1024, as in systemd and ulimit. */
static const SizeUnit size_units[] = {
  { "", 1 },
  { "B", 1 },
  { "K", G_GUINT64_CONSTANT (1) << 10 },
  { "M", G_GUINT64_CONSTANT (1) << 20 },
  { "G", G_GUINT64_CONSTANT (1) << 30 },
  { "T", G_GUINT64_CONSTANT (1) << 40 },
  { "KiB", G_GUINT64_CONSTANT (1) << 10 },
  { "MiB", G_GUINT64_CONSTANT (1) << 20 },
  { "GiB", G_GUINT64_CONSTANT (1) << 30 },
  { "TiB", G_GUINT64_CONSTANT (1) << 40 },
  { "KB", G_GUINT64_CONSTANT (1000) },
  { "MB", G_GUINT64_CONSTANT (1000000) },
  { "GB", G_GUINT64_CONSTANT (1000000000) },
  { "TB", G_GUINT64_CONSTANT (1000000000000) },
};

/* The first double that no longer fits into 64 bits. */
#define SIZE_OVERFLOW 18446744073709551616.0

static const SizeUnit *
size_unit_lookup (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (size_units); i++)
    {
      if (g_ascii_strcasecmp (name, size_units[i].name) == 0)
        return &size_units[i];
    }

  return NULL;
}

static gboolean
size_scale (const char      *text,
            const char      *number,
            const SizeUnit  *unit,
            guint64         *out_bytes,
            GError         **error)
{
  guint64 whole = 0;
  double value;

  /* Whole numbers stay exact; a double would round them beyond 2^53. */
  if (g_ascii_string_to_unsigned (number, 10, 0, G_MAXUINT64 / unit->bytes, &whole, NULL))
    {
      *out_bytes = whole * unit->bytes;
      return TRUE;
    }

  value = g_ascii_strtod (number, NULL) * (double) unit->bytes;
  if (!(value < SIZE_OVERFLOW))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The size “%s” is larger than 2^64 - 1 bytes", text);
      return FALSE;
    }

  *out_bytes = (guint64) floor (value);
  return TRUE;
}

/**
 * mgr_size_parse:
 * @text: a size, such as `4096`, `500 MB` or `1.5 GiB`
 * @out_bytes: (out): the size in bytes, rounded down
 * @error: return location for a #GError
 *
 * Reads a size. `KiB`, `MiB`, `GiB`, `TiB` and the single letters are powers of
 * 1024; `KB`, `MB`, `GB`, `TB` are powers of 1000. Case does not matter, and
 * there may be spaces around the number. On failure @out_bytes is left alone and
 * the error is %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_size_parse (const char  *text,
                guint64     *out_bytes,
                GError     **error)
{
  g_autofree char *stripped = NULL;
  g_autofree char *number = NULL;
  const SizeUnit *unit;
  gsize length;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (out_bytes != NULL, FALSE);

  stripped = g_strstrip (g_strdup (text));
  length = strspn (stripped, "0123456789.");
  number = g_strndup (stripped, length);
  unit = size_unit_lookup (g_strchug (stripped + length));

  if (!g_ascii_isdigit (number[0]) || strchr (number, '.') != strrchr (number, '.'))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” is not a size: write a number and a unit, such as “512 MiB”", text);
      return FALSE;
    }

  if (unit == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” has no known unit: use B, KiB, MiB, GiB, TiB or KB, MB, GB, TB", text);
      return FALSE;
    }

  return size_scale (text, number, unit, out_bytes, error);
}

/**
 * mgr_size_format:
 * @bytes: a size in bytes
 *
 * Writes a size for people, in powers of 1024 with one decimal: `1.5 GiB`. May
 * be called from any thread.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
mgr_size_format (guint64 bytes)
{
  static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  double value = (double) bytes / 1024.0;
  gsize unit = 0;

  if (bytes < 1024)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " B", bytes);

  while (value >= 1024.0 && unit + 1 < G_N_ELEMENTS (units))
    {
      value /= 1024.0;
      unit++;
    }

  g_ascii_formatd (number, sizeof number, "%.1f", value);
  return g_strconcat (number, " ", units[unit], NULL);
}
