/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-terms-private.h"

/**
 * SECTION:mgr-cache-terms
 * @title: MgrCacheTerms
 * @short_description: on what terms a cache keeps a value
 *
 * What is not said of a value follows from the cache. The same terms may serve for any
 * number of values, one after the other; they must not change while another thread uses
 * them.
 *
 * |[<!-- language="C" -->
 * g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
 *
 * mgr_cache_terms_set_ttl (terms, 60 * G_USEC_PER_SEC);
 * mgr_cache_terms_add_tag (terms, "user:7");
 * mgr_cache_put_string (cache, "avatar:7", &value, terms, &error);
 * ]|
 */

/**
 * MgrCacheTerms:
 *
 * On what terms a #MgrCache keeps a value.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCacheTerms, mgr_cache_terms, mgr_cache_terms_ref, mgr_cache_terms_unref)

/**
 * mgr_cache_terms_new:
 *
 * Makes terms that leave everything to the cache. May be called from any thread.
 *
 * Returns: (transfer full): the terms
 *
 * Since: 1.0
 */
MgrCacheTerms *
mgr_cache_terms_new (void)
{
  MgrCacheTerms *self = g_new0 (MgrCacheTerms, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->ttl = -1;
  self->idle_ttl = -1;
  return self;
}

/**
 * mgr_cache_terms_ref:
 * @self: terms
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCacheTerms *
mgr_cache_terms_ref (MgrCacheTerms *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cache_terms_unref:
 * @self: (transfer full): terms
 *
 * Drops a reference; the last one frees it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_unref (MgrCacheTerms *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->tags, g_ptr_array_unref);
  if (G_IS_VALUE (&self->value))
    g_value_unset (&self->value);
  g_free (self);
}

/**
 * mgr_cache_terms_set_size:
 * @self: terms
 * @size: bytes, 1 at least
 *
 * Says how large the value is, with all that goes when it goes. Without it the cache finds
 * out by itself for strings, #GBytes and #GVariant, and asks #MgrCache::measure for others.
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_size (MgrCacheTerms *self,
                          guint64        size)
{
  g_return_if_fail (self != NULL);

  self->size = size;
  self->has_size = TRUE;
}

/**
 * mgr_cache_terms_set_cost:
 * @self: terms
 * @cost: microseconds; 0 if not known
 *
 * Says how long it took to make the value. Without it the cache takes the time of the
 * loader, or that all cost the same. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_cost (MgrCacheTerms *self,
                          gint64         cost)
{
  g_return_if_fail (self != NULL);

  self->cost = MAX (cost, 0);
}

/**
 * mgr_cache_terms_set_ttl:
 * @self: terms
 * @ttl: microseconds; 0 for no end, -1 for #MgrCache:ttl
 *
 * Says how long the value may stay. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_ttl (MgrCacheTerms *self,
                         gint64         ttl)
{
  g_return_if_fail (self != NULL);

  self->ttl = MAX (ttl, -1);
}

/**
 * mgr_cache_terms_set_idle_ttl:
 * @self: terms
 * @idle_ttl: microseconds; 0 for no end, -1 for #MgrCache:idle-ttl
 *
 * Says how long the value may stay without a use. It does stay up to a 16th longer. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_idle_ttl (MgrCacheTerms *self,
                              gint64         idle_ttl)
{
  g_return_if_fail (self != NULL);

  self->idle_ttl = MAX (idle_ttl, -1);
}

/**
 * mgr_cache_terms_set_pinned:
 * @self: terms
 * @pinned: whether it stays
 *
 * Says whether the value stays whoever else needs room. It may be removed and may expire.
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_pinned (MgrCacheTerms *self,
                            gboolean       pinned)
{
  g_return_if_fail (self != NULL);

  self->pinned = !!pinned;
}

/**
 * mgr_cache_terms_add_tag:
 * @self: terms
 * @tag: a name
 *
 * Makes the value one of a group that mgr_cache_invalidate() removes together. May be called
 * from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_add_tag (MgrCacheTerms *self,
                         const char    *tag)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (tag != NULL);

  if (self->tags == NULL)
    self->tags = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->tags, g_strdup (tag));
}

/**
 * mgr_cache_terms_assign:
 * @self: terms
 * @other: other terms
 *
 * Makes all terms those of @other, but for the value. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_assign (MgrCacheTerms *self,
                        MgrCacheTerms *other)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (other != NULL);

  self->size = other->size;
  self->has_size = other->has_size;
  self->cost = other->cost;
  self->ttl = other->ttl;
  self->idle_ttl = other->idle_ttl;
  self->pinned = other->pinned;
  g_clear_pointer (&self->tags, g_ptr_array_unref);
  for (guint i = 0; other->tags != NULL && i < other->tags->len; i++)
    mgr_cache_terms_add_tag (self, g_ptr_array_index (other->tags, i));
}

/**
 * mgr_cache_terms_set_value:
 * @self: terms
 * @value: what was loaded
 *
 * Gives what was loaded: for a #MgrCacheLoader alone. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_terms_set_value (MgrCacheTerms *self,
                           const GValue  *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (G_IS_VALUE (value));

  if (G_IS_VALUE (&self->value))
    g_value_unset (&self->value);
  g_value_init (&self->value, G_VALUE_TYPE (value));
  g_value_copy (value, &self->value);
}
