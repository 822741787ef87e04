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
  if (mgr_cache_value_is_number (value))
    {
      *copy = *value;
      return;
    }

  *copy = (GValue) G_VALUE_INIT;
  g_value_init (copy, G_VALUE_TYPE (value));
  g_value_copy (value, copy);
}

void
mgr_cache_holder_copy_value (const MgrCacheHolder *self,
                             GValue               *value)
{
  copy_value (&self->value, value);
}

/* The holder that a thread let go of last is for the value it keeps next: in a cache that is
 * full one goes for each that comes, in the same thread. */
typedef enum
{
  SPARE_UNKNOWN, /* nobody would free it at the end of the thread */
  SPARE_KEPT,
  SPARE_OVER,    /* the thread ends */
} SpareState;

static __thread struct
{
  SpareState state;
  MgrCacheHolder *holder; /* (owned) (nullable) */
} spare;

static void
spare_end (gpointer data)
{
  spare.state = SPARE_OVER;
  g_clear_pointer (&spare.holder, g_free);
}

static void
spare_begin (void)
{
  static GPrivate end = G_PRIVATE_INIT (spare_end);

  spare.state = SPARE_KEPT;
  g_private_set (&end, &spare);
}

static inline MgrCacheHolder *
holder_alloc (void)
{
  MgrCacheHolder *self = spare.holder;

  if (self == NULL)
    return g_new (MgrCacheHolder, 1);

  spare.holder = NULL;
  return self;
}

static inline void
holder_free (MgrCacheHolder *self)
{
  if (G_UNLIKELY (spare.state == SPARE_UNKNOWN))
    spare_begin ();

  if (spare.holder == NULL && spare.state == SPARE_KEPT)
    spare.holder = self;
  else
    g_free (self);
}

MgrCacheHolder *
mgr_cache_holder_new (const GValue  *value,
                      gint64         now,
                      MgrCacheLease *lease)
{
  MgrCacheHolder *self = holder_alloc ();

  self->ref_count = 1;
  self->uses = 0;
  copy_value (value, &self->value);
  self->note = 0;
  self->ticket = 0;
  self->created = now;
  self->used = now;
  self->lease = lease;
  return self;
}

MgrCacheHolder *
mgr_cache_holder_take (MgrCacheValue value)
{
  g_auto (GValue) number = G_VALUE_INIT;
  MgrCacheHolder *self;

  if (value.note == 0)
    return value.data;

  mgr_cache_number_read (value, &number);
  self = mgr_cache_holder_new (&number, mgr_cache_number_get_time (value), NULL);
  self->note = value.note;
  return self;
}

MgrCacheValue
mgr_cache_holder_get_kept (const MgrCacheHolder *self)
{
  if (self->note == 0)
    return (MgrCacheValue) { .data = (gpointer) self };

  return mgr_cache_number_new (&self->value, self->created);
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

  /* Who has the only reference need not count it down. */
  if (__atomic_load_n (&self->ref_count, __ATOMIC_ACQUIRE) != 1
      && __atomic_sub_fetch (&self->ref_count, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  if (!mgr_cache_value_is_number (&self->value))
    g_value_unset (&self->value);
  if (self->lease != NULL)
    {
      g_clear_pointer (&self->lease->tags, g_ptr_array_unref);
      g_free (self->lease);
    }
  holder_free (self);
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
