/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-key-private.h"

#include "base/mgr-error.h"

static const char *const type_names[] = {
  [MGR_CACHE_KEY_TYPE_STRING] = "strings",
  [MGR_CACHE_KEY_TYPE_INT64] = "integers of 64 bits",
  [MGR_CACHE_KEY_TYPE_BYTES] = "GBytes",
};

/* JavaScript has doubles for all numbers but the small ones. */
static gboolean
read_double (double  number,
             gint64 *result)
{
  const double end = 9223372036854775808.0;

  if (!(number >= -end && number < end) || (double) (gint64) number != number)
    return FALSE;

  *result = (gint64) number;
  return TRUE;
}

static gboolean
read_number (const GValue *value,
             gint64       *number)
{
  g_auto (GValue) wide = G_VALUE_INIT;

  switch (G_VALUE_TYPE (value))
    {
    case G_TYPE_INT:
    case G_TYPE_LONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT:
      g_value_init (&wide, G_TYPE_INT64);
      g_value_transform (value, &wide);
      *number = g_value_get_int64 (&wide);
      return TRUE;
    case G_TYPE_ULONG:
    case G_TYPE_UINT64:
      g_value_init (&wide, G_TYPE_UINT64);
      g_value_transform (value, &wide);
      *number = (gint64) g_value_get_uint64 (&wide);
      return *number >= 0;
    case G_TYPE_DOUBLE:
      return read_double (g_value_get_double (value), number);
    default:
      return FALSE;
    }
}

gboolean
mgr_key_read (MgrKey           *self,
              MgrCacheKeyType   type,
              const GValue     *value,
              GError          **error)
{
  gboolean read = FALSE;

  self->type = type;
  if (type == MGR_CACHE_KEY_TYPE_STRING && G_VALUE_HOLDS_STRING (value))
    {
      self->as.string = g_value_get_string (value);
      read = self->as.string != NULL;
    }
  else if (type == MGR_CACHE_KEY_TYPE_BYTES && G_VALUE_HOLDS (value, G_TYPE_BYTES))
    {
      self->as.bytes = g_value_get_boxed (value);
      read = self->as.bytes != NULL;
    }
  else if (type == MGR_CACHE_KEY_TYPE_INT64)
    {
      read = read_number (value, &self->as.number);
    }

  if (!read)
    {
      g_autofree char *contents = g_strdup_value_contents (value);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "%s of type %s is no key of this cache: its keys are %s. Ask with one of "
                   "those, or make a cache with another type of keys",
                   contents, G_VALUE_TYPE_NAME (value), type_names[type]);
    }
  return read;
}

void
mgr_key_write (const MgrKey *self,
               GValue       *value)
{
  switch (self->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      g_value_init (value, G_TYPE_STRING);
      g_value_set_string (value, self->as.string);
      break;
    case MGR_CACHE_KEY_TYPE_INT64:
      g_value_init (value, G_TYPE_INT64);
      g_value_set_int64 (value, self->as.number);
      break;
    case MGR_CACHE_KEY_TYPE_BYTES:
      g_value_init (value, G_TYPE_BYTES);
      g_value_set_boxed (value, self->as.bytes);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
mgr_key_copy (MgrKey       *self,
              const MgrKey *other)
{
  *self = *other;
  if (self->type == MGR_CACHE_KEY_TYPE_STRING)
    self->as.string = g_strdup (other->as.string);
  else if (self->type == MGR_CACHE_KEY_TYPE_BYTES)
    self->as.bytes = g_bytes_ref (other->as.bytes);
}

void
mgr_key_clear (MgrKey *self)
{
  if (self->type == MGR_CACHE_KEY_TYPE_STRING)
    g_free ((char *) self->as.string);
  else if (self->type == MGR_CACHE_KEY_TYPE_BYTES)
    g_bytes_unref (self->as.bytes);
}

guint
mgr_key_hash (gconstpointer self)
{
  const MgrKey *key = self;

  switch (key->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return g_str_hash (key->as.string);
    case MGR_CACHE_KEY_TYPE_INT64:
      return g_int64_hash (&key->as.number);
    case MGR_CACHE_KEY_TYPE_BYTES:
      return g_bytes_hash (key->as.bytes);
    default:
      g_assert_not_reached ();
    }
}

gboolean
mgr_key_equal (gconstpointer self,
               gconstpointer other)
{
  const MgrKey *left = self;
  const MgrKey *right = other;

  switch (left->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return g_str_equal (left->as.string, right->as.string);
    case MGR_CACHE_KEY_TYPE_INT64:
      return left->as.number == right->as.number;
    case MGR_CACHE_KEY_TYPE_BYTES:
      return g_bytes_equal (left->as.bytes, right->as.bytes);
    default:
      g_assert_not_reached ();
    }
}
