/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-redis-client-private.h"

#include "base/mgr-error.h"
#include "cache/mgr-redis-link-private.h"
#include "cache/mgr-stale-keys-private.h"

#include <string.h>

/* As Redis bounds keys and values. */
#define VALUE_BYTES ((gsize) 512 << 20)

#define STALE_KEYS_MAX 10000

/* So many keys are removed, or asked for, by one command. */
#define BATCH 500

struct _MgrRedisClient
{
  char *address;         /* (owned), never changes: what may be shown */
  char *prefix;          /* (owned), never changes */
  MgrRedisLink *link;    /* (owned), never changes */

  GMutex lock;
  gint64 timeout;        /* guarded by lock, as all below */
  char *complaint;       /* (owned) (nullable): what the server answered last in place of what was asked */
  MgrStaleKeys *stale;   /* (owned) */
  MgrCacheStoreFigures figures;
};

MgrRedisClient *
mgr_redis_client_new (MgrRedisAddress *address,
                      const char      *prefix,
                      MgrClock        *clock)
{
  MgrRedisClient *self = g_new0 (MgrRedisClient, 1);

  self->address = g_strdup (address->text);
  self->prefix = g_strdup (prefix);
  self->link = mgr_redis_link_new (address, clock);
  g_mutex_init (&self->lock);
  self->stale = mgr_stale_keys_new (STALE_KEYS_MAX);
  return self;
}

void
mgr_redis_client_free (MgrRedisClient *self)
{
  mgr_redis_link_free (self->link);
  mgr_stale_keys_free (self->stale);
  g_free (self->address);
  g_free (self->prefix);
  g_free (self->complaint);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gint64
mgr_redis_client_get_timeout (MgrRedisClient *self)
{
  gint64 timeout;

  g_mutex_lock (&self->lock);
  timeout = self->timeout;
  g_mutex_unlock (&self->lock);

  return timeout;
}

gboolean
mgr_redis_client_set_timeout (MgrRedisClient *self,
                              gint64          timeout)
{
  gboolean changes;

  g_mutex_lock (&self->lock);
  changes = self->timeout != timeout;
  self->timeout = timeout;
  g_mutex_unlock (&self->lock);

  return changes;
}

/* Commands */

/* What is asked for at once: first, that what is stale be removed. */
typedef struct
{
  GByteArray *commands;  /* (owned) */
  guint n_commands;
  GPtrArray *stale_keys; /* (owned) (element-type GBytes) */
  guint64 serial;        /* of them */
} Ask;

static void
ask_clear (Ask *ask)
{
  g_clear_pointer (&ask->commands, g_byte_array_unref);
  g_clear_pointer (&ask->stale_keys, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ask, ask_clear)

static void
ask_add (Ask               *ask,
         const MgrRespWord *words,
         gsize              n_words)
{
  mgr_resp_append_command (ask->commands, words, n_words);
  ask->n_commands++;
}

static MgrRespWord
word_of (GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (MgrRespWord) { size > 0 ? data : "", size };
}

static GBytes *
client_name (MgrRedisClient *self,
             GBytes         *key)
{
  gsize prefix_size = strlen (self->prefix);
  gsize key_size = 0;
  gconstpointer data = g_bytes_get_data (key, &key_size);
  char *name = g_malloc (prefix_size + key_size + 1);

  memcpy (name, self->prefix, prefix_size);
  if (key_size > 0)
    memcpy (name + prefix_size, data, key_size);
  return g_bytes_new_take (name, prefix_size + key_size);
}

/* @names: (element-type GBytes): not empty */
static void
ask_to_delete (Ask       *ask,
               GPtrArray *names)
{
  g_autofree MgrRespWord *words = g_new (MgrRespWord, names->len + 1);

  words[0] = MGR_RESP_WORD ("DEL");
  for (guint i = 0; i < names->len; i++)
    words[i + 1] = word_of (names->pdata[i]);
  ask_add (ask, words, names->len + 1);
}

static void
ask_begin (MgrRedisClient *self,
           Ask           *ask)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  ask->commands = g_byte_array_new ();
  ask->n_commands = 0;
  g_mutex_lock (&self->lock);
  ask->stale_keys = mgr_stale_keys_list (self->stale, BATCH, &ask->serial);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < ask->stale_keys->len; i++)
    g_ptr_array_add (names, client_name (self, ask->stale_keys->pdata[i]));
  if (names->len > 0)
    ask_to_delete (ask, names);
}

