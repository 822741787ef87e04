/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-holder-private.h"

MgrCacheHolder *
mgr_cache_holder_new (const GValue  *value,
                      gint64         now,
                      MgrCacheLease *lease)
{
  MgrCacheHolder *self = g_new0 (MgrCacheHolder, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_value_init (&self->value, G_VALUE_TYPE (value));
  g_value_copy (value, &self->value);
  self->created = now;
  self->used = now;
  self->lease = lease;
  return self;
}

gpointer
mgr_cache_holder_ref (gpointer holder)
{
  MgrCacheHolder *self = holder;

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_cache_holder_unref (gpointer holder)
{
  MgrCacheHolder *self = holder;

  if (!g_atomic_ref_count_dec (&self->ref_count))
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
