/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-owner-context-private.h"
#include "cache/mgr-cache-codec-private.h"

#include <string.h>

/* What leaves a cache for its second tier, and what comes back from there. */

guint64
mgr_cache_take_serial (MgrCache *self)
{
  if (self->tier == NULL)
    return 0;

  return __atomic_add_fetch (&self->last_serial, 1, __ATOMIC_SEQ_CST);
}

/* As others can read it who share the store. */
static GBytes *
write_key (const MgrKey *key)
{
  char *number;

  switch (key->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return g_bytes_new (key->as.string, strlen (key->as.string));
    case MGR_CACHE_KEY_TYPE_BYTES:
      return g_bytes_ref (key->as.bytes);
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      number = g_strdup_printf ("%" G_GINT64_FORMAT, key->as.number);
      return g_bytes_new_take (number, strlen (number));
    }
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
  guint64 ticket = mgr_cache_tier_reserve (self->tier, key, holder->serial);
  MgrCacheLetter *letter;

  if (ticket == 0)
    return;

  letter = g_new (MgrCacheLetter, 1);
  letter->key = g_bytes_ref (key);
  letter->holder = mgr_cache_holder_ref (holder);
  letter->ticket = ticket;
  mgr_owner_context_post (self->context, self, encode_cb, letter, letter_free);
}

/* A tag that is invalidated would not reach what is in the store. */
static gboolean
is_for_store (const MgrCacheRemoval *removal)
{
  const MgrCacheHolder *holder = removal->value;

  return (removal->cause == MGR_CACHE_CAUSE_SIZE || removal->cause == MGR_CACHE_CAUSE_PRESSURE)
         && !mgr_cache_holder_is_failure (holder)
         && (holder->lease == NULL || holder->lease->tags == NULL);
}

void
mgr_cache_spill (MgrCache              *self,
                 const MgrCacheRemoval *removal)
{
  MgrCacheHolder *holder = removal->value;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GBytes) key = NULL;
  guint64 ticket;
  MgrKey read;

  if (self->tier == NULL || !is_for_store (removal))
    return;

  value = mgr_cache_codec_write (&holder->value);
  read = mgr_cache_key_of_data (self, removal->key);
  key = write_key (&read);
  if (value == NULL)
    {
      if (mgr_cache_is_encode_wanted (self))
        cache_post_letter (self, key, holder);
      return;
    }

  ticket = mgr_cache_tier_reserve (self->tier, key, holder->serial);
  if (ticket != 0)
    mgr_cache_tier_fill (self->tier, key, ticket, value,
                         holder->lease != NULL ? holder->lease->deadline : 0);
}

void
mgr_cache_forget_spilled (MgrCache     *self,
                          const MgrKey *key)
{
  g_autoptr (GBytes) written = NULL;
  guint64 serial;

  if (self->tier == NULL)
    return;

  serial = mgr_cache_take_serial (self);
  if (key == NULL)
    {
      mgr_cache_tier_clear (self->tier, serial);
      return;
    }

  written = write_key (key);
  mgr_cache_tier_remove (self->tier, written, serial);
}

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

gboolean
mgr_cache_recall (MgrCache      *self,
                  const MgrKey  *key,
                  MgrCacheTerms *terms,
                  GCancellable  *cancellable)
{
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GBytes) stored = NULL;
  gint64 ttl = 0;

  if (self->tier == NULL)
    return FALSE;

  written = write_key (key);
  stored = mgr_cache_tier_load (self->tier, written, &ttl, cancellable);
  if (stored == NULL)
    return FALSE;

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