/* With the lock held. */
static void
client_note_failure (MgrRedisClient *self,
                     gboolean        timed_out,
                     const char     *complaint)
{
  self->figures.failures++;
  if (timed_out)
    self->figures.timeouts++;
  if (complaint != NULL)
    {
      g_free (self->complaint);
      self->complaint = g_strdup_printf ("%s answers “%s”: see to it that it lets this program read, "
                                         "write and remove keys", self->address, complaint);
    }
}

static MgrRespReply *
find_refusal (GPtrArray *replies)
{
  for (guint i = 0; i < replies->len; i++)
    {
      MgrRespReply *reply = replies->pdata[i];

      if (reply->type == MGR_RESP_ERROR)
        return reply;
    }

  return NULL;
}

/* With the lock held: whether all that was asked was done. */
static gboolean
client_note_replies (MgrRedisClient *self,
                     Ask            *ask,
                     GPtrArray      *replies)
{
  MgrRespReply *refusal = find_refusal (replies);

  if (refusal != NULL)
    {
      g_autofree char *said = mgr_resp_reply_describe (refusal);

      client_note_failure (self, FALSE, said);
      return FALSE;
    }

  g_clear_pointer (&self->complaint, g_free);
  mgr_stale_keys_settle (self->stale, ask->stale_keys, ask->serial);
  return TRUE;
}

/* Only who has cancelled is told by an error.
 *
 * Returns: (transfer full) (nullable): a reply to each command but that for what is stale;
 *   none of them is an error */
static GPtrArray *
client_ask (MgrRedisClient  *self,
            Ask             *ask,
            GCancellable    *cancellable,
            GError         **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) replies = NULL;
  gboolean done = FALSE;

  replies = mgr_redis_link_call (self->link, ask->commands, ask->n_commands,
                                 mgr_redis_client_get_timeout (self), cancellable, &local_error);
  g_mutex_lock (&self->lock);
  if (replies != NULL)
    done = client_note_replies (self, ask, replies);
  else
    client_note_failure (self, g_error_matches (local_error, MGR_ERROR, MGR_ERROR_TIMED_OUT), NULL);
  g_mutex_unlock (&self->lock);

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local_error));
  if (done && ask->stale_keys->len > 0)
    g_ptr_array_remove_index (replies, 0);
  return done ? g_steal_pointer (&replies) : NULL;
}

/* Removing all */

/* A pattern that matches what begins with the prefix, and nothing else. */
static char *
make_pattern (const char *prefix)
{
  g_autoptr (GString) pattern = g_string_new (NULL);

  for (const char *letter = prefix; *letter != '\0'; letter++)
    {
      if (strchr ("*?[]^\\", *letter) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *letter);
    }

  g_string_append_c (pattern, '*');
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

/* @cursor: (inout): where the server goes on; empty at the end
 *
 * Returns: (transfer full) (element-type GBytes) (nullable) */
static GPtrArray *
client_scan (MgrRedisClient  *self,
             const char      *pattern,
             GString         *cursor,
             GCancellable    *cancellable,
             GError         **error)
{
  g_auto (Ask) ask = { 0 };
  MgrRespWord words[] = {
    MGR_RESP_WORD ("SCAN"), MGR_RESP_WORD (cursor->str), MGR_RESP_WORD ("MATCH"),
    MGR_RESP_WORD (pattern), MGR_RESP_WORD ("COUNT"), MGR_RESP_WORD (G_STRINGIFY (BATCH)),
  };
  g_autoptr (GPtrArray) replies = NULL;
  g_autoptr (GPtrArray) names = NULL;
  MgrRespReply *reply;
  MgrRespReply *next;

  ask_begin (self, &ask);
  ask_add (&ask, words, G_N_ELEMENTS (words));
  replies = client_ask (self, &ask, cancellable, error);
  if (replies == NULL)
    return NULL;

  reply = replies->pdata[0];
  if (reply->type != MGR_RESP_ARRAY || reply->items->len != 2)
    return NULL;
  next = reply->items->pdata[0];
  reply = reply->items->pdata[1];
  if (next->type != MGR_RESP_BYTES || reply->type != MGR_RESP_ARRAY)
    return NULL;

  g_string_truncate (cursor, 0);
  g_string_append_len (cursor, g_bytes_get_data (next->bytes, NULL), (gssize) g_bytes_get_size (next->bytes));
  if (g_str_equal (cursor->str, "0"))
    g_string_truncate (cursor, 0);

  names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < reply->items->len; i++)
    {
      MgrRespReply *name = reply->items->pdata[i];

      if (name->type == MGR_RESP_BYTES)
        g_ptr_array_add (names, g_bytes_ref (name->bytes));
    }
  return g_steal_pointer (&names);
}

