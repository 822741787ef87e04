/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-codec-private.h"

#include <string.h>

/* Never to be changed, as stores outlive programs. */
#define KIND_STRING 's'
#define KIND_BYTES 'b'
#define KIND_VARIANT 'v'
#define KIND_FOREIGN 'x'

static GBytes *
write_kind (char          kind,
            gconstpointer data,
            gsize         length)
{
  GByteArray *array = g_byte_array_sized_new ((guint) (length + 1));

  g_byte_array_append (array, (const guint8 *) &kind, 1);
  if (length > 0)
    g_byte_array_append (array, data, (guint) length);
  return g_byte_array_free_to_bytes (array);
}

/* The type comes first, as a string with its end. Machines that share a store may order
 * bytes differently: what is stored is little-endian. */
static GBytes *
write_variant (GVariant *variant)
{
  g_autoptr (GVariant) normal = g_variant_get_normal_form (variant);
  g_autoptr (GVariant) ordered = G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (normal)
                                                                  : g_variant_byteswap (normal);
  const char *type = g_variant_get_type_string (ordered);
  g_autoptr (GByteArray) array = g_byte_array_new ();

  g_byte_array_append (array, (const guint8 *) type, (guint) strlen (type) + 1);
  if (g_variant_get_size (ordered) > 0)
    g_byte_array_append (array, g_variant_get_data (ordered), (guint) g_variant_get_size (ordered));
  return write_kind (KIND_VARIANT, array->data, array->len);
}

/* Longer ones do not fit the arrays that they are written in, nor any store. */
static gboolean
is_too_long (gsize length)
{
  return length > G_MAXINT32;
}

gboolean
mgr_cache_codec_knows (const GValue *value)
{
  return G_VALUE_HOLDS_STRING (value) || G_VALUE_HOLDS (value, G_TYPE_BYTES) || G_VALUE_HOLDS_VARIANT (value);
}

GBytes *
mgr_cache_codec_write (const GValue *value)
{
  gpointer pointer = g_value_fits_pointer (value) ? g_value_peek_pointer (value) : NULL;

  if (pointer == NULL)
    return NULL;

  if (G_VALUE_HOLDS_STRING (value))
    {
      const char *text = pointer;
      gsize length = strlen (text);

      /* Whoever reads it back relies on that. */
      if (is_too_long (length) || !g_utf8_validate (text, (gssize) length, NULL))
        return NULL;
      return write_kind (KIND_STRING, text, length);
    }

  if (G_VALUE_HOLDS (value, G_TYPE_BYTES) && !is_too_long (g_bytes_get_size (pointer)))
    return write_kind (KIND_BYTES, g_bytes_get_data (pointer, NULL), g_bytes_get_size (pointer));

  if (G_VALUE_HOLDS_VARIANT (value) && !is_too_long (g_variant_get_size (pointer)))
    return write_variant (pointer);

  return NULL;
}

GBytes *
mgr_cache_codec_wrap (GBytes *written)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (written, &length);

  return write_kind (KIND_FOREIGN, data, length);
}

GBytes *
mgr_cache_codec_unwrap (GBytes *stored)
{
  gsize length;
  const char *data = g_bytes_get_data (stored, &length);

  if (length == 0 || data[0] != KIND_FOREIGN)
    return NULL;

  return g_bytes_new_from_bytes (stored, 1, length - 1);
}

static gboolean
read_string (const char *text,
             gsize       length,
             GValue     *value)
{
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;

  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, g_strndup (text, length));
  return TRUE;
}

static gboolean
read_variant (GBytes *stored,
              GValue *value)
{
  gsize length;
  const char *data = g_bytes_get_data (stored, &length);
  const char *end = memchr (data, '\0', length);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GVariant) variant = NULL;

  if (end == NULL || !g_variant_type_string_is_valid (data + 1)
      || !g_variant_type_is_definite (G_VARIANT_TYPE (data + 1)))
    return FALSE;

  body = g_bytes_new_from_bytes (stored, (gsize) (end + 1 - data), length - (gsize) (end + 1 - data));
  variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (data + 1), body, FALSE));
  if (!g_variant_is_normal_form (variant))
    return FALSE;

  g_value_init (value, G_TYPE_VARIANT);
  g_value_take_variant (value, G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (variant)
                                                                : g_variant_byteswap (variant));
  return TRUE;
}

gboolean
mgr_cache_codec_read (GBytes *stored,
                      GValue *value)
{
  gsize length;
  const char *data = g_bytes_get_data (stored, &length);

  if (length == 0)
    return FALSE;

  switch (data[0])
    {
    case KIND_STRING:
      return read_string (data + 1, length - 1, value);
    case KIND_VARIANT:
      return read_variant (stored, value);
    case KIND_BYTES:
      g_value_init (value, G_TYPE_BYTES);
      g_value_take_boxed (value, g_bytes_new_from_bytes (stored, 1, length - 1));
      return TRUE;
    default:
      return FALSE;
    }
}
