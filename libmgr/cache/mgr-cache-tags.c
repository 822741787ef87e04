/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-tags-private.h"

struct _MgrCacheTags
{
  GMutex lock;
  GHashTable *tags; /* (owned) (element-type utf8 MgrCacheTag): those that are valid; guarded by lock */
};

struct _MgrCacheTag
{
  MgrCacheTags *tags; /* (unowned) */
  char *name;         /* (owned) */
  guint ref_count;    /* guarded by the lock */
  gint invalid;       /* atomic */
};

MgrCacheTags *
mgr_cache_tags_new (void)
{
  MgrCacheTags *self = g_new0 (MgrCacheTags, 1);

  g_mutex_init (&self->lock);
  self->tags = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
mgr_cache_tags_free (MgrCacheTags *self)
{
  g_hash_table_unref (self->tags);
  g_mutex_clear (&self->lock);
  g_free (self);
}

MgrCacheTag *
mgr_cache_tags_get (MgrCacheTags *self,
                    const char   *name)
{
  MgrCacheTag *tag;

  g_mutex_lock (&self->lock);
  tag = g_hash_table_lookup (self->tags, name);
  if (tag == NULL)
    {
      tag = g_new0 (MgrCacheTag, 1);
      tag->tags = self;
      tag->name = g_strdup (name);
      g_hash_table_insert (self->tags, tag->name, tag);
    }
  tag->ref_count++;
  g_mutex_unlock (&self->lock);

  return tag;
}

gboolean
mgr_cache_tags_invalidate (MgrCacheTags *self,
                           const char   *name)
{
  MgrCacheTag *tag;

  g_mutex_lock (&self->lock);
  tag = g_hash_table_lookup (self->tags, name);
  if (tag != NULL)
    {
      g_hash_table_remove (self->tags, name);
      g_atomic_int_set (&tag->invalid, TRUE);
    }
  g_mutex_unlock (&self->lock);

  return tag != NULL;
}

void
mgr_cache_tag_unref (MgrCacheTag *tag)
{
  MgrCacheTags *self = tag->tags;
  gboolean last;

  g_mutex_lock (&self->lock);
  last = --tag->ref_count == 0;
  if (last && !g_atomic_int_get (&tag->invalid))
    g_hash_table_remove (self->tags, tag->name);
  g_mutex_unlock (&self->lock);

  if (last)
    {
      g_free (tag->name);
      g_free (tag);
    }
}

gboolean
mgr_cache_tag_is_valid (const MgrCacheTag *tag)
{
  return !g_atomic_int_get (&tag->invalid);
}
