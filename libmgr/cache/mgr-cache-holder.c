/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-holder-private.h"

/* Numbers are copied as they are: asking their type to do it takes as long as all else. */
static void
copy_value (const GValue *value,
            GValue       *copy)
{
  GType type = G_VALUE_TYPE (value);

  if (type >= G_TYPE_CHAR && type <= G_TYPE_DOUBLE)
    {
      *copy = *value;
      return;
    }

  g_value_init (copy, type);
  g_value_copy (value, copy);
}

void
mgr_cache_holder_copy_value (const MgrCacheHolder *self,
                             GValue               *value)
{
  copy_value (&self->value, value);
}

MgrCacheHolder *
mgr_cache_holder_new (const GValue  *value,
                      gint64         now,
                      MgrCacheLease *lease)
{
  MgrCacheHolder *self = g_new0 (MgrCacheHolder, 1);

  self->ref_count = 1;
  copy_value (value, &self->value);
  self->created = now;
  self->used = now;
  self->lease = lease;
  return self;
}

gpointer
mgr_cache_holder_ref (gpointer holder)
{
  MgrCacheHolder *self = holder;

  __atomic_fetch_add (&self->ref_count, 1, __ATOMIC_RELAXED);
  return self;
}

void
mgr_cache_holder_unref (gpointer holder)
{
  MgrCacheHolder *self = holder;

  if (__atomic_sub_fetch (&self->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  g_value_unset (&self->value);
  if (self->lease != NULL)
    {
      g_clear_pointer (&self->lease->tags, g_ptr_array_unref);
      g_free (self->lease);
    }
  g_free (self);
}

gboolean
mgr_cache_holder_is_valid (const MgrCacheHolder *self)
{
  if (self->lease == NULL || self->lease->tags == NULL)
    return TRUE;

  for (guint i = 0; i < self->lease->tags->len; i++)
    {
      if (!mgr_cache_tag_is_valid (g_ptr_array_index (self->lease->tags, i)))
        return FALSE;
    }

  return TRUE;
}

gboolean
mgr_cache_holder_is_failure (const MgrCacheHolder *self)
{
  return self->lease != NULL && self->lease->is_failure;
}

gsize
mgr_cache_holder_get_overhead (const MgrCacheHolder *self)
{
  return sizeof *self + (self->lease != NULL ? sizeof *self->lease : 0);
}
