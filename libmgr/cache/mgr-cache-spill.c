/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-owner-context-private.h"
#include "cache/mgr-cache-codec-private.h"

#include <string.h>

/* What leaves a cache for its second tier, and what comes back from there. */

/* As others can read it who share the store. What is the caller's own is copied, since
 * this one ends with locks held. */
static GBytes *
write_key (MgrCacheKeyType type,
           MgrCacheKeyData data)
{
  gsize length;
  gconstpointer bytes;
  char *number;

  switch (type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return g_bytes_new (data.text, strlen (data.text));
    case MGR_CACHE_KEY_TYPE_BYTES:
      bytes = g_bytes_get_data (data.bytes, &length);
      return g_bytes_new (bytes, length);
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      number = g_strdup_printf ("%" G_GINT64_FORMAT, data.number);
      return g_bytes_new_take (number, strlen (number));
    }
}

static GBytes *
write_read_key (const MgrCacheKey *key)
{
  MgrCacheKeyData data;

  switch (key->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      data.text = (char *) key->text;
      break;
    case MGR_CACHE_KEY_TYPE_BYTES:
      data.bytes = key->bytes;
      break;
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      data.number = key->number;
      break;
    }
  return write_key (key->type, data);
}

/* A value on its way to whoever can write it. */
typedef struct
{
  GBytes *key;            /* (owned) */
  MgrCacheHolder *holder; /* (owned) */
  guint64 ticket;
} MgrCacheLetter;

static void
letter_free (gpointer data)
{
  MgrCacheLetter *letter = data;

  g_bytes_unref (letter->key);
  mgr_cache_holder_unref (letter->holder);
  g_free (letter);
}

static void
encode_cb (gpointer object,
           gpointer data)
{
  MgrCache *self = object;
  MgrCacheLetter *letter = data;
  g_autoptr (GBytes) written = mgr_cache_emit_encode (self, &letter->holder->value);
  g_autoptr (GBytes) value = written != NULL ? mgr_cache_codec_wrap (written) : NULL;
  const MgrCacheLease *lease = letter->holder->lease;

  mgr_cache_tier_fill (self->tier, letter->key, letter->ticket, value,
                       lease != NULL ? lease->deadline : 0);
}

static void
cache_post_letter (MgrCache       *self,
                   GBytes         *key,
                   MgrCacheHolder *holder)
{
  MgrCacheLetter *letter = g_new (MgrCacheLetter, 1);

  letter->key = g_bytes_ref (key);
  letter->holder = mgr_cache_holder_ref (holder);
  letter->ticket = holder->ticket;
  mgr_owner_context_post (self->context, self, encode_cb, letter, letter_free);
}

void
mgr_cache_spill (MgrCache              *self,
                 const MgrCacheRemoval *removal)
{
  MgrCacheHolder *holder = removal->value.data;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GBytes) key = NULL;

  if (holder->ticket == 0)
    return;

  key = write_key (self->key_type, removal->key);
  value = mgr_cache_codec_write (&holder->value);
  if (value == NULL && mgr_cache_is_encode_wanted (self))
    cache_post_letter (self, key, holder);
  else
    mgr_cache_tier_fill (self->tier, key, holder->ticket, value,
                         holder->lease != NULL ? holder->lease->deadline : 0);
}

void
mgr_cache_wake_tier (MgrCache *self)
{
  if (self->tier != NULL)
    mgr_cache_tier_wake (self->tier);
}

MgrCacheReading *
mgr_cache_begin_reading (MgrCache     *self,
                         const MgrKey *key)
{
  MgrCacheKey read = mgr_cache_key_of (self, key);
  g_autoptr (GBytes) written = NULL;

  if (self->tier == NULL)
    return NULL;

  written = write_read_key (&read);
  return mgr_cache_tier_begin_reading (self->tier, written);
}

void
mgr_cache_end_reading (MgrCache        *self,
                       MgrCacheReading *reading)
{
  if (reading != NULL)
    mgr_cache_tier_end_reading (self->tier, reading);
}

/* With the lock of the core held, here and below. */

static gboolean
follow_put (gpointer            data,
            const MgrCacheKey  *key,
            const MgrCacheItem *item)
{
  MgrCache *self = data;

  if (item->reading != NULL && !mgr_cache_tier_is_current (self->tier, item->reading))
    return FALSE;

  if (item->supersedes)
    {
      g_autoptr (GBytes) written = write_read_key (key);

      mgr_cache_tier_remove (self->tier, written);
    }
  return TRUE;
}

