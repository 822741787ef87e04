/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-key-private.h"

#include <string.h>

static guint32
hash_memory (guint64       seed,
             gconstpointer data,
             gsize         size)
{
  const char *bytes = data;
  guint64 hash = seed ^ size;
  guint64 word = 0;

  for (; size > sizeof word; size -= sizeof word, bytes += sizeof word)
    {
      memcpy (&word, bytes, sizeof word);
      hash = mgr_cache_key_mix (hash ^ word);
    }

  word = 0;
  if (size > 0)
    memcpy (&word, bytes, size);
  return (guint32) mgr_cache_key_mix (hash ^ word);
}

MgrCacheKey
mgr_cache_key_string (guint64     seed,
                      const char *text)
{
  return (MgrCacheKey) {
    .type = MGR_CACHE_KEY_TYPE_STRING,
    .hash = hash_memory (seed, text, strlen (text)),
    .text = text,
  };
}

MgrCacheKey
mgr_cache_key_bytes (guint64  seed,
                     GBytes  *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (MgrCacheKey) {
    .type = MGR_CACHE_KEY_TYPE_BYTES,
    .hash = hash_memory (seed, data, size),
    .bytes = bytes,
  };
}

gboolean
mgr_cache_key_equals (const MgrCacheKey *self,
                      MgrCacheKeyData    data)
{
  switch (self->type)
    {
    case MGR_CACHE_KEY_TYPE_INT64:
      return self->number == data.number;
    case MGR_CACHE_KEY_TYPE_STRING:
      return strcmp (self->text, data.text) == 0;
    case MGR_CACHE_KEY_TYPE_BYTES:
      return g_bytes_equal (self->bytes, data.bytes);
    default:
      g_assert_not_reached ();
    }
}

MgrCacheKeyData
mgr_cache_key_data_copy (MgrCacheKeyType type,
                         MgrCacheKeyData data)
{
  switch (type)
    {
    case MGR_CACHE_KEY_TYPE_INT64:
      return data;
    case MGR_CACHE_KEY_TYPE_STRING:
      return (MgrCacheKeyData) { .text = g_strdup (data.text) };
    case MGR_CACHE_KEY_TYPE_BYTES:
      return (MgrCacheKeyData) { .bytes = g_bytes_ref (data.bytes) };
    default:
      g_assert_not_reached ();
    }
}

MgrCacheKeyData
mgr_cache_key_copy_far (const MgrCacheKey *self)
{
  switch (self->type)
    {
    case MGR_CACHE_KEY_TYPE_INT64:
      return (MgrCacheKeyData) { .number = self->number };
    case MGR_CACHE_KEY_TYPE_STRING:
      return (MgrCacheKeyData) { .text = g_strdup (self->text) };
    case MGR_CACHE_KEY_TYPE_BYTES:
      return (MgrCacheKeyData) { .bytes = g_bytes_ref (self->bytes) };
    default:
      g_assert_not_reached ();
    }
}

void
mgr_cache_key_data_free (MgrCacheKeyType type,
                         MgrCacheKeyData data)
{
  switch (type)
    {
    case MGR_CACHE_KEY_TYPE_INT64:
      break;
    case MGR_CACHE_KEY_TYPE_STRING:
      g_free (data.text);
      break;
    case MGR_CACHE_KEY_TYPE_BYTES:
      g_bytes_unref (data.bytes);
      break;
    default:
      g_assert_not_reached ();
    }
}
