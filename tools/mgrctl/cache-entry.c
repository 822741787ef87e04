/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache-entry.h"

const char *const cache_entry_causes[CACHE_ENTRY_N_CAUSES] = {
  "size", "pressure", "expired", "explicit", "replaced", "collected",
};

static void
read_causes (GVariant   *dict,
             const char *key,
             guint64    *figures)
{
  g_autoptr (GVariant) causes = g_variant_lookup_value (dict, key, G_VARIANT_TYPE_VARDICT);

  for (gsize i = 0; causes != NULL && i < CACHE_ENTRY_N_CAUSES; i++)
    g_variant_lookup (causes, cache_entry_causes[i], "t", &figures[i]);
}

CacheEntry *
cache_entry_new (GVariant *dict)
{
  CacheEntry *self = g_new0 (CacheEntry, 1);

  if (!g_variant_lookup (dict, "name", "s", &self->name))
    self->name = g_strdup ("");
  g_variant_lookup (dict, "component", "s", &self->component);
  g_variant_lookup (dict, "max-bytes", "t", &self->max_bytes);
  g_variant_lookup (dict, "max-entries", "t", &self->max_entries);
  g_variant_lookup (dict, "entries", "t", &self->entries);
  g_variant_lookup (dict, "bytes", "t", &self->bytes);
  g_variant_lookup (dict, "hits", "t", &self->hits);
  g_variant_lookup (dict, "misses", "t", &self->misses);
  g_variant_lookup (dict, "hit-ratio", "d", &self->hit_ratio);
  g_variant_lookup (dict, "loads", "t", &self->loads);
  g_variant_lookup (dict, "load-failures", "t", &self->load_failures);
  g_variant_lookup (dict, "load-time", "x", &self->load_time);
  g_variant_lookup (dict, "joins", "t", &self->joins);
  g_variant_lookup (dict, "stale", "t", &self->stale);
  g_variant_lookup (dict, "recalled", "t", &self->recalled);
  g_variant_lookup (dict, "eviction-age", "x", &self->eviction_age);
  read_causes (dict, "removed", self->removed);
  read_causes (dict, "removed-bytes", self->removed_bytes);
  return self;
}

void
cache_entry_free (CacheEntry *self)
{
  g_free (self->name);
  g_free (self->component);
  g_free (self);
}

void
cache_curve_clear (CacheCurve *self)
{
  g_clear_pointer (&self->ratios, g_free);
  self->n_ratios = 0;
}

double
cache_curve_fraction (const CacheCurve *self,
                      gsize             i)
{
  return 2.0 * (double) i / (double) (self->n_ratios - 1);
}