static void
follow_removed (gpointer           data,
                const MgrCacheKey *key)
{
  MgrCache *self = data;
  g_autoptr (GBytes) written = write_read_key (key);

  mgr_cache_tier_remove (self->tier, written);
}

static void
follow_cleared (gpointer data)
{
  MgrCache *self = data;

  mgr_cache_tier_clear (self->tier);
}

/* A tag that is invalidated would not reach what is in the store. */
static gboolean
is_for_store (MgrCache             *self,
              const MgrCacheHolder *holder)
{
  return !mgr_cache_holder_is_failure (holder)
         && (holder->lease == NULL || holder->lease->tags == NULL)
         && (mgr_cache_codec_knows (&holder->value) || mgr_cache_is_encode_wanted (self));
}

/* What is put under the key later comes after it, whatever the threads do. */
static void
follow_evicted (gpointer        data,
                MgrCacheKeyData key,
                MgrCacheValue   value)
{
  MgrCache *self = data;
  MgrCacheHolder *holder = value.data;
  g_autoptr (GBytes) written = NULL;

  if (!is_for_store (self, holder))
    return;

  written = write_key (self->key_type, key);
  holder->ticket = mgr_cache_tier_reserve (self->tier, written);
}

const MgrCacheFollower mgr_cache_tier_follower = {
  .put = follow_put,
  .removed = follow_removed,
  .cleared = follow_cleared,
  .evicted = follow_evicted,
};

static gboolean
cache_decode (MgrCache      *self,
              GBytes        *stored,
              MgrCacheTerms *terms)
{
  g_autoptr (GBytes) written = mgr_cache_codec_unwrap (stored);
  g_auto (GValue) value = G_VALUE_INIT;

  if (written != NULL)
    {
      if (!mgr_cache_emit_decode (self, written, terms))
        return FALSE;
      if (!terms->has_size)
        mgr_cache_terms_set_size (terms, MAX (g_bytes_get_size (written), 1));
      return TRUE;
    }

  if (!mgr_cache_codec_read (stored, &value))
    return FALSE;

  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

GBytes *
mgr_cache_load_stored (MgrCache     *self,
                       const MgrKey *key,
                       gint64       *ttl,
                       GCancellable *cancellable)
{
  MgrCacheKey read = mgr_cache_key_of (self, key);
  g_autoptr (GBytes) written = write_read_key (&read);

  return mgr_cache_tier_load (self->tier, written, ttl, cancellable);
}

gboolean
mgr_cache_read_stored (MgrCache      *self,
                       GBytes        *stored,
                       gint64         ttl,
                       MgrCacheTerms *terms)
{
  if (!cache_decode (self, stored, terms))
    {
      g_info ("Cache “%s” found something in its store that it cannot read, and loads it anew",
              self->name);
      return FALSE;
    }

  if (ttl > 0)
    mgr_cache_terms_set_ttl (terms, ttl);
  mgr_cache_change_figure (self, &self->figures.recalled, 1);
  return TRUE;
}

gboolean
mgr_cache_recall (MgrCache      *self,
                  const MgrKey  *key,
                  MgrCacheTerms *terms,
                  GCancellable  *cancellable)
{
  g_autoptr (GBytes) stored = NULL;
  gint64 ttl = 0;

  if (self->tier == NULL)
    return FALSE;

  stored = mgr_cache_load_stored (self, key, &ttl, cancellable);
  return stored != NULL && mgr_cache_read_stored (self, stored, ttl, terms);
}

/**
 * mgr_cache_get_store:
 * @self: a cache
 *
 * Gets where values go that leave for want of room or of memory. May be called from any
 * thread.
 *
 * Returns: (transfer none) (nullable): the store
 *
 * Since: 1.0
 */
MgrCacheStore *
mgr_cache_get_store (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), NULL);

  return self->store;
}

/**
 * mgr_cache_flush:
 * @self: a cache
 * @timeout: how long to wait, in microseconds
 *
 * Waits until all that is on its way to #MgrCache:store has arrived there, but for what
 * #MgrCache::encode has still to write. A cache that ends does not wait: it leaves that to
 * its thread, which ends with the program. May be called from any thread.
 *
 * Returns: whether it has arrived in time
 *
 * Since: 1.0
 */
gboolean
mgr_cache_flush (MgrCache *self,
                 gint64    timeout)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (timeout >= 0, FALSE);

  return self->tier == NULL || mgr_cache_tier_flush (self->tier, timeout);
}
