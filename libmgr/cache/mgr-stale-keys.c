/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-stale-keys-private.h"

struct _MgrStaleKeys
{
  GHashTable *serials; /* (owned) (element-type GBytes guint64): when a key was added last */
  guint capacity;
  guint64 serial;      /* of what was added last; 0 for nothing */
  guint64 all;         /* when all became stale; 0 where they are not */
};

MgrStaleKeys *
mgr_stale_keys_new (guint capacity)
{
  MgrStaleKeys *self = g_new0 (MgrStaleKeys, 1);

  self->serials = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                         (GDestroyNotify) g_bytes_unref, g_free);
  self->capacity = capacity;
  return self;
}

void
mgr_stale_keys_free (MgrStaleKeys *self)
{
  g_hash_table_unref (self->serials);
  g_free (self);
}

void
mgr_stale_keys_add (MgrStaleKeys *self,
                    GBytes       *key)
{
  guint64 serial = ++self->serial;

  if (self->all != 0)
    self->all = serial;
  else if (g_hash_table_size (self->serials) >= self->capacity)
    mgr_stale_keys_add_all (self);
  else
    g_hash_table_replace (self->serials, g_bytes_ref (key), g_memdup2 (&serial, sizeof serial));
}

void
mgr_stale_keys_add_all (MgrStaleKeys *self)
{
  self->all = ++self->serial;
  g_hash_table_remove_all (self->serials);
}

gboolean
mgr_stale_keys_contains (MgrStaleKeys *self,
                         GBytes       *key)
{
  return self->all != 0 || g_hash_table_contains (self->serials, key);
}

gboolean
mgr_stale_keys_is_empty (MgrStaleKeys *self)
{
  return self->all == 0 && g_hash_table_size (self->serials) == 0;
}

gboolean
mgr_stale_keys_has_all (MgrStaleKeys *self)
{
  return self->all != 0;
}

GPtrArray *
mgr_stale_keys_list (MgrStaleKeys *self,
                     guint         limit,
                     guint64      *serial)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GHashTableIter iter;
  gpointer key;

  *serial = self->serial;
  g_hash_table_iter_init (&iter, self->serials);
  while (keys->len < limit && g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, g_bytes_ref (key));

  return keys;
}

static gboolean
is_settled (gpointer key,
            gpointer value,
            gpointer serial)
{
  return *(guint64 *) value <= *(guint64 *) serial;
}

void
mgr_stale_keys_settle (MgrStaleKeys *self,
                       GPtrArray    *keys,
                       guint64       serial)
{
  if (keys == NULL)
    {
      g_hash_table_foreach_remove (self->serials, is_settled, &serial);
      if (self->all <= serial)
        self->all = 0;
      return;
    }

  for (guint i = 0; i < keys->len; i++)
    {
      guint64 *added = g_hash_table_lookup (self->serials, keys->pdata[i]);

      if (added != NULL && *added <= serial)
        g_hash_table_remove (self->serials, keys->pdata[i]);
    }
}