static gboolean
client_delete (MgrRedisClient  *self,
               GPtrArray       *names,
               GCancellable    *cancellable,
               GError         **error)
{
  g_auto (Ask) ask = { 0 };
  g_autoptr (GPtrArray) replies = NULL;

  if (names->len == 0)
    return TRUE;

  ask_begin (self, &ask);
  ask_to_delete (&ask, names);
  replies = client_ask (self, &ask, cancellable, error);
  return replies != NULL;
}

static gboolean
client_clear (MgrRedisClient  *self,
              GCancellable    *cancellable,
              GError         **error)
{
  g_autofree char *pattern = make_pattern (self->prefix);
  g_autoptr (GString) cursor = g_string_new ("0");

  while (cursor->len > 0)
    {
      g_autoptr (GPtrArray) names = client_scan (self, pattern, cursor, cancellable, error);

      if (names == NULL || !client_delete (self, names, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
client_clear_or_remember (MgrRedisClient  *self,
                          GCancellable    *cancellable,
                          GError         **error)
{
  guint64 serial;
  gboolean cleared;

  g_mutex_lock (&self->lock);
  g_ptr_array_unref (mgr_stale_keys_list (self->stale, 0, &serial));
  g_mutex_unlock (&self->lock);

  cleared = client_clear (self, cancellable, error);
  g_mutex_lock (&self->lock);
  if (cleared)
    mgr_stale_keys_settle (self->stale, NULL, serial);
  else
    mgr_stale_keys_add_all (self->stale);
  g_mutex_unlock (&self->lock);

  return cleared;
}

/* Whether the server may be asked: where everything in it is stale, that goes first. */
static gboolean
client_is_fresh (MgrRedisClient  *self,
                 GCancellable    *cancellable,
                 GError         **error)
{
  gboolean has_all;

  g_mutex_lock (&self->lock);
  has_all = mgr_stale_keys_has_all (self->stale);
  g_mutex_unlock (&self->lock);

  return !has_all || client_clear_or_remember (self, cancellable, error);
}

/* @replies: to GET and PTTL. What expired between the two is not there. */
static GBytes *
read_value (GPtrArray *replies,
            gint64    *ttl)
{
  MgrRespReply *value = replies->pdata[0];
  MgrRespReply *left = replies->pdata[1];

  if (value->type != MGR_RESP_BYTES || left->type != MGR_RESP_INTEGER)
    return NULL;
  if (left->integer == 0 || left->integer < -1)
    return NULL;

  *ttl = left->integer < 0 ? 0 : MIN (left->integer, G_MAXINT64 / 1000) * 1000;
  return g_bytes_ref (value->bytes);
}

GBytes *
mgr_redis_client_load (MgrRedisClient  *self,
                       GBytes          *key,
                       gint64          *ttl,
                       GCancellable    *cancellable,
                       GError         **error)
{
  g_autoptr (GBytes) name = client_name (self, key);
  MgrRespWord words[2] = { MGR_RESP_WORD ("GET"), word_of (name) };
  g_autoptr (GPtrArray) replies = NULL;
  GBytes *value = NULL;
  gboolean is_stale;

  g_mutex_lock (&self->lock);
  is_stale = mgr_stale_keys_contains (self->stale, key);
  g_mutex_unlock (&self->lock);

  if (!is_stale)
    {
      g_auto (Ask) ask = { 0 };

      ask_begin (self, &ask);
      ask_add (&ask, words, 2);
      words[0] = MGR_RESP_WORD ("PTTL");
      ask_add (&ask, words, 2);
      replies = client_ask (self, &ask, cancellable, error);
    }
  if (replies != NULL)
    value = read_value (replies, ttl);

  g_mutex_lock (&self->lock);
  if (value != NULL)
    self->figures.hits++;
  else
    self->figures.misses++;
  g_mutex_unlock (&self->lock);

  return value;
}

static gboolean
client_set (MgrRedisClient  *self,
            GBytes          *key,
            GBytes          *value,
            gint64           ttl,
            GCancellable    *cancellable,
            GError         **error)
{
  g_auto (Ask) ask = { 0 };
  g_autoptr (GBytes) name = client_name (self, key);
  g_autoptr (GPtrArray) replies = NULL;
  char number[24];
  MgrRespWord words[5] = { MGR_RESP_WORD ("SET"), word_of (name), word_of (value), MGR_RESP_WORD ("PX") };

  ask_begin (self, &ask);
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, MAX (ttl / 1000, 1));
  words[4] = MGR_RESP_WORD (number);
  ask_add (&ask, words, ttl > 0 ? 5 : 3);
  replies = client_ask (self, &ask, cancellable, error);
  return replies != NULL && mgr_resp_reply_says (replies->pdata[0], MGR_RESP_TEXT, "OK");
}

static gboolean
client_remove (MgrRedisClient  *self,
               GBytes          *key,
               GCancellable    *cancellable,
               GError         **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (names, client_name (self, key));
  return client_delete (self, names, cancellable, error);
}

/* After @key has been set or removed, or has not. */
static void
client_settle (MgrRedisClient *self,
               GBytes         *key,
               gboolean        done,
               guint64         serial)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  g_ptr_array_add (keys, key);
  g_mutex_lock (&self->lock);
  if (done)
    mgr_stale_keys_settle (self->stale, keys, serial);
  else
    mgr_stale_keys_add (self->stale, key);
  g_mutex_unlock (&self->lock);
}

static guint64
client_get_serial (MgrRedisClient *self)
{
  guint64 serial;

  g_mutex_lock (&self->lock);
  g_ptr_array_unref (mgr_stale_keys_list (self->stale, 0, &serial));
  g_mutex_unlock (&self->lock);

  return serial;
}

gboolean
mgr_redis_client_store (MgrRedisClient  *self,
                        GBytes          *key,
                        GBytes          *value,
                        gint64           ttl,
                        GCancellable    *cancellable,
                        GError         **error)
{
  gboolean fits = g_bytes_get_size (value) <= VALUE_BYTES;
  guint64 serial;
  gboolean stored = FALSE;
  gboolean done = FALSE;

  if (client_is_fresh (self, cancellable, error))
    {
      serial = client_get_serial (self);
      stored = fits && client_set (self, key, value, ttl, cancellable, error);
      done = stored || (!fits && client_remove (self, key, cancellable, error));
      client_settle (self, key, done, serial);
    }

  g_mutex_lock (&self->lock);
  if (stored)
    self->figures.stored++;
  else
    self->figures.refused++;
  g_mutex_unlock (&self->lock);

  return stored;
}

gboolean
mgr_redis_client_remove (MgrRedisClient  *self,
                         GBytes          *key,
                         GCancellable    *cancellable,
                         GError         **error)
{
  guint64 serial;
  gboolean removed;

  if (!client_is_fresh (self, cancellable, error))
    return FALSE;

  serial = client_get_serial (self);
  removed = client_remove (self, key, cancellable, error);
  client_settle (self, key, removed, serial);
  return removed;
}

gboolean
mgr_redis_client_clear (MgrRedisClient  *self,
                        GCancellable    *cancellable,
                        GError         **error)
{
  return client_clear_or_remember (self, cancellable, error);
}

void
mgr_redis_client_get_figures (MgrRedisClient       *self,
                              MgrCacheStoreFigures *figures)
{
  g_mutex_lock (&self->lock);
  *figures = self->figures;
  g_mutex_unlock (&self->lock);

  figures->connects = mgr_redis_link_count_connects (self->link);
}

char *
mgr_redis_client_dup_problem (MgrRedisClient *self)
{
  char *problem = mgr_redis_link_dup_problem (self->link);

  if (problem != NULL)
    return problem;

  g_mutex_lock (&self->lock);
  problem = g_strdup (self->complaint);
  g_mutex_unlock (&self->lock);

  return problem;
}
